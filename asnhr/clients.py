"""Systems connected to the API: made with scopes and an end, given a new secret, revoked. The secret is shown once.

A client works through a service user with the role `integrasi` up to the day it ends, so a token ends with it too; its
scopes narrow that role further (asnhr/api/authentication.py). Nobody opens by a client what they may not do themself.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.constraints import sentence_of
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, ApiClient, RoleAssignment, User, WebhookEndpoint
from asnhr.roles import ROLES

ROLE = "integrasi"
# It becomes part of the service user's name and stands in addresses and scripts.
NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
NAME_RULE = gettext_lazy(
    "Nama sistem terdiri atas huruf tanpa aksen, angka, tanda hubung, atau garis bawah, tanpa spasi, paling banyak 60,"
    " mis. absensi atau e-kinerja."
)
# A secret that nobody has to think of again is forgotten in some script: at most two years.
LONGEST = timedelta(days=731)
# Why an endpoint of a revoked system is off; shown translated (asnhr/notifications/guard.py).
SYSTEM_REVOKED = gettext_noop("Sistem yang memasangnya dicabut.")


def scopes_for(permissions: frozenset[str]) -> list[tuple[str, Any]]:
    """Return (scope, what it means) that who holds `permissions` in the whole agency, which a client reaches, may give
    it."""
    from asnhr.auth import TokenAdapter

    role = ROLES[ROLE].permissions
    return [
        (scope, TokenAdapter.scope_display[scope])
        for scope, opened in SCOPE_PERMISSIONS.items()
        if opened & role <= permissions
    ]


@transaction.atomic
def connect(
    *, agency: Agency, actor: User | None, name: str, scopes: Sequence[str], expires_on: date, today: date,
    purpose: str = "",
) -> tuple[ApiClient, str]:  # fmt: skip
    """Make a client; return it with its secret. Without an actor it is the operator's act. The agency's scope is open.

    Raises NotAllowed (a scope beyond the actor's own rights) or RuleBroken.
    """
    if actor is not None:
        _check_may_manage(actor)
        beyond = set(scopes) - set(dict(scopes_for(actor.access.agency_permissions)))
        if beyond:
            raise NotAllowed(_("Cakupan ini melebihi kewenangan Anda sendiri."))
    if not scopes or set(scopes) - set(SCOPE_PERMISSIONS):
        raise RuleBroken(_("Pilih sedikitnya satu cakupan."))
    if not today < expires_on <= today + LONGEST:
        raise RuleBroken(_("Masa berlaku paling lama dua tahun, dan berakhir sesudah hari ini."))
    name = name.strip()
    if not NAME.fullmatch(name):
        raise RuleBroken(str(NAME_RULE))
    username = f"api-{agency.code}-{name}"[:150]
    if User.objects.filter(username=username).exists():
        # Once revoked, a name comes back with a number: the login of old stays in the trail.
        if ApiClient.objects.filter(agency=agency, name=name, revoked_at__isnull=True).exists():
            raise RuleBroken(_("Sudah ada klien dengan nama ini."))
        username = f"{username[:140]}-{ApiClient.objects.filter(agency=agency).count() + 1}"
    owner = User(username=username, last_name=name, is_service=True)
    owner.set_unusable_password()
    _saved(owner)
    secret: str = get_adapter().generate_client_secret()
    client = Client(name=name[:100], owner=owner, type=Client.Type.CONFIDENTIAL)
    client.grant_types, client.response_types = Client.GrantType.CLIENT_CREDENTIALS, Client.ResponseType.NONE
    client.set_scopes(list(scopes))
    client.set_default_scopes(list(scopes))
    client.set_secret(secret)
    _saved(client)
    made = ApiClient(
        agency=agency, name=name, purpose=purpose.strip(), client=client, owner=owner, scopes=list(scopes),
        expires_on=expires_on, created_by=actor,
    )  # fmt: skip
    _saved(made)
    RoleAssignment.objects.create(
        agency=agency, user=owner, role=ROLE, starts_on=today, ends_on=expires_on, granted_by=actor
    )
    return made, secret


@transaction.atomic
def rotate(*, actor: User, client: ApiClient) -> str:
    """Return a new secret; the old one and every token it brought are worth nothing from now on."""
    row = _locked(actor, client)
    beyond = set(row.scopes) - set(dict(scopes_for(actor.access.agency_permissions)))
    if beyond:
        raise NotAllowed(_("Cakupan ini melebihi kewenangan Anda sendiri."))
    secret: str = get_adapter().generate_client_secret()
    row.client.set_secret(secret)
    row.client.save(update_fields=["secret"])
    Token.objects.filter(client=row.client).delete()
    row.rotated_at = timezone.now()
    row.save(update_fields=["rotated_at"])
    return secret


@transaction.atomic
def revoke(*, actor: User, client: ApiClient, today: date) -> None:
    """Close the client for good: its secret, its tokens, its service user and its role."""
    row = _locked(actor, client)
    row.client.set_secret(get_adapter().generate_client_secret())
    row.client.save(update_fields=["secret"])
    Token.objects.filter(client=row.client).delete()
    User.objects.filter(pk=row.owner_id).update(is_active=False)
    held = RoleAssignment.objects.filter(agency=row.agency_id, user=row.owner_id, role=ROLE, starts_on__lt=today)
    held.filter(ends_on__gt=today).update(ends_on=today)
    now = timezone.now()
    # What it would have been told goes nowhere either.
    WebhookEndpoint.objects.filter(agency_id=row.agency_id, created_by=row.owner_id, is_active=True).update(
        is_active=False, disabled_at=now, disabled_reason=SYSTEM_REVOKED
    )
    row.revoked_at, row.revoked_by = now, actor
    row.save(update_fields=["revoked_at", "revoked_by"])


def _check_may_manage(actor: User) -> None:
    if not actor.access.may("manage_clients"):
        raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))


def _locked(actor: User, client: ApiClient) -> ApiClient:
    _check_may_manage(actor)
    agency_id: Any = actor.access.agency_id
    row: ApiClient = (
        ApiClient.objects.select_for_update(of=("self",))
        .select_related("client")
        .get(agency_id=agency_id, pk=client.pk)
    )
    if row.revoked_at is not None:
        raise RuleBroken(_("Klien ini sudah dicabut."))
    return row


def _saved(row: Any) -> None:
    try:
        row.full_clean(exclude=["email", "password"] if isinstance(row, User) else None)
        with transaction.atomic():
            row.save()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    except IntegrityError as problem:
        raise RuleBroken(sentence_of(problem)) from problem
