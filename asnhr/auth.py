"""Sign-in through allauth: by user name, NIP or e-mail; accounts are made by administrators, never by visitors."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class Backend(AuthenticationBackend):
    """allauth's backend; a NIP typed with spaces or dots is the same. Permissions come from roles, not from Django."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        login = credentials.get("username") or ""
        digits = login.replace(" ", "").replace(".", "").replace("'", "")
        if digits.isdigit() and len(digits) == 18:
            credentials["username"] = digits
        user = super().authenticate(request, **credentials)
        return None if user is not None and user.is_service else user

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class TokenAdapter(DefaultOIDCAdapter):
    """Scopes that an API client may be given."""

    scope_display = {
        "register:read": _("Membaca register dan analisis"),
        "register:write": _("Mengubah register"),
        "imports:write": _("Mengimpor berkas"),
        "analysis:run": _("Menjalankan analisis"),
    }
