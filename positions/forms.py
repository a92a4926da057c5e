"""Forms that pages and the API build from the same declarations: values of a correction, an uploaded document."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr.dates import next_day
from positions.models import DocumentKind, Employee
from positions.models.employee import PNS_RANK_CHOICES
from positions.models.standing import PAY_GROUP_CHOICES
from positions.rules.plausible import is_open_end
from positions.services import ranks
from positions.services.correctable import EXCLUSIVE, Target
from positions.services.documents import Limits, Upload


class DayInput(forms.DateInput):
    """The browser's own calendar; the value is always ISO."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class LastDayField(forms.DateField):
    """The last day of a period as decrees write it ("s.d. 30 Juni"), stored as the first day without it. 31-12-9999 is
    how files write that there is none."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is None or not is_open_end(day):
            return next_day(day) if day else None
        if self.required:
            raise forms.ValidationError(_("Tulis hari terakhir yang sebenarnya."))
        return None

    def prepare_value(self, value: Any) -> Any:
        return value - timedelta(days=1) if isinstance(value, date) and value > date.min else value


class ClosedFields(forms.Form):
    """A form some of whose fields are written elsewhere: shown closed, and another value that comes all the same is
    refused, not dropped."""

    closed: tuple[str, ...] = ()
    closed_because: Any = ""

    def close(self, names: Iterable[str], because: Any, help_text: Any) -> None:
        """`because`: the refusal of another value; `help_text`: where it is written, a link."""
        self.closed, self.closed_because = tuple(name for name in names if name in self.fields), because
        for name in self.closed:
            self.fields[name].disabled = True
            self.fields[name].help_text = help_text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.closed:
            if self._is_other(name):
                self.add_error(name, self.closed_because)
        return cleaned

    def _is_other(self, name: str) -> bool:
        field, key = self.fields[name], self.add_prefix(name)
        if field.widget.value_omitted_from_data(self.data, self.files, key):
            return False
        try:
            value = field.clean(field.widget.value_from_datadict(self.data, self.files, key))
        except forms.ValidationError:
            return True
        return bool(value != self.get_initial_for_field(field, name))


def close_rank(form: ClosedFields, person: Employee) -> None:
    """Show rank and TMT of who has a history of ranks, and where they are written."""
    if ranks.has_history(person):
        url = reverse("employee-history", args=[person.pk, "kepegawaian"])
        link = format_html(
            '{} <a href="{}">{}</a>',
            gettext("Mengikuti riwayat golongan."),
            url,
            gettext("Ubah di riwayatnya"),
        )
        form.close(ranks.COLUMNS, gettext(ranks.FOLLOWS), link)


def _field(target: Target, name: str, last_days: bool) -> forms.Field:
    field = target.field(name)
    made = field.formfield()
    if isinstance(made, forms.DateField):
        kind = LastDayField if last_days and name == EXCLUSIVE else forms.DateField
        made = kind(widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"], required=made.required)
    if name == "pay_group":
        made = forms.TypedChoiceField(choices=[("", "—"), *PAY_GROUP_CHOICES], coerce=int, empty_value=None)
    if name == "rank":
        made = forms.TypedChoiceField(choices=[("", "—"), *PNS_RANK_CHOICES], coerce=int, empty_value=None)
    if isinstance(made, forms.ModelChoiceField):
        made.queryset = made.queryset.order_by("order", "pk")
    if name in ("value", "nik"):
        made.widget = forms.TextInput()
    made.label = target.label(name)
    made.required = not isinstance(made, forms.BooleanField) and (not field.blank or name in target.must)
    made.help_text = ""
    return made


def values_form(target: Target, *arguments: Any, last_days: bool = False, **named: Any) -> forms.Form:
    """Return the form of the target's fields, typed by the model. `last_days`: ends are asked as people write them, the
    last day; else as they are stored, the first day without it."""
    fields = {name: _field(target, name, last_days) for name in target.fields}
    return type("ValuesForm", (forms.Form,), fields)(*arguments, **named)


def sizes(limits: Limits) -> str:
    """What an agency takes in, in words."""
    return str(_("PDF, JPEG, atau PNG; paling besar %(mb)d MB dan %(pages)d halaman.")) % {
        "mb": limits.document // 1024 // 1024, "pages": limits.pages,
    }  # fmt: skip


class DocumentForm(forms.Form):
    """An uploaded document; `kinds`: those offered, in order."""

    kind = forms.ChoiceField(label=_("Jenis dokumen"))
    file = forms.FileField(label=_("Berkas"), max_length=200)
    number = forms.CharField(label=_("Nomor dokumen"), max_length=120, required=False)
    issued_on = forms.DateField(
        label=_("Tanggal dokumen"), widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"], required=False
    )
    note = forms.CharField(label=_("Keterangan"), max_length=300, required=False)

    def __init__(self, *arguments: Any, kinds: list[DocumentKind], limits: Limits, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.kinds = {kind.code: kind for kind in kinds}
        field: Any = self.fields["kind"]
        field.choices = [("", "—"), *((kind.code, str(kind)) for kind in kinds)]
        self.fields["file"].help_text = sizes(limits)
        self.limits = limits

    def clean_file(self) -> UploadedFile:
        """Say at the field what is too large, before anything is read into memory."""
        from asnhr.errors import RuleBroken
        from asnhr.files.content import check_size

        file = self.cleaned_data["file"]
        try:
            check_size(file.size, self.limits.document)
        except RuleBroken as problem:
            raise forms.ValidationError(str(problem)) from problem
        return file

    def upload(self) -> Upload:
        """Return what was handed in; the form is valid."""
        values = self.cleaned_data
        return Upload(
            kind=self.kinds[values["kind"]], filename=values["file"].name, data=values["file"].read(),
            number=values["number"], issued_on=values["issued_on"], note=values["note"],
        )  # fmt: skip


class EvidenceForm(DocumentForm):
    """The document that proves a correction, beside its values; `required` where the target asks for one."""

    def __init__(self, *arguments: Any, required: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["kind"].required = self.fields["file"].required = required
        if len(self.kinds) == 1:
            self.initial["kind"] = next(iter(self.kinds))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("file") and not values.get("kind"):
            self.add_error("kind", _("Sebutkan jenis dokumennya."))
        return values

    def clean_file(self) -> Any:
        return super().clean_file() if self.cleaned_data.get("file") else None

    def uploads(self) -> list[Upload]:
        return [self.upload()] if self.cleaned_data.get("file") else []


def kinds_of(target: Target) -> list[DocumentKind]:
    """Return the kinds that may prove a correction, those that the target names first, then whatever else."""
    found = DocumentKind.objects.filter(as_evidence=True, pk__in=[*target.kinds, "lain"]).order_by("order", "pk")
    rank = {code: place for place, code in enumerate(target.kinds)}
    return sorted(found, key=lambda kind: (rank.get(kind.code, len(rank)), kind.order))


def initial_of(target: Target, values: dict[str, Any], employee: Employee) -> dict[str, Any]:
    """Return what the form of a correction begins with: the register's values now."""
    return {name: getattr(value, "pk", value) for name, value in values.items()}
