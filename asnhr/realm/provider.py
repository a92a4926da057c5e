"""An OpenID Connect realm (ASN Digital, a Keycloak of the agency) as allauth knows it, with a nonce and signed answers.

allauth checks `state` and, when told to, PKCE. It sends no nonce and trusts the channel instead of the signature of an
ID token. Here each sign-in has a nonce, kept with its state in the session, and an ID token must be signed by a key of
the realm and carry that nonce: a token of another sign-in is worth nothing (OpenID Connect Core 3.1.3.7).
"""

import secrets
from typing import Any

from allauth.socialaccount.internal import jwtkit, statekit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Where a sign-in's nonce stands in what allauth keeps with its state.
NONCE = "asnhr_nonce"


class RealmFault(OAuth2Error):
    """What is wrong with a realm's answer, in words of our own: the log may say them."""


class RealmAdapter(OpenIDConnectOAuth2Adapter):
    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """As allauth's, but without an ID token there is no sign-in, and both answers speak of the same person."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise RealmFault("the realm sent no ID token")
        claims = self._decode_id_token(app, id_token)
        userinfo = self._fetch_user_info(token.token)
        if userinfo.get("sub") != claims.get("sub"):
            raise RealmFault("userinfo speaks of another person than the ID token")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": userinfo, "id_token": claims})

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=self.openid_config["issuer"],
            audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk, verify_signature=True,
        )  # fmt: skip
        expected = getattr(self.request, "realm_nonce", "")
        if not expected or not secrets.compare_digest(str(claims.get("nonce", "")), expected):
            raise RealmFault("the ID token was made for another sign-in")
        return claims


class RealmProvider(OpenIDConnectProvider):
    """PKCE always; parameters of the address bar never reach the realm."""

    oauth2_adapter_class = RealmAdapter
    pkce_enabled_default = True

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, Any]:
        return self.get_auth_params()

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        # Signing in is all that a realm is for here; what else allauth offers is not to be asked for by the address.
        return super().get_redirect_from_request_kwargs(request) | {"process": AuthProcess.LOGIN}

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep of a realm's answer what the match needs, and no more of the person."""
        said = data["id_token"] | data["userinfo"]
        return {name: said[name] for name in ("sub", settings.OIDC_NIP_CLAIM) if name in said}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def redirect(
        self, request: HttpRequest, process: Any, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        parameters = (kwargs.pop("auth_params", None) or self.get_auth_params()) | {"nonce": nonce}
        kept = dict(data or {}) | {NONCE: nonce}
        response: HttpResponse = super().redirect(request, process, next_url, kept, auth_params=parameters, **kwargs)
        return response


def nonce_of(request: HttpRequest, provider_id: str) -> str:
    """Return the nonce kept with the state that the realm's answer names; "" when there is none."""
    stashed = statekit.get_states(request).get(request.GET.get("state", ""))
    if stashed is None or len(stashed) != 3 or stashed[2] != provider_id:
        return ""
    return str((stashed[0].get("data") or {}).get(NONCE, ""))


provider_classes = [RealmProvider]
