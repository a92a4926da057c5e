"""The histories of a personnel file: what the database refuses, and today's rank and standing in step with theirs."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from asnhr.scope import agency_scope
from positions import models
from positions.models import Employee, RankRecord, StandingRecord
from positions.queries import histories
from positions.services import register
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


def run(statement, *given):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def ani(medan):
    return make.EmployeeFactory(agency=medan, rank=33, rank_since=date(2022, 4, 1), legal_status="01")


def stands(person):
    person.refresh_from_db()
    return person.rank, person.rank_since


def ranks(person):
    return list(RankRecord.objects.filter(employee=person).order_by("starts_on").values_list("rank", "starts_on"))


def test_todays_rank_follows_the_history(medan, ani):
    RankRecord.objects.create(agency=medan, employee=ani, rank=31, starts_on=date(2014, 4, 1))
    assert stands(ani) == (33, date(2022, 4, 1))
    assert ranks(ani) == [(31, date(2014, 4, 1)), (33, date(2022, 4, 1))]
    newest = RankRecord.objects.create(agency=medan, employee=ani, rank=34, starts_on=date(2026, 4, 1))
    assert stands(ani) == (34, date(2026, 4, 1))
    run("UPDATE positions_rankrecord SET starts_on = DATE '2026-06-01' WHERE id = %s", newest.pk)
    assert stands(ani) == (34, date(2026, 6, 1))
    run("DELETE FROM positions_rankrecord WHERE id = %s", newest.pk)
    assert stands(ani) == (33, date(2022, 4, 1))
    RankRecord.objects.create(agency=medan, employee=ani, rank=34, starts_on=date(2099, 4, 1))
    assert stands(ani) == (33, date(2022, 4, 1))


def test_a_change_of_the_person_becomes_a_row_of_the_history(medan, ani):
    RankRecord.objects.create(agency=medan, employee=ani, rank=31, starts_on=date(2014, 4, 1))
    Employee.objects.filter(pk=ani.pk).update(rank=34, rank_since=date(2026, 4, 1))
    assert ranks(ani)[-1] == (34, date(2026, 4, 1))
    Employee.objects.filter(pk=ani.pk).update(rank=32, rank_since=date(2018, 4, 1))
    assert stands(ani) == (34, date(2026, 4, 1)), "an older rank is a row, not today's rank"
    assert (32, date(2018, 4, 1)) in ranks(ani)
    budi = make.EmployeeFactory(agency=medan, rank=33, rank_since=date(2022, 4, 1))
    Employee.objects.filter(pk=budi.pk).update(rank=34)
    assert ranks(budi) == []


def test_todays_standing_follows_the_history(medan, ani):
    StandingRecord.objects.create(agency=medan, employee=ani, standing="02", starts_on=date(2024, 1, 1))
    ani.refresh_from_db()
    assert ani.legal_status == "02"
    StandingRecord.objects.create(agency=medan, employee=ani, standing="01", starts_on=date(2026, 1, 1))
    ani.refresh_from_db()
    assert ani.legal_status == "01"
    assert [r.standing for r in StandingRecord.objects.on(date(2025, 1, 1))] == ["02"]
    future = StandingRecord.objects.create(agency=medan, employee=ani, standing="03", starts_on=date(2099, 1, 1))
    histories.catch_up(medan.pk, date(2098, 1, 1), date(2099, 1, 1))
    ani.refresh_from_db()
    assert ani.legal_status == "01", "its day has not come"
    future.delete()
    Employee.objects.filter(pk=ani.pk).update(legal_status="03")
    assert StandingRecord.objects.filter(employee=ani, standing="03").count() == 1


def test_an_exit_is_a_standing_from_its_day(medan):
    unit = make.UnitFactory(agency=medan)
    budi = make.EmployeeFactory(agency=medan, unit=unit, legal_status="01")
    StandingRecord.objects.create(agency=medan, employee=budi, standing="01", starts_on=date(2014, 1, 1))
    actor = with_access(user_with(medan, "staf_bkd"), medan)
    register.record_exit(actor=actor, employee=budi, exits_on=date(2026, 3, 1), reason="Pindah", legal_status="52")
    budi.refresh_from_db()
    assert budi.legal_status == "52"
    told = StandingRecord.objects.filter(employee=budi).order_by("starts_on").values_list("standing", "starts_on")
    assert list(told) == [("01", date(2014, 1, 1)), ("52", date(2026, 3, 1))]


OVERLAPS = [
    ("unpaidleave", "unpaid_leave_one_at_a_time", "reason, is_extension, return_decree, bkn_number",
     "'', false, '', ''"),
    ("secondment", "secondment_one_at_a_time", "kind, direction, agency_name, agency_siasn_id, job_name",
     "'dpk', 'keluar', 'KPU', '', ''"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "constraint", "columns", "values"), OVERLAPS)
def test_periods_do_not_overlap_in_raw_sql_either(table, constraint, columns, values, medan, ani):
    statement = (
        f"INSERT INTO positions_{table} (agency_id, employee_id, decree, {columns}, starts_on, ends_on)"  # noqa: S608
        f" VALUES (%s, %s, '', {values}, %s, %s)"
    )
    run(statement, medan.pk, ani.pk, date(2020, 1, 1), date(2021, 1, 1))
    with pytest.raises(IntegrityError, match=constraint):
        run(statement, medan.pk, ani.pk, date(2020, 12, 31), date(2022, 1, 1))
    run(statement, medan.pk, ani.pk, date(2021, 1, 1), date(2022, 1, 1))


@pytest.mark.parametrize(
    ("model", "facts", "constraint"),
    [
        ("RankRecord", {"rank": 31, "pay_group": 9, "starts_on": date(2020, 1, 1)}, "rank_record_rank_or_pay_group"),
        ("Discipline", {"sanction": "1", "starts_on": date(2020, 1, 1)}, "discipline_has_decree"),
        ("EmployeeTraining", {"name": "A", "year": 2020, "kind": "3", "structural": "2"}, "training_structural_kind"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused(model, facts, constraint, medan, ani):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        getattr(models, model).objects.create(agency=medan, employee=ani, **facts)


SANCTION = {"sanction": "1", "decree": "1", "decree_on": date(2020, 1, 1), "starts_on": date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"sanction": "23"}, "wajib menyebut tanggal berakhir"),
        ({"sanction": "99"}, "Jenis hukuman tidak dikenal"),
        ({"ends_on": date(2020, 1, 1)}, "berakhir harus sesudah TMT"),
        ({"state": "dibatalkan", "revoked_decree": "B/1"}, "wajib menyebut nomor dan tanggal SK pembatalan"),
    ],
)
def test_a_sanction_that_cannot_be_is_refused_before_it_is_encrypted(facts, said, medan, ani):
    with pytest.raises(ValidationError, match=said), transaction.atomic():
        models.Discipline.objects.create(agency=medan, employee=ani, **SANCTION | facts)
    assert not models.Discipline.objects.exists()


def test_a_decree_holds_a_sanction_once_however_its_number_is_written(medan, ani):
    models.Discipline.objects.create(agency=medan, employee=ani, **SANCTION | {"decree": "862/1-BKD"})

    with pytest.raises(IntegrityError, match="discipline_once"), transaction.atomic():
        models.Discipline.objects.create(agency=medan, employee=ani, **SANCTION | {"decree": "862 / 1 bkd"})

    models.Discipline.objects.create(agency=medan, employee=ani, **SANCTION | {"decree": "862/1-BKD", "sanction": "2"})
    other = models.Discipline(agency=medan, employee=ani, **SANCTION | {"decree": "862.1.bkd"})
    with pytest.raises(ValidationError, match="sudah tercatat"):
        other.full_clean()
