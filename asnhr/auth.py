"""Sign-in through allauth: by user name, NIP or e-mail, by a realm, with a second factor. Accounts are made by
administrators, never by visitors or by a realm. See docs/decisions/0021-identity.md."""

import logging
import re
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import crypto
from asnhr.models import User
from asnhr.realm.provider import RealmFault
from asnhr.second_factor import SET_UP, has_shown

logger = logging.getLogger(__name__)


def digits_of(text: str) -> str:
    """Return the NIP that `text` is, however it is spaced; "" for anything else."""
    digits = text.replace(" ", "").replace(".", "").replace("'", "")
    return digits if digits.isascii() and digits.isdigit() and len(digits) == 18 else ""


def logins_of(email: str) -> list[User]:
    """Return the logins whose address is `email`, in whatever case: `User.email`, which only the product's own ways
    write (the admin's form, and the register's address of the NIP when a login is made). One query."""
    found = User.objects.filter(email__iexact=email, is_service=False).order_by("pk") if email else []
    # The database folds letters by its own rules: a dotless i is another letter, and another mailbox.
    return [user for user in found if user.email.lower() == email.lower()]


# Fixed text, as that of the roles (asnhr/middleware.py): every request asks for its user, and the ORM would compose it
# anew each time.
USER = tuple(field.attname for field in User._meta.concrete_fields)
USER_BY_ID = f"SELECT {', '.join(USER)} FROM asnhr_user WHERE id = %s"  # noqa: S608  columns by their names in the model


class Backend(AuthenticationBackend):
    """allauth's backend; a NIP typed with spaces or dots is the same. Permissions come from roles, not from Django."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        nip = digits_of(credentials.get("username") or "")
        if nip:
            # The login that the NIP belongs to, else one that is called so.
            found = User.objects.filter(nip=nip).values_list("username", flat=True).first()
            credentials["username"] = found or nip
        user = super().authenticate(request, **credentials)
        return None if user is not None and user.is_service else user

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        """Let in by the address that the product keeps of the login, and by no other: rows of allauth's own table of
        addresses count for nothing, verified or not."""
        return next((user for user in logins_of(email) if self._check_password(user, password)), None)

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(USER_BY_ID, [user_id])
            values = cursor.fetchone()
        user = User.from_db(connection.alias, USER, values) if values else None
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False


# One sentence whatever was typed: it tells nobody which logins exist.
MISMATCH = gettext_lazy("NIP, surel atau nama pengguna itu tidak cocok dengan kata sandinya.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": MISMATCH,
        "email_password_mismatch": MISMATCH,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """On to the second factor where the role demands one and this session showed none, else home: who was kept
        here until the password was changed is not left on the form of the one that was just changed."""
        user: Any = request.user
        if user.needs_second_factor and not has_shown(request):
            return reverse("mfa_index")
        return reverse("home")

    def set_password(self, user: Any, password: str) -> None:
        """The owner chose it: from now on it opens what the login may open."""
        user.password_is_temporary = False
        super().set_password(user, password)


class ResetForm(ResetPasswordForm):
    def clean_email(self) -> str:
        """The link goes to logins of that address alone; allauth would also look into its own table of addresses."""
        typed: str = self.cleaned_data["email"]
        self.users = [user for user in logins_of(typed) if user.is_active]
        return typed


class RealmAccountAdapter(DefaultSocialAccountAdapter):
    """A realm says who somebody is; whether they have a login here, and what it may do, is decided here alone."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in the active login with the NIP that the realm claims, each time anew; nobody is created or guessed by
        e-mail. Raises ImmediateHttpResponse with a page that says why not."""
        account = sociallogin.account
        nip = digits_of(str((account.extra_data or {}).get(settings.OIDC_NIP_CLAIM, "")))
        if not nip:
            logger.warning("realm %s: the account names no NIP", account.provider)
            refuse(request, _("Akun di sana tidak menyebut NIP. Hubungi pengelola akun tersebut."))
        user = User.objects.filter(nip=nip, is_active=True, is_service=False).first()
        if user is None:
            logger.warning("realm %s: no active login has the NIP", account.provider)
            refuse(request, _("NIP Anda belum punya akun di sini. Mintalah akun kepada admin instansi Anda."))
        if sociallogin.is_existing:
            if sociallogin.user.pk != user.pk:
                logger.warning("realm %s: the account belongs to another login here", account.provider)
                refuse(request, _("Akun di sana sudah terhubung dengan akun lain di sini. Hubungi operator."))
            return
        if SocialAccount.objects.filter(user=user, provider=account.provider).exists():
            logger.warning("realm %s: the login belongs to another account there", account.provider)
            refuse(request, _("NIP ini sudah terhubung dengan akun lain di sana. Hubungi operator."))
        sociallogin.connect(request, user)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """One sentence for every failure between the realm and us: the log has the reason, and nothing of a person."""
        logger.warning("realm %s: %s", provider.app.provider_id, reason_of(request, error, exception, extra_context))
        refuse(request, _("Masuk lewat %(realm)s tidak berhasil. Cobalah sekali lagi.") % {"realm": provider.name}, 401)


def reason_of(request: HttpRequest, error: Any, exception: Any, extra_context: Any) -> str:
    """Return why a realm's answer is worth nothing, for the log. What the answer says stays out of it but for the code
    of its error: it may name a person or carry a token."""
    if "state_id" in (extra_context or {}):
        kept = bool(statekit.get_states(request))
        return (
            "the answer fits no sign-in that this session began (used twice, too late, or changed on its way)" if kept
            else "this session began no sign-in, or lost it (session over, another browser, cookie not sent)"
        )  # fmt: skip
    if exception is None:
        said = request.GET.get("error", "")
        code = said if re.fullmatch(r"[a-z_]{1,60}", said) else "no known code"
        return "the person went back" if error == AuthError.CANCELLED else f"the realm answers with an error: {code}"
    if isinstance(exception, RealmFault):
        return str(exception)
    names: list[str] = []
    cause: BaseException | None = exception
    while cause is not None and len(names) < 4:
        names.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return f"the answer could not be read or proven: {' from '.join(names)}"


def refuse(request: HttpRequest, sentence: str, status: int = 403) -> NoReturn:
    raise ImmediateHttpResponse(render(request, "account/realm_refused.html", {"sentence": sentence}, status=status))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticators and recovery codes rest encrypted; who must have a second factor cannot drop it."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy("Peran Anda mewajibkan verifikasi dua langkah."),
        "cannot_generate_recovery_codes": gettext_lazy("Aktifkan verifikasi dua langkah lebih dahulu."),
        "incorrect_code": gettext_lazy("Kode salah, atau sudah dipakai. Tunggu kode berikutnya."),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not context.request.user.needs_second_factor


class SetUpForm(ActivateTOTPForm):
    def clean_code(self) -> str:
        """The session that shows the first code has proven it: no second question in the same minute."""
        code: str = super().clean_code()
        context.request.session[SET_UP] = self.user.pk
        return code


class TokenAdapter(DefaultOIDCAdapter):
    """Scopes that an API client may be given."""

    scope_display = {
        "register:read": gettext_lazy("Membaca register dan analisis"),
        "salary:read": gettext_lazy("Membaca riwayat KGB (gaji); setiap pembacaan dicatat"),
        "assessment:read": gettext_lazy("Membaca predikat kinerja tahunan; setiap pembacaan dicatat"),
        "register:write": gettext_lazy("Mengubah register"),
        "imports:write": gettext_lazy("Mengimpor berkas"),
        "analysis:run": gettext_lazy("Menjalankan analisis"),
        "webhooks:manage": gettext_lazy("Mengatur webhook miliknya sendiri"),
    }
