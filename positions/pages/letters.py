"""Letters of periodic increments (surat KGB) in batch: the list, the form, a batch and its file."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr import dates, formats, kept
from asnhr.audit import reading
from asnhr.errors import RuleBroken
from asnhr.formats import counted
from asnhr.imports import storage
from asnhr.models import Run
from asnhr.pages.tables import Column, TablePage
from positions import permissions
from positions.letters import number_of
from positions.models import LetterBatch
from positions.pages import agenda, doors
from positions.pages.pickers import day_field, offered_units
from positions.queries import letters as queries
from positions.rules import agenda as rules
from positions.rules.numbers import add_months
from positions.services import letters, reasons

# Named on the page of a batch; the others are counted.
MOST_REPLACED = 50


class LetterForm(forms.ModelForm):
    month = forms.CharField(label=gettext_lazy("Bulan jatuh tempo"), widget=forms.TextInput({"type": "month"}))
    signed_on = day_field(gettext_lazy("Tanggal surat"))

    class Meta:
        model = LetterBatch
        fields = [
            "month", "unit", "all_cases", "reissue", "number_pattern", "first_number", "place", "signed_on",
            "signatory_post", "signatory_name", "signatory_rank", "signatory_nip",
        ]  # fmt: skip
        help_texts = {
            "number_pattern": gettext_lazy("{n} adalah tempat nomor urut, misalnya 800.1.11.13/{n}/BKD."),
            "first_number": gettext_lazy("Dikosongkan: melanjutkan nomor terakhir dengan pola dan tahun surat yang"
                                         " sama."),
            "reissue": gettext_lazy("Tanpa pilihan ini, yang suratnya masih berlaku untuk KGB yang sama dilewati."
                                    " Dengan pilihan ini, surat lamanya ditandai diganti."),
        }  # fmt: skip

    def __init__(self, *arguments: Any, request: HttpRequest, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["unit"].queryset = offered_units(request)  # type: ignore[attr-defined]
        self.fields["unit"].required = not request.user.access.whole_agency  # type: ignore[union-attr]
        self.fields["unit"].empty_label = _("Seluruh instansi")  # type: ignore[attr-defined]
        self.fields["first_number"].required = False

    def clean_month(self) -> date:
        month = agenda.month_asked(self.cleaned_data["month"])
        if month is None:
            raise ValidationError(_("Tulis bulan sebagai TTTT-BB."))
        return month


def cancelled_words(batch: LetterBatch) -> str:
    """From when the letters of a batch hold no more, "" where they do."""
    return _("Dibatalkan pada %(day)s") % {"day": formats.day(batch.cancelled_on)} if batch.cancelled_on else ""


class LetterList(TablePage):
    title = gettext_lazy("Surat kenaikan gaji berkala")
    lead = gettext_lazy("Surat KGB yang dibuat sekaligus menurut bulan jatuh tempo; berkasnya disimpan tersandi.")
    noun = gettext_lazy("kumpulan surat")
    # Who reads salaries and the register (decision 0031); making letters asks more.
    permission = "view_salary"
    order_by = ("-created_at",)
    empty_title = gettext_lazy("Belum ada surat KGB")
    empty_text = gettext_lazy("Buat surat untuk semua kenaikan gaji berkala suatu bulan dengan satu isian.")
    columns = (
        Column("bulan", gettext_lazy("Bulan jatuh tempo"), lambda row: agenda.month_name(row.month), fixed=True,
               url=("letter-detail", "pk"), sort="month", sub=lambda row: cancelled_words(row)),
        Column("unit", gettext_lazy("Unit kerja"), "unit.name", blank=gettext_lazy("seluruh instansi")),
        Column("surat", gettext_lazy("Surat"), lambda row: len(row.people), kind="num"),
        Column("pola", gettext_lazy("Pola nomor"), "number_pattern"),
        Column("tanggal", gettext_lazy("Tanggal surat"), "signed_on", kind="date", sort="signed_on"),
        Column("oleh", gettext_lazy("Dibuat oleh"), "created_by"),
        Column("dibuat", gettext_lazy("Dibuat pada"), "created_at", kind="date", sort="created_at"),
        Column("batal", gettext_lazy("Dibatalkan pada"), "cancelled_on", kind="date", sort="cancelled_on", hidden=True),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return LetterBatch.objects.visible_to(request.user).select_related("unit", "created_by")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        made = [{"label": _("Buat surat"), "url": reverse("letter-new"), "primary": True}]
        return {
            "crumbs": [(_("Pegawai"), ""), (agenda.CRUMB, reverse("agenda-list")), (_("Surat KGB"), "")],
            "actions": made if permissions.may_write_letters(request.user) else [],
        }


@doors.needs("manage_agenda")
@require_http_methods(["GET", "HEAD", "POST"])
def letter_new(request: HttpRequest) -> HttpResponse:
    """Make the letters of a month: a few at once, many by a run whose page shows how far it is."""
    agency, today = request.agency, dates.today()  # type: ignore[attr-defined]
    month = agenda.month_asked(request.GET.get("bulan", "")) or add_months(rules.month_of(today), 2)
    before = LetterBatch.objects.visible_to(request.user).order_by("-created_at").first()
    kept = ("number_pattern", "place", "signatory_post", "signatory_name", "signatory_rank", "signatory_nip")
    initial = {"month": f"{month:%Y-%m}", "signed_on": today, "number_pattern": "800.1.11.13/{n}/BKD"}
    initial |= {name: getattr(before, name) for name in kept} if before else {"place": agency.short_name}
    initial["first_number"] = queries.next_number(agency.pk, initial["number_pattern"], today.year)
    form = LetterForm(
        request.POST or None, instance=LetterBatch(agency=agency), request=request, initial=initial
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        batch = doors.attempt(request, form, letters.request_letters, batch=form.save(commit=False))
        if batch is not None:
            if batch.unraised:
                messages.warning(request, unraised_words(request, batch))
            if batch.outlived:
                messages.warning(request, letters.outlived_words(request.user, batch))
            if batch.left_out:
                messages.warning(request, left_out_words(request, batch))
            if batch.run_id:
                return redirect("run-detail", pk=batch.run_id)
            messages.success(request, counted("%(n)s surat selesai dibuat.", len(batch.people)))
            return redirect("letter-detail", pk=batch.pk)
    context = {
        "form": form, "heading": _("Buat surat kenaikan gaji berkala"), "submit_label": _("Buat surat"),
        "lead": _("Satu PDF berisi surat bagi semua KGB yang jatuh tempo pada bulan itu; keadaan penjagaan tidak"
                  " berubah oleh pembuatan surat."),
        "crumbs": [(agenda.CRUMB, reverse("agenda-list")), (_("Surat KGB"), reverse("letter-list")), (_("Buat"), "")],
        "cancel_url": reverse("letter-list"),
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def unraised_words(request: HttpRequest, batch: LetterBatch) -> str:
    """Who has no letter, since the step pays what was paid before."""
    names = letters.names_of(request.user, batch.unraised)  # type: ignore[arg-type, attr-defined]
    many = len(batch.unraised)  # type: ignore[attr-defined]
    return counted("%(n)s orang tanpa surat karena gaji pokoknya tidak berubah: %(names)s.", many, names=names)


def left_out_words(request: HttpRequest, batch: LetterBatch) -> str:
    """Who has no new letter, since the one of before still holds."""
    names = letters.names_of(request.user, batch.left_out)  # type: ignore[arg-type]
    return counted(
        "%(n)s orang dilewati karena sudah punya surat untuk KGB ini: %(names)s.", len(batch.left_out), names=names
    )


def replaced_letters(request: HttpRequest, batch: LetterBatch) -> list[str]:
    """The letters of a batch that a later one replaces, with their numbers where those are known; the first of them."""
    if not batch.replaced:
        return []
    places = {person: place for place, person in enumerate(batch.employees)}
    people = queries.named(request.user, batch.replaced, MOST_REPLACED)
    known = batch.last_number is not None
    return [
        f"{person.full_name} ({number_of(batch, places[person.pk])})" if known else person.full_name
        for person in sorted(people, key=lambda each: places.get(each.pk, 0))
    ]


@doors.needs("view_salary")
@require_safe
def letter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = LetterBatch.objects.visible_to(request.user).select_related("unit", "created_by", "run", "cancelled_by")
    batch: LetterBatch = doors.found(rows, pk=pk)
    name = _("Surat KGB %(month)s") % {"month": agenda.month_name(batch.month)}
    crumbs = [(agenda.CRUMB, reverse("agenda-list")), (_("Surat KGB"), reverse("letter-list")), (name, "")]
    # Of cancelled letters the file that says so is read, no other.
    is_written = bool(batch.stored_as if batch.cancelled_on is None else batch.cancelled_as)
    # Cancelled before it was written: nothing is to come.
    is_awaited = not is_written and (batch.cancelled_on is None or bool(batch.stored_as))
    failed = is_awaited and batch.run is not None and batch.run.state == Run.State.FAILED
    may_write = permissions.may_write_letters(request.user)
    context = {
        "batch": batch, "heading": name, "count": len(batch.people), "crumbs": crumbs, "failed": failed,
        "is_written": is_written, "is_awaited": is_awaited, "may_write": may_write,
        "may_cancel": may_write and batch.cancelled_on is None, "last_number": queries.last_number(batch),
        "cancelled_why": reasons.REASONS.get(batch.cancel_reason, batch.cancel_reason),
        "left_out": left_out_words(request, batch) if batch.left_out else "",
        "replaced": replaced_letters(request, batch),
        "why": [kept.problem(each) for each in batch.run.problems] if failed and batch.run else [],
    }  # fmt: skip
    return render(request, "positions/letter_detail.html", context)


@doors.needs("manage_agenda")
@require_POST
def letter_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask anew for letters whose run failed, then show how far they are."""
    batch: LetterBatch = doors.found(LetterBatch.objects.visible_to(request.user).select_related("unit"), pk=pk)
    run = doors.attempt(request, None, letters.try_again, batch=batch)
    return redirect("letter-detail", pk=pk) if run is None else redirect("run-detail", pk=run.pk)


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Alasan pembatalan"), choices=[("", "—"), *reasons.REASONS.items()],
        help_text=gettext_lazy("Tercatat pada surat dan jejak audit."),
    )  # fmt: skip


@doors.needs("manage_agenda")
@require_http_methods(["GET", "HEAD", "POST"])
def letter_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what goes, ask for the reason, and cancel all letters of the batch."""
    if not permissions.may_write_letters(request.user):
        raise PermissionDenied(_("Peran Anda tidak mencakup surat ini."))
    batch: LetterBatch = doors.found(LetterBatch.objects.visible_to(request.user).select_related("unit"), pk=pk)
    back = reverse("letter-detail", args=[pk])
    name = _("Surat KGB %(month)s") % {"month": agenda.month_name(batch.month)}
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = doors.attempt(request, form, letters.cancel, batch=batch, reason=form.cleaned_data["reason"])
        if done is not None:
            messages.success(request, counted("%(n)s surat dibatalkan.", len(batch.people)))
            is_awaited = done.stored_as and not done.cancelled_as
            return redirect("run-detail", pk=done.run_id) if is_awaited else redirect(back)
    first, last = number_of(batch, 0), number_of(batch, queries.last_number(batch) - batch.first_number)
    context = {
        "form": form, "danger": True,
        "heading": _("Batalkan surat KGB %(month)s") % {"month": agenda.month_name(batch.month)},
        "lead": _(
            "Semua surat bernomor %(first)s sampai %(last)s tidak berlaku lagi dan berkasnya bertanda DIBATALKAN."
            " Nomornya tidak dipakai lagi; penjagaannya tetap pada keadaannya dan dapat dibuatkan surat baru."
        ) % {"first": first, "last": last},
        "crumbs": [
            (agenda.CRUMB, reverse("agenda-list")), (_("Surat KGB"), reverse("letter-list")), (name, back),
            (_("Batalkan"), ""),
        ],
        "submit_label": _("Batalkan surat"), "cancel_url": back,
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@never_cache
@doors.needs("view_salary")
@require_safe
def letter_file(request: HttpRequest, pk: int) -> Any:
    """The PDF of a batch, with salaries: the look is written down. 404 while it is not written or its file is gone."""
    if not permissions.may_read_letters(request.user):
        raise PermissionDenied(_("Peran Anda tidak mencakup surat ini."))
    batch: LetterBatch = doors.found(LetterBatch.objects.visible_to(request.user).exclude(stored_as=""), pk=pk)
    name = batch.stored_as if batch.cancelled_on is None else batch.cancelled_as
    if not name:
        raise Http404
    agency = request.agency  # type: ignore[attr-defined]
    try:
        file = storage.opened(agency.code, name, letters.AREA)
    except (FileNotFoundError, RuleBroken) as gone:
        raise Http404 from gone
    reading.record(model=LetterBatch, objects=[batch.pk], columns=["stored_as"])
    mark = ("-batal" if batch.cancelled_on else "") + ("-contoh" if agency.is_sample else "")
    return FileResponse(
        file, as_attachment=True, filename=f"surat-kgb-{batch.month:%Y-%m}-{batch.pk}{mark}.pdf",
        content_type="application/pdf",
    )  # fmt: skip
