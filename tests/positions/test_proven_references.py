"""What bulk writes point at, proven once a statement: national rows, and the position of whoever has no seat."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from asnhr import constraints
from asnhr.scope import agency_scope
from positions.models import Education, EducationLevel, Employee, EmployeeEducation, Incumbency
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

pytestmark = pytest.mark.django_db


def run(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def run_now(sql, *params):
    """The statement, and what was to be checked at its commit."""
    run(sql, *params)
    run("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def agency():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def person(agency):
    return make.EmployeeFactory(agency=agency)


@pytest.mark.parametrize("column", ["education_level_id", "education_id"])
def test_a_person_cannot_point_at_an_education_that_is_not_there(person, column):
    value = "ZZ" if column == "education_level_id" else "-1"
    with pytest.raises(IntegrityError, match=column) as caught, transaction.atomic():
        run(f"UPDATE positions_employee SET {column} = %s WHERE id = %s", value, person.pk)
    assert caught.value.__cause__.pgcode == "23503"
    assert "positions_employee_" + column in constraints.sentence_of(caught.value)


def test_nobody_belongs_to_an_agency_that_is_not_there(person):
    with pytest.raises(IntegrityError, match="agency_id"), transaction.atomic(), agency_scope(-1):
        run(
            "INSERT INTO positions_employee (agency_id, nip, name, status, sex, birth_date, nip_old, siasn_id,"
            " title_before, title_after, legal_status, birth_place, nik, nik_hash, email, phone, exit_reason)"
            " VALUES (-1, '198501012010011001', 'A', 'PNS', 'M', '1985-01-01', '', '', '', '', '01', '', '', '', '',"
            " '', '')"
        )


def test_one_wrong_row_of_many_refuses_the_statement(person, agency):
    level = EducationLevel.objects.first()
    with pytest.raises(IntegrityError, match="level_id"), transaction.atomic():
        EmployeeEducation.objects.bulk_create(
            [EmployeeEducation(agency=agency, employee=person, level=level, name=f"S{n}") for n in range(50)]
            + [EmployeeEducation(agency=agency, employee=person, level_id="ZZ", name="salah")]
        )
    assert EmployeeEducation.objects.count() == 0
    EmployeeEducation.objects.create(agency=agency, employee=person, level=level, education=Education.objects.first())


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM positions_educationlevel WHERE code = '05'",
        "UPDATE positions_educationlevel SET code = 'ZZ' WHERE code = '05'",
        "DELETE FROM positions_education",
        "UPDATE positions_education SET id = -id",
        "DELETE FROM asnhr_agency",
    ],
)
def test_national_rows_stay_even_when_nothing_visible_points_at_them(sql):
    AgencyFactory()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        run(sql)
    with translation.override("id"):
        said = constraints.sentence_of(caught.value)
    assert said == "Instansi dan baris acuan nasional tidak dihapus dan kuncinya tetap."


def test_the_owner_cannot_empty_them_either(owner_connection):
    with owner_connection.cursor() as cursor, pytest.raises(Exception, match="national table"):
        cursor.execute("TRUNCATE positions_education CASCADE")


def test_a_name_may_still_be_mended():
    assert run("UPDATE positions_educationlevel SET name = 'SD' WHERE code = '05'") == 1


def test_who_has_no_seat_needs_a_position_that_is_there(person, agency):
    position = make.PositionFactory(agency=agency)
    held = make.IncumbencyFactory(
        agency=agency, position=position, employee=person, kind=Incumbency.Kind.PART_TIME, seat=None
    )
    with pytest.raises(IntegrityError, match="incumbency_position_without_seat"), transaction.atomic():
        run_now("UPDATE positions_incumbency SET position_id = -1 WHERE id = %s", held.pk)
    with pytest.raises(IntegrityError, match="incumbency_position_without_seat"), transaction.atomic():
        run_now("DELETE FROM positions_position WHERE id = %s", position.pk)


def test_who_has_a_seat_stands_on_its_position(person, agency):
    other = make.PositionFactory(agency=agency)
    held = make.IncumbencyFactory(agency=agency, employee=person)
    with pytest.raises(IntegrityError, match="incumbency_seat_of_position"), transaction.atomic():
        run_now("UPDATE positions_incumbency SET position_id = %s WHERE id = %s", other.pk, held.pk)
    assert Employee.objects.count() == 1
