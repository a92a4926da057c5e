"""How near a name is to what was searched for."""

import pytest

from asnhr.likeness import Nearness, nearness


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("guru", "Guru", Nearness.SAME), ("GURU  kelas", "Guru Kelas", Nearness.SAME),
        ("guru", "Guru Kelas Ahli Pertama", Nearness.WORDS), ("kelas guru", "Guru Kelas", Nearness.WORDS),
        ("dinas kes", "Dinas Kesehatan", Nearness.BEGINNINGS), ("guru", "Gulo", Nearness.ALIKE),
        ("dinas", "Dina Gulo", Nearness.ALIKE), ("dina", "Dinas Kesehatan", Nearness.BEGINNINGS),
        ("inas", "Dinas", Nearness.ALIKE), ("  ", "Guru", Nearness.ALIKE), ("-", "", Nearness.ALIKE),
    ],
)  # fmt: skip
def test_nearness(text, name, expected):
    assert nearness(text, name) is expected
