"""What the panel "Turunan" shows of promotions and increments beside what the agenda book finds, person by person."""

from dataclasses import replace

from asnhr import formats
from asnhr.queries import parameters_on
from positions.models import Employee
from positions.pages import agenda_words, derived, derived_promotions
from positions.pages.derived_file import EVER
from positions.queries import agenda as queries
from positions.queries import register, rulebook
from positions.rules import agenda as rules
from positions.rules.levels import RANK_BY_ID

CODES = {
    rules.Kind.REGULAR: "pangkat-regular", rules.Kind.STRUCTURAL: "pangkat-structural",
    rules.Kind.FUNCTIONAL: "pangkat-functional",
    **{kind: kind.value.replace("_", "-") for kind in derived_promotions.FURTHER},
}  # fmt: skip
APART = derived_promotions.BY_PREDICATE | derived_promotions.BY_CREDIT | {rules.Missing.NO_INCREMENT}


def book(agency, day):
    """Return what the SQL of the agenda book finds without a horizon: person → kind → (day, target, missing)."""
    settings = queries.settings_of(parameters_on(agency, day), queries.date_sets())
    values = queries.arguments(agency_id=agency.pk, day=day, settings=replace(settings, months_ahead=EVER))
    found = {}
    for person, kind, _source, due, target, missing, _checks, _sanctioned in queries.found(values):
        found.setdefault(person, {})[rules.Kind(kind)] = (due, target, set(missing))
    return found


def compare(agency, user, people, day):
    """Assert that the panel of each person says what the book says; return how many figures with a day agreed."""
    told, agreed = book(agency, day), 0
    ages = rulebook.ages_on(day)
    rows = Employee.objects.filter(agency=agency, pk__in=list(people)).select_related("education_level", "education")
    for person in register.with_retirement(register.with_post(rows, day), day, ages):
        cases = told.get(person.pk, {})
        figures = {each.code: each for each in derived.figures(derived.file_of(user, person, day, ages))}
        shown = {code: each.value for code, each in figures.items() if " · " in each.value}
        wanted = {
            CODES[kind]: f"{RANK_BY_ID[target].code} · {formats.day(due)}"
            for kind, (due, target, _missing) in cases.items()
            if kind in CODES
        }
        assert shown == wanted, person
        increment = cases.get(rules.Kind.INCREMENT)
        assert (figures["kgb"].basis is not None) >= (increment is not None)
        days = increment and formats.day(increment[0])
        assert figures["kgb"].value == days or increment is None and figures["kgb"].value in SAID, person
        for kind, (_due, _target, missing) in cases.items():
            if kind in CODES or kind is rules.Kind.INCREMENT:
                figure = figures[CODES.get(kind, "kgb")]
                lacked = {str(agenda_words.MISSING[code]) for code in missing - APART}
                assert lacked == {words for words, met in figure.conditions if met is False} & WORDS, (person, kind)
        agreed += len(wanted) + (increment is not None)
    return agreed


SAID = {"", "belum: masih CPNS", "tidak berlaku", "mencapai MKG maksimum", "tidak ada lagi"}
WORDS = {str(words) for words in agenda_words.MISSING.values()}
