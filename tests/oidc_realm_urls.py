"""Addresses and claims of the tests' OpenID Connect server (tests/oidc_realm.py)."""

from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.urls import include, path


class Adapter(DefaultOIDCAdapter):
    def get_claims(self, purpose: Any, user: Any, client: Any, scopes: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_claims(purpose, user, client, scopes, **kwargs) | {"nip": user.last_name}


urlpatterns = [path("", include("allauth.idp.urls")), path("akun/", include("allauth.account.urls"))]
