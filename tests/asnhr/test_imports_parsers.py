"""Cells of Indonesian personnel sheets: what is understood, what is refused."""

import datetime
from decimal import Decimal

import pytest

from asnhr.imports import parsers
from asnhr.imports.errors import CellProblem

D = datetime.date


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("02-01-2024", D(2024, 1, 2)),
        ("2/1/2024", D(2024, 1, 2)),
        ("2.1.2024", D(2024, 1, 2)),
        ("1 Januari 2024", D(2024, 1, 1)),
        ("Senin, 5 Nopember 2018", D(2018, 11, 5)),
        ("17-Agt-1995", D(1995, 8, 17)),
        ("2024-01-31", D(2024, 1, 31)),
        ("2024-01-31 00:00:00", D(2024, 1, 31)),
        ("'01-12-2023", D(2023, 12, 1)),
        (45292.0, D(2024, 1, 1)),
        ("45292", D(2024, 1, 1)),
        (datetime.datetime(2024, 1, 1), D(2024, 1, 1)),  # noqa: DTZ001
        ("00-00-0000", None),
        ("-", None),
        ("", None),
    ],
)
def test_dates_are_understood(cell, day):
    assert parsers.date(cell) == day


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2/1/24", "TANGGAL_MENDUA"),
        ("01-13-2024", "TANGGAL_MENDUA"),
        ("31-02-2024", "TANGGAL"),
        ("1 Januar 2024", "TANGGAL"),
        (1986.0, "TANGGAL"),
        ("besok", "TANGGAL"),
        (True, "TANGGAL"),
    ],
)
def test_doubtful_dates_are_refused(cell, code):
    with pytest.raises(CellProblem) as problem:
        parsers.date(cell)
    assert problem.value.code == code


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.450", Decimal(1450)),
        ("0,52", Decimal("0.52")),
        ("0.520", Decimal("0.520")),
        ("12.5", Decimal("12.5")),
        ("1.234.567,89", Decimal("1234567.89")),
        ("Rp 3.252.900", Decimal(3252900)),
        ("(12)", Decimal(-12)),
        (3.0, Decimal(3)),
        (0.1, Decimal("0.1")),
        ("-", None),
    ],
)
def test_numbers_have_indonesian_separators(cell, value):
    assert parsers.number(cell) == value


def test_a_need_reads_point_and_comma_as_decimal():
    assert parsers.need("1.064") == parsers.need("1,064") == Decimal("1.064")


@pytest.mark.parametrize(
    "cell", ["'199803082023121901", "19980308 202312 1 901", "NIP. 19980308 202312 1 901", "199803082023121901"]
)
def test_a_nip_is_read_through_its_dress(cell):
    assert parsers.nip(cell) == "199803082023121901"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1.98609262015051e17, "NIP_DIBULATKAN"),
        (198609262015051001, "NIP_DIBULATKAN"),
        ("1,98609E+17", "NIP_DIBULATKAN"),
        ("1.98609262015051E+17", "NIP_DIBULATKAN"),
        ("198609262015051000", "NIP_DIBULATKAN"),
        ("19900230201505100", "NIP"),
        ("199002302015051001", "NIP"),
        ("198502302010013001", "NIP"),
        ("198501012010130001", "NIP"),
    ],
)
def test_a_rounded_or_wrong_nip_is_refused_never_guessed(cell, code):
    with pytest.raises(CellProblem) as problem:
        parsers.nip(cell)
    assert problem.value.code == code


def test_a_nik_in_a_number_cell_is_refused():
    with pytest.raises(CellProblem) as problem:
        parsers.nik(1271990803989000.0)
    assert problem.value.code == "NIK_DIBULATKAN"


@pytest.mark.parametrize(
    ("cell", "pair"),
    [
        ("Ahmad Girsang / 197110081993121949", ("Ahmad Girsang", "197110081993121949")),
        ("Budi, S.H.\nNIP. 19860926 201505 1 001", ("Budi, S.H.", "198609262015051001")),
        ("Budi", ("Budi", None)),
    ],
)
def test_name_and_nip_in_one_cell_are_split(cell, pair):
    assert parsers.name_and_nip(cell) == pair


@pytest.mark.parametrize("cell", ["III/a", "IIIa", "III.A", "III / a", "3a", "31", 31.0, "Gol. III/a"])
def test_a_grade_in_its_many_spellings(cell):
    assert parsers.grade(cell) == "III/a"


def test_a_grade_that_does_not_exist_is_refused():
    with pytest.raises(CellProblem):
        parsers.grade("III/e")


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        ("Pembina Utama Muda / IV/c", "IV/c"),
        ("Penata (III/c)", "III/c"),
        ("III/d / Penata Tingkat I", "III/d"),
        ("Penata Tk. I", "III/d"),
        ("IX", "IX"),
    ],
)
def test_rank_and_grade_in_one_cell(cell, grade):
    assert parsers.rank_and_grade(cell) == grade


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("Dr. Ir. Budi Hartono, S.T., M.M.", ("Budi Hartono", "Dr. Ir.", "S.T., M.M.")),
        ("dr. Ani Siregar", ("Ani Siregar", "dr.", "")),
        ("Drs. H. M. Amin", ("M. Amin", "Drs. H.", "")),
        ("SURYA GIRSANG", ("SURYA GIRSANG", "", "")),
        ("Drajat S", ("Drajat S", "", "")),
    ],
)
def test_titles_are_split_from_the_name(cell, parts):
    assert parsers.split_name(cell) == parts


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("S-1/Sarjana", "40"),
        ("D.III Keperawatan", "30"),
        ("Sarjana Muda", "30"),
        ("SMK", "17"),
        ("S2 Manajemen", "45"),
        ("Profesi Dokter", "42"),
        ("40", "40"),
        (5.0, "05"),
        ("SLTA", "15"),
    ],
)
def test_education_levels_from_text(cell, level):
    assert parsers.education_level(cell) == level


def test_service_sex_and_class():
    assert parsers.service_length("8 tahun 1 bulan") == (8, 1)
    assert parsers.service_length("08/01") == (8, 1)
    assert [parsers.sex(cell) for cell in ("L", "P", "M", "F", "Perempuan")] == ["M", "F", "M", "F", "F"]
    assert parsers.job_class("0") is None
    with pytest.raises(CellProblem):
        parsers.job_class("18")


@pytest.mark.parametrize(
    "cell",
    ["31-12-9999", "9999-12-31", "99991231", "31 Desember 9999", datetime.date(9999, 12, 31),
     datetime.datetime(9999, 12, 31), 2958465.0],  # noqa: DTZ001
)  # fmt: skip
def test_a_last_day_in_9999_is_none(cell):
    assert parsers.last_day(cell) is None


@pytest.mark.parametrize("cell", [datetime.date(9998, 12, 31), datetime.datetime(9999, 12, 31), "31-12-9999"])  # noqa: DTZ001
def test_no_day_lies_beyond_the_century(cell):
    with pytest.raises(CellProblem):
        parsers.date(cell)


def test_another_last_day_is_a_day():
    assert parsers.last_day("31-12-2024") == datetime.date(2024, 12, 31)
    assert parsers.last_day("") is None
