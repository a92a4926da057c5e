"""Formation proposals: list, one with its flow, versions and lines, a line completed, files, steps to the ministry."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asnhr import dates, formats
from asnhr.errors import RuleBroken
from asnhr.formats import counted
from asnhr.pages.tables import Column, TablePage, download, link, safe_or_file
from asnhr.templatetags.asnhr_ui import pill
from positions import exports, permissions
from positions.models import Education, FormationLine, FormationProposal, FormationVersion, NeedsAnalysis, Unit
from positions.pages import doors
from positions.pages.pickers import DayInput
from positions.queries import budget as budget_queries
from positions.queries import formation
from positions.rules.formation import Status, Step, possible_steps
from positions.services import proposals as services

LINES_A_PAGE = 50
FOUND = 12
STATE_TONES = {
    "draft": "", "diajukan": "over", "bkn_verifikasi": "over", "pertek": "over", "menpanrb_validasi": "over",
    "ditetapkan": "fit", "ditolak": "short",
}  # fmt: skip
STEPS = {
    Step.SUBMIT: gettext_lazy("Ajukan (ditandatangani PPK)"),
    Step.VERIFY: gettext_lazy("BKN mulai memverifikasi"),
    Step.CONSIDER: gettext_lazy("Pertimbangan teknis terbit"),
    Step.VALIDATE: gettext_lazy("KemenPANRB mulai memvalidasi"),
    Step.DECIDE: gettext_lazy("Catat penetapan"),
    Step.RETURN: gettext_lazy("Dikembalikan"),
    Step.REJECT: gettext_lazy("Ditolak"),
}
PATH = [
    Status.DRAFT, Status.SUBMITTED, Status.BKN_VERIFICATION, Status.TECHNICAL_CONSIDERATION, Status.MINISTRY_VALIDATION,
    Status.DECIDED,
]  # fmt: skip


def crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Analisis"), ""), (_("Usul formasi"), reverse("proposal-list")), *more]


class ProposalList(TablePage):
    """Proposals by year."""

    title = gettext_lazy("Usul formasi")
    lead = gettext_lazy(
        "Rekomendasi formasi yang disetujui, dilengkapi per jabatan, lalu diajukan kepada BKN dan KemenPANRB."
    )
    noun = gettext_lazy("usul")
    permission = "view_analysis"
    order_by = ("-year", "-pk")
    empty_title = gettext_lazy("Belum ada usul formasi")
    empty_text = gettext_lazy("Usul terbentuk sendiri ketika rekomendasi “Usulkan formasi” disetujui.")
    columns = (
        Column("year", gettext_lazy("Tahun"), "year", sort="year", fixed=True,
               html=lambda row: link(reverse("proposal-detail", args=[row.pk]), row)),
        Column("state", gettext_lazy("Keadaan"), lambda row: row.get_state_display(), sort="state",
               html=lambda row: pill(row.get_state_display(), STATE_TONES[row.state])),
        Column("lines", gettext_lazy("Jabatan"), "lines_n", kind="num", sort="lines_n"),
        Column("formation", gettext_lazy("Formasi"), "formation_n", kind="num"),
        Column("proposed", gettext_lazy("Usulan"), "proposed_n", kind="num"),
        Column("decided", gettext_lazy("Penetapan"), "decided_n", kind="num"),
        Column("version", gettext_lazy("Versi"), "version", kind="num"),
        Column("decree", gettext_lazy("Nomor penetapan"), "decree"),
        Column("changed", gettext_lazy("Diubah"), "changed_at", kind="date", sort="changed_at"),
    )  # fmt: skip

    def get_columns(self, request: HttpRequest) -> Any:
        # Sums are the agency's: who sees some units only reads the lines of those.
        whole = request.user.access.whole_agency
        hidden = {"lines", "formation", "proposed", "decided"}
        return self.columns if whole else tuple(each for each in self.columns if each.key not in hidden)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return FormationProposal.objects.visible_to(request.user).annotate(
            lines_n=Count("lines"), formation_n=Sum("lines__formation"), proposed_n=Sum("lines__proposed"),
            decided_n=Sum("lines__decided"),
        )  # fmt: skip

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Analisis"), ""), (_("Usul formasi"), "")]}


def _proposal(request: HttpRequest, pk: int, *, with_budget: bool = False) -> FormationProposal:
    rows = FormationProposal.objects.visible_to(request.user).select_related("analysis", "agency")
    if with_budget:
        rows = budget_queries.with_budget(rows, dates.today())
    return doors.found(rows, pk=pk)


def _lines(request: HttpRequest, proposal: FormationProposal) -> QuerySet[FormationLine]:
    rows = FormationLine.objects.visible_to(request.user).filter(proposal=proposal)
    rows = rows.select_related("position__job", "position__unit", "placement")
    return rows.order_by("position__unit__name", "position__code", "pk")


def line_columns(lacks: dict[int, Any], appointed: dict[int, int]) -> list[Column]:
    """What the page shows of a line, for its file; the forms of the ministry and SIASN are files of their own."""
    return [
        Column("job", _("Jabatan"), "position.job.name"),
        Column("code", _("Kode"), "position.code"),
        Column("unit", _("Unit"), "position.unit.name"),
        Column("formation", _("Formasi"), "formation", kind="num"),
        Column("proposed", _("Usulan"), "proposed", kind="num"),
        Column("recommended", _("Rekomendasi"), "recommended", kind="num"),
        Column("decided", _("Penetapan"), "decided", kind="num"),
        Column("filled", _("Terisi"), lambda line: filled_of(line, appointed.get(line.position_id, 0)), kind="num"),
        Column("intake", _("Pengadaan"), lambda line: f"{line.intake} {line.get_field_display()}".strip()),
        Column("missing", _("Kelengkapan"), lambda line: ", ".join(map(str, lacks.get(line.pk, ()))) or _("lengkap")),
    ]


@doors.needs("view_analysis")
@safe_or_file
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A proposal: where it stands, its figures, lines with what they lack, versions, files, the next steps."""
    user = request.user
    proposal = _proposal(request, pk, with_budget=True)
    lines = _lines(request, proposal)
    chosen = request.GET.get("pilih", "")
    # Of those that the user sees; the same answer as the API's and the refusal of `submit`.
    lacks = {each.line_id: each.missing for each in services.incomplete(proposal, dates.today())}
    wanting = Q(pk__in=lacks)
    sums = lines.order_by().aggregate(
        wanting=Count("pk", filter=wanting), n=Count("pk"), formation=Sum("formation"), proposed=Sum("proposed"),
        recommended=Sum("recommended"), decided=Sum("decided"), filled=Sum("filled"),
    )  # fmt: skip
    rests_on = formation.basis_of(proposal)
    shown = formation.with_result(lines.filter(wanting) if chosen == "belum" else lines, user, rests_on)
    appointed = formation.appointed_on(proposal, dates.today()) if proposal.state == Status.DECIDED else {}
    file = download(request, shown, line_columns(lacks, appointed), name="rincian-usul", title=str(proposal))
    if file is not None:
        return file
    paginator = Paginator(shown, LINES_A_PAGE)
    paginator.count = sums["wanting"] if chosen == "belum" else sums["n"]  # counted already
    page = paginator.get_page(request.GET.get("hal"))
    better = formation.better_basis(proposal, rests_on) if permissions.may_freeze_analysis(user) else None
    is_draft = proposal.state == Status.DRAFT
    may_manage = permissions.may_manage_proposals(user)
    # A draft that never moved has none.
    has_versions = user.access.whole_agency and not (is_draft and proposal.version == 1)
    versions = FormationVersion.objects.visible_to(user).filter(proposal=proposal).select_related("changed_by")
    shown_versions = list(versions.order_by("-changed_at", "-pk")[:20]) if has_versions else []
    signer = next((each.changed_by_id for each in shown_versions if each.to_state == Status.SUBMITTED.value), None)
    # Who signed records no answer: `services.advance`, `determine`.
    answers = may_manage and signer != user.pk
    steps = [
        step
        for step in possible_steps(Status(proposal.state))
        if may_step(user, step) and (answers or step not in services.ANSWERS)
    ]
    context = {
        "proposal": proposal,
        "crumbs": crumbs((str(proposal), "")),
        "tone": STATE_TONES[proposal.state],
        "path": [
            {"label": FormationProposal.State(state).label, "is_here": state == proposal.state} for state in PATH
        ],
        "figures": [
            {
                "label": _("Formasi (kebutuhan)"), "value": sums["formation"] or 0,
                "detail": counted("%(n)s jabatan", sums["n"]),
            },
            {"label": _("Usulan"), "value": sums["proposed"] or 0},
            {"label": _("Rekomendasi"), "text": formats.number(sums["recommended"])},
            {"label": _("Penetapan"), "text": formats.number(sums["decided"]), "detail": proposal.decree},
            {
                "label": _("Belum lengkap"), "value": sums["wanting"], "url": "?pilih=belum" if sums["wanting"] else "",
                "tone": "short", "detail": _("perlu dilengkapi") if sums["wanting"] else "",
            },
        ],
        "page": page,
        "rows": [
            line_row(
                line, lacks.get(line.pk, ()), is_draft and may_manage, appointed.get(line.position_id, 0),
                reverse("analysis-result", args=[rests_on.pk, line.result_pk]) if rests_on and line.result_pk else "",
            )
            for line in page
        ],
        "chosen": chosen,
        "versions": shown_versions,
        "steps": [(step.value, STEPS[step]) for step in steps],
        "may_record": answers and proposal.state in services.RECOMMENDING,
        "may_record_filled": may_manage and proposal.state == Status.DECIDED,
        "may_export": user.access.whole_agency,
        "unfilled": unfilled_lines(proposal, is_draft and may_manage) if user.access.whole_agency else [],
        "basis": basis(proposal, rests_on),
        "better": better,
        "budget": budget(proposal) if user.access.whole_agency else None,
    }  # fmt: skip
    return render(request, "positions/proposal_detail.html", context)


def unfilled_lines(proposal: FormationProposal, may_edit: bool) -> list[dict[str, Any]]:
    """Return the lines that keep the files for SIASN and e-Formasi back, with what each lacks and, where the user may
    complete it, its address."""
    return [
        {
            "code": each.code, "missing": each.missing,
            "url": reverse("proposal-line-edit", args=[proposal.pk, each.line_id]) if may_edit else "",
        }
        for each in services.unfilled(proposal)
    ]  # fmt: skip


def budget(proposal: FormationProposal) -> dict[str, Any]:
    """Return the budget card: figures in words, whether it warns, and what the agency has not said yet."""
    found = budget_queries.budget_of(proposal)
    share, limit = found.share, found.limit

    def percent(value: Decimal | None) -> str:
        return formats.DASH if value is None else f"{formats.number(value * 100, 2)}\u00a0%"

    facts = [
        (
            stored(each.name),
            formats.DASH if each in found.missing else f"{formats.number(each.number)} {stored(each.unit)}",
        )
        for each in found.inputs
    ]
    facts += [
        (_("Orang yang diusulkan"), formats.number(found.people)),
        (_("Pangsa belanja pegawai sekarang"), percent(share.now)),
        (_("Pangsa dengan usul ini"), percent(share.proposed)),
        (_("Batas"), percent(limit.number)),
        (_("Dasar hukum"), f"{stored(limit.legal_basis)} [{limit.mark}]"),
    ]
    return {
        "facts": facts,
        "limit": percent(limit.number),
        "basis": facts[-1][1],
        "is_over_now": share.is_over_now,
        "is_over": share.is_over_now or share.is_over_proposed,
        "is_known": share.proposed is not None,
        "missing": [stored(each.name) for each in found.missing],
        "decrees": sorted({each.decree for each in found.inputs if each.decree}),
    }


def stored(text: str) -> str:
    """Return a text of the rulebook in the reader's language (asnhr.pages.stored)."""
    return _(text) if text else ""


def may_step(user: Any, step: Step) -> bool:
    if step is Step.SUBMIT:
        return permissions.may_sign_proposals(user)
    return permissions.may_manage_proposals(user)


def filled_of(line: FormationLine, appointed: int) -> int:
    """Return how much of a decided formation is filled: as recorded, or by appointments where they are more."""
    return max(line.filled, min(line.decided or 0, appointed))


def line_row(
    line: FormationLine, missing: tuple[str, ...], may_edit: bool, appointed: int, basis_url: str
) -> dict[str, Any]:
    return {
        "line": line,
        "missing": missing,
        "filled": filled_of(line, appointed),
        "edit_url": reverse("proposal-line-edit", args=[line.proposal_id, line.pk]) if may_edit else "",
        "basis_url": basis_url,
    }


def basis(proposal: FormationProposal, analysis: NeedsAnalysis | None) -> dict[str, Any]:
    about = {"analysis": analysis, "year": proposal.year}
    if analysis is None:
        named = _("belum ditetapkan")
    elif analysis.basis_year == proposal.year:
        named = _("%(analysis)s, dasar usulan %(year)s") % about
    else:
        named = _("%(analysis)s, belum ditetapkan sebagai dasar usulan %(year)s") % about
    return {
        "inputs": [(_("Analisis dasar"), named)],
        "steps": [
            _("Formasi = kekurangan jabatan (K − B), atau kekurangan yang akan datang bila sekarang terpenuhi."),
            _("Usulan = formasi − formasi yang sudah ditetapkan dan belum terisi − redistribusi masuk."),
            _("Selalu 0 ≤ penetapan ≤ rekomendasi ≤ usulan ≤ formasi; setiap pengembalian menyimpan angka lama."),
        ],
        "rule": _("Hanya dari ABK disahkan yang tidak lebih tua dari 12 bulan, atau rumus atau keputusan tahun ini."),
        "legal_basis": _("PP 11/2017 pasal 5–9."),
    }


# One line


class Educations(forms.CharField):
    """Ids of SIASN, one a line; searched by name on the page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}), required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return list(dict.fromkeys(text.replace(",", " ").split()))


# What a line must have before its proposal is submitted (`services.proposals.missing_in`).
NEEDED = ("intake", "field", "education_ids", "income_min", "income_max")


class LineForm(forms.Form):
    proposed = forms.IntegerField(
        label=gettext_lazy("Usulan"),
        min_value=0,
        help_text=gettext_lazy("Boleh diturunkan; tidak pernah melebihi formasi."),
    )
    intake = forms.ChoiceField(
        label=gettext_lazy("Jenis pengadaan"), choices=[("", "—"), *FormationLine.Intake.choices], required=False
    )
    field = forms.ChoiceField(
        label=gettext_lazy("Rumpun"), required=False,
        choices=[("", "—"), *(FormationLine._meta.get_field("field").choices or [])],
    )  # fmt: skip
    education_ids = Educations(
        label=gettext_lazy("Id pendidikan"),
        help_text=gettext_lazy("Id SIASN, satu setiap baris; cari menurut nama di bawah lalu pilih."),
    )
    placement = forms.CharField(
        label=gettext_lazy("Kode unit penempatan"), required=False, max_length=40,
        help_text=gettext_lazy("Bawaan: unit jabatan itu sendiri."),
    )  # fmt: skip
    income_min = forms.DecimalField(
        label=gettext_lazy("Penghasilan terendah (Rp)"), min_value=0, max_digits=12, decimal_places=0, required=False
    )
    income_max = forms.DecimalField(
        label=gettext_lazy("Penghasilan tertinggi (Rp)"), min_value=0, max_digits=12, decimal_places=0, required=False
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        for name in NEEDED:
            # A draft may lack it; templates/_parts/field.html says until when.
            self.fields[name].needed_for = _("wajib sebelum diajukan")  # type: ignore[attr-defined]

    def clean_placement(self) -> Unit | None:
        code = self.cleaned_data["placement"]
        if not code:
            return None
        unit = self.units.filter(code=code).first()
        if unit is None:
            raise ValidationError(_("Kode unit ini tidak dikenal."))
        return unit

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("income_min"), cleaned.get("income_max")
        if low is not None and high is not None and high < low:
            self.add_error("income_max", _("Penghasilan tertinggi tidak boleh di bawah penghasilan terendah."))
        return cleaned


@doors.needs("manage_proposals")
@require_http_methods(["GET", "POST"])
def proposal_line_edit(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Complete a line: intake, field, education, placement, income. `cari` searches education names without script."""
    proposal = _proposal(request, pk)
    row = doors.found(_lines(request, proposal), pk=line)
    units = Unit.objects.visible_to(request.user)
    if request.method == "POST":
        form = LineForm(request.POST, units=units)
        if "cari" in request.POST or "pilih" in request.POST:
            form = searched(request, units)
        elif form.is_valid() and save_line(request, form, row):
            messages.success(request, _("Rincian %(job)s tersimpan.") % {"job": row.position.job})
            return redirect("proposal-detail", pk=pk)
    else:
        form = LineForm(
            initial={
                "proposed": row.proposed, "intake": row.intake, "field": row.field, "education_ids": row.education_ids,
                "placement": row.placement.code if row.placement else row.position.unit.code,
                "income_min": row.income_min, "income_max": row.income_max,
            },
            units=units,
        )  # fmt: skip
    text = request.POST.get("q", "")
    context = {
        "proposal": proposal, "line": row, "form": form, "query": text,
        "found": educations_like(text) if text else [],
        "chosen": list(Education.objects.filter(siasn_id__in=chosen_ids(form)).order_by("name", "pk")[:50]),
        "is_draft": proposal.state == Status.DRAFT,
        "crumbs": crumbs((str(proposal), reverse("proposal-detail", args=[pk])), (str(row.position.job), "")),
    }  # fmt: skip
    return render(request, "positions/proposal_line.html", context)


def chosen_ids(form: LineForm) -> list[str]:
    value = form["education_ids"].value() or []
    return value.split() if isinstance(value, str) else list(value)


def searched(request: HttpRequest, units: QuerySet[Unit]) -> LineForm:
    """Return the form as typed, with the picked education added, without judging it yet."""
    data = request.POST.copy()
    if picked := request.POST.get("pilih"):
        ids = data.get("education_ids", "").split()
        data["education_ids"] = "\n".join(dict.fromkeys([*ids, picked]))
    form = LineForm(initial={name: data.get(name, "") for name in LineForm.base_fields}, units=units)
    return form


def save_line(request: HttpRequest, form: LineForm, row: FormationLine) -> bool:
    try:
        saved = doors.attempt(request, form, services.complete_line, line=row, **form.cleaned_data)
    except ValidationError as problem:
        for message in problem.messages:
            form.add_error(None, message)
        return False
    return saved is not None


def educations_like(text: str) -> list[Education]:
    """Return the educations whose names contain every word, shortest names first."""
    found = Education.objects.select_related("level")
    for word in text.split()[:6]:
        found = found.filter(name__icontains=word)
    return list(found.order_by("level__order", "name", "pk")[:FOUND])


@doors.needs("manage_proposals")
@require_safe
def education_search(request: HttpRequest) -> HttpResponse:
    """Educations by name for the line's form; at most twelve."""
    text = request.GET.get("q", "").strip()
    context = {"found": educations_like(text) if len(text) >= 2 else [], "query": text}
    return render(request, "positions/_parts/proposal_educations.html", context)


# Files

FILES: dict[str, Any] = {
    "berkas": lambda proposal, day: exports.bundle(proposal, day=day),
    "e-formasi": lambda proposal, day: exports.e_formasi(proposal),
    "siasn": lambda proposal, day: exports.siasn_planning(proposal),
}


@doors.needs("view_analysis")
@require_safe
def proposal_export(request: HttpRequest, pk: int, what: str) -> HttpResponse | FileResponse:
    """The bundle, the e-Formasi rows or SIASN's planning sheet; files hold the whole agency."""
    if what not in FILES:
        raise Http404
    proposal = _proposal(request, pk)
    if not request.user.access.whole_agency:
        raise PermissionDenied(_("Berkas ini memuat seluruh instansi; cakupan Anda hanya sebagian unit."))
    try:
        return FILES[what](proposal, dates.today())
    except RuleBroken as broken:
        messages.error(request, str(broken))
        # Where the lines that the sentence names are linked.
        return redirect(f"{reverse('proposal-detail', args=[pk])}?pilih=belum#berkas-judul")


# Steps


class DecreeForm(forms.Form):
    decree = forms.CharField(label=gettext_lazy("Nomor penetapan"), max_length=120)
    decree_on = forms.DateField(label=gettext_lazy("Tanggal penetapan"), widget=DayInput())
    rest = forms.BooleanField(
        label=gettext_lazy("Jabatan yang halamannya belum disimpan ditetapkan sesuai rekomendasi"), required=False
    )


@doors.needs("manage_proposals", "sign_proposals")
@require_POST
def proposal_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposal one step on; a decision goes to the page where its figures are typed."""
    proposal = _proposal(request, pk)
    step, reason = request.POST.get("langkah", ""), request.POST.get("alasan", "")
    if step == Step.DECIDE:
        return redirect("proposal-figures", pk=pk)
    calls: dict[str, Any] = {
        Step.SUBMIT: lambda: doors.attempt(request, None, services.submit, proposal=proposal, day=dates.today()),
        Step.RETURN: lambda: doors.attempt(request, None, services.send_back, proposal=proposal, reason=reason),
        Step.REJECT: lambda: doors.attempt(request, None, services.reject, proposal=proposal, reason=reason),
    }
    for each in (Step.VERIFY, Step.CONSIDER, Step.VALIDATE):
        calls[each] = lambda: doors.attempt(
            request, None, services.advance, proposal=proposal, step=step, reason=reason
        )
    if step not in calls:
        messages.error(request, _("Langkah itu tidak dikenal."))
    else:
        moved = calls[step]()
        if moved is not None:
            messages.success(request, _("%(what)s: %(state)s.") % {"what": moved, "state": moved.get_state_display()})
    return redirect("proposal-detail", pk=pk)


@doors.needs("manage_proposals")
@require_http_methods(["GET", "POST"])
def proposal_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """Type what is recommended or, at the end, decided: one figure a line, `LINES_A_PAGE` at a time.

    Each page is saved by itself (`simpan`: the page to go on to); the decree takes the pages saved before with it.
    """
    proposal = _proposal(request, pk)
    is_decision = proposal.state == Status.MINISTRY_VALIDATION and request.GET.get("apa") != "rekomendasi"
    if proposal.state not in services.RECOMMENDING:
        messages.error(request, _("Angka dicatat selama verifikasi BKN sampai validasi kementerian."))
        return redirect("proposal-detail", pk=pk)
    page = Paginator(_lines(request, proposal), LINES_A_PAGE).get_page(request.GET.get("hal"))
    lines, onward = list(page), request.POST.get("simpan", "")
    form = DecreeForm(request.POST if request.method == "POST" and not onward else None) if is_decision else None
    errors: dict[int, str] = {}
    if request.method == "POST":
        figures, errors = typed_figures(request, lines)
        if not errors and save_page(request, proposal, figures, is_decision):
            if onward:
                messages.success(request, _("Halaman %(n)s tersimpan.") % {"n": formats.number(page.number)})
                return _onward(request, onward)
            if form is None or (form.is_valid() and decide_all(request, form, proposal)):
                return redirect("proposal-detail", pk=pk)
    context = {
        "proposal": proposal, "form": form, "is_decision": is_decision, "page": page,
        "rows": [
            {
                "line": line, "error": errors.get(line.pk, ""),
                "value": request.POST.get(f"n{line.pk}", default_figure(line, is_decision)),
            }
            for line in lines
        ],
        "crumbs": crumbs(
            (str(proposal), reverse("proposal-detail", args=[pk])),
            (_("Penetapan") if is_decision else _("Rekomendasi"), ""),
        ),
    }  # fmt: skip
    return render(request, "positions/proposal_figures.html", context)


def _onward(request: HttpRequest, page: str) -> HttpResponse:
    query = request.GET.copy()
    query["hal"] = page
    return redirect(f"{request.path}?{query.urlencode()}")


@doors.needs("manage_proposals")
@require_http_methods(["GET", "POST"])
def proposal_filled(request: HttpRequest, pk: int) -> HttpResponse:
    """Type how many of each decided formation are filled, beside the appointments that the register knows; each page
    is saved by itself, as in `proposal_figures`."""
    proposal = _proposal(request, pk)
    if proposal.state != Status.DECIDED:
        messages.error(request, _("Formasi ini belum ditetapkan."))
        return redirect("proposal-detail", pk=pk)
    page = Paginator(_lines(request, proposal).filter(decided__gt=0), LINES_A_PAGE).get_page(request.GET.get("hal"))
    lines, onward = list(page), request.POST.get("simpan", "")
    appointed = formation.appointed_on(proposal, dates.today())
    errors: dict[int, str] = {}
    if request.method == "POST":
        figures, errors = typed_figures(request, lines)
        saved = None
        if not errors:
            saved = doors.attempt(request, None, services.record_filled_lines, proposal=proposal, figures=figures)
        if saved is not None:
            messages.success(request, _("Yang terisi tersimpan."))
            return _onward(request, onward) if onward else redirect("proposal-detail", pk=pk)
    context = {
        "proposal": proposal, "page": page,
        "rows": [
            {
                "line": line, "error": errors.get(line.pk, ""), "appointed": appointed.get(line.position_id, 0),
                "value": request.POST.get(f"n{line.pk}", line.filled),
            }
            for line in lines
        ],
        "crumbs": crumbs((str(proposal), reverse("proposal-detail", args=[pk])), (_("Terisi"), "")),
    }  # fmt: skip
    return render(request, "positions/proposal_filled.html", context)


def default_figure(line: FormationLine, is_decision: bool) -> int:
    if is_decision and line.decided is not None:
        return line.decided
    return line.proposed if line.recommended is None else line.recommended


def typed_figures(request: HttpRequest, lines: list[FormationLine]) -> tuple[dict[int, int], dict[int, str]]:
    figures, errors = {}, {}
    for line in lines:
        text = request.POST.get(f"n{line.pk}", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 7:
            figures[line.pk] = int(text)
        else:
            errors[line.pk] = _("Bilangan bulat, 0 atau lebih.")
    return figures, errors


def save_page(request: HttpRequest, proposal: FormationProposal, figures: dict[int, int], is_decision: bool) -> bool:
    service = services.record_decisions if is_decision else services.record_recommendations
    saved = doors.attempt(request, None, service, proposal=proposal, figures=figures)
    if saved is not None and not is_decision and not request.POST.get("simpan"):
        messages.success(request, _("Rekomendasi tersimpan."))
    return saved is not None


def decide_all(request: HttpRequest, form: DecreeForm, proposal: FormationProposal) -> bool:
    """Record the decree with what the pages saved; a line that none saved is never taken for decided in silence."""
    saved = _lines(request, proposal).order_by("pk").values_list("pk", "decided", "recommended", "proposed")
    figures, unsaid = {}, 0
    for pk, decided, recommended, proposed in saved:
        if decided is None:
            unsaid += 1
            decided = proposed if recommended is None else recommended
        figures[pk] = decided
    cleaned = {**form.cleaned_data}
    if not cleaned.pop("rest") and unsaid:
        form.add_error(
            "rest",
            counted("Penetapan %(n)s jabatan pada halaman lain belum disimpan.", unsaid),
        )
        return False
    cuts = doors.attempt(
        request, form, services.determine, proposal=proposal, figures=figures, day=dates.today(), **cleaned
    )
    if cuts is None:
        return False
    if cuts:
        codes = ", ".join(f"{cut.code} ({cut.proposed} → {cut.decided})" for cut in cuts[:5])
        messages.warning(
            request,
            counted("Penetapan tersimpan; %(n)s jabatan dipangkas: %(codes)s.", len(cuts), codes=codes),
        )
    else:
        messages.success(request, _("Penetapan tersimpan tanpa pemangkasan."))
    return True
