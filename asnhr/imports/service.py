"""Imports as long work: a file is kept, a run executes it in the background, the job remembers every row's outcome."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import registry, services
from asnhr.access import Access
from asnhr.dates import today
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, ImportJob, Run, User
from asnhr.notifications.service import notify

from . import storage
from .framework import ImportResult, Options, Problem, RowOutcome, run
from .workbook import write_errors

RUN_KIND = "import"
FIRST_LINES = 50  # of each list of changes, on the page and in the API


class FileGone(RuleBroken):
    """The file of an import is not kept any longer; the message says so."""


def importer_of(kind: str) -> Any:
    """Return the importer class. Raises RuleBroken for an unknown kind, naming the known ones."""
    try:
        return registry.importers.get(kind)
    except KeyError:
        known = ", ".join(code for code, _importer in registry.importers.items())
        raise RuleBroken(
            _("Jenis impor “%(kind)s” tidak dikenal. Yang ada: %(known)s.") % {"kind": kind, "known": known}
        ) from None


def may_import(access: Access, kind: str) -> bool:
    """Return whether the roles cover imports, and this kind of them. Raises RuleBroken for an unknown kind."""
    importer = importer_of(kind)
    return access.may("import_data") and access.may(importer.permission) and may_read(access, importer)


def may_read(access: Access, importer: Any) -> bool:
    """Return whether the roles cover what files of this kind tell."""
    return not importer.asks or access.may(importer.asks)


def check_may_import(access: Access, kind: str) -> None:
    """Raise NotAllowed where `may_import` says no, RuleBroken for an unknown kind."""
    if not access.may("import_data"):
        raise NotAllowed(_("Peran Anda tidak boleh mengimpor data."))
    if not may_import(access, kind):
        raise NotAllowed(_("Peran Anda tidak boleh mengimpor “%(kind)s”.") % {"kind": importer_of(kind).title or kind})


def kinds_for(access: Access) -> list[tuple[str, Any]]:
    """Return (kind, title) of what the roles may import, in the order in which files follow each other."""
    return [(kind, importer.title) for kind, importer in registry.importers.items() if may_import(access, kind)]


def opened(job: ImportJob) -> BinaryIO:
    """Return the job's file, decrypted as it is read. Raises FileGone when it is not kept any longer."""
    try:
        if job.file_deleted_at is not None:
            raise FileGone(_("Berkas sudah dihapus sesuai masa simpan; unggah lagi."))
        return storage.opened(job.agency.code, job.stored_as)
    except FileNotFoundError:
        raise FileGone(_("Berkas aslinya tidak lagi tersimpan; unggah lagi.")) from None


@transaction.atomic
def request_import(
    *,
    agency: Agency,
    kind: str,
    file: BinaryIO,
    filename: str,
    actor: User,
    access: Access,
    options: dict[str, Any] | None = None,
) -> tuple[ImportJob, bool]:
    """Keep the file and queue its import; return (job, is_new). The same file with the same options asked for again
    while the first is under way returns the first. The agency's scope must be open.

    `options`: unit, decree, decree_on (ISO), sheet, dry_run, skip_rejected, confirm_corrections. Raises NotAllowed,
        RuleBroken.
    """
    check_may_import(access, kind)
    given = {name: value for name, value in (options or {}).items() if value not in (None, "", False)}
    options_of(given, user_id=actor.pk)  # says now, not in the background, that a date is no date
    if not access.whole_agency:
        given["unit_paths"] = list(access.unit_paths)
    stored = storage.keep(agency.code, file)
    try:
        job, is_new = _queue(agency, kind, stored, filename[:200], given, actor)
    except BaseException:
        storage.remove(agency.code, stored.name)
        raise
    if not is_new:
        storage.remove(agency.code, stored.name)
    return job, is_new


def _queue(
    agency: Agency, kind: str, stored: storage.Stored, filename: str, given: dict[str, Any], actor: User
) -> tuple[ImportJob, bool]:
    same = {"kind": kind, "sha256": stored.sha256, "options": given}
    run_row, is_new = services.request_run(
        agency=agency, kind=RUN_KIND, parameters={"kind": kind, "file": filename}, actor=actor, same_as=same
    )
    if not is_new:
        return ImportJob.objects.get(agency=agency, run=run_row), False
    job = ImportJob.objects.create(
        agency=agency,
        kind=kind,
        filename=filename,
        stored_as=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        options=given,
        dry_run=bool(given.get("dry_run")),
        run=run_row,
        created_by=actor,
    )
    return job, True


def options_of(
    given: dict[str, Any],
    *,
    user_id: int | None,
    job_id: int | None = None,
    day: date | None = None,
    own_nip: str = "",
) -> Options:
    """Return the importer's options from stored ones; `own_nip` is the user's, never stored with them.

    Raises RuleBroken for a day that is none.
    """
    decree_on = given.get("decree_on")
    try:
        decree_day = date.fromisoformat(decree_on) if decree_on else None
    except ValueError:
        raise RuleBroken(
            _("Tanggal keputusan “%(day)s” bukan tanggal (tahun-bulan-tanggal).") % {"day": decree_on}
        ) from None
    paths = given.get("unit_paths")
    return Options(
        today=day or today(),
        unit=given.get("unit", ""),
        decree=given.get("decree", ""),
        decree_on=decree_day,
        sheet=given.get("sheet", ""),
        dry_run=bool(given.get("dry_run")),
        skip_rejected=bool(given.get("skip_rejected")),
        confirm_corrections=bool(given.get("confirm_corrections")),
        user_id=user_id,
        job_id=job_id,
        unit_paths=tuple(paths) if paths is not None else None,
        own_nip=own_nip,
    )


def work(run_row: Run, progress: Any) -> dict[str, Any]:
    """Execute the import of a run (called by `services.execute`, inside the agency's scope)."""
    rows = ImportJob.objects.select_related("agency", "created_by")
    job = rows.get(agency_id=run_row.agency_id, run=run_row)
    own_nip = job.created_by.nip if job.created_by else ""
    importer = importer_of(job.kind)
    with opened(job) as file:
        result = run(
            importer,
            file,
            agency_id=job.agency_id,
            options=options_of(job.options, user_id=job.created_by_id, job_id=job.pk, own_nip=own_nip),
            progress=lambda done, total, step: progress.at(step, done, total),
        )
    keep(job, result)
    _tell(job, result)
    problems = [result.refused] if result.refused else []
    return {"counts": result.totals | result.plan, "problems": problems, "result_path": f"/impor/{job.pk}/"}


def _tell(job: ImportJob, result: ImportResult) -> None:
    """Tell who asked for the import that it is over, beside what it wrote; who may import, when nobody is named."""
    told = {"accepted": result.totals.get("accepted", 0), "rejected": result.totals.get("rejected", 0)}
    notify(
        "import.finished", agency_id=job.agency_id, object_id=job.pk, url=f"/impor/{job.pk}/",
        people=[job.created_by_id] if job.created_by_id else (), to_holders=job.created_by_id is None,
        data={"import_id": job.pk, "import_kind": job.kind, "dry_run": job.dry_run, "written": job.written, **told},
    )  # fmt: skip


def keep(job: ImportJob, result: ImportResult) -> None:
    """Remember what became of the file: totals, changes, and each row that is not simply accepted."""
    answer = result.kept()
    job.written, job.totals = result.written, answer["totals"]
    job.changes = {
        name: answer[name]
        for name in ("changes", "details", "layout", "sheet", "judged", "ignored_columns")
        if answer.get(name)
    } | ({"refused": result.refused} if result.refused else {})
    if result.details:
        # What the page shows stays small; the lists are for the download.
        job.changes["details"] = {name: lines[:FIRST_LINES] for name, lines in result.details.items()}
        job.changes["lines"] = result.lines
        job.details = result.details
    job.report = [row.kept() for row in result.rows if row.outcome != "accepted"]
    job.save(update_fields=["written", "totals", "changes", "details", "report"])


def error_workbook(job: ImportJob, target: BinaryIO) -> int:
    """Write the workbook of the job's problems; return its number of lines."""
    result = ImportResult(kind=job.kind, sheet=job.changes.get("sheet", ""))
    result.rows = [
        RowOutcome(
            row["row"],
            row["outcome"],
            [
                Problem(row["row"], p["severity"], p["column"], p["value"], p["code"], p["cause"], p.get("values"))
                for p in row.get("problems", ())
            ],
        )
        for row in job.report
    ]
    with opened(job) as file:
        return write_errors(result, file, target, importer_of(job.kind))


def import_now(*, agency: Agency, kind: str, path: str | Path, options: Options, filename: str = "") -> ImportResult:
    """Import a file at once, for the command and for loading data; the job is kept when something was written, and told
    as one of a page or the API is: to `options.user_id`, else to who may import.

    Opens the agency's scope itself.
    """
    from asnhr.scope import agency_scope

    importer = importer_of(kind)
    if options.dry_run:
        return run(importer, path, agency_id=agency.pk, options=options)
    # Encrypted before the import begins: what is kept is what was read, and memory stays with the rows.
    with Path(path).open("rb") as file:
        stored = storage.keep(agency.code, file)
    try:
        with agency_scope(agency, options.user_id, f"impor {kind}"):
            job = ImportJob.objects.create(
                agency=agency,
                kind=kind,
                filename=(filename or Path(path).name)[:200],
                stored_as=stored.name,
                sha256=stored.sha256,
                size=stored.size,
                options={"unit": options.unit, "decree": options.decree},
                created_by_id=options.user_id,
            )
            result = run(importer, path, agency_id=agency.pk, options=replace(options, job_id=job.pk))
            keep(job, result)
            _tell(job, result)
    except BaseException:
        storage.remove(agency.code, stored.name)
        raise
    return result


registry.run_tasks.register(RUN_KIND, "asnhr.imports.service.work")
