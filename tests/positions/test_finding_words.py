"""Findings are told in the language of their reader: pages, files, API, admin; of old imports as of today's."""

import ast
import csv
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from asnhr.scope import agency_scope
from positions import finding_words
from positions.imports import _posts
from positions.models import Finding
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

NIP = "198001012005011001"
STORED = f"{NIP}: jabatan definitif kedua untuk orang yang sama (baris 12); dicatat sebagai temuan"
ENGLISH = f"{NIP}: second definitive position for the same person (row 12); recorded as a finding"


def written_by_imports():
    """Yield (code, sentence) of every warning of importers that is kept as a finding."""
    for path in sorted(Path(_posts.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            is_warning = name == "warn" or (
                name == "flag" and any(k.arg == "severity" and ast.unparse(k.value) == "WARNING" for k in node.keywords)
            )
            words = [n.value for a in node.args for n in ast.walk(a) if isinstance(n, ast.Constant)]
            texts = [word for word in words if isinstance(word, str)]
            if is_warning and texts and texts[0] in _posts.FINDINGS:
                yield texts[0], texts[-1]


def test_every_sentence_that_an_import_may_leave_is_listed():
    written = set(written_by_imports())

    assert {code for code, _text in written} == set(_posts.FINDINGS)
    assert [(code, text) for code, text in written if text not in finding_words.SENTENCES[code]] == []


@pytest.mark.parametrize(
    ("code", "message", "english"),
    [
        ("JABATAN_GANDA", STORED, ENGLISH),
        ("TIM_5", "telah mencapai BUP tetapi masih aktif", "has reached the retirement age (BUP) but is still active"),
        (
            "CON_2", "Tanggal lahir pada berkas berbeda dengan NIP. (contoh)",
            "The date of birth in the file differs from the NIP. (sample)",
        ),
        # What an importer of years ago wrote is told by the meaning of its code; what nobody knows stays.
        ("TIM_4", f"{NIP}: kalimat lama", f"{NIP}: Two structural positions at once"),
        ("GANDA", "X: kalimat lama", "X: kalimat lama"),
    ],
)  # fmt: skip
def test_a_stored_sentence_is_told_in_both_languages(code, message, english):
    with translation.override("en"):
        assert finding_words.sentence(code, message) == english
    with translation.override("id"):
        assert finding_words.sentence(code, message) == message


def test_every_listed_sentence_has_english_words():
    with translation.override("en"):
        for code, sentences in finding_words.SENTENCES.items():
            for text in sentences:
                stored = f"{NIP}: {text.replace('%s', '12')}"
                told = finding_words.sentence(code, stored)
                assert told.startswith(f"{NIP}: ")
                assert told != stored


@pytest.fixture
def finding():
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = make.UnitFactory(agency=agency)
        person = make.EmployeeFactory(agency=agency, unit=unit)
        return Finding.objects.create(
            agency=agency, code="JABATAN_GANDA", message=STORED, unit=unit, employee=person, fingerprint="0" * 64
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "told"), [("id", STORED), ("en", ENGLISH)])
def test_pages_and_files_speak_the_language_of_the_reader(client, finding, language, told):
    client.force_login(user_with(finding.agency, "staf_bkd"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    for url in (
        reverse("finding-list"), reverse("finding-detail", args=[finding.pk]),
        reverse("employee-detail", args=[finding.employee_id]),
    ):  # fmt: skip
        assert told in client.get(url).content.decode(), url
    file = b"".join(client.get(reverse("finding-list"), {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert any(told in row for row in csv.reader(io.StringIO(file)))


@pytest.mark.django_db
def test_the_search_finds_what_the_reader_sees(client, finding):
    client.force_login(user_with(finding.agency, "staf_bkd"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    def found(words):
        return ENGLISH in client.get(reverse("finding-list"), {"q": words}).content.decode()

    assert found(f"second person {NIP}")
    assert not found("rank")


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "told"), [("id", STORED), ("en", ENGLISH)])
def test_the_api_follows_accept_language(client, finding, language, told):
    client.force_login(user_with(finding.agency, "staf_bkd"))
    headers = {"Accept-Language": language}

    one = client.get(f"/api/v1/findings/{finding.pk}/", headers=headers)
    listed = client.get("/api/v1/findings/", headers=headers).json()["results"]
    whole = client.get("/api/v1/findings/", headers=headers | {"Accept": "application/x-ndjson"})

    assert one.json()["message"] == told
    assert [row["message"] for row in listed] == [told]
    assert told in b"".join(whole.streaming_content).decode()
    assert "accept-language" in one.headers["Vary"].lower()


@pytest.mark.django_db
def test_the_admin_tells_the_sentence_too(client, finding):
    client.force_login(user_with(finding.agency, "admin_daerah", is_staff=True))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    for url in (
        reverse("admin:positions_finding_changelist"), reverse("admin:positions_finding_change", args=[finding.pk]),
    ):  # fmt: skip
        assert ENGLISH in client.get(url).content.decode(), url
