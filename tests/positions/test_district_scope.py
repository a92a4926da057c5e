"""What the admin of a district does not see of the agency: goals, names, totals and figures of other units."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import NotAllowed
from asnhr.imports.framework import Options, run
from asnhr.models import ImportJob
from asnhr.scope import agency_scope
from positions import models
from positions.imports.needs import NeedImporter
from positions.services import register
from tests import api_world
from tests.factories.positions import (
    GoalFactory,
    NeedsAnalysisFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def district(medan):
    with agency_scope(medan):
        root = UnitFactory(agency=medan, name="Pemerintah Kota Medan")
        UnitFactory(agency=medan, name="Dinas Lain", parent=root)
        return UnitFactory(agency=medan, name="Kecamatan Medan Belawan", parent=root)


def other(medan):
    return models.Unit.objects.get(agency=medan, name="Dinas Lain")


def signed_in(client, medan, role, *units):
    user = user_with(medan, role, *units)
    client.force_login(user)
    return user


# Goals


def goals(medan, district):
    """A tree of goals; each text says whose it is."""
    vision = GoalFactory(agency=medan, code="V", level="visi", text="Milik kota")
    aim = GoalFactory(
        agency=medan, code="T", level="tujuan", text="Di atas milik kami", parent=vision, unit=other(medan)
    )
    GoalFactory(agency=medan, code="P", level="program", text="Program kami", parent=aim, unit=district)
    GoalFactory(agency=medan, code="L", level="program", text="RAHASIA dinas lain", parent=aim, unit=other(medan))
    served = GoalFactory(agency=medan, code="D", text="Dilayani jabatan kami", unit=other(medan))
    position = PositionFactory(agency=medan, unit=district)
    position.goal_links.create(agency=medan, goal=served, starts_on=date(2022, 1, 1))
    done = GoalFactory(agency=medan, code="U", text="Disebut tugas kami", unit=other(medan))
    sheet = api_world._sheet(medan, district)
    WorkloadTaskFactory(
        agency=medan, goal=done, workload=WorkloadFactory(agency=medan, position=position, sheet=sheet)
    )  # fmt: skip


def test_a_district_sees_its_goals_those_above_them_those_it_serves_and_the_agencys(client, medan, district):
    with agency_scope(medan):
        goals(medan, district)
        hidden = models.Goal.objects.get(code="L")
    signed_in(client, medan, "admin_unit", district)

    listed = {each["code"] for each in client.get("/api/v1/goals/").json()["results"]}
    admin = {each.code for each in client.get(reverse("admin:positions_goal_changelist")).context["cl"].result_list}
    page = client.get(reverse("goal-list")).content.decode()

    assert listed == admin == {"V", "T", "P", "D", "U"}
    assert "Program kami" in page
    assert "RAHASIA" not in page
    assert client.get(reverse("goal-detail", args=[hidden.pk])).status_code == 404
    assert client.get(f"/api/v1/goals/{hidden.pk}/").status_code == 404


def test_a_goals_page_lists_below_it_only_what_is_in_sight(client, medan, district):
    with agency_scope(medan):
        goals(medan, district)
        above = models.Goal.objects.get(code="T")
    signed_in(client, medan, "admin_unit", district)

    page = client.get(reverse("goal-detail", args=[above.pk])).content.decode()

    assert "Program kami" in page
    assert "RAHASIA" not in page


def test_the_whole_agency_sees_every_goal(client, medan, district):
    with agency_scope(medan):
        goals(medan, district)
    signed_in(client, medan, "staf_bkd")

    assert len(client.get("/api/v1/goals/").json()["results"]) == 6


# Names waiting to be mapped


def test_a_districts_admin_reads_a_name_and_who_settles_it(client, medan, district):
    with agency_scope(medan):
        name = models.NameMapping.objects.create(agency=medan, kind="unit", key="KEC", text="Kec. Kami")
        other = models.NameMapping.objects.create(agency=medan, kind="unit", key="X", text="Lain")
        models.NameOccurrence.objects.create(agency=medan, mapping=name, unit=district, rows=3)
        elsewhere = UnitFactory(agency=medan, name="Kantor Rahasia", parent=district.parent)
        models.NameOccurrence.objects.create(agency=medan, mapping=name, unit=elsewhere, rows=2)
    url = reverse("mapping-detail", args=[name.pk])
    signed_in(client, medan, "admin_unit", district)

    assert url in client.get(reverse("mapping-list")).content.decode()
    page = client.get(url)
    text = page.content.decode()
    assert (page.status_code, district.name in text, "Staf BKD" in text) == (200, True, True)
    assert "Kantor Rahasia" not in text
    assert 'name="target"' not in text
    assert client.post(url, {"target": district.pk}).status_code == 403
    assert client.get(reverse("mapping-detail", args=[other.pk])).status_code == 404
    answer = client.post(f"/api/v1/mappings/{name.pk}/settle/", {"unit_id": district.pk}, "application/json")
    assert answer.status_code == 403
    with agency_scope(medan):
        assert models.NameMapping.objects.get(pk=name.pk).mapped_at is None

    signed_in(client, medan, "staf_bkd")
    assert 'name="target"' in client.get(url, {"q": district.name}).content.decode()
    assert client.post(url, {"target": district.pk}).status_code == 302
    assert "Kantor Rahasia" in client.get(url).content.decode()


def test_who_maps_for_some_units_names_no_other_unit(medan, district):
    """A role with the right, bound to units: its targets lie in them."""
    with agency_scope(medan):
        name = models.NameMapping.objects.create(agency=medan, kind="unit", key="KEC", text="Kec. Kami")
        elsewhere = UnitFactory(agency=medan, parent=district.parent)
    bound = user_with(medan, "bagian_organisasi")
    with agency_scope(medan, bound.pk):
        bound.access = replace(with_access(bound, medan).access, unit_paths=(district.path,), whole_agency=False)
        with pytest.raises(NotAllowed, match="di luar cakupan"):
            register.map_name(actor=bound, mapping=name, unit=elsewhere)
        assert register.map_name(actor=bound, mapping=name, unit=district).unit == district


def test_the_queue_of_names_holds_a_districts_own_imports_only(client, medan, district):
    with agency_scope(medan):
        models.NameMapping.objects.create(agency=medan, kind="unit", key="DINAS", text="RAHASIA dinas lain")
    user = signed_in(client, medan, "admin_unit", district)
    with agency_scope(medan):
        job = ImportJob.objects.create(
            agency=medan, kind="employees", filename="x.csv", stored_as="x", sha256="0" * 64, created_by=user
        )
        models.NameMapping.objects.create(agency=medan, kind="job", key="JURU", text="Juru kami", first_import=job)

    page = client.get(reverse("mapping-list"))
    listed = client.get("/api/v1/mappings/").json()["results"]
    admin = client.get(reverse("admin:positions_namemapping_changelist")).context["cl"].result_list

    assert page.status_code == 200
    assert "Juru kami" in page.content.decode()
    assert "RAHASIA" not in page.content.decode()
    assert [each["text"] for each in listed] == [each.text for each in admin] == ["Juru kami"]
    assert page.context["figures"][0]["value"] == 1


def test_a_name_that_another_import_queued_first_is_found_where_it_occurs(client, medan, district):
    """Each row's unit sees the name; a unit admin's import brings it to that admin's units."""
    with agency_scope(medan):
        UnitFactory(agency=medan, code="LAIN", name="Kecamatan Lain", parent=district.parent)
    head = "unit;jabatan;kebutuhan;nomor keputusan;tanggal keputusan\n"

    def load(text, paths=None):
        options = Options(today=date(2026, 1, 2), unit_paths=paths)
        return run(NeedImporter, io.BytesIO((head + text).encode()), agency_id=medan.pk, options=options)

    line = "{};{};1;188/1;05-01-2025\n"
    load(line.format("LAIN", "Juru Rahasia") + line.format(district.code, "Juru Kami"))
    load(line.format("LAIN", "Juru Bersama"))
    admin = signed_in(client, medan, "admin_unit", district)

    def seen():
        return {each["text"] for each in client.get("/api/v1/mappings/").json()["results"]}

    assert seen() == {"Juru Kami"}
    load(line.format(district.code, "Juru Bersama"), (district.path,))
    assert seen() == {"Juru Kami", "Juru Bersama"}
    assert "Rahasia" not in client.get(reverse("mapping-list")).content.decode()
    with agency_scope(medan, admin.pk):
        assert set(models.NameOccurrence.objects.values_list("mapping__text", "unit__code", "rows")) == {
            ("Juru Rahasia", "LAIN", 1),
            ("Juru Kami", district.code, 1),
            ("Juru Bersama", "LAIN", 1),
            ("Juru Bersama", district.code, 1),
        }
    options = Options(today=date(2026, 1, 2), unit=district.code)
    run(
        NeedImporter, io.BytesIO((head + line.format("Kec Kami", "Juru")).encode()), agency_id=medan.pk, options=options
    )
    assert seen() == {"Juru Kami", "Juru Bersama", "Kec Kami"}, "an unknown unit's name belongs to the --unit given"
    with agency_scope(medan):
        elsewhere = models.Unit.objects.get(code="LAIN")
    signed_in(client, medan, "admin_unit", elsewhere)
    assert seen() == {"Juru Rahasia", "Juru Bersama"}


# Figures of the agency


# As data says it and as a page does.
NUMBER = re.compile(r"918\.?273")


def test_totals_of_an_analysis_are_for_who_sees_the_whole_agency(client, medan, district):
    with agency_scope(medan):
        analysis = NeedsAnalysisFactory(agency=medan, totals={"need": 918273})
    pages = [
        "/api/v1/analyses/", f"/api/v1/analyses/{analysis.pk}/",
        reverse("admin:positions_needsanalysis_change", args=[analysis.pk]),
    ]  # fmt: skip
    signed_in(client, medan, "admin_unit", district)
    for url in pages:
        answer = client.get(url)
        assert answer.status_code == 200
        assert not NUMBER.search(answer.text)

    signed_in(client, medan, "admin_daerah")
    for url in pages:
        assert NUMBER.search(client.get(url).text)


def test_versions_of_a_proposal_are_for_who_sees_the_whole_agency(client, medan, district):
    with agency_scope(medan):
        version = models.FormationVersion.objects.create(
            agency=medan, proposal=models.FormationProposal.objects.create(agency=medan, year=2027), version=1,
            from_state="draft", to_state="diajukan", figures=[{"position": "RAHASIA"}],
        )  # fmt: skip
    url = reverse("admin:positions_formationversion_change", args=[version.pk])
    signed_in(client, medan, "admin_unit", district)

    assert client.get(url).status_code == 404
    listed = client.get(reverse("admin:positions_formationversion_changelist")).context["cl"].result_list
    assert list(listed) == []

    signed_in(client, medan, "admin_daerah")
    assert "RAHASIA" in client.get(url).content.decode()
