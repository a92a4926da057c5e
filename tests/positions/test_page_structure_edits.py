"""Units, jobs and K ditetapkan on their pages: they work, refuse in words, and are not there for strangers."""

import re
from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Job, Unit
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
DAY = "2026-11-21"
PERDA = {"starts_on": DAY, "decree": "Perda 3/2026", "decree_on": "2026-11-09"}
CLOSING = {"ends_on": DAY, "decree": "Perda 3/2026", "decree_on": "2026-11-09"}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2026, 11, 21))


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(name="Dinas Perhubungan", parent=make.UnitFactory(name="Kota Medan"))


@pytest.fixture
def position(medan, unit):
    with agency_scope(medan):
        position = make.PositionFactory(unit=unit)
        make.SeatFactory(position=position)
        make.PositionNeedFactory(position=position)
        return position


def signed_in(client, agency, role="bagian_organisasi", *units):
    client.force_login(user_with(agency, role, *units))
    return client


def url(name, *arguments, **query):
    address = reverse(name, args=arguments)
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


def text(response):
    return response.content.decode()


def decided(client, address, form):
    """Send a decision, see its preview, and save what was shown."""
    shown = client.post(address, form)
    if shown.status_code != 200:
        return shown
    mark = re.search(r'name="tanda" value="(\w+)"', text(shown))[1]
    return client.post(address, form | {"tanda": mark, "langkah": "simpan"})


def test_a_new_unit_goes_by_parent_then_form(client, medan, unit):
    signed_in(client, medan)
    found = client.get(url("unit-new", q="perhubungan"))
    form = {"code": "D-1", "name": "Bidang Parkir", "kind": "bidang", **PERDA}

    late = client.post(url("unit-new", di=unit.pk), form | {"decree_on": "2026-11-22"})
    bare = client.post(url("unit-new", di=unit.pk), form | {"decree_on": ""})
    assert (late.status_code, "sebelum keputusannya ditetapkan" in text(late)) == (422, True)
    assert (bare.status_code, set(bare.context["form"].errors)) == (422, {"decree_on"})
    assert "Dasarnya Perda 3/2026, tanggal 9 November 2026." in text(client.post(url("unit-new", di=unit.pk), form))
    answer = decided(client, url("unit-new", di=unit.pk), form)
    again = client.post(url("unit-new", di=unit.pk), form)

    assert f"?di={unit.pk}" in text(found)
    assert (answer.status_code, again.status_code) == (302, 422)
    assert "Kode unit ini sudah dipakai" in text(again)
    with agency_scope(medan):
        assert Unit.objects.get(code="D-1").parent_id == unit.pk


def test_a_unit_is_renamed_then_moved_and_keeps_its_history(client, medan, unit):
    with agency_scope(medan):
        other = make.UnitFactory(name="Sekretariat Daerah", parent=unit.parent)
    signed_in(client, medan)
    assert 'value="Dinas Perhubungan"' in text(client.get(url("unit-rename", unit.pk)))

    renamed = decided(client, url("unit-rename", unit.pk), {"name": "Dishub", **PERDA})
    same_day = client.post(url("unit-move", unit.pk, ke=other.pk), {"name": "Dishub", **PERDA})
    assert f"?ke={other.pk}" in text(client.get(url("unit-move", unit.pk, q="sekretariat")))
    moved = decided(
        client, url("unit-move", unit.pk, ke=other.pk), {"name": "Dishub", **PERDA, "starts_on": "2026-12-01"}
    )

    assert (renamed.status_code, same_day.status_code, moved.status_code) == (302, 422, 302)
    assert "sudah mencatat keadaan mulai 21 November 2026" in text(same_day)
    shown = text(client.get(url("unit-detail", unit.pk)))
    assert "Dinas Perhubungan" in shown
    assert "Perda 3/2026, 9 November 2026" in shown
    assert "di bawah Sekretariat Daerah" in shown


def test_a_unit_closes_with_its_successor_once_it_is_empty(client, medan, unit, position):
    with agency_scope(medan):
        successor = make.UnitFactory(name="Dinas Baru", parent=unit.parent)
    signed_in(client, medan)
    picking = text(client.get(url("unit-close", unit.pk, q="dinas baru")))
    assert f"?pengganti={successor.pk}" in picking
    assert 'href="' + url("unit-close", unit.pk) + '?pengganti="' in picking
    form = url("unit-close", unit.pk, pengganti=successor.pk)

    refused = client.post(form, CLOSING)
    decided(client, url("position-close", position.pk), CLOSING)
    closed = decided(client, form, CLOSING)

    assert "masih punya 1 jabatan" in text(refused)
    assert closed.status_code == 302
    shown = text(client.get(url("unit-detail", unit.pk)))
    assert "Dasar: Perda 3/2026, 9 November 2026." in shown
    assert "Dinas Baru" in shown
    assert url("unit-rename", unit.pk) not in shown


def test_a_job_is_added_and_its_requirements_change(client, medan):
    signed_in(client, medan)
    form = {
        "code": "J-1", "name": "Arsiparis", "group": "fungsional", "level": "AHLI_MUDA", "field": "teknis",
        "fields_of_study": "Kearsipan\r\nIlmu Perpustakaan", "rank_min": 33, "rank_max": 34,
        "competency_M_1": 3, "is_active": "on",
    }  # fmt: skip
    wrong = client.post(url("job-new"), form | {"level": "PELAKSANA"})
    assert client.post(url("job-new"), form).status_code == 302
    with agency_scope(medan):
        job = Job.objects.get(code="J-1")

    page = text(client.get(url("job-edit", job.pk)))
    changed = client.post(url("job-edit", job.pk), {"field": "teknis", "job_class": 10, "summary": "Menata"})

    assert wrong.status_code == 422
    assert "ILMU PERPUSTAKAAN\nKEARSIPAN" in page
    # Decided by a decree, where the page says.
    assert 'name="job_class"' not in page
    assert "ditetapkan dengan keputusan pada evaluasi jabatan" in page
    assert changed.status_code == 302
    with agency_scope(medan):
        job.refresh_from_db()
        assert (job.job_class, job.rank_min, job.is_active, job.summary) == (None, None, False, "Menata")
        assert not job.education_fields.exists()


def test_the_decided_formation_changes_by_decree(client, medan, position):
    signed_in(client, medan)
    assert url("position-formation", position.pk) in text(client.get(url("position-detail", position.pk)))
    form = {"number": 3, "starts_on": DAY, "decree": "188/9", "decree_on": DAY}

    seen = client.post(url("position-formation", position.pk), form)
    assert "Belum ada yang disimpan" in text(seen)
    with agency_scope(medan):
        assert position.seats.count() != 3
    answer = decided(client, url("position-formation", position.pk), form)
    again = client.post(url("position-formation", position.pk), form)

    assert (answer.status_code, again.status_code) == (302, 422)
    assert "sudah tercatat mulai 21 November 2026" in text(again)
    with agency_scope(medan):
        assert position.seats.count() == 3
        held = make.IncumbencyFactory(position=position, seat=position.seats.order_by("number").first())
    fewer = {"number": 0, "starts_on": "2026-12-01", "decree": "188/10", "decree_on": DAY}
    seen = text(client.post(url("position-formation", position.pk), fewer))
    # Who would stand outside the formation is named before anything is saved.
    assert "Pegawai yang terkena: 1" in re.sub(r"<[^>]+>", "", seen)
    assert held.employee.name in seen


EDITS = ("unit-rename", "unit-move", "unit-close", "job-edit", "position-formation", "unit-new", "job-new")


@pytest.mark.parametrize("name", EDITS)
def test_who_does_not_edit_the_structure_gets_neither_page_nor_button(client, medan, unit, position, name):
    row = {"job-edit": position.job_id, "position-formation": position.pk}.get(name, unit.pk)
    address = url(name) if name.endswith("-new") else url(name, row)
    detail = {"job": "job-detail", "position": "position-detail"}.get(name.split("-")[0], "unit-detail")
    place = {"job-detail": position.job_id, "position-detail": position.pk}.get(detail, unit.pk)

    for role in ("staf_bkd", "auditor"):
        signed_in(client, medan, role)
        assert client.get(address).status_code == 403
        assert client.post(address, {}).status_code == 403
        assert address not in text(client.get(url(detail, place)))


@pytest.mark.parametrize("name", EDITS[:5])
def test_rows_of_another_agency_are_not_found(client, medan, name):
    jambi = AgencyFactory(code="1571", name="Jambi", short_name="Jambi")
    with agency_scope(jambi):
        foreign = make.PositionFactory(agency=jambi)
    row = {"job-edit": foreign.job_id, "position-formation": foreign.pk}.get(name, foreign.unit_id)

    assert signed_in(client, medan).post(url(name, row), {}).status_code == 404
