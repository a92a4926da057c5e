"""Every page of the product and of the admin opens, has one heading and a title, and is English when switched; none is
against the content security policy."""

import logging
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from asnhr.audit.context import by_route
from asnhr.models import TenantModel
from asnhr.scope import agency_scope
from positions.models import Competency
from tests import page_world
from tests.asnhr.test_translations import Words, indonesian

pytestmark = pytest.mark.django_db

# The national list of educations: ten thousand names in Indonesian.
NAMES_ALONE = {"admin:positions_education_changelist"}
# Where a realm sends people back to, with what it alone can give; what only the head of a unit opens; files that these
# rows name and nobody stored.
CLOSED = {
    "openid_connect_callback", "subordinate-list", "removal-candidate-list", "letter-file", "unit-map-file",
    "employee-photo", "destruction-pdf", "own-copy-file", "list-file",
}  # fmt: skip
# A name of its own in every language.
PROPER = "e-Formasi"
# What the content security policy lets no browser run or apply: scripts and styles written into a page.
INLINE = re.compile(
    r'<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>|<style\b[^>]*>|<[a-z][^<>]*\sstyle="[^"]*"|'
    r'<[a-z][^<>]*\son[a-z]+="[^"]*"'
)
# Pages that send on: to the own record, to the form's page, to the page before.
SENT_ON = (301, 302)


def own_words(agency) -> list[str]:
    """Return what the rows of the agency and the national tables say in free words, the longest first: data, in the
    language of whoever wrote it. Values of choices are the product's words and stay out."""
    found: set[str] = set()
    with agency_scope(agency):
        for model in apps.get_models():
            if model._meta.app_label not in ("asnhr", "positions") or not model._meta.managed:
                continue
            fields = [
                field.attname for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField) and not field.choices
            ]  # fmt: skip
            rows = model.objects.all()
            if issubclass(model, TenantModel) or model.objects.count() < 5000:
                for values in rows.values_list(*fields) if fields else ():
                    found.update(str(value) for value in values if value)
    # The national dictionary of competencies: the regulation's own words, by level.
    for levels in Competency.objects.values_list("levels", flat=True):
        found.update(text for level in levels.values() for text in level.values())
    return sorted((word for word in found if len(word) > 3), key=len, reverse=True)


def test_every_page_opens_with_one_heading_and_is_english_throughout(client):
    logging.disable(logging.CRITICAL)
    made = page_world.build()
    client.force_login(made.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    pages = made.pages(every_model=True)
    # Pages of one row are among them: without rows they would be passed over in silence.
    assert {"unit-detail", "employee-detail", "analysis-result", "proposal-line-edit"} <= {page.name for page in pages}
    data = re.compile("|".join(map(re.escape, own_words(made.agency))))
    wrong: dict[str, list[str]] = {}
    closed = {}
    for page in pages:
        response = client.get(page.url)
        kind = response.headers.get("Content-Type", "")
        if response.status_code in SENT_ON or (response.status_code == 200 and not kind.startswith("text/html")):
            continue
        if response.status_code != 200:
            # The admin closes forms of rows that only services write; addresses that only take forms say 405.
            if response.status_code != 405 and not page.name.startswith("admin:"):
                closed[page.name] = response.status_code
            continue
        text = response.content.decode()
        words = Words()
        words.feed(text)
        doubtful = indonesian(words.texts)
        left = indonesian([data.sub("", each).replace(PROPER, "") for each in doubtful])
        if page.name in NAMES_ALONE:
            left = []
        faults = [f"Indonesian: {each}" for each in dict.fromkeys(left)]
        faults += [f"against the policy: {each}" for each in INLINE.findall(text)]
        if "script-src 'self';" not in f"{response.headers.get('Content-Security-Policy', '')};":
            faults.append("no policy")
        if "<html" in text:
            if 'lang="en"' not in text[:600]:
                faults.append("not marked as English")
            known = by_route().get(page.name)
            if known and f'href="/riwayat/{known.table}/' not in text:
                faults.append("no way to the history")
            if text.count("<h1") != 1:
                faults.append(f"{text.count('<h1')} headings of the first level")
        for fault in faults:
            wrong.setdefault(fault, []).append(page.url)
    logging.disable(logging.NOTSET)

    told = "\n".join(f"{fault}: {urls[:3]}" for fault, urls in sorted(wrong.items()))
    assert not wrong, told
    assert set(closed) <= CLOSED, "nobody may open it: no page, or rows are missing in page_world"
