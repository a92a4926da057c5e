"""Columns of the register whose structures are told by more than the words of their parts (`asnhr.told`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats, registry
from positions import import_words
from positions.models import FormationLine, SiasnRecord
from positions.models.job import LEVEL_CHOICES
from positions.rules.levels import EDUCATION_LEVELS

# What a SIASN file said, beside what both sides have and what lists of changes call by a name.
SIASN_WORDS: dict[str, Any] = {
    "lent_wrongly": gettext_lazy("Instansi asal dan tempat bekerja bertentangan"),
    "education_id": gettext_lazy("Nomor pendidikan di register"),
    "job_id": gettext_lazy("Nomor nomenklatur di register"),
    "job_key": gettext_lazy("Nama jabatan untuk pemetaan"),
    "unit_id": gettext_lazy("Nomor unit"),
    "unit_key": gettext_lazy("Nama unit untuk pemetaan"),
}
_EDUCATION = {level.id: level.name for level in EDUCATION_LEVELS}


def siasn_facts(value: Mapping[str, Any]) -> dict[str, str]:
    compared = dict(SiasnRecord.Fact.choices)
    return {
        str(SIASN_WORDS.get(name) or compared.get(name) or import_words.heading(name)): _siasn_fact(name, each)
        for name, each in value.items()
    }


def _siasn_fact(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    return _EDUCATION.get(value, str(value)) if name == "education_level" else import_words.fact(name, value)


def levels(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the levels of a competency say, by the level's number."""
    return {_("Level %(n)s") % {"n": number}: said for number, said in value.items()}


def level_name(code: str) -> str:
    return str(dict(LEVEL_CHOICES).get(code, code) or formats.DASH)


def intake_name(code: str) -> str:
    return str(dict(FormationLine.Intake.choices).get(code, code) or formats.DASH)


def field_name(code: str) -> str:
    return str(dict(_choices("field")).get(code, code) or formats.DASH)


def _choices(name: str) -> Iterable[tuple[Any, Any]]:
    field: Any = FormationLine._meta.get_field(name)
    return field.flatchoices


for _column, _name in (
    ("asnhr.Run.parameters:colour", "positions.pages.position_map.colour_name"),
    ("positions.Competency.levels", "positions.structures.levels"),
    ("positions.FormationVersion.figures:field", "positions.structures.field_name"),
    ("positions.FormationVersion.figures:intake", "positions.structures.intake_name"),
    ("positions.JobStandard.facts:level", "positions.structures.level_name"),
    ("positions.QualityIndex.counts", "positions.pages.quality_words.counts_in_words"),
    ("positions.QualityIndex.weights", "positions.pages.quality_words.weights_in_words"),
    ("positions.SiasnRecord.facts", "positions.structures.siasn_facts"),
    ("positions.TechnicalCompetencyVersion.levels", "positions.structures.levels"),
):
    registry.structures.register_later(_column, _name)
