"""What falls due for a person (buku penjagaan), with the conditions that are missing; and how a case moves.

Promotions, increments, pensions: establishment.md 2.3-2.7, 4 and careers.md 4.5, 8.2, 9, through `promotion`, `salary`,
`retirement`. Ours [D]: the kind of a promotion follows the post (managerial: structural; functional: functional; else
by study with release or secondment, else regular); a diploma above the rank and retirement are cases beside it;
performance is looked at in the whole years before the day; credit points add up within the level (careers.md
2.2 [V]); a case leads to a missing condition, never to a decision.
`positions.queries.agenda` says the same for a whole agency in SQL; a property test holds both together.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from positions.rules import promotion, retirement, salary
from positions.rules.levels import (
    ECHELON_BY_CODE,
    GROUP_OF_LEVEL,
    PPPK_GROUPS,
    RANK_BY_ID,
    RANKS_OF_JF_LEVEL,
    Group,
    Level,
)
from positions.rules.numbers import add_months, add_years
from positions.rules.performance import FAIR, GOOD, PREDICATES
from positions.rules.rank import next_rank, order
from positions.rules.service import Grant, deduction, months_between, reviewed_since, service
from positions.rules.service import in_scale as later_in_scale


class Kind(StrEnum):
    """What falls due."""

    REGULAR = "kp_reguler"
    STRUCTURAL = "kp_struktural"
    FUNCTIONAL = "kp_fungsional"
    DIPLOMA = "kp_ijazah"
    STUDYING = "kp_tb_sedang"
    STUDIED = "kp_tb_selesai"
    SECONDED = "kp_dpk"
    HONOURS = "kp_pengabdian"
    INCREMENT = "kgb"
    PENSION = "pensiun"
    CONTRACT = "kontrak"
    ACTING = "plt"
    CPNS = "cpns"


PROMOTIONS = (
    Kind.REGULAR, Kind.STRUCTURAL, Kind.FUNCTIONAL, Kind.DIPLOMA, Kind.STUDYING, Kind.STUDIED, Kind.SECONDED,
    Kind.HONOURS,
)  # fmt: skip


class State(StrEnum):
    """How far a case is."""

    WAITING = "belum"
    FILES = "berkas"
    PROPOSED = "diusulkan"
    CONSENT = "pertek"
    DECREED = "sk"


# What only who still works on the day gets. A promotion on retirement comes with the pension itself.
WHILE_WORKING = frozenset({*PROMOTIONS, Kind.INCREMENT} - {Kind.HONOURS})

# BKN gives its technical consent (pertek) to promotions and pensions; other kinds go from the proposal to the decree.
WITH_CONSENT = frozenset({*PROMOTIONS, Kind.PENSION})
_FORWARD: dict[State, State] = {
    State.WAITING: State.FILES,
    State.FILES: State.PROPOSED,
    State.PROPOSED: State.CONSENT,
    State.CONSENT: State.DECREED,
}
# States that name a letter: what BKN or the agency signed.
NUMBERED = frozenset({State.CONSENT, State.DECREED})


def forward(kind: Kind, state: State) -> State | None:
    """Return the next state of a case of this kind, None for a closed one."""
    following = _FORWARD.get(state)
    return State.DECREED if following is State.CONSENT and kind not in WITH_CONSENT else following


def backward(kind: Kind, state: State) -> State | None:
    """Return the state that a case goes back to when it is returned (BTL, TMS); a closed one is not reopened."""
    if state is State.DECREED:
        return None
    return next((each for each in _FORWARD if forward(kind, each) is state), None)


def before_decree(kind: Kind) -> State:
    """Return the state that a closed case reopens in, when what its decree wrote into the register is taken back."""
    return next(each for each in _FORWARD if forward(kind, each) is State.DECREED)


class Missing(StrEnum):
    """Conditions that the register shows to be missing."""

    NO_PREDICATE = "PREDIKAT_KOSONG"
    PREDICATE = "PREDIKAT"
    ON_LEAVE = "CLTN"
    SUSPENDED = "NONAKTIF"
    EDUCATION = "PENDIDIKAN"
    NO_CREDIT = "AK_KOSONG"
    CREDIT = "AK_KURANG"
    LEVEL = "JENJANG"
    RANK = "PANGKAT"
    TRAINING = "LATSAR"
    END_OF_AGE = "BUP"
    TERM = "PLT_6_BULAN"
    NO_INCREMENT = "KGB_KOSONG"


# A running sanction that holds a case (`Case.sanctioned`), as the book keeps it beside conditions that are missing.
SANCTION = "HUKDIS"
# What tells specific data is kept apart from the other codes, encrypted: code -> the permission to know of it.
CLOSED: dict[str, str] = {
    SANCTION: "view_discipline", Missing.SUSPENDED: "view_discipline", Missing.PREDICATE: "view_assessment",
}  # fmt: skip
# Of these who may not know them learns that something is missing, in neutral words; of a sanction not even that.
NEUTRAL = frozenset({Missing.SUSPENDED, Missing.PREDICATE})
LONGEST_CLOSED = len(" ".join(CLOSED))


def kept_apart(codes: Collection[str]) -> str:
    """Return the closed ones among codes as the book keeps them, "" for none."""
    return " ".join(code for code in CLOSED if code in codes)


class Check(StrEnum):
    """What only files can tell."""

    EXAM = "UJIAN_DINAS"
    SCALE = "MKG"
    CEILING = "BATAS_PENDIDIKAN"
    DIPLOMA_EXAM = "UJIAN_IJAZAH"
    VACANCY = "FORMASI"
    DUTIES = "TUGAS_SESUAI"
    FORMER_POST = "JABATAN_SEBELUM_TB"
    LEADING_POST = "JABATAN_DPK"


# Ceiling of the regular promotion by SIASN's education level (establishment.md 2.3 [V]); ids 42, 47 and 49 have none
# on record, so files must tell.
CEILING: dict[str, int] = {
    "05": 21, "10": 23, "12": 24, "15": 32, "17": 32, "18": 32, "20": 32, "25": 32, "30": 33, "35": 34, "40": 34,
    "45": 41, "50": 42,
}  # fmt: skip
# Rank that the civil service starts with by education (establishment.md 2.3 [V]): what a diploma leads to.
START: dict[str, int] = {
    "05": 11, "10": 13, "12": 13, "15": 21, "17": 21, "18": 21, "20": 21, "25": 22, "30": 23, "35": 31, "40": 31,
    "45": 32, "50": 33,
}  # fmt: skip
# A regular promotion out of these ranks asks for the service exam (ujian dinas) unless exempt (careers.md 4.5 [M]).
EXAM_FROM = frozenset({24, 34})
# Credit points that a promotion out of a rank asks for, added up within the level (careers.md 2.2 [V]).
CREDIT: dict[tuple[Level, int], int] = {
    (Level.PEMULA, 21): 15,
    (Level.TERAMPIL, 22): 20, (Level.TERAMPIL, 23): 40, (Level.TERAMPIL, 24): 60,
    (Level.MAHIR, 31): 50, (Level.MAHIR, 32): 100,
    (Level.PENYELIA, 33): 100,
    (Level.AHLI_PERTAMA, 31): 50, (Level.AHLI_PERTAMA, 32): 100,
    (Level.AHLI_MUDA, 33): 100, (Level.AHLI_MUDA, 34): 200,
    (Level.AHLI_MADYA, 41): 150, (Level.AHLI_MADYA, 42): 300, (Level.AHLI_MADYA, 43): 450,
    (Level.AHLI_UTAMA, 44): 200,
}  # fmt: skip
# Kinds of credit points that add up; assessments of the older rules were cumulative themselves.
ADDED_CREDIT = frozenset({"pertama", "integrasi", "konversi"})
UNPAID_LEAVE = frozenset({"02", "13"})
SUSPENDED = frozenset({"04"})
# Words of a training that makes a CPNS a PNS (PP 11/2017 art. 34), in capitals.
BASIC_TRAINING = ("LATSAR", "PELATIHAN DASAR", "PRAJABATAN")
PNS, CPNS = "PNS", "CPNS"
# A pension asks for the evaluation of the last year, whatever it says [M: DPCP].
WORST = max(PREDICATES)
PPPK = frozenset({"PPPK"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers of the rulebook that the agenda follows."""

    waiting: promotion.Waiting = promotion.Waiting()
    sets: Sequence[promotion.DateSet] = promotion.DATE_SETS
    ages: retirement.Ages = retirement.DEFAULT_AGES
    months_ahead: int = 18
    predicate_years: int = 2
    acting_months: int = 3
    acting_terms: int = 2
    cpns_months: int = 12
    # Years in rank before a promotion by diploma: SIASN 203 [M], and 205 after a study assignment alike [M].
    diploma_years: int = 1


@dataclass(frozen=True, slots=True)
class Post:
    """The post that a person holds definitively (or beside the seats), with what its job says."""

    level: Level
    starts_on: date
    job_name: str = ""
    echelon: str = ""
    job_age: int | None = None
    is_definitive: bool = True


Span = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Person:
    """What the register says of a person that counts. Spans end without their last day."""

    status: str
    birth_date: date
    legal_status: str = "01"
    rank: int | None = None
    rank_since: date | None = None
    pay_group: int | None = None
    # Service in scale (months) on the TMT of the rank, where a decree tells it, reviewed service (PMK), and the first
    # rank on record.
    scale_months: int | None = None
    grants: Sequence[Grant] = ()
    first_rank: int | None = None
    education: str | None = None
    cpns_on: date | None = None
    own_age: int | None = None
    post: Post | None = None
    # First day away by a decree that is on record.
    exits_on: date | None = None
    predicates: Mapping[int, int] = field(default_factory=dict)
    # Running ones of medium or heavy severity.
    sanctions: Collection[Span] = ()
    leaves: Collection[Span] = ()
    # Level of the credit points → their sum.
    credit: Mapping[str, Decimal] = field(default_factory=dict)
    has_basic_training: bool = False
    # (id, first day, end) of contracts whose extension is open, and of running acting duties.
    # Service in scale (months) on the day of the newest increment on record.
    increment: tuple[date, int] | None = None
    # On a study assignment with release, or lent to another agency (DPK, DPB), on the day looked at.
    is_studying: bool = False
    is_seconded: bool = False
    # Day of the diploma of `education`, where it is known, and whether a study assignment led to it.
    diploma_on: date | None = None
    by_assignment: bool = False
    contracts: Collection[tuple[int, date, date]] = ()
    acting: Collection[tuple[int, date]] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What falls due on a day; `target`: rank id, or the step of the salary table in years."""

    kind: Kind
    due_on: date
    source: int = 0
    target: int | None = None
    missing: frozenset[Missing] = frozenset()
    to_check: frozenset[Check] = frozenset()
    sanctioned: bool = False


def month_of(day: date) -> date:
    return day.replace(day=1)


def horizon(day: date, months: int) -> date:
    """Return the first day that is no longer looked at: the month of `day` and `months` more are."""
    return add_months(month_of(day), months + 1)


def cases(person: Person, day: date, settings: Settings = Settings()) -> list[Case]:  # noqa: B008  frozen
    """Return what falls due within the horizon, and what already did, by kind: promotions and increments only while the
    person works. Raises KeyError for an unknown rank."""
    until, ends = horizon(day, settings.months_ahead), works_until(person, settings)
    found = _all(person, day, settings)
    return [case for case in found if case.due_on < until and not is_outlived(case.kind, case.due_on, ends)]


def outlived(person: Person, day: date, settings: Settings = Settings()) -> dict[Kind, Case]:  # noqa: B008  frozen
    """Return the promotions and increments that would fall due if the person did not leave first, however far ahead."""
    ends = works_until(person, settings)
    return {case.kind: case for case in _all(person, day, settings) if is_outlived(case.kind, case.due_on, ends)}


def _all(person: Person, day: date, settings: Settings) -> list[Case]:
    found: list[Case] = []
    for each in _KINDS:
        found += each(person, day, settings)
    return found


def works_until(person: Person, settings: Settings) -> date | None:
    """Return the first day that the person no longer works: of the pension, or an exit on record before it; None where
    neither is known."""
    known = [person.exits_on, None if person.post is None else _retires_on(person, person.post, settings)]
    return min((day for day in known if day is not None), default=None)


def is_outlived(kind: Kind, due_on: date, ends: date | None) -> bool:
    """Whether a case of this kind comes too late: who left by its day is neither promoted nor paid a further step."""
    return ends is not None and kind in WHILE_WORKING and due_on >= ends


# Conditions


def _performance(person: Person, day: date, years: int, worst: int) -> set[Missing]:
    wanted = [person.predicates.get(year) for year in range(day.year - years, day.year)]
    found = set()
    if None in wanted:
        found.add(Missing.NO_PREDICATE)
    if any(each is not None and each > worst for each in wanted):
        found.add(Missing.PREDICATE)
    return found


def _standing(person: Person, on: date) -> set[Missing]:
    found = set()
    if person.legal_status in UNPAID_LEAVE or _covers(person.leaves, on):
        found.add(Missing.ON_LEAVE)
    if person.legal_status in SUSPENDED:
        found.add(Missing.SUSPENDED)
    return found


def _covers(spans: Collection[Span], on: date) -> bool:
    return any(start <= on and (end is None or end > on) for start, end in spans)


# Kinds


def promotion_kind(post: Post | None) -> tuple[Kind, tuple[int, int] | None]:
    """Return the kind of promotion that a post leads to, and the lowest and highest rank of its echelon."""
    group = Group.PELAKSANA if post is None else GROUP_OF_LEVEL[post.level]
    if post is None or group is Group.PELAKSANA:
        return Kind.REGULAR, None
    if group is Group.FUNGSIONAL:
        return Kind.FUNCTIONAL, None
    echelon = ECHELON_BY_CODE.get(post.echelon)
    if echelon is None or echelon.lowest is None or echelon.highest is None:
        return Kind.REGULAR, None
    return Kind.STRUCTURAL, (echelon.lowest, echelon.highest)


def kind_for(person: Person) -> tuple[Kind, tuple[int, int] | None]:
    """As `promotion_kind`; who studies with release or works for another agency has a kind of its own."""
    kind, bounds = promotion_kind(person.post)
    if kind is Kind.REGULAR and person.is_studying:
        return Kind.STUDYING, None
    if kind is Kind.REGULAR and person.is_seconded:
        return Kind.SECONDED, None
    return kind, bounds


def _promotion(person: Person, day: date, settings: Settings) -> list[Case]:
    rank, since = person.rank, person.rank_since
    if person.status != PNS or rank not in RANK_BY_ID or rank is None or since is None:
        return []
    above = next_rank(rank)
    if above is None:
        return []
    kind, bounds = kind_for(person)
    missing: set[Missing] = set()
    to_check: set[Check] = set()
    below, highest = False, None
    if kind is Kind.REGULAR:
        ceiling = CEILING.get(person.education or "")
        if ceiling is not None and order(above) > order(ceiling):
            return []
        if person.education is None:
            missing.add(Missing.EDUCATION)
        elif ceiling is None:
            to_check.add(Check.CEILING)
        if rank in EXAM_FROM:
            to_check.add(Check.EXAM)
    elif kind is Kind.STRUCTURAL and bounds is not None:
        below, highest = order(rank) < order(bounds[0]), bounds[1]
    elif kind in _WITHOUT_POST:
        to_check.add(_WITHOUT_POST[kind])
        ceiling = CEILING.get(person.education or "")
        if ceiling is None or order(above) > order(ceiling):
            to_check.add(Check.CEILING)
    elif person.post is not None:
        missing |= _credit(person, rank, above, person.post.level)
    found = promotion.promotion(
        rank, since, _RULE[kind], below_minimum=below, highest=highest, waiting=settings.waiting, sets=settings.sets
    )
    if found.promotes_on is None:
        return []
    on = max(found.promotes_on, day)
    missing |= _performance(person, day, settings.predicate_years, GOOD) | _standing(person, on)
    return [
        Case(kind, found.promotes_on, 0, above, frozenset(missing), frozenset(to_check), _covers(person.sanctions, on))
    ]


# What the former or the present post elsewhere must be is not on record: without one the regular kind applies (PP
# 99/2000 articles 7 and 9 [M]).
_WITHOUT_POST = {Kind.STUDYING: Check.FORMER_POST, Kind.SECONDED: Check.LEADING_POST}
_RULE = {
    Kind.STUDYING: promotion.Kind.STRUCTURAL,
    Kind.SECONDED: promotion.Kind.STRUCTURAL,
    Kind.REGULAR: promotion.Kind.REGULAR,
    Kind.STRUCTURAL: promotion.Kind.STRUCTURAL,
    Kind.FUNCTIONAL: promotion.Kind.FUNCTIONAL,
}


def _diploma(person: Person, day: date, settings: Settings) -> list[Case]:
    """A diploma that the civil service starts higher with than the rank held; functional posts are changed by transfer
    instead (establishment.md 1.4). Years in rank count, and the diploma must have come."""
    rank, since, start = person.rank, person.rank_since, START.get(person.education or "")
    if person.status != PNS or rank not in RANK_BY_ID or rank is None or since is None or start is None:
        return []
    if order(start) <= order(rank) or promotion_kind(person.post)[0] is Kind.FUNCTIONAL:
        return []
    waited = add_years(since, settings.diploma_years)
    due, _dates = promotion.first_allowed(max(waited, person.diploma_on or waited), settings.sets)
    on = max(due, day)
    missing = _performance(person, day, settings.predicate_years, GOOD) | _standing(person, on)
    kind = Kind.STUDIED if person.by_assignment else Kind.DIPLOMA
    to_check = frozenset() if person.by_assignment else DIPLOMA_CHECKS
    return [Case(kind, due, 0, start, frozenset(missing), to_check, _covers(person.sanctions, on))]


DIPLOMA_CHECKS = frozenset({Check.DIPLOMA_EXAM, Check.VACANCY, Check.DUTIES})


def _honours(person: Person, day: date, settings: Settings) -> list[Case]:
    """A promotion on retirement (pengabdian), where service without unpaid leave and time in rank suffice."""
    rank, since = person.rank, person.rank_since
    if person.status != PNS or person.post is None or person.cpns_on is None or since is None:
        return []
    above = next_rank(rank) if rank in RANK_BY_ID and rank is not None else None
    if above is None:
        return []
    due = _retires_on(person, person.post, settings)
    unpaid = sum(months_between(start, end or due) for start, end in person.leaves)
    if not honours_possible(months_between(person.cpns_on, due) - unpaid, since, due):
        return []
    on = max(due, day)
    missing = _performance(person, day, 1, GOOD) | _standing(person, on)
    held = _covers(person.sanctions, on)
    return [Case(Kind.HONOURS, due, 0, above, frozenset(missing), frozenset(), held)]


def _credit(person: Person, rank: int, above: int, level: Level) -> set[Missing]:
    """After a promotion of level the first rank of the new level needs no more points (careers.md 2.2)."""
    found = set()
    if order(above) > order(RANKS_OF_JF_LEVEL[level][1]):
        found.add(Missing.LEVEL)
    needed = CREDIT.get((level, rank))
    if needed is not None:
        held = person.credit.get(level.value)
        if held is None:
            found.add(Missing.NO_CREDIT)
        elif held < needed:
            found.add(Missing.CREDIT)
    return found


def scale_grade(person: Person) -> str | None:
    """Return the row of the salary table: "III/a" of a PNS, "IX" of a PPPK."""
    if person.status == PNS and person.rank in RANK_BY_ID and person.rank is not None:
        return RANK_BY_ID[person.rank].code
    if person.status in PPPK and person.pay_group is not None and 1 <= person.pay_group <= len(PPPK_GROUPS):
        return PPPK_GROUPS[person.pay_group - 1]
    return None


def lost_months(leaves: Collection[Span], since: date, day: date) -> int:
    """Return the whole months of unpaid leave that began before `day`, from `since` on; an open one counts up to
    `day`."""
    return sum(months_between(max(start, since), end or day) for start, end in leaves if start < day)


def _increment(person: Person, day: date, settings: Settings) -> list[Case]:
    """The step of the table after the newest increment on record or, with none since it, the promotion: also when its
    month went by, for nothing says that it was granted (establishment.md 2.6). PP 7/1977 article 11 gives increments to
    civil servants and article 5 names candidates apart [M]: a CPNS has none, the trial counts as service in scale."""
    grade, counted = scale_grade(person), counted_from(person)
    if grade is None or counted is None:
        return []
    to_check = frozenset({Check.SCALE}) if person.scale_months is None and not counted.is_granted else frozenset()
    found = next_step(person, grade, counted, day)
    if found is None:
        return []
    missing = _performance(person, day, 1, FAIR) | _standing(person, max(found.due_on, day))
    if found.due_on < month_of(day):
        missing.add(Missing.NO_INCREMENT)
    return [Case(Kind.INCREMENT, found.due_on, 0, found.step, frozenset(missing), to_check)]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the service in scale is counted from: the day, its months there, and whether that is the day of an increment
    on record."""

    since: date
    months: int
    is_granted: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of the salary table, the day it is reached, the months of leave that put it off, the reviewed
    service that came after the first day counted, and the service in scale (months) that is paid already."""

    step: int
    due_on: date
    lost: int
    reviewed: Grant
    paid: int


def next_step(person: Person, grade: str, counted: Counted, day: date) -> Step | None:
    """Return the step after the one that is paid on `day`, None where the table has no more. Reviewed service (PMK)
    that counts from a day after `counted` adds from that day (establishment.md 2.5): the step that it reaches is paid
    by its decree, the increment is the one after it."""
    lost, reviewed = lost_months(person.leaves, counted.since, day), reviewed_since(person.grants, counted.since, day)
    months, paid = counted.months + reviewed.months, paid_scale(person, counted, day)
    for step in salary.steps_of(grade):
        if step * 12 > paid:
            return Step(step, add_months(counted.since, step * 12 - months + lost), lost, reviewed, paid)
    return None


def paid_scale(person: Person, counted: Counted, day: date) -> int:
    """Return the service in scale (months) whose step is paid on `day`: as counted, or on the last day since then that
    reviewed service began to count."""
    from_day = reviewed_since(person.grants, counted.since, day).from_day
    if from_day is None:
        return counted.months
    unpaid = _closed(person.leaves, from_day)
    return later_in_scale(counted.months, counted.since, from_day, unpaid, person.grants)


def _closed(leaves: Collection[Span], day: date) -> list[tuple[date, date]]:
    return [(start, end or day) for start, end in leaves]


def counted_from(person: Person) -> Counted | None:
    """Return what the service in scale is counted from; None without the TMT of a rank."""
    if person.rank_since is None:
        return None
    if person.increment is not None and person.increment[0] >= person.rank_since:
        return Counted(*person.increment, True)
    return Counted(person.rank_since, in_scale(person, person.rank_since), False)


def in_scale(person: Person, since: date) -> int:
    """Return the service in scale (months) on the TMT of the rank: as its decree says, else [M] the service up to it
    with what reviews granted and without unpaid leave (establishment.md 2.5), less what changes of group took off."""
    if person.scale_months is not None:
        return person.scale_months
    if person.cpns_on is None:
        return 0
    taken = deduction(person.first_rank or person.rank, person.rank) if person.rank else 0
    served = service(person.cpns_on, since, person.grants, _closed(person.leaves, since))
    return max(0, served.months - taken)


def _pension(person: Person, day: date, settings: Settings) -> list[Case]:
    post = person.post
    if post is None:
        return []
    missing = set()
    if person.status == PNS and person.rank is None:
        missing.add(Missing.RANK)
    missing |= _performance(person, day, 1, WORST)
    return [Case(Kind.PENSION, _retires_on(person, post, settings), 0, None, frozenset(missing))]


def _retires_on(person: Person, post: Post, settings: Settings) -> date:
    found = retirement.retirement(
        person.birth_date,
        post.level,
        job_name=post.job_name,
        job_bup=post.job_age,
        individual=person.own_age,
        released_on=post.starts_on if post.is_definitive else None,
        ages=settings.ages,
    )
    return found.retires_on


def _contracts(person: Person, day: date, settings: Settings) -> list[Case]:
    found = []
    for source, _start, end in person.contracts:
        missing = _performance(person, day, 1, GOOD) | _standing(person, max(end, day))
        if person.post is not None and _retires_on(person, person.post, settings) <= end:
            missing.add(Missing.END_OF_AGE)
        found.append(Case(Kind.CONTRACT, end, source, None, frozenset(missing)))
    return found


def acting_ends(start: date, months: int, terms: int) -> tuple[date, ...]:
    """Return the last day of each term of an acting duty (Plt): careers.md 4.4, W52."""
    return tuple(add_months(start, months * term) - timedelta(days=1) for term in range(1, terms + 1))


def _acting(person: Person, day: date, settings: Settings) -> list[Case]:
    found = []
    for source, start in person.acting:
        ends = acting_ends(start, settings.acting_months, settings.acting_terms)
        due = next((end for end in ends if end >= day), ends[-1])
        past = frozenset({Missing.TERM}) if due < day else frozenset()
        found.append(Case(Kind.ACTING, due, source, None, past))
    return found


def _cpns(person: Person, day: date, settings: Settings) -> list[Case]:
    if person.status != CPNS or person.cpns_on is None:
        return []
    due = add_months(person.cpns_on, settings.cpns_months)
    missing = _standing(person, max(due, day))
    if not person.has_basic_training:
        missing.add(Missing.TRAINING)
    return [Case(Kind.CPNS, due, 0, None, frozenset(missing), frozenset(), _covers(person.sanctions, max(due, day)))]


_KINDS: tuple[Callable[[Person, date, Settings], list[Case]], ...] = (
    _promotion, _diploma, _honours, _increment, _pension, _contracts, _acting, _cpns,
)  # fmt: skip


# Pension rank (kenaikan pangkat pengabdian): (years of service, months in rank), establishment.md 4.3 [M].
SERVICE_HONOURS: tuple[tuple[int, int], ...] = ((30, 1), (20, 12), (10, 24))


def honours_possible(service_months: int, rank_since: date, retires_on: date) -> bool:
    """Return whether service and time in rank allow a promotion on retirement; performance and sanctions aside."""
    return any(
        service_months >= years * 12 and add_months(rank_since, months) <= retires_on
        for years, months in SERVICE_HONOURS
    )


def letter_on(due: date, months: int) -> date:
    """Return the day of an increment's letter: `months` before it is paid."""
    return add_months(due, -months)
