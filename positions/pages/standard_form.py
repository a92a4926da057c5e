"""The form of a draft standard: a level for each competency, weights, and the requirements a line each."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from positions.models import Competency, JobStandard, StandardRequirement, TechnicalCompetency
from positions.pages.standard_words import LEVELS
from positions.queries import standards as queries
from positions.rules.competency_standard import INDICATOR, REQUIRED, order_of

# "Pelatihan kepemimpinan (mutlak)": the weight at the end of a line.
WEIGHTED = re.compile(r"^(?P<text>.*?)\s*\((?P<weight>mutlak|penting|perlu)\)\s*$", re.IGNORECASE)


def level_field(label: str) -> forms.TypedChoiceField:
    choices = [("", "—"), *((level, f"{level} {title}") for level, title in LEVELS.items())]
    return forms.TypedChoiceField(label=label, required=False, coerce=int, empty_value=None, choices=choices)


class StandardForm(forms.Form):
    affair = forms.CharField(label=gettext_lazy("Urusan pemerintahan"), max_length=150, required=False)

    def __init__(self, *arguments: Any, standard: JobStandard, day: date, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.initial["affair"] = standard.affair
        self.levels = queries.levels_of(standard)
        national = dict(Competency.objects.filter(code__in=REQUIRED).values_list("code", "name"))
        mine = TechnicalCompetency.objects.filter(agency_id=standard.agency_id)
        own = dict(mine.filter(code__in=set(self.levels) - set(national)).values_list("code", "name"))
        self.codes = {
            f"level_{number}": code for number, code in enumerate(sorted({*national, *own}, key=order_of))
        }  # fmt: skip
        for key, code in self.codes.items():
            self.fields[key] = level_field(f"{code} {(national | own)[code]}")
            self.initial[key] = self.levels.get(code)
        offered = queries.technical_on(mine, day).exclude(code__in=own).order_by("code")
        for number in (1, 2, 3):
            self.fields[f"add_{number}"] = forms.ChoiceField(
                label=_("Tambah kompetensi teknis %(n)s") % {"n": number}, required=False,
                choices=[("", "—"), *((row.code, str(row)) for row in offered)],
            )  # fmt: skip
            self.fields[f"add_level_{number}"] = level_field(_("Level kompetensi tambahan %(n)s") % {"n": number})
        self._requirements(standard)

    def _requirements(self, standard: JobStandard) -> None:
        for name, label in (("education_weight", _("Bobot pendidikan")), ("rank_weight", _("Bobot pangkat"))):
            self.fields[name] = forms.ChoiceField(label=label, choices=JobStandard.Weight.choices)
            self.initial[name] = getattr(standard, name)
        rows = list(standard.requirements.order_by("kind", "number"))
        for kind, label in StandardRequirement.Kind.choices:
            weighed = kind != INDICATOR
            self.fields[kind] = forms.CharField(
                label=label, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("Satu syarat tiap baris; akhiri dengan (mutlak), (penting), atau (perlu). Tanpa itu:"
                            " penting.") if weighed else _("Satu indikator tiap baris."),
            )  # fmt: skip
            self.initial[kind] = "\n".join(
                f"{row.text} ({row.weight})" if row.weight else row.text for row in rows if row.kind == kind
            )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        for number in (1, 2, 3):
            if bool(told.get(f"add_{number}")) != bool(told.get(f"add_level_{number}")):
                self.add_error(f"add_{number}", _("Pilih kompetensi dan levelnya sekaligus."))
        return told

    def facts(self) -> dict[str, Any]:
        """The arguments of the service."""
        told = self.cleaned_data
        levels = {code: told[key] for key, code in self.codes.items() if told[key]}
        levels |= {told[f"add_{n}"]: told[f"add_level_{n}"] for n in (1, 2, 3) if told[f"add_{n}"]}
        return {
            "levels": levels, "affair": told["affair"].strip(), "education_weight": told["education_weight"],
            "rank_weight": told["rank_weight"],
            "requirements": {kind: [_weighed(kind, line) for line in told[kind].splitlines() if line.strip()]
                             for kind in StandardRequirement.Kind.values},
        }  # fmt: skip


def _weighed(kind: str, line: str) -> tuple[str, str]:
    if kind == INDICATOR:
        return line.strip(), ""
    found = WEIGHTED.match(line)
    return (found["text"], found["weight"].lower()) if found else (line.strip(), JobStandard.Weight.IMPORTANT.value)
