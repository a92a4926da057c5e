"""How the owner of a new login comes in: by a link of one use, sent where the register says that the person reads.

Who makes a login chooses no password for it and never sees the link; and the address was written down by somebody else
(docs/decisions/0021-identity.md)."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from asnhr.models import User

SECONDS_A_DAY = 86_400
# A login without a NIP is the hand of who gave it its first role: two such hands are one person. Few steps: a chain of
# puppets that is longer counts as what it reached.
_HANDS = """
WITH RECURSIVE hand(login, id, step) AS (
    SELECT u.id, u.id, 0 FROM asnhr_user u WHERE u.id = ANY (%(logins)s)
    UNION ALL
    SELECT h.login, g.granted_by_id, h.step + 1 FROM hand h JOIN asnhr_user u ON u.id = h.id AND u.nip = ''
    JOIN LATERAL (SELECT r.granted_by_id FROM asnhr_roleassignment r WHERE r.agency_id = %(agency)s AND r.user_id = h.id
                  AND r.granted_by_id IS NOT NULL ORDER BY r.id LIMIT 1) g ON true
    WHERE h.step < 10)
SELECT count(DISTINCT id) FROM (SELECT DISTINCT ON (login) id FROM hand ORDER BY login, step DESC) last
"""


def same_hand(agency_id: int, one: int, other: int) -> bool:
    """Return whether two logins are one person, or one made the other without a NIP. One query, the scope open."""
    if one == other:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_HANDS, {"agency": agency_id, "logins": [one, other]})
        return bool(cursor.fetchone()[0] < 2)


def link_for(user: User, base: str = "") -> tuple[str, int]:
    """Return the link by which `user` sets a password, and for how many days it holds. `base`: the product's address,
    where no request names it."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return base + path, settings.PASSWORD_RESET_TIMEOUT // SECONDS_A_DAY


def open_way_in(request: HttpRequest, user: User) -> None:
    """Send the link by which `user` sets a password; who has no address comes in by the realm."""
    if not user.email:
        messages.success(request, _("Tanpa surel tercatat: pemilik akun masuk lewat %(realm)s.") % _realm())
        return
    path, days = link_for(user)
    link, adapter = request.build_absolute_uri(path), get_adapter()
    try:
        adapter.send_mail("account/email/first_login", user.email, {"user": user, "link": link, "days": days})
    except OSError:  # smtplib's errors are such, too
        messages.error(
            request, _('Surel tidak terkirim. Pemilik akun dapat memakai "Lupa kata sandi?" di halaman masuk.')
        )
        return
    messages.success(request, _("Tautan untuk membuat kata sandi dikirim ke %(email)s.") % {"email": user.email})


def _realm() -> dict[str, str]:
    return {"realm": settings.OIDC_NAME}
