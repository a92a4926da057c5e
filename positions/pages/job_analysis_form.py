"""The form of one element of a job-analysis document: what an element holds decides its fields.

A part with words alone is a text area, a line each; one with more columns has rows of fields and an empty row more; a
part of codes is a group of boxes; aspects (lingkungan, kondisi fisik) have a field each. Nothing typed is lost: a form
with errors, or with a row more, is shown again as it came.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from positions.job_analysis_document import HEADINGS
from positions.job_analysis_words import told
from positions.models import JobAnalysis, JobAnalysisCode, JobAnalysisEntry
from positions.pages.pickers import day_field
from positions.queries.job_analysis import Entries
from positions.rules import job_analysis as rules
from positions.rules.job_analysis import Part
from positions.services.job_analysis import MOST_LINES, EntryInput

COLUMNS = ("text", "detail", "subject")
MOST = {"text": 500, "detail": 300, "subject": 300}
BLANK_ROWS = 2
LABELS = dict(JobAnalysisEntry.Part.choices)


class ElementForm(forms.Form):
    """Fields of element `element`, filled with `entries`; `groups` for the template."""

    def __init__(
        self, data: QueryDict | None, *, element: int, analysis: JobAnalysis, entries: Entries, parts: list[Part]
    ) -> None:
        super().__init__(data)
        self.element, self.parts, self.entries_now = element, parts, entries
        self.rows: dict[Part, int] = {}
        codes: dict[str, list[JobAnalysisCode]] = {}
        wanted = [part.value for part in parts if rules.SHAPES[part].coded]
        for code in JobAnalysisCode.objects.filter(list__in=wanted).order_by("list", "order") if wanted else ():
            codes.setdefault(code.list, []).append(code)
        self.codes = codes
        if element == rules.SUMMARY:
            self.fields["summary"] = forms.CharField(
                label=_("Ikhtisar jabatan"), required=False, max_length=4000, initial=analysis.summary,
                widget=forms.Textarea({"rows": 4}),
                help_text=_("Satu kalimat: apa yang dikerjakan, bagaimana, dan untuk tujuan apa."),
            )  # fmt: skip
        for part in parts:
            self._add(part)

    def _add(self, part: Part) -> None:
        shape, lines = rules.SHAPES[part], self.entries_now.get(part.value, [])
        if shape.coded and shape.text:
            self._add_aspects(part, lines)
        elif shape.coded:
            held = {line.code.code for line in lines if line.code}
            self.fields[part.value] = forms.MultipleChoiceField(
                label=LABELS[part.value], required=False, initial=sorted(held), choices=list(self._offered(part, held)),
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        elif shape.more:
            self._add_rows(part, lines, shape.more)
        else:
            self.fields[part.value] = forms.CharField(
                label=LABELS[part.value], required=False, max_length=30_000, widget=forms.Textarea({"rows": 6}),
                initial="\n".join(line.text for line in lines), help_text=gettext_lazy("Satu butir tiap baris."),
            )  # fmt: skip

    def _offered(self, part: Part, held: set[str]) -> Iterator[tuple[str, str]]:
        """Codes in use, and those of older forms where the document has them."""
        for code in self.codes.get(part.value, []):
            if code.is_current or code.code in held:
                shown = told(code.name) if part is Part.EFFORT else f"{code.code} · {told(code.name)}"
                yield code.code, f"{shown}: {told(code.description)}" if code.description else shown

    def _add_aspects(self, part: Part, lines: list[JobAnalysisEntry]) -> None:
        now = {line.code_id: line.text for line in lines}
        for code in self.codes.get(part.value, []):
            self.fields[f"{part.value}-{code.code}"] = forms.CharField(
                label=told(code.name), required=False, max_length=MOST["text"], initial=now.get(code.pk, "")
            )

    def _add_rows(self, part: Part, lines: list[JobAnalysisEntry], more: int) -> None:
        asked = str(self.data.get(f"{part.value}-rows", "")) if self.is_bound else ""
        count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else len(lines) + BLANK_ROWS
        if self.is_bound and self.data.get("tambah") == part.value:
            count += 1
        self.rows[part] = min(count, MOST_LINES)
        for number in range(self.rows[part]):
            line = lines[number] if number < len(lines) else None
            for name, label in zip(COLUMNS, HEADINGS[part], strict=False):
                self.fields[f"{part.value}-{number}-{name}"] = forms.CharField(
                    label=label, required=False, max_length=MOST[name], initial=getattr(line, name, "")
                )

    @property
    def adds_row(self) -> bool:
        """Whether only one more row was asked for."""
        return self.data.get("tambah") in {part.value for part in self.rows}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """What the template shows, part by part: fields, or rows of fields with what adds one."""
        shown: list[dict[str, Any]] = []
        if "summary" in self.fields:
            shown.append({"fields": [self["summary"]]})
        for part in self.parts:
            prefix = f"{part.value}-"
            if part in self.rows:
                rows = [
                    [self[f"{prefix}{number}-{name}"] for name in COLUMNS[: len(HEADINGS[part])]]
                    for number in range(self.rows[part])
                ]
                shown.append({"part": part.value, "title": LABELS[part.value], "rows": rows})
            elif part.value in self.fields:
                shown.append({"fields": [self[part.value]]})
            else:
                mine = [self[name] for name in self.fields if name.startswith(prefix)]
                shown.append({"title": LABELS[part.value], "fields": mine})
        return shown

    def entries(self) -> list[EntryInput]:
        """Return the lines as the service takes them; empty ones are no lines. Only for a valid form."""
        given, found = self.cleaned_data, []
        for part in self.parts:
            shape, name = rules.SHAPES[part], part.value
            if part in self.rows:
                for number in range(self.rows[part]):
                    cells = {each: given.get(f"{name}-{number}-{each}", "") for each in COLUMNS}
                    if any(cells.values()):
                        found.append(EntryInput(name, **cells))
            elif shape.coded and shape.text:
                texts = [(code.code, given.get(f"{name}-{code.code}", "")) for code in self.codes.get(name, [])]
                found += [EntryInput(name, text, code=code) for code, text in texts if text]
            elif shape.coded:
                found += [EntryInput(name, code=code) for code in given[name]]
            else:
                found += [EntryInput(name, line.strip()) for line in given[name].splitlines() if line.strip()]
        return found

    def clean(self) -> dict[str, Any]:
        """A line of a text area is as long as the column."""
        cleaned = super().clean() or {}
        for part in self.parts:
            text = cleaned.get(part.value)
            if isinstance(text, str) and any(len(line.strip()) > MOST["text"] for line in text.splitlines()):
                self.add_error(part.value, _("Satu butir paling panjang %(n)s huruf.") % {"n": MOST["text"]})
        return cleaned


class NoteForm(forms.Form):
    """What may be said with a step."""

    note = forms.CharField(
        label=gettext_lazy("Catatan"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )


class ReturnForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Yang harus diperbaiki"), max_length=500, widget=forms.Textarea({"rows": 3})
    )


class ApproveForm(forms.Form):
    """The decree by which the PPK sets the result, and from when it holds."""

    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=120)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))
    starts_on = day_field(
        gettext_lazy("Berlaku mulai"), help_text=gettext_lazy("Versi sebelumnya berakhir pada hari itu.")
    )
    note = forms.CharField(
        label=gettext_lazy("Catatan"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )


class StartForm(forms.Form):
    """From which document of the same job a first version starts."""

    source = forms.ModelChoiceField(
        queryset=JobAnalysis.objects.none(), required=False, label=gettext_lazy("Awal dokumen"),
        empty_label=gettext_lazy("Versi terakhir jabatan ini, atau kosong"),
        help_text=gettext_lazy("Isi dokumen yang berlaku pada jabatan sama di unit lain boleh menjadi awal."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, sources: QuerySet[JobAnalysis], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
