"""Corrections that people propose: the start at the right field, one request with its evidence, the officers' list and
the own one."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asnhr import dates
from asnhr.audit import history as trail
from asnhr.errors import RuleBroken
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import PersonWords
from positions.forms import EvidenceForm, initial_of, kinds_of, values_form
from positions.models import ChangeRequest, Employee
from positions.pages import doors
from positions.pages.identity import PurposeForm
from positions.pages.personal_file import SCAN_TONES
from positions.pages.pickers import UnitChoice
from positions.pages.quality_words import NAMES
from positions.queries import personal_file as queries
from positions.queries import register
from positions.services import correctable, corrections, documents
from positions.services.correctable import TARGETS, Target

TONES = {"menunggu": "gold", "diterima": "fit", "ditolak": "short", "ditarik": ""}
NEUTRAL = gettext_lazy("Data terbatas")
TARGET_CHOICES = [*((code, target.name) for code, target in TARGETS.items()), (ChangeRequest.NEUTRAL, NEUTRAL)]


def target_name(row: Any) -> str:
    """What a request is about, as far as the reader may know it where the row says so (`told`)."""
    code = getattr(row, "told", row.target)
    if code == ChangeRequest.NEUTRAL:
        return str(NEUTRAL)
    return str(TARGETS[code].name) if code in TARGETS else code


def state_cell(row: ChangeRequest) -> SafeString:
    return pill(row.get_state_display(), TONES[row.state])


def own_person(request: HttpRequest) -> Employee:
    """The user's own record, 404 without one."""
    nip = getattr(request.user, "nip", "")
    people = register.employees_visible(request.user).select_related("unit", "agency")
    person = people.filter(nip=nip).first() if nip else None
    if person is None:
        raise Http404(_("Akun ini belum terhubung dengan data pegawai."))
    return person


# Lists

STATE = Column("keadaan", gettext_lazy("Keadaan"), lambda row: row.get_state_display(), sort="state", html=state_cell)
WHAT = Column("data", gettext_lazy("Data"), target_name, sort="told", url=("change-request-detail", "pk"), fixed=True)
ASKED = Column("diusulkan", gettext_lazy("Diusulkan"), "requested_at", kind="date", sort="requested_at")
DECIDED = Column("diputuskan", gettext_lazy("Diputuskan"), "decided_at", kind="date", sort="decided_at")


class ChangeRequestFilter(filters.FilterSet):
    q = PersonWords(person="employee__")
    unit = UnitChoice(field_name="employee__unit")
    keadaan = filters.ChoiceFilter(
        field_name="state", choices=ChangeRequest.State.choices, label=gettext_lazy("Keadaan"),
        empty_label=gettext_lazy("Semua keadaan"),
    )  # fmt: skip
    data = filters.ChoiceFilter(
        field_name="told", choices=TARGET_CHOICES, label=gettext_lazy("Data"), empty_label=gettext_lazy("Semua data")
    )

    class Meta:
        model = ChangeRequest
        fields: list[str] = []


class ChangeRequestList(TablePage):
    title = gettext_lazy("Usul perbaikan data")
    lead = gettext_lazy("Yang diusulkan pegawai untuk diperbaiki dalam datanya sendiri, dengan bukti dan keputusannya.")
    noun = gettext_lazy("usul")
    permission = "view_register"
    filterset_class = ChangeRequestFilter
    first_filters = ("q", "unit", "keadaan", "data")
    order_by = ("-requested_at",)
    empty_title = gettext_lazy("Tidak ada usul perbaikan")
    empty_text = gettext_lazy("Usul masuk ke sini begitu seorang pegawai mengajukannya dari halaman Data saya.")
    columns = (
        WHAT,
        Column("pegawai", gettext_lazy("Pegawai"), "employee.full_name", sort="employee__name", fixed=True,
               url=("employee-detail", "employee_id")),
        Column("nip", "NIP", "employee.nip", kind="nip", sort="employee__nip", hidden=True),
        Column("unit", gettext_lazy("Unit kerja"), "employee.unit.name", sort="employee__unit__name"),
        STATE,
        ASKED,
        DECIDED,
        Column("oleh", gettext_lazy("Diputuskan oleh"), "decided_by", hidden=True),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.requests(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Pegawai"), ""), (_("Usul perbaikan data"), "")]}


class OwnChangeRequests(TablePage):
    title = gettext_lazy("Usul perbaikan saya")
    lead = gettext_lazy("Yang Anda usulkan untuk diperbaiki dalam data Anda, dan apa yang diputuskan petugas.")
    noun = gettext_lazy("usul")
    permission = "view_own"
    first_filters = ()
    order_by = ("-requested_at",)
    empty_title = gettext_lazy("Belum ada usul")
    empty_text = gettext_lazy("Bila ada data Anda yang salah atau kurang, usulkan perbaikannya.")
    empty_label = gettext_lazy("Usulkan perbaikan")
    columns = (WHAT, STATE, ASKED, DECIDED, Column("alasan", gettext_lazy("Alasan petugas"), "reason", width=60))

    @property
    def empty_url(self) -> str:  # type: ignore[override]
        return reverse("change-request-new")

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = ChangeRequest.objects.all().own(request.user).as_told_to(request.user)
        return rows.select_related("employee", "decided_by").defer("before", "proposed", "explanation")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "crumbs": [(_("Data saya"), reverse("employee-own")), (_("Usul perbaikan"), "")],
            "actions": [{"label": _("Usulkan perbaikan"), "url": reverse("change-request-new"), "primary": True}],
        }


# A new one


class ExplanationForm(forms.Form):
    explanation = forms.CharField(
        label=gettext_lazy("Penjelasan"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Apa yang salah atau kurang, dan menurut dokumen mana."),
    )  # fmt: skip


@never_cache
@doors.needs("view_own")
@require_http_methods(["GET", "HEAD", "POST"])
def change_request_new(request: HttpRequest) -> HttpResponse:
    """Choose what is wrong (`data`), then say what is right; a finding (`temuan`) leads straight to its field."""
    person = own_person(request)
    code = request.GET.get("data", "")
    target = TARGETS.get(code)
    if target is None or not target.offered_to(person):
        return render(request, "positions/change_request_pick.html", pick_context(person))
    return change_request_form(request, person, target)


def pick_context(person: Employee) -> dict[str, Any]:
    groups: dict[Any, list[Target]] = {}
    for each in correctable.offered(person):
        groups.setdefault(str(each.group), []).append(each)
    return {
        "groups": list(groups.items()),
        "crumbs": [(_("Data saya"), reverse("employee-own")), (_("Usulkan perbaikan"), "")],
    }


def change_request_form(request: HttpRequest, person: Employee, target: Target) -> HttpResponse:
    asked = request.GET.get("baris", "")
    object_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    try:
        before = correctable.current(target, person, object_id)
    except RuleBroken as broken:
        raise Http404(str(broken)) from broken
    removes = "hapus" in request.GET
    if removes and (object_id is None or not target.may_remove):
        raise Http404(_("Baris riwayat ini tidak ada lagi."))
    if target.only_recorded and object_id is None:
        return render(request, "positions/change_request_rows.html", rows_context(target, person))
    held = corrections.waiting(person, target.code, object_id) if request.method != "POST" else []
    if len(held) >= corrections.most_waiting(target.code, object_id):
        # Said before the form is filled.
        messages.warning(request, _("Usul untuk data ini masih menunggu keputusan."))
    limits = documents.limits_of(person.agency_id, dates.today())
    data, files = request.POST or None, request.FILES or None
    values = (
        forms.Form(data) if removes
        else values_form(target, data, initial=initial_of(target, before, person), last_days=True)
    )  # fmt: skip
    evidence = EvidenceForm(
        data, files, kinds=kinds_of(target), limits=limits, required=target.needs_evidence, prefix="bukti"
    )
    words = ExplanationForm(data)
    finding = request.GET.get("temuan", "")
    bound = [values, words, evidence]
    if request.method == "POST" and all([form.is_valid() for form in bound]):
        made = doors.attempt(
            request, words, corrections.propose, employee=person, target=target.code, values=values.cleaned_data,
            explanation=words.cleaned_data["explanation"], object_id=object_id, removes=removes,
            finding=finding if finding in NAMES else "", evidence=evidence.uploads(),
        )  # fmt: skip
        if made is not None:
            messages.success(request, _("Usul %(name)s terkirim.") % {"name": target.name})
            return redirect("change-request-detail", made.pk)
    context = {
        "target": target,
        "forms": bound,
        "values": values,
        "words": words,
        "evidence": evidence,
        "is_add": target.rows and object_id is None,
        "rows": rows_named(target, person) if object_id is None else [],
        "row_name": row_named(target, person, object_id),
        "removes": removes,
        "removal_url": f"?data={target.code}&baris={object_id}&hapus=ya" if object_id and target.may_remove else "",
        "finding": NAMES.get(finding),
        "has_errors": any(form.errors for form in bound),
        "crumbs": form_crumbs(target),
    }
    return render(request, "positions/change_request_form.html", context, status=422 if context["has_errors"] else 200)


def form_crumbs(target: Target) -> list[tuple[str, str]]:
    return [
        (_("Data saya"), reverse("employee-own")),
        (_("Usulkan perbaikan"), reverse("change-request-new")),
        (str(target.name), ""),
    ]


def rows_named(target: Target, person: Employee) -> list[tuple[str, int]]:
    return [(correctable.row_name(target, row), row.pk) for row in correctable.rows_of(target, person)]


def row_named(target: Target, person: Employee, object_id: int | None) -> str:
    """What names the row that is concerned; "" without one, or when it is gone."""
    if object_id is None or not target.rows:
        return ""
    try:
        return correctable.row_name(target, correctable.row_of(target, person, object_id))
    except RuleBroken:
        return ""


def rows_context(target: Target, person: Employee) -> dict[str, Any]:
    """Of what is only corrected: which row."""
    return {"target": target, "rows": rows_named(target, person), "crumbs": form_crumbs(target)}


# One request


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Wajib bila ditolak; dibaca oleh pegawai."),
    )  # fmt: skip


def lines(user: Any, row: ChangeRequest, target: Target | None, niks: Any = None) -> list[dict[str, Any]]:
    """What stood there and what is proposed, field by field; a look at somebody else's is written down, also where
    there is only what was said. `niks`: both, where they were just asked for with a purpose."""
    before, proposed = corrections.read_values(actor=user, change=row)
    hidden = niks is None and corrections.hides_nik(user, row)
    before, proposed = niks or (before, proposed)
    if target is None or not before and not proposed:
        return []
    return [
        {
            "label": target.label(name),
            "before": correctable.words(target, name, before.get(name)),
            "proposed": correctable.words(target, name, proposed.get(name)),
            # Two NIKs may end alike.
            "changed": hidden or before.get(name) != proposed.get(name),
        }
        for name in target.fields
    ]


def detail_crumbs(row: ChangeRequest, *, is_own: bool) -> list[tuple[str, str]]:
    if is_own:
        before = [(_("Data saya"), reverse("employee-own")), (_("Usul perbaikan"), reverse("change-request-own"))]
    else:
        before = [(_("Pegawai"), ""), (_("Usul perbaikan data"), reverse("change-request-list"))]
    return [*before, (target_name(row), "")]


@never_cache
@doors.needs("view_own", "edit_register", "view_audit")
@require_http_methods(["GET", "HEAD", "POST"])
def change_request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The request for the person and the officer: values side by side, evidence, decision. POST decides, takes back or
    adds a document, by the name of the button."""
    user = request.user
    rows = (
        ChangeRequest.objects.visible_to(user)
        .as_told_to(user)
        .select_related("employee__unit", "employee__agency", "requested_by", "decided_by")
    )
    row = doors.found(rows, pk=pk)
    target = TARGETS.get(row.target)
    is_own = permissions.may_propose(user, row.employee)
    decides = corrections.may_decide(user, row)
    limits = documents.limits_of(row.agency_id, dates.today())
    adds = is_own and row.is_waiting and target is not None
    action = request.POST.get("action", "")
    form = DecisionForm(request.POST if action in ("accept", "refuse") else None)
    evidence = (
        EvidenceForm(
            request.POST if action == "evidence" else None, request.FILES or None, kinds=kinds_of(target),
            limits=limits, required=True, prefix="bukti",
        ) if adds and target else None
    )  # fmt: skip
    sees = permissions.may_read_request(user, row)
    asks_nik = sees and corrections.hides_nik(user, row)
    purpose = PurposeForm(request.POST if action == "nik" else None) if asks_nik else None
    niks = None
    if purpose is not None and action == "nik":
        if purpose.is_valid():
            niks = doors.attempt(request, purpose, corrections.read_niks, change=row, **purpose.cleaned_data)
    elif request.method == "POST" and acted(request, row, action, form, evidence):
        return redirect("change-request-detail", pk)
    documents_of = queries.evidence_of(user, row).select_related("kind", "employee__unit", "request")
    context = {
        "row": row,
        "target_name": target_name(row),
        "tone": TONES[row.state],
        "history_url": trail.address_of(row, user),
        "sees_values": sees,
        "lines": lines(user, row, target, niks) if sees else [],
        "purpose_form": None if niks else purpose,
        "is_add": sees and not row.values_before,
        "row_name": row_named(target, row.employee, row.object_id) if sees and target else "",
        "evidence": [
            {"row": each, "tone": SCAN_TONES[each.scan], "may_open": permissions.may_open_document(user, each)}
            for each in documents_of
        ],
        "form": form if decides else None,
        "evidence_form": evidence,
        "may_withdraw": is_own and row.is_waiting,
        "is_own": is_own,
        "finding": None if row.told == ChangeRequest.NEUTRAL else NAMES.get(row.finding),
        "crumbs": detail_crumbs(row, is_own=is_own),
    }  # fmt: skip
    has_errors = any(each is not None and each.errors for each in (form, evidence, purpose))
    return render(request, "positions/change_request_detail.html", context, status=422 if has_errors else 200)


def acted(request: HttpRequest, row: ChangeRequest, action: str, form: Any, evidence: Any) -> bool:
    """Do what the button says; return whether it was done, or what went wrong was told as a message."""
    if action in ("accept", "refuse"):
        if not form.is_valid():
            return False
        service = corrections.accept if action == "accept" else corrections.refuse
        done = doors.attempt(request, form, service, change=row, **form.cleaned_data)
        if done is not None:
            said = _("Usul diterima dan data diperbarui.") if action == "accept" else _("Usul ditolak.")
            messages.success(request, said)
        return done is not None
    if action == "withdraw":
        if doors.attempt(request, None, corrections.withdraw, change=row) is not None:
            messages.success(request, _("Usul ditarik."))
        return True
    if action == "evidence":
        if evidence is None:
            raise PermissionDenied(_("Usul ini tidak lagi menerima dokumen."))
        if not evidence.is_valid():
            return False
        uploads = evidence.uploads()
        return doors.attempt(request, evidence, corrections.add_evidence, change=row, upload=uploads[0]) is not None
    raise PermissionDenied(_("Tindakan ini tidak dikenal."))
