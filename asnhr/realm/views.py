"""To the realm and back. No other address of allauth's social accounts is open: no sign-up, no connecting, no list."""

import logging

import requests
from allauth.account.internal.decorators import login_not_required
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from asnhr.realm.provider import RealmAdapter, nonce_of

logger = logging.getLogger(__name__)


@login_not_required
@require_POST
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to the realm, with state, nonce and the challenge of PKCE."""
    try:
        provider = RealmAdapter(request, provider_id).get_provider()
        response: HttpResponse = provider.redirect_from_request(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except requests.RequestException:
        from asnhr.auth import refuse  # models are loaded by now; allauth imports this package before them

        logger.warning("the realm does not answer", exc_info=True)
        try:
            refuse(request, _("Layanan masuk %(realm)s sedang tidak menjawab.") % {"realm": provider.name}, 503)
        except ImmediateHttpResponse as page:
            return page.response
    return response


@login_not_required
@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The realm's answer: its state must be of this session, its ID token of this very sign-in."""
    # Read before allauth takes the state out of the session: an answer counts once.
    request.realm_nonce = nonce_of(request, provider_id)  # type: ignore[attr-defined]
    try:
        view = OAuth2CallbackView.adapter_view(RealmAdapter(request, provider_id))
        response: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return response
