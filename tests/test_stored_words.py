"""What rows keep as Indonesian words of ours, as codes or as structures is told in words of the reader's language."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import get_resolver
from django.utils import timezone, translation

from asnhr.models import Run, SavedFilter, TenantModel, WebhookAttempt, WebhookEndpoint
from asnhr.notifications import guard, webhooks
from asnhr.roles import PERMISSION_NAMES
from asnhr.run_names import KINDS
from asnhr.scope import agency_scope
from positions import followup_words
from positions.models import AgendaItem, ChangeRequest, Employee, FollowUp, Objection
from tests import page_world
from tests.asnhr.test_translations import Words, catalogue

pytestmark = pytest.mark.django_db
# What people write, and national lists in the regulations' own words: a word of ours among them is theirs.
TYPED = {"Decision", "Education", "JobAnalysisCode", "Qualification", "ReferenceJob", "SavedFilter", "User"}
# Codes as such: where the audit trail names tables and the API its scopes, and lists of codes are themselves the data.
CODES = {"admin:asnhr_apiclient", "admin:asnhr_importjob", "admin:asnhr_run"}
# The body that a receiver was sent, as it was sent.
BODIES = {"webhook-delivery"}
FAILED = "Pekerjaan ini terhenti 3 kali dan tidak dicoba lagi."
STRUCTURE = re.compile(r"^\s*[\[{]\s*[\"'{\[]")


def kept_words(agency) -> dict[str, str]:
    """Return what rows keep in plain columns and the catalogue translates otherwise, with where it stands."""
    sources = {message.source for message in catalogue() if message.plural is None and "\x04" not in message.key}
    found: dict[str, str] = {}
    with agency_scope(agency), translation.override("en"):
        for model in apps.get_models():
            if model._meta.app_label not in ("asnhr", "positions") or model.__name__ in TYPED:
                continue
            fields = [
                field.attname for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField) and not field.choices and field.name != "code"
            ]  # fmt: skip
            if not (fields and (issubclass(model, TenantModel) or model.objects.count() < 5000)):
                continue
            for values in model.objects.values_list(*fields):
                for name, value in zip(fields, values, strict=True):
                    if value in sources and translation.gettext(value) != value:
                        found[value] = f"{model.__name__}.{name}"
    return found


def codes() -> set[str]:
    """Return codes that nobody reads: permissions, kinds of runs, routes of pages, targets of requests."""
    routes = {name for name in get_resolver().reverse_dict if isinstance(name, str) and "-" in name}
    return set(PERMISSION_NAMES) | set(KINDS) - {"import"} | routes | {"keluarga", "telepon"}


@pytest.fixture
def filled(client):
    """The crawl's world with words of ours in every column that may hold some."""
    made = page_world.build()
    rows, agency = made.world.rows["own"], made.agency
    with agency_scope(agency, reason="kualitas data harian"):
        FollowUp.objects.update(note=followup_words.CHANGED)
        Run.objects.filter(pk=rows["run"].pk).update(state=Run.State.FAILED, problems=[{"message": FAILED}])
    with agency_scope(agency):
        WebhookAttempt.objects.update(error=guard.LATE)
        off = {"is_active": False, "disabled_at": timezone.now(), "disabled_reason": webhooks.BY_HAND}
        WebhookEndpoint.objects.update(**off)
        ChangeRequest.objects.filter(pk=rows["changerequest"].pk).update(target="telepon")
        SavedFilter.objects.update(page="agenda-list")
        with translation.override("id"):
            kind = str(AgendaItem.Kind.INCREMENT.label)
        rows["objection"] = Objection.objects.create(
            agency=agency, employee=Employee.objects.get(nip=made.user.nip), kind="penjagaan", object_id=7,
            filed_by=made.user, about=f"{kind} 01-03-2027", grounds="Tanggalnya keliru.",
        )  # fmt: skip
    client.force_login(made.user)
    return made


def test_no_page_shows_kept_words_untranslated_nor_codes_nor_structures(client, filled):
    kept, unread = kept_words(filled.agency), codes()
    assert {"Waktu kerja efektif", "bulan", "Kartu keluarga", "kualitas data harian"} <= set(kept)
    assert {guard.LATE, followup_words.CHANGED} <= set(kept)
    kept[FAILED] = "Run.problems"
    wrong = {}
    for language in ("en", "id"):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for page in filled.pages(every_model=True):
            if language == "id" and not page.name.startswith("admin:"):
                continue
            answer = client.get(page.url)
            if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            words = Words()
            words.feed(answer.content.decode())
            pieces = {piece.strip() for text in words.texts for piece in (text, *text.split(" · "))}
            if language == "en":
                for piece in pieces & set(kept):
                    wrong.setdefault(f"{kept[piece]} «{piece}»", []).append(page.url)
            if page.name.startswith("admin:") and page.name.rpartition("_")[0] not in CODES:
                for piece in pieces & unread:
                    wrong.setdefault(f"code «{piece}»", []).append(page.url)
            if page.name not in BODIES and any(STRUCTURE.match(text) for text in words.texts):
                wrong.setdefault("a structure", []).append(page.url)

    assert not wrong, "\n".join(f"{what}: {urls[:3]}" for what, urls in sorted(wrong.items()))
