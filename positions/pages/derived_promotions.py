"""Promotions on the panel "Turunan": the regular one and that of the post, SIASN's further kinds by diploma, study and
secondment, the one on retirement, and those that no data announces. Which kind, when and what lacks say the rules of
the agenda book; how it comes about, the calculator's own steps."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats
from positions.calculators import people as calculators
from positions.models import AgendaItem, Employee, RankRecord
from positions.pages import agenda_words as words
from positions.pages import credit_words
from positions.pages.derived_file import Figure, File, basis, held, run
from positions.queries import histories
from positions.rules import agenda, credit, performance, promotion
from positions.rules.agenda import Case, Kind, Missing
from positions.rules.levels import ECHELON_BY_CODE, FUNCTIONAL_LEVELS, MANAGERIAL_LEVELS, RANK_BY_ID

# SIASN education level → the ladder of the regular promotion's ceilings; others have none that is known (2.3).
CEILING_OF = {
    "05": "SD", "10": "SLTP", "12": "SLTP Kejuruan", "15": "SLTA", "17": "SLTA", "18": "SLTA", "20": "D-I",
    "25": "D-II", "30": "D-III", "35": "D-IV", "40": "S1", "45": "S2", "50": "S3",
}  # fmt: skip
BY_POST: dict[Kind, tuple[promotion.Kind, Any]] = {
    Kind.REGULAR: (promotion.Kind.REGULAR, gettext_lazy("Kenaikan pangkat reguler berikutnya")),
    Kind.STRUCTURAL: (promotion.Kind.STRUCTURAL, gettext_lazy("Kenaikan pangkat pilihan (jabatan struktural)")),
    Kind.FUNCTIONAL: (promotion.Kind.FUNCTIONAL, gettext_lazy("Kenaikan pangkat pilihan (jabatan fungsional)")),
}
FURTHER = (Kind.DIPLOMA, Kind.STUDYING, Kind.STUDIED, Kind.SECONDED, Kind.HONOURS)
# Told in a condition of its own.
BY_PREDICATE = frozenset({Missing.PREDICATE, Missing.NO_PREDICATE})
BY_CREDIT = frozenset({Missing.CREDIT, Missing.NO_CREDIT})


def figures(file: File) -> list[Figure]:
    """Return a figure for the regular promotion and that of the post, one for each further kind, and the kinds that no
    data announces; none for PPPK. The queries of `File.cases` and `File.rows`."""
    if file.is_pppk:
        return []
    if file.person.status == Employee.Status.CPNS:
        found = [_empty(kind) for kind in _shown(file)]
        for each in found:
            each.value = _("belum: masih CPNS")
        return found
    if not file.grade or file.person.rank_since is None:
        found = [_empty(kind) for kind in _shown(file)]
        for each in found:
            each.note = _("Golongan atau TMT golongan belum tercatat.")
        return found
    made = [_of_post(file, kind) for kind in _shown(file)]
    made += [_further(file, file.cases[kind]) for kind in FURTHER if kind in file.cases]
    return [*made, _unannounced()]


def _shown(file: File) -> list[Kind]:
    found = [Kind.REGULAR]
    if file.level in MANAGERIAL_LEVELS:
        found.append(Kind.STRUCTURAL)
    if file.level in FUNCTIONAL_LEVELS:
        found.append(Kind.FUNCTIONAL)
    return found


def _empty(kind: Kind) -> Figure:
    rule, title = BY_POST[kind]
    return Figure(f"pangkat-{rule.value}", str(title))


def _of_post(file: File, kind: Kind) -> Figure:
    """The regular promotion, or the chosen one of the post: one of them follows the post, the other does not apply."""
    found, person, case = _empty(kind), file.asked, file.cases.get(kind)
    led, _bounds = agenda.kind_for(person)
    if kind is not led:
        found.value = _("tidak berlaku")
        found.note = _("Kenaikan pangkatnya mengikuti jenis %(kind)s.") % {"kind": AgendaItem.Kind(led).label}
        if kind is Kind.STRUCTURAL:
            found.note = _("Eselon jabatan ini tidak tercatat.")
        return found
    values: dict[str, Any] = {"kind": BY_POST[kind][0].value, "rank": file.grade, "rank_since": person.rank_since}
    inputs = [held(file)]
    if kind is Kind.REGULAR and (education := CEILING_OF.get(person.education or "")):
        values["education"] = education
        inputs.append((_("Pendidikan"), education))
    if kind is Kind.STRUCTURAL and person.post is not None and person.post.echelon in ECHELON_BY_CODE:
        values["echelon"] = person.post.echelon
        inputs.append((_("Eselon"), person.post.echelon))
    answer, book = run(file, calculators.RANK_PROMOTION, values)
    if answer is not None:
        found.basis = basis(calculators.RANK_PROMOTION, answer, book, inputs)
    if case is None and kind in file.outlived:
        found.value, found.note = told_outlived(file, kind)
        return found
    if case is None:
        found.value = _("tertutup")
        found.note = answer.result["closed"] or "" if answer is not None else ""
        return found
    found.value, found.note = _told(case), _("Paling cepat; syarat di bawah tersendiri.")
    found.conditions = _conditions(file, case)
    if kind is Kind.FUNCTIONAL:
        found.conditions += credit_of(file)
    return found


def told_outlived(file: File, kind: Kind) -> tuple[str, str]:
    """Value and note of what would fall due only after the person has left."""
    case, ends = file.outlived[kind], agenda.works_until(file.asked, file.settings)
    return _("tidak ada lagi"), words.outlived(ends, case.due_on) if ends is not None else ""


def _told(case: Case) -> str:
    return f"{RANK_BY_ID[case.target or 0].code} · {formats.day(case.due_on)}"


def _conditions(file: File, case: Case) -> list[tuple[str, bool | None]]:
    """What the case asks: predicates, what the register shows to be missing, what files tell, sanctions."""
    told: list[tuple[str, bool | None]] = []
    years = 1 if case.kind is Kind.HONOURS else file.settings.predicate_years
    if years and file.sees_predicates:
        told.append(good_years(file, years))
    told += lacks(file, case)
    if file.sanctions is not None:
        without = _("Tanpa hukuman disiplin sedang atau berat yang berjalan pada tanggal itu.")
        told.append((without, not case.sanctioned))
    return told


def lacks(file: File, case: Case, *told: Missing) -> list[tuple[str, bool | None]]:
    """What the register shows to be missing and what files tell, but what is `told` elsewhere; a suspension in words
    only for who may know of one."""
    knows = {"view_discipline": file.sanctions is not None, "view_assessment": file.sees_predicates}
    said = words.missing_words({code for code, asked in agenda.CLOSED.items() if knows[asked]})
    missing = sorted(case.missing - BY_PREDICATE - BY_CREDIT - set(told))
    checks = _("Diperiksa pada berkas: %(what)s.")
    return [
        *((str(said[code]), False) for code in missing),
        *((checks % {"what": words.CHECKS[code]}, None) for code in sorted(case.to_check)),
    ]


def good_years(file: File, count: int) -> tuple[str, bool | None]:
    """Performance at least Baik in the last `count` years."""
    wanted = range(file.day.year - count, file.day.year)
    said = _("Predikat kinerja %(year)s paling rendah Baik.") % {"year": _listed(wanted)}
    of_year = {each.year: each.predicate for each in file.facts.predicates}
    known = [of_year[year] for year in wanted if year in of_year]
    if any(predicate > performance.GOOD for predicate in known):
        return said, False
    return said, True if len(known) == len(wanted) else None


def _listed(years: Sequence[int]) -> str:
    *first, last = [str(year) for year in years]
    return _("%(first)s dan %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def _further(file: File, case: Case) -> Figure:
    found = Figure(case.kind.value.replace("_", "-"), str(AgendaItem.Kind(case.kind).label), _told(case))
    found.note = _("Paling cepat; syarat di bawah tersendiri.") if case.kind is not Kind.HONOURS else _(
        "Bersama pensiun; syarat di bawah tersendiri."
    )  # fmt: skip
    found.conditions = _conditions(file, case)
    wanted = words.PARAMETERS[case.kind]
    used = [row for code, row in file.parameters.items() if code in wanted]
    found.basis = {
        "inputs": [held(file), (_("Pendidikan"), str(file.person.education_level or formats.DASH))],
        "steps": [f"{_(row.name)}: {row.value} {_(row.unit) if row.unit else ''} [{row.mark}]" for row in used],
        "rule": words.rule_of(case.kind),
        "legal_basis": words.LAWS[case.kind],
    }
    return found


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
    points = histories.credit_held(file.facts.credit, level)
    told: list[tuple[str, bool | None]] = []
    for step in credit.steps(level, points, agenda.CREDIT):
        if step.rank >= file.person.rank:
            told.append((credit_words.sentence(step, level), step.is_met))
    return told
