"""Salary, promotion, service in scale, job class, job-person match, data quality (establishment.md E10-13, E18-23)."""

from datetime import date
from decimal import Decimal

import pytest

from positions.rules import data_quality, job_class, job_match, promotion, salary
from positions.rules.job_match import Category, Purpose
from positions.rules.levels import RANK_BY_CODE
from positions.rules.promotion import Closed
from positions.rules.salary import Scheme


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_grade_has_its_steps_and_the_sum_of_the_regulation(scheme):
    table = salary.SALARIES[scheme]
    assert len(table) == 17
    assert sum(len(cells) for cells in table.values()) == 272
    assert sum(amount for cells in table.values() for _, amount in cells) == salary.CHECKSUMS[scheme]
    for cells in table.values():
        assert [amount for _, amount in cells] == sorted({amount for _, amount in cells})


@pytest.mark.parametrize(
    ("scheme", "grade", "years", "share", "amount", "step"),
    [
        ("PNS", "II/b", 1, "1", 2_385_000, 3),
        ("PNS", "IV/e", 35, "1", 6_373_200, 32),
        ("PNS", "III/a", 0, "0.80", 2_228_560, 0),
        ("PPPK", "IX", 0, "1", 3_203_600, 0),
        ("PPPK", "V", 2, "1", 2_551_100, 1),
        ("PPPK", "XI", 7, "1", 3_819_600, 6),
        ("PNS", "II/d", 15, "1", 3_120_900, 15),
        ("PNS", "III/a", 10, "1", 3_252_900, 10),
        # The interpolated tables in circulation say 1,737,800.
        ("PNS", "I/a", 2, "1", 1_738_800, 2),
    ],
)
def test_salary(scheme, grade, years, share, amount, step):
    found = salary.salary(Scheme(scheme), grade, years, share=Decimal(share))
    assert (found.amount, found.step) == (amount, step)


@pytest.mark.parametrize(
    ("grade", "months", "reference", "next_on", "letter_on", "step"),
    [
        ("III/b", 54, "2025-04-01", "2026-10-01", "2026-08-01", 6),
        ("II/c", 60, "2024-10-01", "2026-10-01", "2026-08-01", 7),
        ("II/a", 0, "2024-03-01", "2025-03-01", "2025-01-01", 1),
        ("IX", 24, "2024-03-01", "2026-03-01", "2026-01-01", 4),
    ],
)
def test_increment(grade, months, reference, next_on, letter_on, step):
    found = salary.increment(grade, months, day(reference))
    assert (found.next_on, found.letter_on, found.step) == (day(next_on), day(letter_on), step)


def test_no_increment_after_the_last_step():
    assert salary.increment("III/a", 32 * 12, date(2024, 1, 1)) is None
    assert salary.increment("III/a", 32 * 12 - 1, date(2024, 1, 1)).step == 32


@pytest.mark.parametrize(
    ("since", "expected", "dates"),
    [
        ("2021-04-01", "2025-04-01", 6),
        ("2021-03-01", "2025-04-01", 6),
        ("2021-11-01", "2025-11-01", 12),
        ("2019-04-01", "2023-04-01", 2),
        # The set follows the candidate: due in October 2023 past the 1st, the next date is already one of six.
        ("2019-10-02", "2024-02-01", 6),
        ("2021-09-01", "2025-10-01", 12),
        ("2020-02-29", "2024-04-01", 6),
    ],
)
def test_promotion_dates(since, expected, dates):
    found = promotion.promotion(31, day(since), promotion.Kind.REGULAR)
    assert (found.promotes_on, found.dates_a_year, found.closed) == (day(expected), dates, None)


@pytest.mark.parametrize(
    ("rank", "education", "above", "closed"),
    [
        ("III/b", "SLTA", None, Closed.CEILING),
        ("III/d", "S1", None, Closed.CEILING),
        ("III/b", "D-III", "III/c", None),
        ("I/d", "SD", "II/a", None),
        ("IV/b", "S3", None, Closed.CEILING),
        ("IV/e", None, None, Closed.HIGHEST_RANK),
    ],
)
def test_ceilings(rank, education, above, closed):
    found = promotion.promotion(RANK_BY_CODE[rank].id, date(2021, 4, 1), promotion.Kind.REGULAR, education=education)
    assert found.closed == closed
    assert (found.next_rank and promotion.rank_code(found.next_rank)) == above
    assert (found.promotes_on is None) == (above is None)


@pytest.mark.parametrize(
    ("kind", "below", "expected"),
    [("structural", False, "2026-04-01"), ("structural", True, "2023-04-01"), ("functional", False, "2024-04-01")],
)
def test_other_kinds_wait_otherwise_and_know_no_ceiling(kind, below, expected):
    found = promotion.promotion(34, date(2022, 4, 1), promotion.Kind(kind), education="S1", below_minimum=below)
    assert (found.promotes_on, found.next_rank) == (day(expected), 41)


def test_unknown_dates_are_refused():
    with pytest.raises(ValueError, match="unknown promotion dates"):
        promotion.first_allowed(date(2024, 1, 1), [promotion.DateSet(date(2000, 1, 1), 5)])


@pytest.mark.parametrize(
    ("before", "after", "years", "months", "expected"),
    [
        ("II/d", "III/a", 15, 7, (10, 7)),
        ("I/d", "II/a", 10, 3, (4, 3)),
        ("I/d", "II/a", 5, 11, (0, 0)),
        ("III/d", "IV/a", 12, 1, (12, 1)),
        ("III/a", "III/b", 4, 0, (4, 0)),
    ],
)
def test_service_in_scale(before, after, years, months, expected):
    found = promotion.service_in_scale(before, after, years, months)
    assert (found.years, found.months) == expected


def test_service_in_scale_refuses_a_step_down():
    with pytest.raises(ValueError, match="below"):
        promotion.service_in_scale("III/a", "II/d", 1, 0)


def test_factors_have_the_totals_of_the_regulation():
    structural, functional = job_class.FACTORS[job_class.Kind.STRUCTURAL], job_class.FACTORS[job_class.Kind.FUNCTIONAL]
    assert (len(structural), sum(each.points[0] for each in structural)) == (7, 1_165)
    assert sum(each.points[-1] for each in structural) == 4_730
    assert (len(functional), sum(each.points[0] for each in functional)) == (9, 190)
    assert sum(each.points[-1] for each in functional) == 4_480


@pytest.mark.parametrize(
    ("kind", "levels", "points", "found"),
    [
        ("structural", [1, 1, 1, 2, 1, 3, 1], 1_455, 9),
        ("structural", [2, 2, 1, 2, 2, 4, 2], 2_255, 12),
        ("functional", [5, 2, 2, 2, 2, 2, 2, 1, 1], 1_235, 8),
        ("functional", [3, 2, 1, 1, 1, 1, 1, 1, 1], 590, 5),
        ("functional", [1] * 9, 190, 1),
    ],
)
def test_job_class(kind, levels, points, found):
    result = job_class.job_class(job_class.Kind(kind), levels)
    assert (result.points, result.job_class) == (points, found)


@pytest.mark.parametrize(("points", "found"), [(240, 1), (245, 2), (241, 2), (4050, 16), (4055, 17), (9999, 17)])
def test_bands(points, found):
    assert job_class.class_of(points) == found


@pytest.mark.parametrize("levels", [[1] * 8, [0] * 9, [10] + [1] * 8])
def test_job_class_refuses(levels):
    with pytest.raises(ValueError, match="functional has|has levels"):
        job_class.job_class(job_class.Kind.FUNCTIONAL, levels)


def test_match_caps_each_competency():
    actual = [3, 3, 2, 3, 4, 2, 3, 3, 3]
    found = job_match.match([3] * 9, actual, Purpose.APPOINTMENT)
    assert (found.percent, found.percent_compensated, found.category) == (
        Decimal("92.59"), Decimal("96.30"), Category.MS,
    )  # fmt: skip
    assert found.gaps == (0, 0, -1, 0, 1, -1, 0, 0, 0)
    assert job_match.match([3] * 9, actual, Purpose.MAPPING).category is Category.OPTIMAL


@pytest.mark.parametrize(
    ("purpose", "expected"), [(Purpose.APPOINTMENT, Category.MMS), (Purpose.MAPPING, Category.KURANG_OPTIMAL)]
)
def test_scales_are_by_purpose(purpose, expected):
    found = job_match.match([4] * 9, [3] * 9, purpose)
    assert (found.percent, found.category) == (Decimal("75.00"), expected)


def test_every_category_appears():
    seen = {
        job_match.match([5] * 20, [5] * full + [0] * (20 - full), purpose).category
        for purpose in Purpose
        for full in range(21)
    }
    seen.add(job_match.match([1], [None], Purpose.MAPPING).category)
    assert seen == set(Category)


def test_a_competency_not_assessed_makes_no_percentage():
    found = job_match.match([3, 3], [3, None], Purpose.APPOINTMENT)
    assert (found.percent, found.category, found.gaps) == (None, Category.BELUM_LENGKAP, (0, None))


@pytest.mark.parametrize(("required", "actual"), [([], []), ([1], [1, 2]), ([0], [1])])
def test_match_refuses(required, actual):
    with pytest.raises(ValueError, match="levels|required level"):
        job_match.match(required, actual, Purpose.MAPPING)


def test_data_quality():
    found = data_quality.quality(1_000, {"COM_2": 100})
    assert found.dimensions["completeness"] == Decimal("97.50")
    assert {found.dimensions[each] for each in ("timeliness", "accuracy", "consistency")} == {Decimal("100.00")}
    assert found.total == Decimal("99.30")


def test_the_worst_register_scores_nothing():
    found = data_quality.quality(7, dict.fromkeys(data_quality.INDICATORS, 7))
    assert set(found.dimensions.values()) == {Decimal("0.00")}
    assert found.total == 0


def test_the_indicators_are_bkn_s():
    assert len(data_quality.INDICATORS) == 27
    assert sum(data_quality.WEIGHTS.values()) == 1


@pytest.mark.parametrize(("employees", "counts"), [(0, {}), (10, {"X": 1}), (10, {"COM_1": 11}), (10, {"COM_1": -1})])
def test_data_quality_refuses(employees, counts):
    with pytest.raises(ValueError, match="employees|unknown"):
        data_quality.quality(employees, counts)
