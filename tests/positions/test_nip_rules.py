from datetime import date

import pytest

from positions.rules import nip
from positions.rules.nip import Kind, Sex

TODAY = date(2026, 6, 1)


# E16 of the worked examples: first failing codes.
@pytest.mark.parametrize(
    ("number", "errors"),
    [
        ("198609262015051001", ()),
        ("199009132025242014", ()),
        ("198502302010011003", ("N2",)),
        ("198501012010130001", ("N3", "N4")),
        ("19780714200312200", ("N1",)),
    ],
)
def test_e16_codes(number, errors):
    found = nip.check(number, today=TODAY)

    assert found.errors == errors
    assert found.valid is (not errors)


def test_e16_facts_of_a_civil_servant():
    found = nip.check("198609262015051001", today=TODAY)

    assert (found.kind, found.birth_date, found.appointed) == (Kind.PNS, date(1986, 9, 26), date(2015, 5, 1))
    assert (found.sex, found.serial, found.marker, found.warnings) == (Sex.MALE, 1, None, ())


def test_e16_facts_of_a_pppk():
    found = nip.check("199009132025242014", today=TODAY)

    assert (found.kind, found.birth_date, found.appointed) == (Kind.PPPK, date(1990, 9, 13), None)
    assert (found.appointed_year, found.marker, found.sex, found.serial) == (2025, 24, Sex.FEMALE, 14)


@pytest.mark.parametrize(
    ("number", "errors", "warnings"),
    [
        ("202609262026051001", ("N2",), ()),  # born after today
        ("198609262015001001", ("N3",), ()),  # month 00
        ("198609262015201001", ("N3",), ()),  # marker 20
        ("198609262015301001", ("N3",), ()),  # marker 30
        ("198609262015053001", ("N4",), ()),
        ("198609262015051000", ("N5",), ()),  # what Excel leaves of a number it rounded
        ("1.98609262015051E+17", ("N1",), ()),
        ("", ("N1",), ()),
        ("１９８６０９２６２０１５０５１００１", ("N1",), ()),  # full-width digits
        ("198609262004101001", (), ()),  # 18 on 26 Sep, TMT 1 Oct
        ("198609262004091001", (), ("N6",)),  # 18 on 26 Sep, TMT 1 Sep
        ("200609262025212001", (), ("N6",)),  # PPPK of 19 by year
        ("200509262025212001", (), ()),
    ],
)
def test_each_rule(number, errors, warnings):
    found = nip.check(number, today=TODAY)

    assert found.errors == errors
    assert found.warnings == warnings


@pytest.mark.parametrize(
    "raw",
    [
        "'198609262015051001",
        " 19860926 201505 1 001 ",
        "19860926.201505.1.001",
        "’198609262015051001",
        "19860926\u00a0201505\u00a01\u00a0001",
    ],
)
def test_the_disorder_of_sheets_is_taken_off(raw):
    assert nip.check(raw, today=TODAY).number == "198609262015051001"


def test_it_is_displayed_in_groups():
    assert nip.format_nip("198609262015051001") == "19860926 201505 1 001"
    assert nip.format_nip("bukan NIP") == "bukan NIP"


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"birth_date": date(1986, 9, 26), "sex": Sex.MALE, "appointed_on": date(2015, 5, 20)}, ()),
        ({"birth_date": None, "sex": None, "appointed_on": None}, ()),
        ({"birth_date": date(1986, 9, 27), "sex": None, "appointed_on": None}, ("N7",)),
        ({"birth_date": None, "sex": Sex.FEMALE, "appointed_on": None}, ("N7",)),
        ({"birth_date": None, "sex": None, "appointed_on": date(2015, 6, 1)}, ("N7",)),
    ],
)
def test_profile_differences_are_a_warning(facts, codes):
    assert nip.differs_from_profile(nip.check("198609262015051001", today=TODAY), **facts) == codes


def test_only_the_year_of_a_pppk_is_compared():
    found = nip.check("199009132025242014", today=TODAY)

    assert nip.differs_from_profile(found, birth_date=None, sex=None, appointed_on=date(2025, 8, 1)) == ()
    assert nip.differs_from_profile(found, birth_date=None, sex=None, appointed_on=date(2024, 8, 1)) == ("N7",)


def test_every_code_has_a_severity():
    assert set(nip.SEVERITY) == {f"N{number}" for number in range(1, 8)}
