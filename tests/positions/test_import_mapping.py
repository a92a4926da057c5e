"""The mapping queue suggests by likeness; only the agency's own officers settle it."""

import pytest

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions.imports import mapping
from positions.models import NameMapping
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import JobFactory, UnitFactory
from tests.roles import user_with, with_access


@pytest.fixture
def agency(db):
    return AgencyFactory()


def test_the_likeliest_names_come_first(agency):
    with agency_scope(agency):
        belawan = UnitFactory(agency=agency, name="Kecamatan Medan Belawan")
        UnitFactory(agency=agency, name="Kecamatan Medan Labuhan")
        UnitFactory(agency=agency, name="Dinas Sosial")
        name = NameMapping.objects.create(
            agency=agency, kind="unit", key="KEC MEDAN BELAWAN", text="Kec. Medan Belawan"
        )

        found = mapping.suggestions(agency.pk, "unit")[name.pk]

    assert found[0].target_id == belawan.pk
    assert [s.name for s in found] == ["Kecamatan Medan Belawan", "Kecamatan Medan Labuhan"]


def test_settling_names_needs_the_role_and_the_kind(agency):
    staff, auditor = user_with(agency, "staf_bkd"), user_with(agency, "auditor")
    with agency_scope(agency):
        name = NameMapping.objects.create(agency=agency, kind="job", key="JURU", text="Juru")
        job, unit = JobFactory(agency=agency), UnitFactory(agency=agency)
        with pytest.raises(NotAllowed):
            mapping.settle(mapping=name, target=job, actor=auditor, access=with_access(auditor, agency).access)
        access = with_access(staff, agency).access
        with pytest.raises(RuleBroken):
            mapping.settle(mapping=name, target=unit, actor=staff, access=access)

        mapping.settle(mapping=name, target=job, actor=staff, access=access)

        name.refresh_from_db()
        assert (name.job, name.mapped_by) == (job, staff)
        assert mapping.suggestions(agency.pk, "job") == {}
