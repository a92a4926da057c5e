from datetime import date

import pytest

from positions.rules import retirement
from positions.rules.levels import Level


# E14 and E15 (a) of the worked examples.
@pytest.mark.parametrize(
    ("born", "level", "job_name", "age", "retires"),
    [
        (date(1967, 6, 15), Level.PENGAWAS, "Kepala Subbagian Umum", 58, date(2025, 7, 1)),
        (date(1967, 6, 1), Level.PELAKSANA, "Pengadministrasi Perkantoran", 58, date(2025, 7, 1)),
        (date(1966, 12, 31), Level.ADMINISTRATOR, "Camat", 58, date(2025, 1, 1)),
        (date(1968, 2, 29), Level.AHLI_MUDA, "Auditor Ahli Muda", 58, date(2026, 3, 1)),
        (date(1965, 9, 10), Level.JPT_PRATAMA, "Kepala Dinas Kesehatan", 60, date(2025, 10, 1)),
        (date(1960, 11, 3), Level.AHLI_UTAMA, "Dokter Ahli Utama", 65, date(2025, 12, 1)),
        (date(1966, 8, 20), Level.AHLI_PERTAMA, "Guru Ahli Pertama", 60, date(2026, 9, 1)),
    ],
)
def test_e14_and_e15a(born, level, job_name, age, retires):
    found = retirement.retirement(born, level, job_name=job_name)

    assert (found.age, found.retires_on) == (age, retires)
    assert (retires - found.last_active_day).days == 1
    assert found.warnings == ()


def test_e15b_a_release_past_the_lower_age_retires_next_month():
    found = retirement.retirement(date(1967, 2, 3), Level.PELAKSANA, released_on=date(2026, 5, 20))

    assert found.retires_on == date(2026, 6, 1)


@pytest.mark.parametrize("released_on", [date(2024, 5, 20), date(2025, 2, 1), None])
def test_a_release_before_the_age_changes_nothing(released_on):
    found = retirement.retirement(date(1967, 2, 3), Level.PELAKSANA, released_on=released_on)

    assert found.retires_on == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("name", "level", "age"),
    [
        ("Guru Ahli Utama", Level.AHLI_UTAMA, 60),
        ("Pengawas Sekolah Ahli Utama", Level.AHLI_UTAMA, 65),
        ("Dosen Lektor Kepala", Level.AHLI_MADYA, 65),
        ("Dosen Profesor", Level.AHLI_UTAMA, 70),
        ("Guru Besar", Level.AHLI_UTAMA, 70),
        ("Profesor Ahli Utama", Level.AHLI_UTAMA, 70),
        ("Guru Besarkan", Level.AHLI_UTAMA, 60),
        ("Peneliti Ahli Muda", Level.AHLI_MUDA, 58),
        ("Peneliti Ahli Madya", Level.AHLI_MADYA, 65),
        ("Perekayasa Ahli Utama", Level.AHLI_UTAMA, 70),
        ("PRANATA  NUKLIR Ahli Madya", Level.AHLI_MADYA, 65),
        ("Jaksa Utama", Level.AHLI_UTAMA, 60),
        ("Gurutama", Level.AHLI_MADYA, 60),
        ("Perawat Ahli Madya", Level.AHLI_MADYA, 60),
    ],
)
def test_exceptions_by_name_and_level(name, level, age):
    assert retirement.retirement_age(level, job_name=name) == age


def test_the_persons_own_age_beats_the_jobs_and_the_levels():
    assert retirement.retirement_age(Level.AHLI_MUDA, job_bup=60) == 60
    assert retirement.retirement_age(Level.AHLI_MUDA, job_bup=60, individual=65) == 65


def test_a_different_siasn_age_is_a_warning_not_a_rule():
    found = retirement.retirement(date(1962, 1, 5), Level.AHLI_UTAMA, job_name="Penghulu Ahli Utama", siasn_bup=60)

    assert found.age == 65
    assert found.warnings == (retirement.WARNING_SIASN_DIFFERS,)


def test_every_level_has_an_age():
    assert set(retirement.BUP_OF_LEVEL) == set(Level)


def test_an_unusual_age_is_warned_about():
    found = retirement.retirement(date(1967, 2, 3), Level.PELAKSANA, individual=56)

    assert found.warnings == (retirement.WARNING_NOT_A_TYPICAL_AGE,)
    assert retirement.retires_in_year(found.retires_on, 2023)
