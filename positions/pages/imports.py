"""Imports: hand a file to an importer, watch it, see what is new, changed or missing and what was refused and why."""

import tempfile
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import formats, list_files, registry
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import retention, service, workbook
from asnhr.imports.codes import CHANGES
from asnhr.imports.framework import told_problem, told_refusal
from asnhr.models import ImportJob, Run
from asnhr.pages import list_files as list_file_pages
from asnhr.pages.runs import progress_context
from asnhr.pages.tables import Column, TablePage, download, link, safe_or_file
from asnhr.templatetags.asnhr_ui import pill
from positions.import_words import cell, fact, heading
from positions.pages import doors
from positions.pages.pickers import DayInput

PROBLEMS_A_PAGE = 50
OUTCOMES = {
    "accepted": (gettext_lazy("Diterima"), "fit"),
    "warned": (gettext_lazy("Diterima dengan catatan"), "gold"),
    "rejected": (gettext_lazy("Ditolak"), "short"),
    "skipped": (gettext_lazy("Dilewati"), ""),
}


def kinds() -> list[tuple[str, Any]]:
    return [(code, importer.title) for code, importer in registry.importers.items()]


def kind_name(code: str) -> Any:
    return dict(kinds()).get(code, code)


def taken(job: ImportJob) -> int:
    """Return how many rows were, or would be, written."""
    return job.totals.get("accepted", 0) + job.totals.get("warned", 0)


def _result_cell(job: ImportJob) -> SafeString:
    if job.run is not None and job.run.is_open:
        return pill(job.run.get_state_display(), "over")
    if (job.run is not None and job.run.state == Run.State.FAILED) or job.changes.get("refused"):
        return pill(_("Berkas ditolak"), "short")
    if job.dry_run:
        return pill(_("Diperiksa saja"), "")
    return pill(_("Tersimpan"), "fit") if job.written else pill(_("Tidak disimpan"), "short")


class ImportList(TablePage):
    """Files handed in, newest first."""

    title = gettext_lazy("Impor")
    lead = gettext_lazy("Berkas unit, jabatan, beban kerja dan pegawai yang pernah diunggah, dengan hasilnya.")
    noun = gettext_lazy("berkas")
    order_by = ("-created_at",)
    empty_title = gettext_lazy("Belum ada berkas")
    empty_text = gettext_lazy(
        "Unggah berkas CSV atau XLSX; baris yang salah diterangkan satu per satu dan tidak ada yang tersimpan setengah."
    )
    empty_label = gettext_lazy("Impor berkas")
    columns = (
        Column("file", gettext_lazy("Berkas"), "filename", fixed=True, sort="filename",
               html=lambda row: link(reverse("import-detail", args=[row.pk]), row.filename)),
        Column("kind", gettext_lazy("Jenis"), lambda row: kind_name(row.kind), sort="kind"),
        Column("result", gettext_lazy("Hasil"), lambda row: _("tersimpan") if row.written else _("tidak disimpan"),
               html=_result_cell),
        Column("accepted", gettext_lazy("Diterima"), lambda row: taken(row), kind="num"),
        Column("rejected", gettext_lazy("Ditolak"), lambda row: row.totals.get("rejected", 0), kind="num"),
        Column("by", gettext_lazy("Oleh"), "created_by"),
        Column("at", gettext_lazy("Diunggah"), "created_at", kind="date", sort="created_at"),
    )  # fmt: skip

    @property
    def empty_url(self) -> str:  # type: ignore[override]
        return reverse("import-new") if self.request.user.access.may("import_data") else ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.access.permissions & {"view_register", "import_data"}:
            raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))
        return super().dispatch(request, *args, **kwargs)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        jobs = ImportJob.objects.visible_to(request.user).select_related("created_by", "run")
        # The outcome of every row may be megabytes.
        return jobs.defer("report", "details")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        actions = []
        if request.user.access.may("import_data"):
            actions.append({"url": reverse("import-new"), "label": _("Impor berkas"), "primary": True})
        return {"crumbs": [(_("Pegawai"), ""), (_("Impor"), "")], "actions": actions}


class ImportForm(forms.Form):
    """A file with what it lacks. Only checking is the default: a person sees what would happen first."""

    kind = forms.ChoiceField(label=gettext_lazy("Jenis berkas"))
    file = forms.FileField(
        label=gettext_lazy("Berkas"), help_text=gettext_lazy("CSV (koma atau titik koma) atau XLSX, tanpa makro.")
    )
    dry_run = forms.BooleanField(
        label=gettext_lazy("Hanya periksa, jangan simpan"), required=False, initial=True,
        help_text=gettext_lazy("Menunjukkan apa yang baru, berubah dan salah sebelum apa pun disimpan."),
    )  # fmt: skip
    skip_rejected = forms.BooleanField(
        label=gettext_lazy("Lewati baris yang ditolak"), required=False,
        help_text=gettext_lazy("Tanpa ini, satu baris yang ditolak membatalkan seluruh berkas."),
    )  # fmt: skip
    confirm_corrections = forms.BooleanField(
        label=gettext_lazy("Terima koreksi tanpa TMT baru"), required=False,
        help_text=gettext_lazy("Perubahan jabatan tanpa TMT yang lebih baru dianggap membetulkan data lama."),
    )  # fmt: skip
    unit = forms.CharField(
        label=gettext_lazy("Kode unit"), required=False, max_length=40,
        help_text=gettext_lazy("Bagi lembar yang tidak menyebut unitnya, misalnya peta jabatan atau ABK satu unit."),
    )  # fmt: skip
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), required=False, max_length=120)
    decree_on = forms.DateField(label=gettext_lazy("Tanggal keputusan"), required=False, widget=DayInput())
    sheet = forms.CharField(
        label=gettext_lazy("Nama lembar"), required=False, max_length=60,
        help_text=gettext_lazy("Kosong: lembar yang judul kolomnya dikenal."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, offered: list[tuple[str, Any]], **named: Any) -> None:
        """`offered`: the kinds that the person may import."""
        super().__init__(*arguments, **named)
        self.fields["kind"].choices = offered  # type: ignore[attr-defined]


@doors.needs("import_data")
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file; the import runs in the background and its page shows how far it is."""
    offered = service.kinds_for(request.user.access)
    if request.method == "POST":
        if (kind := request.POST.get("kind", "")) in dict(kinds()):
            _check_may_import(request, kind)
        form = ImportForm(request.POST, request.FILES, offered=offered)
        if form.is_valid() and (job := _request(request, form)) is not None:
            return redirect("import-detail", pk=job.pk)
    else:
        kind = request.GET.get("jenis", "")
        form = ImportForm(initial={"kind": kind} if kind in dict(offered) else None, offered=offered)
    crumbs = [(_("Pegawai"), ""), (_("Impor"), reverse("import-list")), (_("Impor berkas"), "")]
    return render(request, "positions/import_new.html", {"form": form, "crumbs": crumbs, "kinds": offered})


def _check_may_import(request: HttpRequest, kind: str) -> None:
    try:
        service.check_may_import(request.user.access, kind)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def _request(request: HttpRequest, form: ImportForm) -> ImportJob | None:
    given = dict(form.cleaned_data)
    file, kind, decree_on = given.pop("file"), given.pop("kind"), given.pop("decree_on")
    try:
        job, is_new = service.request_import(
            agency=request.agency, kind=kind, file=file, filename=file.name, actor=request.user,  # type: ignore[attr-defined]
            access=request.user.access, options={**given, "decree_on": decree_on.isoformat() if decree_on else ""},
        )  # fmt: skip
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        form.add_error("file", str(broken))
        return None
    if not is_new:
        messages.info(request, _("Berkas yang sama sedang dikerjakan; inilah keadaannya."))
    return job


# Of the file: a line a problem, as the page shows them; the workbook has the lines themselves.
PROBLEM_COLUMNS = (
    Column("row", gettext_lazy("Baris"), "row", kind="num"),
    Column("outcome", gettext_lazy("Hasil"), "label"),
    Column("column", gettext_lazy("Kolom"), "column"),
    Column("value", gettext_lazy("Nilai"), "value"),
    Column("cause", gettext_lazy("Sebab"), "cause"),
    Column("code", gettext_lazy("Kode"), "code"),
)


def problem_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = (problem_line(row) for row in rows)
    return [
        {
            "row": line["row"], "label": str(line["label"]), "column": problem.get("column", ""),
            "value": problem.get("value", ""), "cause": problem.get("cause", ""),
            "code": problem.get("code", ""),
        }
        for line in lines for problem in line["problems"]
    ]  # fmt: skip


@doors.needs("view_register", "import_data")
@safe_or_file
def import_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What became of a file: progress, totals, changes, problems row by row."""
    jobs = ImportJob.objects.visible_to(request.user).select_related("run", "created_by")
    job = doors.found(jobs.defer("details"), pk=pk)
    rows = [row for row in job.report if row.get("problems")]
    if request.GET.get("format"):
        file = download(request, problem_rows(rows), PROBLEM_COLUMNS, name="masalah-impor", title=job.filename)
        if file is not None:
            return file
    page = Paginator(rows, PROBLEMS_A_PAGE).get_page(request.GET.get("hal"))
    plan = job.changes.get("changes", {})
    details = job.changes.get("details", {})
    is_open = job.run is not None and job.run.is_open
    has_problems = bool(rows)
    has_file = job.file_deleted_at is None
    may_import = job.kind in dict(service.kinds_for(request.user.access))
    context: dict[str, Any] = {
        "job": job,
        "kind_name": kind_name(job.kind),
        "is_open": is_open,
        "crumbs": [(_("Pegawai"), ""), (_("Impor"), reverse("import-list")), (job.filename, "")],
        "outcome": outcome(job),
        "figures": [
            {"label": label, "value": job.totals.get(name, 0)} for name, (label, _tone) in OUTCOMES.items()
        ] if job.totals else [],
        "changes": [
            (CHANGES.get(name, name), value, judged_words(job.changes.get("judged")) if name == "missing" else "")
            for name, value in plan.items()
        ],
        "details": [
            detail_table(
                CHANGES.get(name, name), lines[: service.FIRST_LINES],
                count=job.changes.get("lines", {}).get(name, len(lines)),
            )
            for name, lines in details.items() if lines
        ] if may_import else [],
        "changes_url": (
            reverse("import-changes", args=[job.pk]) + "?format=xlsx" if may_import and any(details.values()) else ""
        ),
        "refused": job.changes.get("refused"),
        "ignored_columns": job.changes.get("ignored_columns", []),
        "options": option_words(job.options),
        "page": page,
        "problems": [problem_line(row) for row in page],
        "kept_until": None if is_open else retention.kept_until(job),
        "may_import": may_import,
        "may_save": (
            job.dry_run and not is_open and not job.changes.get("refused") and has_file and may_import
        ),
        "workbook_url": (
            reverse("import-problems", args=[job.pk]) + "?format=xlsx"
            if has_problems and has_file and may_import else ""
        ),
    }  # fmt: skip
    if job.run is not None:
        context |= progress_context(job.run)
        # The part belongs to the run; this page is its result already.
        context["result_url"] = ""
        context["kind_name"] = kind_name(job.kind)
    return render(request, "positions/import_detail.html", context)


def judged_words(judged: dict[str, Any] | None) -> str:
    """Return of what the file was taken to speak, so that what it leaves out there is missing; "" where none is said
    (imports of earlier releases, and kinds that miss nothing)."""
    if not judged:
        return ""
    names, count = ", ".join(judged["names"]), judged["count"]
    if (more := count - len(judged["names"])) > 0 and names:
        names = _("%(codes)s dan %(n)s lainnya") % {"codes": names, "n": formats.number(more)}
    said = {"names": names or formats.DASH, "n": formats.number(count)}
    if judged["by"] == "agency":
        return _("Yang dinilai: seluruh instansi.")
    if judged["by"] == "offices":
        return _("Yang dinilai: hanya perangkat daerah yang disebut berkas, yaitu %(names)s.") % said
    if judged["by"] == "units":
        return _("Yang dinilai: hanya unit yang disebut berkas, yaitu %(names)s.") % said
    if judged["by"] == "trees":
        return _("Yang dinilai: hanya unit ini dengan bawahannya, yaitu %(names)s.") % said
    return _("Yang dinilai: hanya riwayat %(n)s pegawai yang ada di berkas.") % said


def outcome(job: ImportJob) -> dict[str, Any]:
    """Return the sentence on top: what became of the file and what to do next."""
    rejected = job.totals.get("rejected", 0)
    if job.run is not None and job.run.is_open:
        return {}
    if refused := job.changes.get("refused"):
        return {
            "tone": "error",
            "title": _("Berkas ditolak, tidak ada yang disimpan."),
            "text": told_refusal(refused)["message"],
        }
    if job.run is not None and job.run.state == Run.State.FAILED:
        return {"tone": "error", "title": _("Impor gagal, tidak ada yang disimpan."), "text": ""}
    if job.written and rejected:
        return {
            "tone": "warning", "title": _("Tersimpan, kecuali baris yang ditolak."),
            "text": _("%(n)s baris ditolak; unduh buku kerja masalah, perbaiki, lalu impor lagi.")
            % {"n": formats.number(rejected)},
        }  # fmt: skip
    if job.written:
        return {"tone": "success", "title": _("Tersimpan."), "text": ""}
    if rejected:
        return {
            "tone": "error", "title": _("Tidak ada yang disimpan: ada baris yang ditolak."),
            "text": _("Perbaiki %(n)s baris di bawah, atau impor lagi dengan melewati baris yang ditolak.")
            % {"n": formats.number(rejected)},
        }  # fmt: skip
    return {"tone": "info", "title": _("Pemeriksaan selesai, belum ada yang disimpan."), "text": ""}


def problem_line(row: dict[str, Any]) -> dict[str, Any]:
    label, tone = OUTCOMES.get(row["outcome"], (row["outcome"], ""))
    problems = [told_problem(problem) for problem in row["problems"]]
    return {"row": row["row"], "label": label, "tone": tone, "problems": problems}


def detail_table(title: Any, lines: list[Any], *, count: int) -> dict[str, Any]:
    """Return the first lines of one kind of change as a table: headings, cells, and how many of `count` are left
    out."""
    names: list[str] = []
    for line in lines:
        # A cause in words says more than its code.
        names += [name for name in line if name not in names and f"{name}_text" not in line]
    rows = [[cell(name, line.get(name), line) for name in names] for line in lines]
    headings = [heading(name) for name in names]
    return {"title": title, "count": count, "headings": headings, "rows": rows, "more": count - len(lines)}


def option_words(options: dict[str, Any]) -> list[tuple[Any, str]]:
    """Return the chosen options in words."""
    labels = ImportForm.base_fields
    return [
        (labels[name].label, _("ya") if value is True else fact(name, value))
        for name, value in options.items() if name in labels
    ]  # fmt: skip


@doors.needs("import_data")
@safe_or_file
def import_problems(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The error workbook: each refused or noted row as it was, with column, value, code and cause. It has the file's
    rows but for the NIK, so it is for who may import them. The whole file is read again for it: of a long one by a run.
    """
    job = doors.found(ImportJob.objects.visible_to(request.user).select_related("agency"), pk=pk)
    _check_may_import(request, job.kind)
    rows = sum(job.totals.values())
    if list_files.is_large(request, rows):
        return _by_run(request, job, _("Buku kerja masalah"), rows)
    file = tempfile.SpooledTemporaryFile(max_size=2_000_000)  # noqa: SIM115  FileResponse closes it
    try:
        service.error_workbook(job, file)  # type: ignore[arg-type]
    except RuleBroken as broken:
        file.close()
        messages.error(request, str(broken))
        return redirect("import-detail", pk=job.pk)
    return _workbook(job, file, "masalah")


@doors.needs("import_data")
@safe_or_file
def import_changes(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Every line of what is new, changed and missing, as a workbook; of long lists the first, with their true number.
    It names people, so it is for who may import them."""
    job = doors.found(ImportJob.objects.visible_to(request.user).select_related("agency"), pk=pk)
    _check_may_import(request, job.kind)
    details = job.details or job.changes.get("details", {})
    count = sum(len(lines) for lines in details.values())
    if list_files.is_large(request, count):
        return _by_run(request, job, _("Perubahan dari impor"), count)
    file = tempfile.SpooledTemporaryFile(max_size=2_000_000)  # noqa: SIM115  FileResponse closes it
    workbook.write_changes(
        details, job.changes.get("lines", {}), file,  # type: ignore[arg-type]
        title=lambda name: str(CHANGES.get(name, name)), heading=lambda name: str(heading(name)), cell=cell,
    )  # fmt: skip
    return _workbook(job, file, "perubahan")


def _by_run(request: HttpRequest, job: ImportJob, title: str, rows: int) -> HttpResponse:
    """The page that leaves a workbook to a run; its form is sent to an address that asks for a file."""
    if "format" not in request.GET:
        return redirect(f"{request.path}?format=xlsx")
    return list_file_pages.offer(
        request, title=title, rows=rows, query=QueryDict("format=xlsx"), back=reverse("import-detail", args=[job.pk])
    )


def _workbook(job: ImportJob, file: Any, kind: str) -> FileResponse:
    """Return a written workbook, called after its file, as what it is."""
    file.seek(0)
    stem = job.filename.rsplit(".", 1)[0]
    mark = "-contoh" if job.agency.is_sample else ""
    return FileResponse(file, as_attachment=True, filename=f"{kind}-{stem}{mark}.xlsx")


@doors.needs("import_data")
@require_http_methods(["POST"])
def import_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Import a checked file for good: the same file and options, now written."""
    job = doors.found(ImportJob.objects.visible_to(request.user).select_related("agency"), pk=pk)
    _check_may_import(request, job.kind)
    options = {name: value for name, value in job.options.items() if name not in ("dry_run", "unit_paths")}
    for name in ("skip_rejected", "confirm_corrections"):
        if request.POST.get(name):
            options[name] = True
    try:
        with service.opened(job) as file:
            saved, _is_new = service.request_import(
                agency=request.agency, kind=job.kind, file=file, filename=job.filename, actor=request.user,  # type: ignore[attr-defined]
                access=request.user.access, options=options,
            )  # fmt: skip
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("import-detail", pk=job.pk)
    return redirect("import-detail", pk=saved.pk)
