"""Every constraint speaks to a person, and PostgreSQL's own words never do."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from asnhr import constraints, registry
from asnhr.models import Worded
from asnhr.scope import agency_scope
from positions.models import CreditPoint, Job, Unit
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, JobFactory, UnitFactory

OURS = ("asnhr", "positions", "evaluations", "training", "careers")


def test_every_constraint_of_every_model_has_a_sentence():
    assert [
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for constraint in model._meta.constraints
        if constraint.name not in registry.constraints
    ] == []


def test_the_sentence_of_a_model_is_the_sentence_of_the_table():
    assert [
        (constraint.name, str(constraint.violation_error_message))
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
        and str(registry.constraints.get(constraint.name)) != str(constraint.violation_error_message)
    ] == []


def said(statement, *parameters):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return constraints.sentence_of(caught.value)


@pytest.mark.django_db
def test_what_the_database_refuses_is_told_in_words():
    agency = AgencyFactory()
    with agency_scope(agency):
        UnitFactory(agency=agency, code="A", name="Dinas")
        unit, job = UnitFactory(agency=agency, code="B", name="Badan"), JobFactory(agency=agency)
        table, jobs = Unit._meta.db_table, Job._meta.db_table

        assert said(f"UPDATE {table} SET code = 'A' WHERE id = %s", unit.pk) == "Kode unit ini sudah dipakai."
        assert said(f"UPDATE {jobs} SET job_class = 99 WHERE id = %s", job.pk) == "Kelas jabatan 1 sampai 17."
        assert said(f"UPDATE {table} SET name = NULL WHERE id = %s", unit.pk) == "Isian wajib kosong (kolom name)."
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE aneh (id int CONSTRAINT aneh_sekali CHECK (id > 0)) ON COMMIT DROP")
        unknown = said("INSERT INTO aneh VALUES (-1)")
    assert unknown == "Data ini bertentangan dengan data lain di register (aturan aneh_sekali)."


def test_every_table_with_constraints_speaks_by_their_sentences():
    assert [
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in OURS and model._meta.constraints and not issubclass(model, Worded)
    ] == []


@pytest.mark.django_db
def test_a_form_hears_the_sentence_and_only_what_is_true_of_the_row():
    agency = AgencyFactory()
    with agency_scope(agency):
        person = EmployeeFactory(agency=agency)
        about = {
            "agency": agency, "employee": person, "kind": "konversi", "job_name": "Arsiparis", "level": "MAHIR",
            "starts_on": date(2025, 1, 1), "total": 5,
        }  # fmt: skip
        CreditPoint.objects.create(**about, ends_on=date(2026, 1, 1))

        negative = CreditPoint(**about | {"total": -5, "ends_on": date(2025, 6, 1)})
        with pytest.raises(ValidationError) as caught:
            negative.full_clean()
        assert caught.value.messages == ["Angka kredit tidak boleh di bawah nol."]

        backwards = CreditPoint(**about, ends_on=date(2024, 6, 1))
        with pytest.raises(ValidationError) as caught:
            backwards.full_clean()
        assert caught.value.messages == ["Masa penilaian angka kredit berakhir harus sesudah mulai."]
