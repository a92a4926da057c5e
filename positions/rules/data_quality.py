"""Index of data quality (IKD): what BKN's 27 indicators count in the register, and the index of their counts.

Dimensions, indicators and weights: establishment.md 3.3 [V: BKN]; the score [D]: a dimension is the weighted share of
employees without the problem. BKN's printed weights of two dimensions sum to 99.98 and 100.01, so weights are
normalised. What each indicator reads of the register: docs/decisions/0017-data-quality.md; imports use the same
predicates, `positions.queries.quality` mirrors them in SQL and a property test holds both together.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from positions.rules import nip as nip_rules
from positions.rules import rank, tables
from positions.rules.levels import EDUCATION_BY_ID, JPT_LEVELS, Level, education_order
from positions.rules.numbers import add_years, exact_quotient, round_half_up
from positions.rules.retirement import retires_on
from positions.rules.status import ENDED


class Dimension(StrEnum):
    """The four dimensions, in BKN's order."""

    COMPLETENESS = "completeness"
    TIMELINESS = "timeliness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A problem that is counted, and its weight in the dimension in percent."""

    code: str
    name: str
    dimension: Dimension
    weight: Decimal


_ROWS = tables.rows("siasn_indikator_kualitas_data.csv")
INDICATORS: dict[str, Indicator] = {
    row["kode"]: Indicator(row["kode"], row["indikator"], Dimension(row["dimensi"]), Decimal(row["bobot_indikator"]))
    for row in _ROWS
}
WEIGHTS: dict[Dimension, Decimal] = {Dimension(row["dimensi"]): Decimal(row["bobot_dimensi"]) for row in _ROWS}

# Indicators that need what the register does not hold: none since it has personnel files. The index can do without
# any (`excluded`), for the next that comes before its table.
UNKNOWN: frozenset[str] = frozenset()
# Computed from a part of what BKN reads where the register lacks an answer: of NIK that Dukcapil refused it knows those
# that a file told of.
IN_PART = frozenset({"ACC_5"})


# The index


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores 0 to 100 with two decimals; None where no indicator could be computed."""

    dimensions: dict[Dimension, Decimal | None]
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Shares:
    """What one indicator's whole weight is of its dimension and of the total (0 to 1)."""

    dimension: Fraction
    total: Fraction


def shares(
    *, weights: Mapping[Dimension, Decimal] = WEIGHTS, excluded: Collection[str] = frozenset()
) -> dict[str, Shares]:
    """Return for each indicator that counts its normalised weights; the weights of `excluded` ones go to the others."""
    counted = [each for each in INDICATORS.values() if each.code not in excluded]
    wholes = {
        dimension: sum((Fraction(each.weight) for each in counted if each.dimension is dimension), Fraction(0))
        for dimension in Dimension
    }
    every = sum((Fraction(weights[dimension]) for dimension in Dimension if wholes[dimension]), Fraction(0))
    found = {}
    for each in counted:
        of_dimension = Fraction(each.weight) / wholes[each.dimension]
        of_total = of_dimension * Fraction(weights[each.dimension]) / every if every else Fraction(0)
        found[each.code] = Shares(of_dimension, of_total)
    return found


def quality(
    employees: int,
    counts: Mapping[str, int],
    *,
    weights: Mapping[Dimension, Decimal] = WEIGHTS,
    excluded: Collection[str] = frozenset(),
) -> Quality:
    """Return the index; an indicator without a count has no problem, an excluded one does not count. Rounded once, the
    total from exact dimensions.

    Raises ValueError without employees, for an unknown indicator, or a count outside 0..employees.
    """
    if employees <= 0:
        raise ValueError(f"employees must be positive, got {employees}")
    if unknown := (set(counts) | set(excluded)) - set(INDICATORS):
        raise ValueError(f"unknown indicators: {sorted(unknown)}")
    if any(not 0 <= count <= employees for count in counts.values()):
        raise ValueError("a count lies between 0 and the number of employees")
    counted = shares(weights=weights, excluded=excluded)
    lost = dict.fromkeys((INDICATORS[code].dimension for code in counted), Fraction(0))
    lost_in_all = Fraction(0)
    for code, share in counted.items():
        problems = Fraction(counts.get(code, 0), employees)
        lost[INDICATORS[code].dimension] += share.dimension * problems
        lost_in_all += share.total * problems
    return Quality(
        {dimension: _score(lost[dimension]) if dimension in lost else None for dimension in Dimension},
        _score(lost_in_all) if lost else None,
    )


def _score(lost: Fraction) -> Decimal:
    return round_half_up(exact_quotient((1 - lost) * 100), 2)


# What is counted

PNS_STATUS = frozenset({"PNS", "CPNS"})
PPPK_STATUS = frozenset({"PPPK", "PPPK_PW"})
PPPK_STANDING = frozenset({"71", "72", "73"})
ACTIVE_STANDING = frozenset({"01", "71", "72"})
# D-I: "diploma ke atas".
TITLED_FROM = "20"
# The law knows PPPK since PP 49/2018; the first were appointed in 2019.
FIRST_PPPK_YEAR = 2019
CPNS_YEARS = 1
STRUCTURAL_YEARS = 2
FUNCTIONAL_YEARS = 2
# A year's predicate is expected from this month of the next year on [D].
SKP_MONTH = 4
ON_UNPAID_LEAVE = frozenset({"02", "13"})
# Kinds of work for another agency that ACC_2 looks at; an assigned duty (penugasan) leaves the agency of work as it is.
LENT = frozenset({"dpk", "dpb"})
_LENT_WORDS = re.compile(r"\b(dpk|dpb)\b", re.IGNORECASE)
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_EMAIL = re.compile(EMAIL)
DIPLOMA_3, BACHELOR = "30", "40"
# Lowest education of managerial posts (PP 11/2017 articles 54, 107): SIASN ids.
MANAGERIAL_EDUCATION: dict[Level, str] = {
    Level.PENGAWAS: DIPLOMA_3,
    Level.ADMINISTRATOR: BACHELOR,
    **dict.fromkeys(sorted(JPT_LEVELS), BACHELOR),
}


def needed_education(level: str, group: str, own: str | None) -> str | None:
    """Return the lowest education of a job as ACC_6 and ACC_8 measure it (a SIASN id), None: no bound. `own`: what the
    agency's catalogue requires, which counts for functional jobs."""
    if group == "manajerial":
        return MANAGERIAL_EDUCATION.get(Level(level), BACHELOR)
    if group == "fungsional":
        return own or (BACHELOR if level.startswith("AHLI") else None)
    return None


def below(level_id: str | None, needed: str | None) -> bool:
    """Whether a known education lies below a bound."""
    have, want = education_order(level_id), education_order(needed)
    return have is not None and want is not None and have < want


def has_bad_email(email: str | None) -> bool:
    return not (email and _EMAIL.match(email))


def lacks_title(level_id: str | None, before: str | None, after: str | None) -> bool:
    order, bound = education_order(level_id), education_order(TITLED_FROM)
    return order is not None and bound is not None and order >= bound and not before and not after


def is_late_cpns(status: str | None, cpns_on: date | None, day: date) -> bool:
    return status == "CPNS" and cpns_on is not None and add_years(cpns_on, CPNS_YEARS) < day


def is_wrong_standing(status: str | None, standing: str | None) -> bool:
    return status in PPPK_STATUS and bool(standing) and standing not in PPPK_STANDING


def is_wrong_pppk_year(status: str | None, nip: str, day: date) -> bool:
    return status in PPPK_STATUS and not FIRST_PPPK_YEAR <= int(nip[8:12]) <= day.year


def nip_against_cpns(status: str | None, nip: str, cpns_on: date | None) -> bool:
    return status in PNS_STATUS and cpns_on is not None and cpns_on.isoformat()[:7].replace("-", "") != nip[8:14]


def nip_against_birth(nip: str, born: date | None) -> bool:
    return born is not None and born.isoformat().replace("-", "") != nip[:8]


def nip_against_sex(nip: str, sex: str | None) -> bool:
    return bool(sex) and {"M": "1", "F": "2"}[sex] != nip[14]  # type: ignore[index]


def nip_against_pppk_year(status: str | None, nip: str, appointed_on: date | None) -> bool:
    return status in PPPK_STATUS and appointed_on is not None and appointed_on.year != int(nip[8:12])


def contradicts_status(status: str | None, nip: str) -> bool:
    """Whether a valid NIP is of the other kind than the status says."""
    return (status in PPPK_STATUS) != (int(nip[12:14]) > 12)


def skp_year(day: date) -> int:
    """Return the latest year of which everybody who served in it should have a predicate on `day`."""
    return day.year - (1 if day.month >= SKP_MONTH else 2)


def lacks_skp(years: Collection[int], appointed_on: date | None, day: date) -> bool:
    """Whether the predicate of the expected year is missing; who came in that year or later is not expected to have
    one [D]."""
    year = skp_year(day)
    return year not in years and (appointed_on is None or appointed_on.year < year)


def waits_for_function(group: str, cpns_on: date | None, was_functional: bool, day: date) -> bool:
    """Whether somebody recruited for a functional formation has held no functional post for too long."""
    if group != "fungsional" or cpns_on is None or was_functional:
        return False
    return add_years(cpns_on, FUNCTIONAL_YEARS) < day


def is_leave_over(standing: str, leave_ends_on: date | None, day: date) -> bool:
    """Whether the standing still says unpaid leave though the latest one on record has ended."""
    return standing in ON_UNPAID_LEAVE and leave_ends_on is not None and leave_ends_on <= day


@dataclass(frozen=True, slots=True)
class Post:
    """The definitive or part-time post of a day. `age`: retirement age of the job; `holders`, `seats`: definitive
    holders and decided seats of the position."""

    group: str
    level: str
    age: int
    starts_on: date
    definitive: bool = True
    education: str | None = None
    functional_name: bool = False
    holders: int = 1
    seats: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """What the register says of a person; `degrees` are SIASN ids of every education on record."""

    nip: str
    status: str
    standing: str
    sex: str
    birth_date: date
    has_nik: bool = False
    email: str = ""
    phone: str = ""
    title_before: str = ""
    title_after: str = ""
    cpns_on: date | None = None
    pns_on: date | None = None
    rank_id: int | None = None
    degrees: tuple[str, ...] = ()
    own_age: int | None = None
    unit_ends_on: date | None = None
    post: Post | None = None
    # What the personnel file adds: years with a predicate, first day of the rank (an appointment of PPPK), what the
    # civil registry said of the NIK, the formation of the intake, functional posts ever held, the end of the latest
    # unpaid leave, and whether being lent (DPK, DPB) and the agencies of home and work contradict each other today.
    skp_years: tuple[int, ...] = ()
    rank_since: date | None = None
    nik_validated: bool | None = None
    formation_group: str = ""
    was_functional: bool = False
    leave_ends_on: date | None = None
    is_lent_wrongly: bool = False

    @property
    def highest(self) -> str | None:
        """The highest known education."""
        known = [each for each in self.degrees if each in EDUCATION_BY_ID]
        return max(known, key=lambda each: EDUCATION_BY_ID[each].order) if known else None


def is_lent_wrongly(kind: str | None, home: str | None, work: str | None) -> bool | None:
    """ACC_2 of a row of SIASN, as BKN words it: DPK or DPB although the agency of work is that of home, or neither
    although it is another; None where an agency is not told. `kind`: jenis pegawai in words; `home`, `work`: ids."""
    if not home or not work:
        return None
    return bool(_LENT_WORDS.search(kind or "")) == (home == work)


def is_same_agency(name: str, siasn_id: str, own_name: str, own_siasn_id: str) -> bool:
    """Whether the agency to which somebody is said to be lent is their own: by SIASN's ids where both have one, else by
    name, however it is spaced and cased."""
    if siasn_id and own_siasn_id:
        return siasn_id.upper() == own_siasn_id.upper()
    return " ".join(name.upper().split()) == " ".join(own_name.upper().split())


def _is_double(person: Record, day: date) -> bool:
    post = person.post
    return post is not None and post.group == "manajerial" and post.definitive and post.holders > max(post.seats, 1)


def _is_past_age(person: Record, day: date) -> bool:
    post = person.post
    if post is None or person.standing not in ACTIVE_STANDING:
        return False
    released_on = post.starts_on if post.definitive else None
    return retires_on(person.birth_date, person.own_age or post.age, released_on) <= day


def _is_new_head(person: Record, day: date) -> bool:
    post = person.post
    return (
        post is not None
        and post.group == "manajerial"
        and person.status in PNS_STATUS
        and person.cpns_on is not None
        and add_years(person.cpns_on, STRUCTURAL_YEARS) > day
    )


def _is_below_education(group: str) -> "Check":
    def check(person: Record, day: date) -> bool:
        post = person.post
        if post is None or post.group != group:
            return False
        return below(person.highest, needed_education(post.level, post.group, post.education))

    return check


def _is_low_jpt(person: Record, day: date) -> bool:
    post = person.post
    if post is None or person.rank_id is None:
        return False
    return rank.is_low_jpt(Level(post.level), person.rank_id)


Check = Callable[[Record, date], bool]
CHECKS: dict[str, Check] = {
    "COM_1": lambda person, day: lacks_skp(person.skp_years, person.cpns_on or person.rank_since, day),
    "COM_2": lambda person, day: person.post is None,
    "COM_3": lambda person, day: not person.degrees,
    "COM_4": lambda person, day: person.status == "PNS" and person.pns_on is None,
    "COM_5": lambda person, day: lacks_title(person.highest, person.title_before, person.title_after),
    "COM_6": lambda person, day: has_bad_email(person.email),
    "COM_7": lambda person, day: not person.phone,
    "TIM_1": lambda person, day: person.unit_ends_on is not None and person.unit_ends_on <= day,
    "TIM_2": lambda person, day: waits_for_function(person.formation_group, person.cpns_on, person.was_functional, day),
    "TIM_3": lambda person, day: is_late_cpns(person.status, person.cpns_on, day),
    "TIM_4": _is_double,
    "TIM_5": _is_past_age,
    "TIM_6": lambda person, day: is_leave_over(person.standing, person.leave_ends_on, day),
    "ACC_1": lambda person, day: (
        person.cpns_on is not None and person.pns_on is not None and person.cpns_on > person.pns_on
    ),
    "ACC_2": lambda person, day: person.is_lent_wrongly,
    "ACC_3": _is_new_head,
    "ACC_4": lambda person, day: is_wrong_standing(person.status, person.standing),
    "ACC_5": lambda person, day: not person.has_nik or person.nik_validated is False,
    "ACC_6": _is_below_education("manajerial"),
    "ACC_7": lambda person, day: is_wrong_pppk_year(person.status, person.nip, day),
    "ACC_8": _is_below_education("fungsional"),
    "ACC_9": lambda person, day: (
        person.post is not None and person.post.group == "pelaksana" and person.post.functional_name
    ),
    "ACC_10": _is_low_jpt,
    "CON_1": lambda person, day: nip_against_cpns(person.status, person.nip, person.cpns_on),
    "CON_2": lambda person, day: nip_against_birth(person.nip, person.birth_date),
    "CON_3": lambda person, day: nip_against_sex(person.nip, person.sex),
    "CON_4": lambda person, day: nip_against_pppk_year(person.status, person.nip, person.cpns_on),
}

# Beside the 27, outside the index: N2-N6 (positions.rules.nip), a NIP of another kind than the status, and two people
# with the same identity. SQL looks for the last three, over the whole agency.
WRONG_KIND = "STATUS_BUKAN_NIP"
SAME_NIK, SAME_OLD_NIP, SAME_PERSON = "NIK_GANDA", "NIP_LAMA_GANDA", "ORANG_GANDA"
OTHER_CHECKS = ("N2", "N3", "N4", "N5", "N6", WRONG_KIND, SAME_NIK, SAME_OLD_NIP, SAME_PERSON)
CODES = (*INDICATORS, *OTHER_CHECKS)


def problems(person: Record, day: date) -> tuple[str, ...]:
    """Return the codes that count against one person, BKN's first; duplicates need the others (`duplicates`)."""
    found = [code for code, check in CHECKS.items() if check(person, day)]
    number = nip_rules.check(person.nip, today=day)
    found += [*number.errors, *number.warnings]
    if contradicts_status(person.status, person.nip):
        found.append(WRONG_KIND)
    return tuple(found)


def duplicates(people: Mapping[int, tuple[str, str, str, date]]) -> dict[int, set[str]]:
    """Return by person which identity somebody else has too. `people`: by id (NIK's hash, old NIP, name, birth date);
    empty texts are nobody's."""
    found: dict[int, set[str]] = {}
    keys: dict[tuple[str, object], list[int]] = {}
    for pk, (nik, old, name, born) in people.items():
        if nik:
            keys.setdefault((SAME_NIK, nik), []).append(pk)
        if old:
            keys.setdefault((SAME_OLD_NIP, old), []).append(pk)
        keys.setdefault((SAME_PERSON, (" ".join(name.upper().split()), born)), []).append(pk)
    for (code, _key), same in keys.items():
        if len(same) > 1:
            for pk in same:
                found.setdefault(pk, set()).add(code)
    return found


def is_counted(standing: str, exits_on: date | None, day: date) -> bool:
    """Whether a person of the register is one of the employees of the index on `day`: not left, no ended standing.

    Wider than B (`positions.rules.status`): leave without pay and the like are ASN too. Whoever is known to leave later
    may carry the ended standing already.
    """
    return exits_on > day if exits_on is not None else standing not in ENDED
