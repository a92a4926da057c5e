"""How the owner of a new login comes in: by a link of one use, sent where the register says that the person reads.

Who makes a login chooses no password for it (docs/decisions/0021-identity.md)."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from asnhr.audit import reading
from asnhr.models import RoleAssignment, User

SECONDS_A_DAY = 86_400


def open_way_in(request: HttpRequest, user: User) -> None:
    """Send the link by which `user` sets a password; without an address show it once to who asks, and write that down.

    Needs the agency's scope and a role of the user in it.
    """
    adapter: Any = get_adapter()
    link = adapter.get_reset_password_from_key_url(
        f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    )
    days = settings.PASSWORD_RESET_TIMEOUT // SECONDS_A_DAY
    if not user.email:
        held = RoleAssignment.objects.filter(agency=request.agency, user=user)  # type: ignore[attr-defined]
        reading.record(
            model=RoleAssignment, objects=list(held.order_by("pk").values_list("pk", flat=True)), columns=["user"],
            purpose=f"Tautan sekali pakai untuk kata sandi pertama {user.username} diperlihatkan kepada pembuat akun",
        )  # fmt: skip
        told = {"link": link, "days": days}
        messages.warning(
            request,
            _("Tanpa surel tercatat: serahkan tautan sekali pakai ini kepada pemilik akun saja. Tautan tidak "
              "ditampilkan lagi dan berlaku %(days)s hari; pembukaannya tercatat di jejak audit. %(link)s") % told,
        )  # fmt: skip
        return
    try:
        adapter.send_mail("account/email/first_login", user.email, {"user": user, "link": link, "days": days})
    except OSError:  # smtplib's errors are such, too
        messages.error(
            request, _('Surel tidak terkirim. Pemilik akun dapat memakai "Lupa kata sandi?" di halaman masuk.')
        )
        return
    messages.success(request, _("Tautan untuk membuat kata sandi dikirim ke %(email)s.") % {"email": user.email})
