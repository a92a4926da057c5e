"""Encrypted fields: unreadable in the database, readable after a new key, found by their keyed hash."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from asnhr import crypto
from asnhr.scope import agency_scope
from positions.models import Employee
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

pytestmark = pytest.mark.django_db
NIK = "1271990803989000"


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik FROM positions_employee")
        return cursor.fetchone()[0]


def test_the_database_never_holds_the_clear_value():
    agency = AgencyFactory()
    with agency_scope(agency):
        make.EmployeeFactory(agency=agency, nik=NIK)

        assert NIK not in stored()
        assert Employee.objects.get().nik == NIK


def test_rotation_makes_the_old_key_unnecessary_and_keeps_hashes(settings):
    agency = AgencyFactory()
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    before = crypto.lookup_hash(NIK)
    with agency_scope(agency):
        make.EmployeeFactory(agency=agency, nik=NIK)
    settings.FIELD_KEYS = [new, old]

    call_command("rotate_field_keys")

    assert crypto.lookup_hash(NIK) == before
    settings.FIELD_KEYS = [new]
    with agency_scope(agency):
        assert Employee.objects.get().nik == NIK


def test_a_value_of_a_lost_key_is_an_error_not_a_blank(settings):
    agency = AgencyFactory()
    with agency_scope(agency):
        make.EmployeeFactory(agency=agency, nik=NIK)
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]

        with pytest.raises(ValueError, match="tidak dapat dibuka"):
            Employee.objects.get()
