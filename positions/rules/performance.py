"""The yearly predicate (predikat kinerja): the matrix of PermenPANRB 6/2022 (careers.md 1.3 [V]).

Codes are SIASN's: ratings 1 above, 2 as expected, 3 below expectation; predicates 1 Sangat Baik to 5 Sangat Kurang.
"""

RATINGS: dict[int, str] = {1: "Di atas ekspektasi", 2: "Sesuai ekspektasi", 3: "Di bawah ekspektasi"}
PREDICATES: dict[int, str] = {
    1: "Sangat Baik", 2: "Baik", 3: "Butuh Perbaikan", 4: "Kurang", 5: "Sangat Kurang",
}  # fmt: skip
GOOD = 2
FAIR = 3
# The rules of the matrix hold from this year on; before it there were points.
FIRST_MATRIX_YEAR = 2022

# (work result, behaviour) → predicate.
MATRIX: dict[tuple[int, int], int] = {
    (1, 1): 1, (1, 2): 2, (1, 3): 4,
    (2, 1): 2, (2, 2): 2, (2, 3): 4,
    (3, 1): 3, (3, 2): 3, (3, 3): 5,
}  # fmt: skip


def predicate(result: int, behaviour: int) -> int:
    """Return the predicate of two ratings. Raises KeyError for a rating that is none."""
    return MATRIX[result, behaviour]
