"""Entries in words: records as PostgreSQL writes them, columns by name, rows of other tables by theirs."""

import pytest
from django.db import connection
from django.utils import translation

from asnhr.audit import words
from asnhr.audit.declared import by_table

RECORDS = [
    ("(1,a)", ["1", "a"]),
    ("(,)", [None, None]),
    ('("",)', ["", None]),
    ('("a, b","c ""d""","e\\\\f")', ["a, b", 'c "d"', "e\\f"]),
    ('("(nested)",2020-01-01,t)', ["(nested)", "2020-01-01", "t"]),
    ("()", [None]),
]


@pytest.mark.parametrize(("text", "fields"), RECORDS)
def test_records_are_read(text, fields):
    assert words.fields_of_record(text) == fields


@pytest.mark.parametrize("text", ["", "1,2", "(a", '("a"b)'])
def test_what_is_no_record_is_refused(text):
    with pytest.raises(ValueError, match="record"):
        words.fields_of_record(text)


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "a", 'say "x"', "back\\slash", "line\nbreak", "a,b", "(x)", "  ", "Ünïcode ✓"])
def test_what_postgresql_writes_is_read_as_it_was(value):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ROW(%s::text, NULL::text, 7, true)::text", [value])
        (text,) = cursor.fetchone()

    assert words.fields_of_record(text) == [value, None, "7", "t"]


def test_every_table_of_the_trail_is_called_something_indonesian():
    with translation.override("id"):
        names = {known.name for known in by_table().values()}
    assert "verifikasi dua langkah" in names
    assert not names & {"authenticator", "email address", "social account"}
