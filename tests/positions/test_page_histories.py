"""The tabs of a personnel file: who opens which, what is logged, forms that write rows, figures with their rule."""

import json
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.models import AuditEntry, AuditValue
from asnhr.scope import agency_scope
from positions import models
from positions.pages.histories import GROUPS
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


@pytest.fixture
def ani(medan, unit):
    with agency_scope(medan):
        position = make.PositionFactory(agency=medan, unit=unit)
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name="Ani", rank=32, rank_since=date(2025, 4, 1), cpns_on=date(2018, 1, 1),
            birth_date=date(1990, 5, 2), education_level_id="40",
        )  # fmt: skip
        make.IncumbencyFactory(agency=medan, position=position, employee=person, starts_on=date(2020, 1, 1))
        add = {"agency": medan, "employee": person}
        models.RankRecord.objects.create(
            **add, rank=32, starts_on=date(2025, 4, 1), service_years=4, service_months=6, decree="823/1"
        )
        models.RankRecord.objects.create(**add, rank=31, starts_on=date(2019, 1, 1), decree="813/1")
        models.StandingRecord.objects.create(**add, standing="02", starts_on=date(2022, 1, 1))
        models.StandingRecord.objects.create(**add, standing="01", starts_on=date(2023, 1, 1))
        models.Discipline.objects.create(
            **add, sanction="23", decree="RAHASIA/1", decree_on=date(2024, 1, 1), starts_on=date(2024, 1, 8),
            ends_on=date(2024, 7, 8),
        )  # fmt: skip
        models.FamilyMember.objects.create(**add, relation="anak", child_kind="kandung", name="ANAKRAHASIA")
        for year in (2024, 2025):
            models.YearlyPredicate.objects.create(**add, year=year, result=2, behaviour=2, predicate=2)
        return person


def history(person, group):
    return reverse("employee-history", args=[person.pk, group])


def reads(medan):
    with agency_scope(medan):
        return AuditEntry.objects.filter(agency=medan, kind=AuditEntry.Kind.READ).count()


@pytest.mark.parametrize("group", GROUPS)
def test_a_tab_costs_few_queries_and_shows_its_tables(group, client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    client.get(history(ani, group))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(history(ani, group))

    assert page.status_code == 200
    assert len(queries) <= 15
    for slug in GROUPS[group][1]:
        assert f"riwayat-{slug}" in page.content.decode()


def test_sensitive_kinds_are_for_few_and_each_look_is_logged(client, medan, unit, ani):
    client.force_login(user_with(medan, "admin_unit", unit))
    for group in ("keluarga", "disiplin"):
        assert client.get(history(ani, group)).status_code == 403
    assert "Disiplin" not in client.get(history(ani, "kinerja")).content.decode()
    before = reads(medan)

    client.force_login(user_with(medan, "staf_bkd"))
    assert "RAHASIA/1" in client.get(history(ani, "disiplin")).content.decode()
    assert "ANAKRAHASIA" in client.get(history(ani, "keluarga")).content.decode()
    assert reads(medan) == before + 2
    client.get(history(ani, "pengembangan"))
    assert reads(medan) == before + 2
    # Increments are salary, also that there is none.
    client.get(history(ani, "kepegawaian"))
    assert reads(medan) == before + 3


def test_everybody_sees_the_own_file_and_changes_nothing_in_it(client, medan, ani):
    herself = user_with(medan, "pegawai", nip=ani.nip)
    client.force_login(herself)
    before = reads(medan)

    for group in GROUPS:
        page = client.get(history(ani, group))
        assert page.status_code == 200
        assert "/koreksi/" not in page.content.decode()
    assert "RAHASIA/1" in client.get(history(ani, "disiplin")).content.decode()
    assert client.get(reverse("employee-derived", args=[ani.pk])).status_code == 200
    assert reads(medan) == before
    assert client.get(reverse("history-new", args=[ani.pk, "golongan"])).status_code == 403
    type(herself).objects.filter(pk=herself.pk).update(nip="")
    client.force_login(user_with(medan, "staf_bkd", nip=ani.nip))
    assert client.get(reverse("history-new", args=[ani.pk, "golongan"])).status_code == 403, "an officer's own file"


def test_other_people_and_units_are_out_of_sight(client, medan, ani):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
    for user in (user_with(medan, "pegawai", nip="199001012015011001"), user_with(medan, "admin_unit", other)):
        client.force_login(user)
        assert client.get(history(ani, "kinerja")).status_code == 404
        assert client.get(reverse("employee-derived", args=[ani.pk])).status_code == 404


def test_a_past_day_shows_the_file_as_it_stood(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    page = client.get(history(ani, "kepegawaian"), {"as_of": "2022-06-01"}).content.decode()
    assert "III/a" in page
    assert "III/b" not in page
    detail = reverse("employee-detail", args=[ani.pk])
    past = client.get(detail, {"as_of": "2022-06-01"}).content.decode()
    assert "III/a Penata Muda" in past
    assert "02 cuti di luar tanggungan negara" in past
    client.get(detail, {"as_of": ""})
    rows = client.get("/api/v1/employees/?as_of=2022-06-01").json()["results"]
    assert [(row["rank"], row["legal_status"]) for row in rows] == [(31, "02")]
    text = client.get(reverse("employee-list"), {"format": "csv", "as_of": "2022-06-01"}).getvalue().decode("utf-8-sig")
    assert "III/a" in text
    client.get(detail, {"as_of": ""})


# Forms

VALID = {
    "golongan": {"rank": "33", "starts_on": "2026-10-01", "decree": "823/2"},
    "kedudukan-hukum": {"standing": "03", "starts_on": "2026-09-01"},
    "pengangkatan": {"formation_kind": "Umum", "formation_group": "fungsional"},
    "masa-kerja": {
        "experience": "Honorer", "starts_on": "2015-01-01", "ends_on": "2016-12-31", "years": "1", "months": "0",
    },
    "jabatan-luar": {
        "agency_name": "Kab. Karo", "job_name": "Analis", "group": "pelaksana", "assignment": "D",
        "starts_on": "2018-01-01", "ends_on": "2019-06-30",
    },
    "penugasan": {"kind": "dpk", "direction": "keluar", "agency_name": "KPU", "starts_on": "2026-01-01"},
    "cltn": {"starts_on": "2024-01-01", "ends_on": "2024-12-31"},
    "pendidikan": {"level": "45", "name": "S-2 HUKUM", "graduated": "2024"},
    "kgb": {"starts_on": "2025-10-01", "service_years": "5", "service_months": "0", "decree": "KGB/1"},
    "tugas-belajar": {
        "kind": "tugas", "level": "45", "programme": "Hukum", "school": "USU", "starts_on": "2025-09-01",
        "outcome": "berjalan",
    },
    "diklat": {"kind": "3", "name": "Diklat Arsip", "year": "2024"},
    "penghargaan": {"name": "Teladan", "year": "2024"},
    "kinerja": {"year": "2023", "result": "1", "behaviour": "1", "predicate": "1", "appraiser_status": "ASN"},
    "angka-kredit": {
        "kind": "konversi", "job_name": "Arsiparis", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "total": "12",
    },
    "keluarga": {"relation": "ibu", "name": "Siti"},
    "disiplin": {
        "sanction": "24", "state": "berlaku", "decree": "RAHASIA/2", "decree_on": "2026-01-05",
        "starts_on": "2026-01-10", "years": "0", "months": "0", "regulation": "PP 94/2021",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_added_corrected_and_taken_back(kind, client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    new = reverse("history-new", args=[ani.pk, kind])
    assert client.get(new).status_code == 200
    if kind != "pengangkatan":  # whose facts are all optional
        assert client.post(new, {"x": "1"}).status_code == 422

    assert client.post(new, VALID[kind]).status_code == 302

    model = KINDS[kind].model
    with agency_scope(medan):
        row = model.objects.filter(employee=ani).order_by("-pk").first()
    edit = reverse("history-edit", args=[kind, row.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, VALID[kind]).status_code == 422, "a correction says why"
    why, double = ("salah-ketik", "data-ganda") if KINDS[kind].is_coded else ("Salah ketik", "Ganda")
    assert client.post(edit, VALID[kind] | {"why": why}).status_code == 302
    assert client.post(reverse("history-take-back", args=[kind, row.pk]), {"why": double}).status_code == 302
    with agency_scope(medan):
        assert not model.objects.filter(pk=row.pk).exists()
        last = AuditEntry.objects.filter(agency=medan, table_name=model._meta.db_table).order_by("-pk").first()
        assert last.reason == double


def test_labels_of_a_form_follow_each_readers_language(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    new = reverse("history-new", args=[ani.pk, "golongan"])
    for language, shown, other in (
        ("id", "TMT golongan", "Grade effective date"),
        ("en", "Grade effective date", "TMT golongan"),
    ):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get(new).content.decode()
        assert shown in page
        assert other not in page


def test_last_days_are_written_inclusive_and_kept_exclusive(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    client.post(reverse("history-new", args=[ani.pk, "cltn"]), VALID["cltn"])
    with agency_scope(medan):
        leave = models.UnpaidLeave.objects.get()
    assert leave.ends_on == date(2025, 1, 1)
    assert "31 Desember 2024" in client.get(history(ani, "penugasan")).content.decode()
    assert 'value="2024-12-31"' in client.get(reverse("history-edit", args=["cltn", leave.pk])).content.decode()


def test_a_timed_sanction_ends_with_its_term_and_an_open_row_is_closed(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    client.post(reverse("history-new", args=[ani.pk, "disiplin"]), VALID["disiplin"])
    client.post(reverse("history-new", args=[ani.pk, "penugasan"]), VALID["penugasan"])
    with agency_scope(medan):
        ends = {row.decree: row.ends_on for row in models.Discipline.objects.all()}
        assert ends["RAHASIA/2"] == date(2026, 10, 10)
        row = models.Secondment.objects.get()
    close = reverse("history-close", args=["penugasan", row.pk])
    assert client.post(close, {"ends_on": "2026-06-30"}).status_code == 302
    with agency_scope(medan):
        assert models.Secondment.objects.get().ends_on == date(2026, 7, 1)
    assert client.post(close, {"ends_on": "2026-07-30"}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("golongan", {"pay_group": "9", "starts_on": "2026-10-01"}, "Golongan PNS untuk PNS"),
        ("golongan", {"rank": "33", "starts_on": "2017-10-01"}, "tidak boleh mendahului TMT CPNS"),
        ("golongan", {"rank": "33", "starts_on": "2025-04-01"}, "sudah tercatat"),
        ("kedudukan-hukum", {"standing": "99", "starts_on": "2026-10-01"}, "sudah keluar"),
        ("kinerja", VALID["kinerja"] | {"predicate": "4"}, "Sangat Baik"),
        ("jabatan-luar", VALID["jabatan-luar"] | {"ends_on": "2021-01-01"}, "pada instansi ini"),
    ],
)
def test_what_cannot_be_is_refused_in_words(kind, facts, words, client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    page = client.post(reverse("history-new", args=[ani.pk, kind]), facts)
    assert page.status_code == 422
    assert words in page.content.decode()


def test_the_last_education_follows_the_history(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    client.post(reverse("history-new", args=[ani.pk, "pendidikan"]), VALID["pendidikan"])
    with agency_scope(medan):
        ani.refresh_from_db()
    assert (ani.education_level_id, ani.graduated) == ("45", 2024)


# Figures


def test_the_derived_figures_name_their_rule(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    url = reverse("employee-derived", args=[ani.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url, {"as_of": "2025-05-01"}).content.decode()
    client.get(url, {"as_of": ""})

    assert len(queries) <= 20
    # E21: III/b, TMT 1 April 2025, MKG 4 years 6 months: 1 October 2026, letter 1 August 2026.
    assert "1 Oktober 2026" in page
    assert "1 Agustus 2026" in page
    # Four years in rank, the set of twelve dates: 1 April 2029 to III/c, inside the ceiling of S1.
    assert "III/c · 1 April 2029" in page
    assert "4 tahun 7 bulan" in page
    assert "Rp" in page
    assert page.count("Dasar perhitungan") >= 6


def test_of_who_has_left_the_figures_stop_at_the_last_working_day(client, medan, ani):
    client.force_login(user_with(medan, "staf_bkd"))
    url, detail = (reverse(name, args=[ani.pk]) for name in ("employee-derived", "employee-detail"))
    with agency_scope(medan):
        models.Employee.objects.filter(pk=ani.pk).update(
            exits_on=date(2025, 6, 1), legal_status="99", exit_reason="Pensiun"
        )

    def told(address, **query):
        answer = client.get(address, query)
        client.get(address, {"as_of": ""})
        return answer

    last, now, before = told(url, as_of="2025-05-31"), told(url), told(url, as_of="2025-05-01")

    served = {figure.code: figure.value for figure in now.context["figures"]}
    assert "31 Mei 2025" in now.content.decode()
    assert served["pensiun"] == "1 Juni 2025"
    for code in ("masa-kerja", "mkg", "usia", "kesesuaian-pangkat", "gaji"):
        assert served[code] == {figure.code: figure.value for figure in last.context["figures"]}[code], code
    # Nothing falls due after it.
    assert not {"kgb", "kp-lain", "kp-pengabdian"} & set(served)
    assert not [code for code in served if code.startswith("pangkat-")]
    assert "Terlewat" not in now.content.decode()
    # On a day before, nobody knew of it.
    assert "1 Juni 2025" not in before.content.decode()
    assert "kgb" in {figure.code for figure in before.context["figures"]}
    page = told(detail).content.decode()
    assert "TMT keluar" in page
    assert "1 Juni 2025" in page


@pytest.mark.parametrize(
    ("role", "columns"),
    [
        ("staf_bkd", ["gaji_pokok", "disiplin", "predikat"]),
        ("auditor", ["gaji_pokok", "disiplin", "predikat"]),
        ("bagian_organisasi", []),
        ("admin_daerah", ["gaji_pokok", "predikat"]),
    ],
)
def test_a_look_at_derived_figures_writes_down_what_was_read_of_salary_and_sanctions(role, columns, client, medan, ani):
    client.force_login(user_with(medan, role))
    before = reads(medan)

    page = client.get(reverse("employee-derived", args=[ani.pk])).content.decode()

    assert ("hukuman disiplin sedang atau berat" in page) == ("disiplin" in columns)
    assert ("Predikat kinerja" in page) == ("predikat" in columns)
    assert reads(medan) == before + bool(columns)
    if not columns:
        return
    with agency_scope(medan):
        entry = AuditEntry.objects.filter(agency=medan, kind=AuditEntry.Kind.READ).latest("pk")
        value = AuditValue.objects.get(entry_id=entry.pk)
        assert (value.object_id, json.loads(value.change)["columns"]) == (ani.pk, columns)
