"""Encrypted fields: unreadable in the database, readable after a new key, found by their keyed hash."""

import re
from copy import copy
from datetime import date
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import connection

from asnhr import crypto
from asnhr.scope import agency_scope
from positions.models import Discipline, Employee
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


def few(kind, **more):
    column = kind(**more)
    column.set_attributes_from_name("fact")
    return column


NIP, OTHER = "199001012015011001", "199102022016022002"
FEW = [
    (few(crypto.EncryptedSmallIntegerField), 0, 4),
    (few(crypto.EncryptedBooleanField), False, True),
    (few(crypto.EncryptedDecimalField, max_digits=5, decimal_places=2), Decimal("0.00"), Decimal("85.50")),
    (few(crypto.EncryptedCharField, max_length=8, bound=True), "anak", "ibu"),
    (few(crypto.EncryptedDateField, bound=True), date(2020, 2, 29), date(1999, 1, 1)),
]


@pytest.mark.parametrize(("column", "low", "high"), FEW)
def test_a_column_of_few_values_comes_back_as_it_went_in(column, low, high):
    for value in (low, high):
        token = column.get_prep_value(value)

        assert token.startswith("1.")
        assert crypto.decrypt(token) == column.text_of(value)
        assert column.from_db_value(token, None, None) == value
    assert column.get_prep_value(None) is None
    assert column.from_db_value(None, None, None) is None


@pytest.mark.parametrize(("column", "low", "high"), FEW)
def test_equal_values_of_two_people_or_columns_do_not_look_alike(column, low, high):
    other = copy(column)
    other.name = None
    other.set_attributes_from_name("other")

    assert column.hash_for(low, NIP) == column.hash_for(column.clear(column.text_of(low)), NIP)
    assert len({column.hash_for(low, NIP), column.hash_for(high, NIP), column.hash_for(low, OTHER)}) == 3
    assert column.hash_for(low, NIP) != other.hash_for(low, NIP)
    assert column.hash_for(None, NIP) == ""


def test_a_number_of_a_letter_is_the_same_however_it_is_written():
    column = few(crypto.EncryptedNumberField, max_length=40, bound=True)
    written = ["862/1-BKD", "862 / 1 bkd", "862.1.BKD "]

    assert len({column.hash_for(each, NIP) for each in written}) == 1
    assert len({column.hash_for(each, NIP) for each in (written[0], "862/11-BKD", "862/1", "-")}) == 4
    assert column.hash_for("", NIP) == ""
    # What was written is what is read.
    assert [crypto.decrypt(column.get_prep_value(each)) for each in written] == written


def test_tokens_of_codes_are_equally_long():
    column = few(crypto.EncryptedCodesField, max_length=24)
    tokens = [column.get_prep_value(codes) for codes in ("A", "HUKDIS", "HUKDIS NONAKTIF PREDIKAT")]

    assert len({len(each) for each in tokens}) == 1
    assert [column.from_db_value(each, None, None) for each in tokens] == ["A", "HUKDIS", "HUKDIS NONAKTIF PREDIKAT"]
    assert (column.get_prep_value(""), column.hash_for("", NIP)) == ("", "")


def test_a_number_out_of_bounds_is_refused_before_it_is_encrypted():
    column = few(crypto.EncryptedSmallIntegerField)

    for wrong in (-1, 32768):
        with pytest.raises(ValidationError):
            column.clean(wrong, None)


def test_an_encrypted_column_refuses_to_be_searched():
    for lookup in ({"note": "x"}, {"note__icontains": "x"}, {"note__in": ["x"]}):
        with pytest.raises(FieldError, match="is encrypted"):
            list(Discipline.objects.filter(**lookup))
    assert list(Discipline.objects.filter(note="")) == []


# Tokens of equal values are equal

CODE, PURPOSE = "04", "kedudukan hukum"


def test_equal_values_of_a_purpose_have_equal_tokens_that_are_no_code():
    token = crypto.seal(CODE, PURPOSE)

    assert crypto.seal(CODE, PURPOSE) == token
    assert len({crypto.seal(f"{n:02}", PURPOSE) for n in range(100)}) == 100
    assert crypto.seal(CODE, "lain") != token
    assert crypto.unseal(token, PURPOSE) == CODE
    assert re.fullmatch(r"s1\.[A-Za-z0-9_-]{24}", token)
    assert crypto.is_sealed(token)
    assert not any(crypto.is_sealed(each) for each in (CODE, "", None, crypto.encrypt(CODE), "terbatas"))


@pytest.mark.parametrize("place", [3, 10, 20, -1])
def test_a_changed_token_of_a_code_is_refused(place):
    token = crypto.seal(CODE, PURPOSE)
    letter = "A" if token[place] != "A" else "B"
    changed = token[:place] + letter + (token[place + 1 :] if place > 0 else "")

    with pytest.raises(ValueError, match="tidak dapat dibuka"):
        crypto.unseal(changed, PURPOSE)


@pytest.mark.parametrize("token", [CODE, "", "s1.", "s1.%%%", "s1.AAAA", "1.AAAA"])
def test_what_is_no_token_of_a_code_is_refused(token):
    with pytest.raises(ValueError, match="tidak dapat dibuka"):
        crypto.unseal(token, PURPOSE)


def test_another_purpose_or_key_opens_no_token(settings):
    token = crypto.seal(CODE, PURPOSE)

    with pytest.raises(ValueError, match="tidak dapat dibuka"):
        crypto.unseal(token, "lain")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert crypto.seal(CODE, PURPOSE) != token
    with pytest.raises(ValueError, match="tidak dapat dibuka"):
        crypto.unseal(token, PURPOSE)
    settings.FIELD_KEYS = []
    for call in (crypto.seal, crypto.unseal):
        with pytest.raises(ImproperlyConfigured):
            call(token, PURPOSE)


def test_a_new_key_leaves_tokens_of_codes_as_they_are(settings):
    token = crypto.seal(CODE, PURPOSE)

    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert crypto.seal(CODE, PURPOSE) == token
    assert crypto.unseal(token, PURPOSE) == CODE


def test_parts_and_order_of_what_rests_as_tokens_cannot_be_asked():
    for name in ("contains", "startswith", "iexact", "lt", "gte", "range"):
        with pytest.raises(FieldError, match="holds tokens"):
            Employee.objects.filter(**{f"legal_status__{name}": ["04", "05"] if name == "range" else "04"})


def test_an_update_in_bulk_takes_the_hash_with_the_value():
    agency = AgencyFactory()
    with agency_scope(agency):
        person = make.EmployeeFactory(agency=agency)
        rows = Discipline.objects.filter(employee=person)

        with pytest.raises(TypeError, match="sanction is encrypted for each person"):
            rows.update(sanction="23")
        assert rows.update(sanction="") == 0
        Employee.objects.filter(pk=person.pk).update(exit_reason="Pindah")
        assert Employee.objects.values_list("exit_reason_hash", flat=True).get() == crypto.hash_of("Pindah")
