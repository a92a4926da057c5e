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


def test_a_token_of_an_earlier_release_is_read_and_rotated(settings):
    older = Fernet(settings.FIELD_KEYS[0]).encrypt(NIK.encode()).decode()

    assert crypto.decrypt(older) == NIK
    assert crypto.rotate(older) != older
    assert crypto.decrypt(crypto.rotate(older)) == NIK


def test_the_same_value_gives_another_token_each_time():
    assert crypto.encrypt(NIK) != crypto.encrypt(NIK)


@pytest.mark.parametrize("place", [3, 10, 25, -2])
def test_a_changed_token_is_refused(place):
    token = crypto.encrypt(NIK)
    letter = "A" if token[place] != "A" else "B"
    changed = token[:place] + letter + token[place:][1:] if place > 0 else token[:place] + letter + token[-1]

    with pytest.raises(ValueError, match="tidak dapat dibuka"):
        crypto.decrypt(changed)


@pytest.mark.parametrize("token", ["1.", "1.%%%", "1.AAAA", "x", "gAAAA"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(ValueError, match="tidak dapat dibuka"):
        crypto.decrypt(token)
