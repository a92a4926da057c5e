"""Pages of personal data: the register of processing, destructions with their proof, holds, incidents."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates, formats, registry
from asnhr.audit.pages import refuse_without
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import DataIncident, Destruction, LegalHold
from asnhr.pages.tables import Column, TablePage, download
from asnhr.privacy import incidents, proof, record, retention
from asnhr.templatetags.asnhr_ui import pill

CRUMB = gettext_lazy("Data pribadi")
TONES = {"ditemukan": "gold", "diusulkan": "gold", "disetujui": "gold", "dimusnahkan": "fit", "ditolak": "short"}
FORM_PAGE = "positions/form_page.html"


def attempt(request: HttpRequest, form: Any, service: Callable[..., Any], **arguments: Any) -> Any | None:
    """Call a service; a broken rule lands on the form (or as a message) and gives None, a refusal becomes 403."""
    try:
        return service(actor=request.user, **arguments)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        if form is None:
            messages.error(request, str(broken))
        else:
            form.add_error(None, str(broken))
        return None


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(CRUMB, reverse("processing-list")), *more]


# The register of processing


@login_required
@require_safe
def processing_list(request: HttpRequest) -> HttpResponseBase:
    """Every table with what it is kept for; the file has a line a column, for the auditor and the officer."""
    refuse_without(request, "view_processing")
    asked = request.GET.get("golongan", "")
    answer = download(
        request, record.lines(), record.COLUMNS, name="catatan-pemrosesan", title=_("Catatan pemrosesan data pribadi")
    )
    if answer is not None:
        return answer
    tables = record.tables(asked if asked in record.FILTERS else record.ABOUT_PEOPLE)
    context = {
        "tables": tables, "filters": record.FILTERS.items(), "asked": asked, "figures": record.figures(),
        "crumbs": [(CRUMB, ""), (_("Catatan pemrosesan"), "")],
    }  # fmt: skip
    return render(request, "privacy/processing_list.html", context)


@login_required
@require_safe
def processing_detail(request: HttpRequest, label: str) -> HttpResponseBase:
    """One table, column by column."""
    refuse_without(request, "view_processing")
    table = record.table(label)
    if table is None:
        raise Http404(_("Tabel ini tidak ada dalam catatan pemrosesan."))
    file = download(request, table.lines, record.COLUMNS, name=f"pemrosesan-{slugify(label)}", title=table.name)
    if file is not None:
        return file
    return render(request, "privacy/processing_detail.html", {"table": table, "crumbs": crumbs((table.name, ""))})


# Destructions


def state_cell(row: Destruction) -> SafeString:
    return pill(row.get_state_display(), TONES[row.state])


class DestructionList(TablePage):
    title = gettext_lazy("Pemusnahan data pribadi")
    lead = gettext_lazy(
        "Data yang lewat masa simpannya: ditemukan, diusulkan satu peran, disetujui peran lain, lalu dimusnahkan dengan"
        " berita acara."
    )
    noun = gettext_lazy("pemusnahan")
    permission = "view_processing"
    order_by = ("-day",)
    empty_title = gettext_lazy("Belum ada pemusnahan")
    empty_text = gettext_lazy("Setiap tanggal 1 sistem mencari data yang lewat masa simpannya.")
    columns = (
        Column("nomor", gettext_lazy("Berita acara"), "number", url=("destruction-detail", "pk"), fixed=True),
        Column("hari", gettext_lazy("Per tanggal"), "day", kind="date", sort="day"),
        Column("keadaan", gettext_lazy("Keadaan"), lambda row: row.get_state_display(), sort="state", html=state_cell),
        Column("usul", gettext_lazy("Diusulkan oleh"), "proposed_by"),
        Column("setuju", gettext_lazy("Diputuskan oleh"), "decided_by"),
        Column("selesai", gettext_lazy("Dimusnahkan"), "done_at", kind="date", sort="done_at"),
        Column("sidik", gettext_lazy("Sidik"), "sha256", hidden=True),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Destruction.objects.visible_to(request.user).select_related("proposed_by", "decided_by")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        may: Any = request.user.access.may("prepare_destruction")  # type: ignore[union-attr]
        actions: list[dict[str, Any]] = [{"label": _("Penahanan"), "url": reverse("hold-list")}]
        if may:
            actions.append(
                {"label": _("Lihat yang lewat masa simpan"), "url": reverse("destruction-preview"), "primary": True}
            )
        return {"crumbs": crumbs((_("Pemusnahan"), "")), "actions": actions}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def destruction_preview(request: HttpRequest) -> HttpResponse:
    """What is over today, rule by rule; POST writes it down, to be proposed."""
    refuse_without(request, "prepare_destruction")
    agency: Any = request.agency  # type: ignore[attr-defined]
    if request.method == "POST":
        made = attempt(request, None, retention.prepare_by_hand, agency=agency, day=dates.today())
        return redirect("destruction-preview") if made is None else redirect("destruction-detail", made.pk)
    found = retention.find(agency, dates.today())
    rows = [
        {
            "name": each.rule.name, "what": each.rule.what, "before": each.before, "count": len(each.objects),
            "held": each.held, "months": each.value.value, "unit": each.value.unit, "basis": each.value.legal_basis,
        }
        for each in found
    ]  # fmt: skip
    context = {
        "rows": rows, "can": any(each.objects for each in found),
        "crumbs": crumbs((_("Pemusnahan"), reverse("destruction-list")), (_("Lewat masa simpan"), "")),
    }  # fmt: skip
    return render(request, "privacy/destruction_preview.html", context)


class VerdictForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def destruction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A destruction: proposed here by one role, decided here by another; its proof once it is done."""
    refuse_without(request, "view_processing")
    user: Any = request.user
    rows = Destruction.objects.visible_to(user).select_related("proposed_by", "decided_by", "agency", "run")
    row = get_object_or_404(rows, pk=pk)
    action = request.POST.get("action", "")
    form = VerdictForm(request.POST if action in ("approve", "refuse") else None)
    if request.method == "POST" and _moved(request, row, action, form):
        return redirect("destruction-detail", pk)
    lines = list(row.lines.order_by("pk"))
    names = rule_names()
    proposer = row.proposed_by
    other = proposer is None or (proposer.pk != user.pk and not (user.nip and proposer.nip == user.nip))
    is_done = row.state == Destruction.State.DONE
    context = {
        "row": row, "tone": TONES[row.state],
        "lines": [{"row": line, "name": names[line.rule][0], "what": names[line.rule][1]} for line in lines],
        "may_propose": row.state == Destruction.State.FOUND and user.access.may("prepare_destruction"),
        "form": form
        if row.state == Destruction.State.PROPOSED and other and user.access.may("approve_destruction")
        else None,
        "is_done": is_done, "holds": is_done and proof.holds(row, row.agency, lines),
        "crumbs": crumbs((_("Pemusnahan"), reverse("destruction-list")), (row.number, "")),
    }  # fmt: skip
    return render(request, "privacy/destruction_detail.html", context, status=422 if form.errors else 200)


def _moved(request: HttpRequest, row: Destruction, action: str, form: VerdictForm) -> bool:
    if action == "propose":
        attempt(request, None, retention.propose, destruction=row)
        return True
    if action in ("approve", "refuse"):
        if not form.is_valid():
            return False
        approve = action == "approve"
        done = attempt(request, form, retention.decide, destruction=row, approve=approve, **form.cleaned_data)
        return done is not None
    raise PermissionDenied(_("Tindakan ini tidak dikenal."))


def rule_names() -> dict[str, tuple[str, str]]:
    return {code: (str(rule.name), str(rule.what)) for code, rule in registry.retention_rules.items()}


@login_required
@require_safe
def destruction_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of what was destroyed (berita acara) as PDF."""
    refuse_without(request, "view_processing")
    done = Destruction.objects.visible_to(request.user).filter(state=Destruction.State.DONE)
    row = get_object_or_404(done.select_related("proposed_by", "decided_by", "agency"), pk=pk)
    content = proof.pdf(row, row.agency, list(row.lines.order_by("pk")), rule_names())
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    return answer


# Holds


class HoldList(TablePage):
    title = gettext_lazy("Penahanan pemusnahan")
    lead = gettext_lazy(
        "Data pegawai ini tidak dimusnahkan sampai penahanannya dicabut: perkara, pemeriksaan, banding."
    )
    noun = gettext_lazy("penahanan")
    permission = "view_processing"
    order_by = ("-placed_at",)
    empty_title = gettext_lazy("Tidak ada penahanan")
    columns = (
        Column("nip", "NIP", "nip", kind="nip", fixed=True),
        Column("dasar", gettext_lazy("Dasar"), "basis", width=40),
        Column("alasan", gettext_lazy("Alasan"), "reason", width=50),
        Column("sejak", gettext_lazy("Dipasang"), "placed_at", kind="date", sort="placed_at"),
        Column("oleh", gettext_lazy("Oleh"), "placed_by"),
        Column("cabut", gettext_lazy("Dicabut"), "lifted_at", kind="date", sort="lifted_at",
               blank=gettext_lazy("masih berlaku")),
        Column("buka", gettext_lazy("Tindakan"), lambda row: "" if row.lifted_at else _("Cabut"),
               url=("hold-lift", "pk")),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return LegalHold.objects.visible_to(request.user).select_related("placed_by")

    def get_columns(self, request: HttpRequest) -> Any:
        may: Any = request.user.access.may("prepare_destruction")  # type: ignore[union-attr]
        return self.columns if may else self.columns[:-1]

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        may: Any = request.user.access.may("prepare_destruction")  # type: ignore[union-attr]
        actions = [{"label": _("Tahan data pegawai"), "url": reverse("hold-new"), "primary": True}] if may else []
        return {
            "crumbs": crumbs((_("Pemusnahan"), reverse("destruction-list")), (_("Penahanan"), "")), "actions": actions
        }  # fmt: skip


class HoldForm(forms.Form):
    nip = forms.CharField(label="NIP", max_length=22)
    basis = forms.CharField(
        label=gettext_lazy("Dasar"), max_length=200, help_text=gettext_lazy("Nomor perkara, surat permintaan, atau SK.")
    )
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_nip(self) -> str:
        return "".join(self.cleaned_data["nip"].split())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_new(request: HttpRequest) -> HttpResponse:
    refuse_without(request, "prepare_destruction")
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agency: Any = request.agency  # type: ignore[attr-defined]
        if attempt(request, form, retention.hold, agency=agency, **form.cleaned_data) is not None:
            messages.success(request, _("Data pegawai ini ditahan dari pemusnahan."))
            return redirect("hold-list")
    return _form(request, form, _("Tahan data pegawai"), HoldList.lead, "hold-list", _("Penahanan"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_lift(request: HttpRequest, pk: int) -> HttpResponse:
    refuse_without(request, "prepare_destruction")
    row = get_object_or_404(LegalHold.objects.visible_to(request.user), pk=pk)
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if attempt(request, form, retention.lift, hold=row, **form.cleaned_data) is not None:
            messages.success(request, _("Penahanan dicabut."))
            return redirect("hold-list")
    return _form(request, form, _("Cabut penahanan"), f"NIP {row.nip} · {row.basis}", "hold-list", _("Penahanan"))


def _form(request: HttpRequest, form: Any, heading: str, lead: Any, back: str, parent: str) -> HttpResponse:
    context = {
        "form": form, "heading": heading, "lead": lead, "cancel_url": reverse(back),
        "crumbs": crumbs((parent, reverse(back)), (heading, "")),
    }  # fmt: skip
    return render(request, FORM_PAGE, context, status=422 if form.errors else 200)


# Incidents


def clock(row: DataIncident) -> tuple[str, str]:
    """Return what the 72 hours say, and the tone of it."""
    if row.is_told:
        return (_("diberitahukan terlambat"), "short") if row.was_late else (_("diberitahukan tepat waktu"), "fit")
    left = row.tell_by - timezone.now()
    hours = int(abs(left.total_seconds()) // 3600)
    if left.total_seconds() < 0:
        return _("lewat %(n)s jam") % {"n": formats.number(hours)}, "short"
    return _("sisa %(n)s jam") % {"n": formats.number(hours)}, "gold"


class IncidentList(TablePage):
    title = gettext_lazy("Insiden data pribadi")
    lead = gettext_lazy("Sejak diketahui, lembaga dan pemilik data diberi tahu dalam 3 × 24 jam (UU 27/2022 pasal 46).")
    noun = gettext_lazy("insiden")
    permission = "view_processing"
    order_by = ("-known_at",)
    empty_title = gettext_lazy("Tidak ada insiden")
    empty_text = gettext_lazy("Catat setiap kegagalan pelindungan data begitu diketahui.")
    columns = (
        Column("judul", gettext_lazy("Insiden"), "title", url=("incident-detail", "pk"), fixed=True, width=40),
        Column("diketahui", gettext_lazy("Diketahui"), "known_at", kind="date", sort="known_at"),
        Column("jam", gettext_lazy("3 × 24 jam"), lambda row: clock(row)[0], html=lambda row: pill(*clock(row))),
        Column("orang", gettext_lazy("Orang"), "people", kind="num", sort="people"),
        Column("lembaga", gettext_lazy("Lembaga diberi tahu"), "told_authority_at", kind="date"),
        Column("pemilik", gettext_lazy("Pemilik data diberi tahu"), "told_people_at", kind="date"),
        Column("tutup", gettext_lazy("Ditutup"), "closed_at", kind="date", sort="closed_at"),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return DataIncident.objects.visible_to(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        may: Any = request.user.access.may("manage_incidents")  # type: ignore[union-attr]
        actions = [{"label": _("Catat insiden"), "url": reverse("incident-new"), "primary": True}] if may else []
        return {"crumbs": crumbs((_("Insiden"), "")), "actions": actions}


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, widget=MomentInput(), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more
    )


class IncidentForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Judul"), max_length=150)
    known_at = moment(gettext_lazy("Diketahui pada"), help_text=gettext_lazy("Mulai dari sini 72 jam berjalan."))
    happened_at = moment(gettext_lazy("Terjadi pada"), required=False)
    what = forms.CharField(
        label=gettext_lazy("Apa yang terjadi"), widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Tanpa nama dan NIP orang yang terdampak."),
    )  # fmt: skip
    data = forms.MultipleChoiceField(  # type: ignore[assignment]  # a field; Django takes it out of the class
        label=gettext_lazy("Data yang terungkap"), choices=DataIncident.Data.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    people = forms.IntegerField(label=gettext_lazy("Perkiraan banyak orang"), min_value=0, required=False)
    measures = forms.CharField(
        label=gettext_lazy("Penanganan dan pemulihan"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    told_authority_at = moment(gettext_lazy("Lembaga PDP diberi tahu pada"), required=False)
    told_people_at = moment(gettext_lazy("Pemilik data diberi tahu pada"), required=False)
    late_reason = forms.CharField(
        label=gettext_lazy("Alasan terlambat"), max_length=300, required=False,
        help_text=gettext_lazy("Wajib bila diberitahukan sesudah 72 jam."),
    )  # fmt: skip


class FollowForm(IncidentForm):
    why = forms.CharField(
        label=gettext_lazy("Alasan mengubah waktu diketahui"), max_length=300, required=False,
        help_text=gettext_lazy("Wajib bila “Diketahui pada” diubah; tersimpan pada riwayat."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def incident_new(request: HttpRequest) -> HttpResponse:
    refuse_without(request, "manage_incidents")
    form = IncidentForm(request.POST or None, initial={"known_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        agency: Any = request.agency  # type: ignore[attr-defined]
        made = attempt(request, form, incidents.record, agency=agency, facts=form.cleaned_data)
        if made is not None:
            messages.success(request, _("Insiden dicatat."))
            return redirect("incident-detail", made.pk)
    return _form(request, form, _("Catat insiden"), IncidentList.lead, "incident-list", _("Insiden"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An incident with its clock; POST writes down what became of it, or closes it, by the name of the button."""
    refuse_without(request, "view_processing")
    user: Any = request.user
    row = get_object_or_404(DataIncident.objects.visible_to(user).select_related("recorded_by", "closed_by"), pk=pk)
    may_edit = row.closed_at is None and user.access.may("manage_incidents")
    action = request.POST.get("action", "")
    initial = {name: getattr(row, name) for name in incidents.FIELDS}
    form = FollowForm(request.POST if action == "save" else None, initial=initial)
    if request.method == "POST":
        if action == "close":
            if attempt(request, None, incidents.close, incident=row) is not None:
                messages.success(request, _("Insiden ditutup."))
            return redirect("incident-detail", pk)
        if action != "save":
            raise PermissionDenied(_("Tindakan ini tidak dikenal."))
        if form.is_valid():
            facts = dict(form.cleaned_data)
            why = facts.pop("why")
            if attempt(request, form, incidents.follow, incident=row, facts=facts, why=why) is not None:
                messages.success(request, _("Insiden diperbarui."))
                return redirect("incident-detail", pk)
    labels: dict[str, Any] = dict(DataIncident.Data.choices)
    words, tone = clock(row)
    context = {
        "row": row, "clock": words, "tone": tone, "data": [labels.get(each, each) for each in row.data],
        "form": form if may_edit else None, "crumbs": crumbs((_("Insiden"), reverse("incident-list")), (row.title, "")),
    }  # fmt: skip
    return render(request, "privacy/incident_detail.html", context, status=422 if form.errors else 200)


# Home


def queue(user: Any, day: date) -> list[dict[str, Any]]:
    """What waits for who looks after personal data; a query for each right that is their own work."""
    entries = []
    if user.access.has_duty("manage_incidents"):
        untold = DataIncident.objects.visible_to(user).filter(closed_at__isnull=True)
        entries += [
            {
                "label": row.title, "url": reverse("incident-detail", args=[row.pk]), "tag": clock(row)[0],
                "tone": clock(row)[1], "detail": "",
            }
            for row in untold.order_by("known_at")[:5]
        ]  # fmt: skip
    for permission, state, label in (
        ("prepare_destruction", Destruction.State.FOUND, _("Usulkan pemusnahan data yang lewat masa simpan")),
        ("approve_destruction", Destruction.State.PROPOSED, _("Putuskan pemusnahan data pribadi")),
    ):
        if user.access.has_duty(permission):
            row = Destruction.objects.visible_to(user).filter(state=state).first()
            if row is not None:
                address = reverse("destruction-detail", args=[row.pk])
                entries.append({"label": label, "url": address, "tag": row.number, "tone": "gold", "detail": ""})
    return entries
