"""Promotions of SIASN's further kinds on the panel "Turunan": by diploma, study, secondment, on retirement, and those
that no data announces. The rules are those of the agenda book."""

from django.utils.translation import gettext as _

from asnhr import formats
from positions.models import AgendaItem, RankRecord
from positions.pages import agenda_words as words
from positions.pages import credit_words
from positions.pages.derived_file import Figure, File
from positions.queries import agenda as queries
from positions.queries import histories
from positions.rules import agenda, credit, performance
from positions.rules.agenda import Case, Kind, Missing
from positions.rules.levels import RANK_BY_ID, Level

SHOWN = (Kind.DIPLOMA, Kind.STUDYING, Kind.STUDIED, Kind.SECONDED, Kind.HONOURS)
# Longer than anybody serves: what the panel shows has no horizon.
EVER = 12 * 60
BY_PREDICATE = frozenset({Missing.PREDICATE, Missing.NO_PREDICATE})


def cases(file: File) -> list[Case]:
    """Return the promotions of the further kinds that the file leads to; four queries and those of the rulebook."""
    settings = queries.settings_of(file.parameters, queries.date_sets())
    found = agenda.cases(person_of(file), file.day, _without_horizon(settings))
    return [case for case in found if case.kind in SHOWN]


def _without_horizon(settings: agenda.Settings) -> agenda.Settings:
    return agenda.Settings(
        waiting=settings.waiting, sets=settings.sets, ages=settings.ages, months_ahead=EVER,
        predicate_years=settings.predicate_years, diploma_years=settings.diploma_years,
    )  # fmt: skip


def person_of(file: File) -> agenda.Person:
    """The facts of a file as the rules of the agenda take them; sanctions are the reader's own question."""
    person, facts, job = file.person, file.facts, file.post.position.job if file.post else None
    level = person.education_level_id or (person.education.level_id if person.education else None)
    study = histories.study_facts(person, level, file.day)
    post = None
    if job is not None:
        is_definitive = file.post.kind == "definitif"
        post = agenda.Post(
            Level(job.level), file.post.starts_on, job.name, job.echelon, job.retirement_age, is_definitive
        )
    return agenda.Person(
        status=person.status, birth_date=person.birth_date, legal_status=person.legal_status, rank=person.rank,
        rank_since=person.rank_since, pay_group=person.pay_group, education=level, cpns_on=person.cpns_on,
        own_age=person.own_retirement_age, post=post, leaves=facts.unpaid,
        predicates={each.year: each.predicate for each in facts.predicates},
        is_studying=study.is_studying, is_seconded=study.is_seconded, by_assignment=study.by_assignment,
        diploma_on=study.diploma_on or study.year_ends(person.graduated),
    )  # fmt: skip


def figures(file: File, held: tuple[str, str], good: tuple[str, bool | None]) -> list[Figure]:
    """Return a figure for each case, then the kinds that no data announces. `good`: the condition of the predicates."""
    made = [_figure(file, case, held, good) for case in cases(file)]
    return [*made, _unannounced()]


def _figure(file: File, case: Case, held: tuple[str, str], good: tuple[str, bool | None]) -> Figure:
    found = Figure(case.kind.value.replace("_", "-"), str(AgendaItem.Kind(case.kind).label))
    rank = RANK_BY_ID[case.target or 0].code
    found.value = f"{rank} · {formats.day(case.due_on)}"
    found.note = _("Paling cepat; syarat di bawah tersendiri.") if case.kind is not Kind.HONOURS else _(
        "Bersama pensiun; syarat di bawah tersendiri."
    )  # fmt: skip
    lacks = sorted(case.missing - BY_PREDICATE)
    found.conditions = [
        _last_year(file) if case.kind is Kind.HONOURS else good,
        *((str(words.MISSING[code]), False) for code in lacks),
        *(
            (_("Diperiksa pada berkas: %(what)s.") % {"what": words.CHECKS[code]}, None)
            for code in sorted(case.to_check)
        ),
    ]  # fmt: skip
    if file.is_held is not None:
        found.conditions.append((_("Tidak sedang menjalani hukuman disiplin sedang atau berat."), not file.is_held))
    wanted = words.PARAMETERS[case.kind]
    used = [row for code, row in file.parameters.items() if code in wanted]
    found.basis = {
        "inputs": [held, (_("Pendidikan"), str(file.person.education_level or formats.DASH))],
        "steps": [f"{_(row.name)}: {row.value} {_(row.unit) if row.unit else ''} [{row.mark}]" for row in used],
        "rule": words.RULES[case.kind],
        "legal_basis": words.LAWS[case.kind],
    }
    return found


def _last_year(file: File) -> tuple[str, bool | None]:
    year = file.day.year - 1
    words_ = _("Predikat kinerja %(year)s paling rendah Baik.") % {"year": year}
    found = [each.predicate for each in file.facts.predicates if each.year == year]
    return words_, found[0] <= performance.GOOD if found else None


def _unannounced() -> Figure:
    """Kinds whose facts the register does not hold: they are proposed with their files, never guessed."""
    kinds = RankRecord.Kind
    found = Figure("kp-lain", _("Kenaikan pangkat jenis lain"))
    found.value = _("tidak diumumkan oleh data")
    found.note = _("Faktanya tidak tercatat dalam register; diusulkan dengan berkasnya, tidak pernah diperkirakan.")
    found.conditions = [
        (f"{kinds.DISCOVERY.label} (207)", None),
        (f"{kinds.ACHIEVEMENT.label} (208)", None),
        (f"{kinds.STATE_OFFICE.label} (209)", None),
        (f"{kinds.WHILE_SECONDED.label} (210)", None),
        (_("Anumerta: setingkat lebih tinggi bagi yang tewas dalam tugas [M]."), None),
    ]
    return found


def credit_of(file: File) -> list[tuple[str, bool | None]]:
    """Conditions of a functional promotion: the points that each step of the level asks for, from the rank held on."""
    level = file.level
    if level is None or file.person.rank is None:
        return []
    held = histories.credit_held(file.facts.credit, level)
    told: list[tuple[str, bool | None]] = []
    for step in credit.steps(level, held, agenda.CREDIT):
        if step.rank >= file.person.rank:
            told.append((credit_words.sentence(step, level), step.is_met))
    return told
