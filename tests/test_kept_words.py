"""What rows keep as sentences of ours is told in the language of who reads them, whoever caused it to be written."""

import ast
import csv
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from asnhr import dates, kept, registry, told, trail_reasons
from asnhr.errors import RuleBroken
from asnhr.models import AuditEntry, AuditValue, RoleAssignment, Run
from asnhr.pages import stored
from asnhr.privacy import owndata
from asnhr.run_names import KINDS, reason_of
from asnhr.scope import agency_scope
from asnhr.services import execute
from positions import followup_words, objection_words
from positions.models import Employee, FollowUp, FormationProposal, FormationVersion, Objection
from positions.queries import agenda, quality
from positions.queries.needs import run as needs_run
from positions.services import departures, reasons
from positions.services.decree import check_not_backwards
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

ROOT = Path(__file__).resolve().parent.parent
# Words of ours in the language of the moment, and what writes rows or the trail.
SAYS = {"_", "gettext", "ngettext", "pgettext", "counted"}
WRITES = {"update", "create", "bulk_create", "get_or_create", "update_or_create", "record", "agency_scope"}
WRITES |= {"notify", "at"}
# Named as the command that was called.
COMMANDS = {path.stem for app in ("asnhr", "positions") for path in (ROOT / app / "management/commands").glob("*.py")}


def speaks(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


# Sentences found again


@pytest.mark.parametrize(
    ("indonesian", "english"),
    [
        (
            "Pekerjaan ini terhenti 3 kali dan tidak dicoba lagi.",
            "This run stopped 3 times and will not be tried again.",
        ),
        (
            "Pada 1 Januari 1900 belum ada jabatan di register; yang pertama berlaku sejak 2 Januari 2026.",
            "On 1 January 1900 the register had no position yet; the first is in force from 2 January 2026.",
        ),
        (
            "Usul formasi dalam keadaan Diajukan tidak dapat menjalani langkah ini.",
            "A formation proposal in state Submitted cannot take this step.",
        ),
        (
            "Akun ini sudah ditutup. Daftar ini tidak ada lagi.",
            "This account has been closed. This list is no longer there.",
        ),
        ("Yang ditulis orang: 12.", "Yang ditulis orang: 12."),
    ],
)  # fmt: skip
def test_a_reason_of_failure_is_told_in_both_languages_whichever_was_kept(indonesian, english):
    for text in (indonesian, english):
        with translation.override("en"):
            assert kept.failure(text) == english
        with translation.override("id"):
            assert kept.failure(text) == indonesian


def test_what_is_written_is_indonesian_whatever_the_writer_reads():
    with translation.override("en"):
        assert kept.written(followup_words.WITHDRAWN, decree="SK 5") == "Keputusan SK 5 dibatalkan."


@pytest.mark.parametrize(
    ("note", "indonesian", "english"),
    [
        ("Keputusan diubah.", "Keputusan diubah.", "Decision changed."),
        # As who read English wrote it before.
        ("Decision changed.", "Keputusan diubah.", "Decision changed."),
        (
            "Perwal 5/2026 tanggal 22-11-2026; jabatan ditutup. Digabung ke seksi lain",
            "Perwal 5/2026 tanggal 22 November 2026; jabatan ditutup. Digabung ke seksi lain",
            "Perwal 5/2026 of 22 November 2026; the position is closed. Digabung ke seksi lain",
        ),
        (
            "SK 1 tanggal 01-03-2027. Usul penghapusan jabatan: beban memudar",
            "SK 1 tanggal 1 Maret 2027. Usul penghapusan jabatan: beban memudar",
            None,
        ),
        ("Pelatihan selesai", "Pelatihan selesai", "Pelatihan selesai"),
    ],
)
def test_a_note_beside_a_follow_up(note, indonesian, english):
    with translation.override("id"):
        assert followup_words.told(note) == indonesian
    with translation.override("en"):
        said = followup_words.told(note)
    if english is None:
        assert said.startswith("SK 1 of 1 March 2027. ")
        assert "beban memudar" not in said
    else:
        assert said == english


@pytest.mark.parametrize("day", ["01-03-2027", "1 Maret 2027", "1 March 2027"])
def test_what_an_objection_is_about(day):
    with translation.override("en"):
        assert objection_words.told(f"Kenaikan gaji berkala {day}") == "Periodic increment 1 March 2027"
        line = objection_words.told(f"Redistribusi keluar 1 · Pengolah Data, Dinas X (analisis per {day})")
    assert line == "Redistribution out 1 · Pengolah Data, Dinas X (analysis as of 1 March 2027)"
    with translation.override("id"):
        assert objection_words.told(f"Kenaikan gaji berkala {day}") == "Kenaikan gaji berkala 1 Maret 2027"


# What is written


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _says(node):
    return any(
        isinstance(each, ast.Call)
        and (_called(each) in SAYS or (_called(each).startswith("get_") and _called(each).endswith("_display")))
        for each in ast.walk(node)
    )


def _sources():
    for app in ("asnhr", "positions"):
        for path in sorted((ROOT / app).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_no_service_writes_words_in_the_language_of_the_moment():
    """They would stay in it for every reader: a service keeps a code, or a sentence by `kept.written`."""
    wrong, seen = [], 0
    for path, tree in _sources():
        if "services" not in path.parts and path.parent.name not in ("privacy", "audit", "notifications", "asnhr"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in WRITES:
                seen += 1
                given = [k.value for k in node.keywords if k.arg] + node.args
                wrong += [f"{path.name}:{node.lineno} {ast.unparse(each)[:60]}" for each in given if _says(each)]
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and _says(node.value):
                target = ast.unparse(node.targets[0])
                wrong += [] if target.startswith("self.") else [f"{path.name}:{node.lineno} {target}"]
    assert seen > 100
    assert wrong == []


def test_every_reason_that_the_code_gives_the_trail_has_words_in_both_languages():
    given = set()
    for _path, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in ("agency_scope", "set_scope"):
                said = [k.value for k in node.keywords if k.arg == "reason"] + node.args[2:3]
                given |= {each.value for each in said if isinstance(each, ast.Constant) and each.value}
    assert given - COMMANDS - set(trail_reasons.OWN_ACCORD) == set()
    assert len(given) > 15
    with translation.override("en"):
        same = [text for text in trail_reasons.OWN_ACCORD if trail_reasons.told(text) == text]
        assert same == ["webhook"]
        assert all(trail_reasons.told(reason_of(kind, 7)) == f"{name} #7" for kind, name in KINDS.items())
        assert {code: trail_reasons.told(code) for code in reasons.REASONS} == {
            code: str(name) for code, name in reasons.REASONS.items()
        }
        assert trail_reasons.told("SK 800/12/BKD, 01-03-2027") == "SK 800/12/BKD, 01-03-2027"
        imported = trail_reasons.told("impor jobs · 188.44/9, 30-12-2025")
        assert imported == f"Import: {registry.importers.get('jobs').title} · 188.44/9, 30-12-2025"


def test_every_step_of_a_run_has_words_in_both_languages():
    noted = {
        node.args[0].args[0].value
        for _path, tree in _sources() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) == "at" and node.args and isinstance(node.args[0], ast.Call)
        and _called(node.args[0]) == "gettext_noop"
    }  # fmt: skip
    steps = noted | {step for module in (agenda, quality, needs_run) for step, _statements in module.STEPS}
    assert len(steps) > 12
    with translation.override("en"):
        assert [step for step in steps if told.stored(step) == step] == []


def test_the_reason_of_an_accepted_request_is_indonesian_in_the_trail():
    with translation.override("en"):
        assert str(reasons.OfRequest(5)) == "Usul perbaikan #5"
        assert trail_reasons.told("Usul perbaikan #5") == "Correction request #5"


# Pages, files, API


@pytest.fixture
def medan(db):
    return api_world.medan()


@pytest.fixture
def person(medan):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, unit=make.UnitFactory(agency=medan), phone="0811")


@pytest.mark.parametrize(
    ("reason", "english"),
    [
        ("salah-ketik", "Typing error"),
        ("Impor berkas #17", "File import #17"),
        ("kualitas data harian", "daily data quality"),
    ],
)
def test_the_trail_tells_its_reasons(client, medan, person, reason, english):
    with agency_scope(medan, reason=reason):
        Employee.objects.filter(pk=person.pk).update(phone="0812")
    with agency_scope(medan):
        entry = AuditEntry.objects.filter(reason=reason).get()
    client.force_login(user_with(medan, "auditor"))
    speaks(client, "en")

    history = reverse("audit-history", args=["positions_employee", person.pk])
    for url in (reverse("audit-list"), reverse("audit-detail", args=[entry.pk]), history):
        assert english in client.get(url).text, url
    found = client.get(reverse("audit-list"), {"alasan": english.partition(" #")[0].lower()}).text
    assert reverse("audit-detail", args=[entry.pk]) in found
    assert english not in client.get(reverse("audit-list"), {"alasan": "Dukcapil"}).text
    file = client.get(history, {"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert any(english in row for row in rows)
    one = client.get(f"/api/v1/audit-entries/{entry.pk}/", headers={"Accept-Language": "en"}).json()
    assert (one["reason"], one["changes"][0]["reason"]) == (reason, english)


def test_a_failed_run_says_why_to_each_reader(client, medan):
    with agency_scope(medan):
        run = Run.objects.create(agency=medan, kind="needs", state=Run.State.QUEUED, attempts=9, fingerprint="x" * 64)
    execute(agency_id=medan.pk, run_id=run.pk, heartbeat=False)
    client.force_login(user_with(medan, "staf_bkd"))

    page = reverse("run-detail", args=[run.pk])
    assert "dan tidak dicoba lagi." in speaks(client, "id").get(page).text
    assert "times and will not be tried again." in speaks(client, "en").get(page).text
    one = client.get(f"/api/v1/runs/{run.pk}/", headers={"Accept-Language": "en"}).json()
    assert "will not be tried again" in one["problems"][0]["message"]


def test_follow_ups_tell_their_note(client, medan):
    with agency_scope(medan):
        made = api_world.IN_UNIT["follow-ups"](medan, make.UnitFactory(agency=medan))
        FollowUp.objects.filter(pk=made.pk).update(note="Keputusan diubah.")
    client.force_login(user_with(medan, "staf_bkd"))
    speaks(client, "en")

    for url in (reverse("followup-list"), reverse("followup-detail", args=[made.pk])):
        assert "Decision changed." in client.get(url).text, url
    one = client.get(f"/api/v1/follow-ups/{made.pk}/", headers={"Accept-Language": "en"}).json()
    assert one["note"] == "Decision changed."


def test_a_proposal_tells_its_states_in_words(client, medan):
    with agency_scope(medan):
        proposal = FormationProposal.objects.create(agency=medan, year=2027, state="diajukan")
        FormationVersion.objects.create(
            agency=medan, proposal=proposal, version=1, from_state="draft", to_state="diajukan"
        )
    client.force_login(user_with(medan, "staf_bkd"))

    page = reverse("proposal-detail", args=[proposal.pk])
    assert "Konsep → Diajukan" in speaks(client, "id").get(page).text
    assert "Draft → Submitted" in speaks(client, "en").get(page).text


def test_why_a_role_was_taken_back_is_told(client, medan, person):
    user = user_with(medan, "pegawai", username="pergi", nip=person.nip)
    with agency_scope(medan):
        Employee.objects.filter(pk=person.pk).update(exits_on=dates.today(), exit_reason="pensiun")
        RoleAssignment.objects.filter(user=user).update(starts_on=dates.today())
        departures.end_roles(medan.pk, dates.today())
        held = RoleAssignment.objects.get(user=user)
    client.force_login(user_with(medan, "admin_daerah"))

    page = reverse("role-detail", args=[held.pk])
    assert "Keluar dari instansi" in speaks(client, "id").get(page).text
    assert "Left the agency" in speaks(client, "en").get(page).text


def test_the_calendar_names_its_duties_in_one_language(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))
    page = speaks(client, "en").get(reverse("work-calendar")).text

    assert "Mark as done: " in page
    assert [name for name in stored.DEADLINES if name in page] == []


# The own copy


def copy_of(agency, person, language):
    me = user_with(agency, "pegawai", username=f"saya-{language}", nip=person.nip)
    with agency_scope(agency, me.pk):
        me = with_access(me, agency)
        Employee.objects.filter(pk=person.pk).update(phone=f"08{language}")
        with translation.override(language):
            copy = owndata.request_copy(actor=me, agency=agency)
    execute(agency_id=agency.pk, run_id=copy.run_id, heartbeat=False)
    with agency_scope(agency, me.pk):
        copy.refresh_from_db()
        with zipfile.ZipFile(io.BytesIO(owndata.take(actor=me, copy=copy))) as book:
            return json.loads(book.read("data.json")), book.read("data.html").decode()


@pytest.mark.parametrize(
    ("language", "title", "name", "kind", "mark"),
    [("id", "Salinan data", "pegawai", "Mengubah", "."), ("en", "Copy of data", "employees", "Changed", ":")],
)
def test_an_own_copy_speaks_as_asked_and_tells_times_in_the_zone_of_the_agency(
    medan, person, language, title, name, kind, mark
):
    began = timezone.now().replace(microsecond=0)
    data, page = copy_of(medan, person, language)

    assert f'<html lang="{language}">' in page
    assert title in page
    acts = next(each for each in data["tables"] if each["table"] == "asnhr.AuditEntry")
    at = acts["rows"][-1][0]
    assert at.endswith("+07:00")
    assert began <= datetime.fromisoformat(at) <= timezone.now()
    assert [kind, name] in [row[1:3] for row in acts["rows"]]
    assert data["about"]["time_zone"] == "Asia/Jakarta"
    assert f"{at[11:13]}{mark}{at[14:16]} WIB" in page
    assert "+00:00" not in page


def test_an_own_copy_tells_kept_words_as_pages_do(medan, person):
    me = user_with(medan, "pegawai", username="penulis", nip=person.nip)
    with agency_scope(medan, me.pk):
        Objection.objects.create(
            agency=medan, employee=person, kind="penjagaan", object_id=7, filed_by=me, grounds="Keliru",
            about="Kenaikan gaji berkala 01-03-2027",
        )  # fmt: skip
        with translation.override("en"):
            tables = {each["table"]: each for each in owndata.sections(medan, person.nip, me.pk)}
    assert "Periodic increment 1 March 2027" in tables["positions.Objection"]["rows"][0]


def test_who_took_a_copy_is_in_the_trail_in_indonesian(medan, person):
    copy_of(medan, person, "en")
    with agency_scope(medan):
        look = AuditEntry.objects.filter(kind="baca", table_name="asnhr_owncopy").get()
        assert "mengunduh salinan data sendiri" in AuditValue.objects.get(entry_id=look.pk).change


# Days of refusals


def test_refusals_write_days_as_the_page_does(medan, person):
    for language, words in (("id", "1 Maret 2027"), ("en", "1 March 2027")):
        with translation.override(language), pytest.raises(RuleBroken, match=words):
            check_not_backwards(date(2027, 3, 2), date(2027, 3, 1))


def test_no_service_writes_a_day_by_numbers_but_for_the_trail():
    """Days are told by `formats.day`; a decree stands in the trail in one form for all."""
    found = [
        f"{path.name}:{number}" for path in sorted((ROOT / "positions/services").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "%d-%m-%Y" in line and "decided_on:" not in line and "decree_on:" not in line
    ]  # fmt: skip
    assert found == []
