"""The workbench of data quality: who sees what, at which cost; findings open the record at the field; one's own."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.models import Run
from asnhr.roles import ROLES
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.models import QualityProblem
from positions.pages import quality_words
from positions.rules.data_quality import CODES
from positions.services import quality
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_quality import give_skp, sound
from tests.roles import user_with

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def units(medan):
    """Root, an office with a division, another office."""
    with agency_scope(medan):
        root = make.UnitFactory(agency=medan, name="Pemerintah Kota Medan")
        office = make.UnitFactory(agency=medan, name="Dinas Kesehatan", parent=root)
        division = make.UnitFactory(agency=medan, name="Bidang Gizi", parent=office)
        other = make.UnitFactory(agency=medan, name="Dinas Lain", parent=root)
    return root, office, division, other


def fill(agency, unit, many, start=1, **facts):
    with agency_scope(agency):
        people = models.Employee.objects.bulk_create(
            sound(agency, unit, number, **facts) for number in range(start, start + many)
        )
        give_skp(agency)
        quality.compute(agency.pk, DAY, Progress())
    return people


def signed_in(client, agency, role, *places, **fields):
    user = user_with(agency, role, *places, **fields)
    client.force_login(user)
    return user


def shown(response):
    assert response.status_code == 200, response.status_code
    assert len(response.content) <= 100_000
    return response.content.decode()


def test_before_the_first_computation_the_page_says_so_and_offers_it(client, medan):
    signed_in(client, medan, "staf_bkd")

    text = shown(client.get(reverse("quality")))

    assert "Kualitas data belum dihitung" in text
    assert reverse("quality-run") in text
    for name in ("quality-units", "quality-findings"):
        shown(client.get(reverse(name)))


@pytest.mark.parametrize("name", ["quality", "quality-units", "quality-findings"])
def test_pages_cost_few_queries_at_any_size(name, client, medan, units):
    root, office, division, other = units
    fill(medan, division, 10)
    signed_in(client, medan, "staf_bkd")
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        shown(client.get(reverse(name)))
    with agency_scope(medan):
        more = [make.UnitFactory(agency=medan, name=f"Dinas {n}", parent=root) for n in range(70)]
        for day in range(1, 90):
            models.QualityIndex.objects.create(
                agency=medan, unit=None, day=DAY - timedelta(days=day), employees=9, affected=1, total="97.10",
                total_if_clean="98.10", treatment="nol", computed_at="2026-11-22T00:00Z",
            )  # fmt: skip
    for number, unit in enumerate(more):
        with agency_scope(medan):
            sound(medan, unit, 200 + number, phone="").save()
    fill(medan, other, 60, start=300)

    with CaptureQueriesContext(connection) as many:
        shown(client.get(reverse(name)))

    assert len(many) <= len(few) <= 15


def test_the_summary_tells_figures_what_is_missing_and_what_is_worst(client, medan, units, monkeypatch):
    # As long as an indicator waits for its table; at present none does.
    monkeypatch.setattr("positions.queries.quality.UNKNOWN", frozenset({"COM_1"}))
    monkeypatch.setitem(quality_words.UNKNOWN, "COM_1", "SKP belum tercatat di register.")
    _root, office, division, other = units
    fill(medan, division, 4)
    fill(medan, other, 4, start=10, phone="")
    signed_in(client, medan, "staf_bkd")

    text = shown(client.get(reverse("quality")))

    assert "8 pegawai, 8 di antaranya dengan temuan" in text
    assert text.count("belum dapat dihitung</span>") == 1
    assert "1 indikator belum dapat dihitung: tidak masuk indeks" in text
    assert "SKP belum tercatat di register." in text
    # The worst indicator first, the worst unit first.
    table = text[text.index('id="indicator-title"') :]
    assert table.index("COM_2") < table.index("COM_7") < table.index("COM_1")
    worst = text[text.index("Unit dengan indeks terendah") :]
    assert worst.index("Dinas Lain") < worst.index("Dinas Kesehatan")
    assert "Bidang Gizi" not in worst

    inside = shown(client.get(reverse("quality"), {"unit": office.pk}))
    assert "4 pegawai, 4 di antaranya" in inside
    assert "Bidang Gizi" in inside[inside.index("Unit dengan indeks terendah") :]


def test_an_invalid_nik_is_counted_whole_where_every_answer_is_on_record(client, medan, units):
    _root, _office, division, other = units
    asked, refused = fill(medan, division, 2, nik_validated=True)
    fill(medan, other, 1, start=10, nik_validated=None)
    signed_in(client, medan, "staf_bkd")
    unit = {"unit": division.pk}
    assert "jawaban Dukcapil atas NIK 1 pegawai belum tercatat" in shown(client.get(reverse("quality")))
    assert "jawaban Dukcapil" not in shown(client.get(reverse("quality"), unit))

    with agency_scope(medan):
        models.Employee.objects.filter(pk=asked.pk).update(nik_validated=None)
        models.Employee.objects.filter(pk=refused.pk).update(nik_validated=False)
        quality.compute(medan.pk, DAY, Progress())
        assert models.QualityIndex.objects.get(unit=division, day=DAY).counts["ACC_5"] == 1
    assert "jawaban Dukcapil atas NIK 1 pegawai belum tercatat" in shown(client.get(reverse("quality"), unit))


def test_a_past_day_shows_the_figures_of_then(client, medan, units):
    fill(medan, units[2], 3)
    signed_in(client, medan, "staf_bkd")

    assert "3 pegawai" in shown(client.get(reverse("quality")))
    assert "Tidak ada angka yang tersimpan" in shown(client.get(reverse("quality"), {"as_of": "2026-11-01"}))


def test_the_officer_of_a_unit_sees_that_unit(client, medan, units):
    _root, office, division, other = units
    fill(medan, division, 2, name="Orang Sini")
    fill(medan, other, 3, start=10, name="Orang Sana")
    signed_in(client, medan, "admin_unit", office)

    text = shown(client.get(reverse("quality")))
    assert "2 pegawai" in text
    assert "Dinas Lain" not in text
    assert reverse("quality-run") in text
    assert client.get(reverse("quality"), {"unit": other.pk}).status_code == 404
    lists = shown(client.get(reverse("quality-units"))) + shown(client.get(reverse("quality-findings")))
    assert "Bidang Gizi" in lists
    assert "Orang Sini" in lists
    assert "Dinas Lain" not in lists
    assert "Orang Sana" not in lists


def test_who_repairs_data_starts_the_computation_and_who_only_reads_does_not(client, medan, units):
    _root, office, _division, _other = units
    district = signed_in(client, medan, "admin_unit", office)
    asked = client.post(reverse("quality-run"))
    with agency_scope(medan):
        run = Run.objects.get(kind="quality")
    assert (asked["Location"], run.requested_by) == (reverse("run-detail", args=[run.pk]), district)

    # One run a day and agency: somebody else's is shared, but its page is not theirs.
    signed_in(client, medan, "pengelola_kepegawaian", office)
    assert client.post(reverse("quality-run"))["Location"] == reverse("quality")
    body = {"kind": "quality"}
    shared = client.post("/api/v1/runs/", body, content_type="application/json")
    assert (shared.status_code, "atas permintaan orang lain" in shared.json()["detail"]) == (409, True)
    assert client.post("/api/v1/runs/", {}, content_type="application/json").status_code == 403

    for role in ("auditor", "pegawai", "petugas_pdp"):
        signed_in(client, medan, role)
        assert client.post(reverse("quality-run")).status_code == 403, role
        assert client.post("/api/v1/runs/", body, content_type="application/json").status_code == 403, role
    signed_in(client, api_world.jambi(), "admin_daerah")
    client.post(reverse("quality-run"))
    with agency_scope(medan):
        assert Run.objects.filter(kind="quality").count() == 1


def test_another_agency_and_who_reads_no_register_see_nothing(client, medan, units):
    fill(medan, units[2], 2, name="Orang Medan")
    jambi = api_world.jambi()
    signed_in(client, jambi, "staf_bkd")
    assert "belum dihitung" in shown(client.get(reverse("quality")))
    assert client.get(reverse("quality"), {"unit": units[1].pk}).status_code == 404
    assert "Orang Medan" not in shown(client.get(reverse("quality-findings")))
    for role in ("pegawai", "pusat"):
        signed_in(client, medan, role)
        for name in ("quality", "quality-units", "quality-findings"):
            assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse("quality-run")).status_code == 403


def test_who_is_bound_to_units_reads_the_sums_of_the_own_units_only(client, medan, units):
    """Page and API; a person of a unit and of the one above it is counted once."""
    _root, office, division, other = units
    for number, (unit, many) in enumerate(((office, 1), (division, 2), (other, 4))):
        fill(medan, unit, many, start=10 * number + 1, email="")
    district = signed_in(client, medan, "admin_unit", office)
    client.post(reverse("quality-run"))
    with agency_scope(medan):
        run = Run.objects.get(kind="quality")
        left = quality.work(run, Progress())["counts"]
        Run.objects.filter(pk=run.pk).update(state="selesai", counts=left)
    page, path = reverse("run-detail", args=[run.pk]), f"/api/v1/runs/{run.pk}/"
    # No e-mail, and names that repeat: two findings a person.
    own = {"employees": 3, "affected": 3, "problems": 6, "units": 2}
    assert left == {"employees": 7, "affected": 7, "problems": 14, "units": 4}

    shown_counts = [value for _label, value in client.get(page).context["counts"]]
    assert (sorted(shown_counts), client.get(path).json()["counts"]) == (sorted(own.values()), own)
    with CaptureQueriesContext(connection) as queries:
        rows = client.get("/api/v1/runs/").json()["results"]
    assert [each["counts"] for each in rows] == [own]
    assert len(queries) <= 15
    with agency_scope(medan):
        Run.objects.create(agency=medan, kind="quality", parameters={"day": "2026-11-20"}, state="selesai", counts=left,
                           requested_by=district)  # fmt: skip
    with CaptureQueriesContext(connection) as more:
        rows = client.get("/api/v1/runs/").json()["results"]
    assert (len(more), len(rows)) == (len(queries), 2)
    assert {"employees": 0, "affected": 0, "units": 0} in [each["counts"] for each in rows]
    assert run.requested_by == district

    signed_in(client, medan, "staf_bkd")
    assert sorted(value for _label, value in client.get(page).context["counts"]) == sorted(left.values())
    assert client.get(path).json()["counts"] == left


def test_an_open_computation_tells_no_sums_yet(client, medan, units):
    fill(medan, units[1], 2, email="")
    signed_in(client, medan, "admin_unit", units[1])
    client.post(reverse("quality-run"))
    (row,) = client.get("/api/v1/runs/").json()["results"]
    assert row["counts"] == {}
    assert client.get(reverse("run-detail", args=[row["id"]])).context["counts"] == []


def test_asking_starts_one_run(client, medan, units):
    signed_in(client, medan, "staf_bkd")

    first = client.post(reverse("quality-run"))
    second = client.post(reverse("quality-run"))

    with agency_scope(medan):
        run = Run.objects.get(agency=medan, kind="quality")
    assert first["Location"] == second["Location"] == reverse("run-detail", args=[run.pk])
    assert "Kualitas data" in shown(client.get(first["Location"]))


# Findings


def test_a_finding_opens_the_record_at_the_field(client, medan, units):
    (person,) = fill(medan, units[2], 1, phone="")
    edit, detail = reverse("employee-edit", args=[person.pk]), reverse("employee-detail", args=[person.pk])
    signed_in(client, medan, "staf_bkd")

    text = shown(client.get(reverse("quality-findings")))
    assert f"{edit}#id_phone" in text
    assert f"{detail}#data-jabatan" in text
    assert 'id="id_phone"' in shown(client.get(edit))
    record = shown(client.get(detail))
    assert 'id="data-jabatan"' in record
    assert "Isi nomor telepon genggam." in record

    signed_in(client, medan, "auditor")
    assert f"{detail}#data-phone" in shown(client.get(reverse("quality-findings")))
    assert 'id="data-phone"' in shown(client.get(detail))


def test_every_guide_leads_to_a_place_that_is_there(client, medan, units):
    from positions.pages.quality_words import GUIDES, NAMES, UNKNOWN
    from positions.rules.data_quality import UNKNOWN as UNKNOWN_CODES

    assert set(GUIDES) == set(CODES) - UNKNOWN_CODES
    assert set(NAMES) == set(CODES)
    assert set(UNKNOWN) == UNKNOWN_CODES
    (person,) = fill(medan, units[2], 1, nik="1271010101850001")
    signed_in(client, medan, "staf_bkd")
    record = shown(client.get(reverse("employee-detail", args=[person.pk])))
    form = shown(client.get(reverse("employee-edit", args=[person.pk])))
    for code, guide in GUIDES.items():
        assert f'id="data-{guide.field}"' in record, code
        assert not guide.form or f'id="id_{guide.form}"' in form, code


READERS = sorted(
    slug for slug, role in ROLES.items() if "view_register" in role.permissions and role.reach in ("agency", "unit")
)


@pytest.mark.parametrize("role", READERS)
def test_every_finding_leads_to_a_place_that_is_there_for_each_role(role, client, medan, units):
    """Also to the NIK, which few roles may open: the others find its place with a sentence."""
    (person,) = fill(medan, units[2], 1, phone="")
    with agency_scope(medan):
        for code in CODES:
            QualityProblem.objects.get_or_create(
                agency=medan, employee=person, code=code, defaults={"since": DAY, "weight": 0}
            )
    signed_in(client, medan, role, *([units[1]] if ROLES[role].reach == "unit" else []))

    found = "".join(
        shown(client.get(reverse("quality-findings"), {"q": person.nip, "dimensi": kind}))
        for kind in quality_words.KINDS
    )
    links = set(re.findall(rf'href="(/pegawai/{person.pk}/[^"]*)#([^"]+)"', found))
    assert any(anchor == "data-nik" for _address, anchor in links)
    pages = {address: shown(client.get(address)) for address, _anchor in links}
    missing = [(address, anchor) for address, anchor in links if f'id="{anchor}"' not in pages[address]]
    assert missing == []


def test_a_repair_shows_at_once_on_the_record_and_after_the_next_night_in_the_list(client, medan, units):
    (person,) = fill(medan, units[2], 1, phone="")
    signed_in(client, medan, "staf_bkd")
    with agency_scope(medan):
        models.Employee.objects.filter(pk=person.pk).update(phone="0812")

    assert "COM_7" not in shown(client.get(reverse("employee-detail", args=[person.pk])))
    assert "COM_7" in shown(client.get(reverse("quality-findings")))
    with agency_scope(medan):
        quality.compute(medan.pk, DAY, Progress())
    listed = client.get(reverse("quality-findings"), {"format": "csv"})
    assert b"COM_7" not in b"".join(listed.streaming_content)


def test_findings_are_filtered_by_code_dimension_and_who_repairs(client, medan, units):
    fill(medan, units[2], 1, phone="", title_after="", pns_on=date(2009, 12, 1))
    signed_in(client, medan, "staf_bkd")

    def codes(**query):
        rows = client.get(reverse("quality-findings"), query).context["page"].rows
        return {row.code for row in rows}

    assert codes() == {"COM_2", "COM_5", "COM_7", "ACC_1"}
    assert codes(kode="COM_7") == {"COM_7"}
    assert codes(dimensi="accuracy") == {"ACC_1"}
    assert codes(dimensi="other") == set()
    assert codes(q="tidak ada") == set()
    assert codes(unit=units[3].pk) == set()
    assert codes(unit=units[1].pk, diminta="false") == set()


# One's own


def test_an_employee_is_asked_to_repair_the_own_data_on_home_and_record(client, medan, units):
    own, other = fill(medan, units[2], 2, phone="")
    signed_in(client, medan, "pegawai", nip=own.nip)

    for address in (reverse("home"), reverse("employee-own")):
        text = shown(client.get(address))
        assert "Perlu Anda perbaiki" in text
        assert "Usulkan nomor telepon genggam Anda" in text
    assert client.get(reverse("employee-detail", args=[other.pk])).status_code == 404
    with agency_scope(medan):
        models.Employee.objects.filter(pk=own.pk).update(phone="0812")
        make.IncumbencyFactory(agency=medan, employee=own, position=make.PositionFactory(agency=medan, unit=units[2]))
    assert "Perlu Anda perbaiki" not in shown(client.get(reverse("home")))


def test_nobody_is_asked_for_what_only_an_officer_settles(client, medan, units):
    one, _other = fill(medan, units[2], 2, nik_hash="f" * 64)
    signed_in(client, medan, "pegawai", nip=one.nip)

    text = shown(client.get(reverse("employee-own")))
    assert "Jabatan kosong" in text
    assert "NIK sama dengan pegawai lain" not in text


# API


def test_the_api_gives_indexes_and_findings(client, medan, units):
    fill(medan, units[2], 2)
    with agency_scope(medan):
        quality.compute(medan.pk, DAY - timedelta(days=1), Progress())
    signed_in(client, medan, "staf_bkd")

    rows = client.get("/api/v1/quality-indexes/?latest=true&is_agency=true").json()["results"]
    assert [(row["day"], row["counts"]) for row in rows] == [("2026-11-22", {"COM_2": 2})]
    assert rows[0]["total"] == rows[0]["total_if_clean"]
    assert client.get("/api/v1/quality-indexes/?is_agency=true").json()["results"][1]["day"] == "2026-11-21"
    assert len(client.get(f"/api/v1/quality-indexes/?under={units[1].pk}").json()["results"]) == 4
    found = client.get("/api/v1/quality-problems/?dimension=completeness").json()["results"]
    assert {row["code"] for row in found} == {"COM_2"}
    assert client.get("/api/v1/quality-problems/?dimension=accuracy").json()["results"] == []


def test_the_api_asks_for_a_computation(client, medan, units):
    signed_in(client, medan, "staf_bkd")

    def ask(**body):
        return client.post("/api/v1/runs/", body, content_type="application/json")

    first, second = ask(kind="quality"), ask(kind="quality")
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["kind"] == "quality"
    assert ask(kind="quality", as_of="2026-01-01").status_code == 400
    signed_in(client, medan, "auditor")
    assert ask(kind="quality").status_code == 403


def test_units_of_one_name_are_told_apart_and_a_handful_of_people_leads_no_list(client, medan, units):
    _root, office, division, other = units
    with agency_scope(medan):
        twin = make.UnitFactory(agency=medan, name=division.name, parent=other)
    fill(medan, twin, 3)
    fill(medan, division, 12, start=4, phone="")
    signed_in(client, medan, "staf_bkd")
    page = shown(client.get(reverse("quality-units")))
    assert page.count(">Bidang Gizi<") == 1, "three people are left out"
    assert ">Dinas Kesehatan</small>" in page
    assert 'name="orang"' in page
    assert 'value="10"' in page
    for asked in ({"orang": ""}, {"q": "gizi"}):
        both = shown(client.get(reverse("quality-units"), asked))
        assert ">Dinas Lain</small>" in both
        assert ">Dinas Kesehatan</small>" in both
    assert ">Dinas Kesehatan</small>" in shown(client.get(reverse("quality-findings")))


def test_a_day_without_a_figure_says_that_none_is_kept(client, medan, units):
    fill(medan, units[2], 3)
    signed_in(client, medan, "staf_bkd")
    page = shown(client.get(reverse("quality"), {"as_of": "2020-05-01"}))
    assert "Tidak ada angka yang tersimpan untuk hari itu" in page
    assert "Hitung sekarang" not in page
