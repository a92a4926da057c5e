"""The own copy: all that is kept about a person, for that person (UU 27/2022 articles 7 and 13).

What is in it follows from the register of processing: every table with a path to the person, every column about
people. So a table that is declared is in the copy without another word.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailConfirmation
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import dates, formats, kept, registry, told
from asnhr.audit import reading
from asnhr.audit.declared import by_table
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.export import sample_mark
from asnhr.imports import storage
from asnhr.models import Agency, AuditEntry, OwnCopy, Run, User
from asnhr.notifications.service import notify
from asnhr.privacy.declared import NONE, Holding, holdings
from asnhr.privacy.library_words import ACTS, column_name, table_name
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress, request_run

AREA, RUN = "copies", "own_copy"
# What the trail says of who took one.
TAKEN = gettext_noop("mengunduh salinan data sendiri")
MOST_A_DAY = 3
MOST_BYTES = 40 * 1024 * 1024
MOST_ROWS = 5000


@transaction.atomic
def request_copy(*, actor: User, agency: Agency) -> OwnCopy:
    """Ask for the own copy; the worker makes it. Raises NotAllowed without an own record, RuleBroken for too many a
    day. One that is being made is returned as it is."""
    nip = actor.nip
    if not actor.access.may("view_own") or not nip or actor.access.agency_id != agency.pk:
        raise NotAllowed(_("Akun ini belum terhubung dengan data pegawai."))
    own = OwnCopy.objects.visible_to(actor)
    making = own.filter(run__state__in=[Run.State.QUEUED, Run.State.RUNNING]).order_by("-pk").first()
    if making is not None:
        return making
    if own.filter(requested_at__gte=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise RuleBroken(_("Paling banyak %(n)d salinan dalam sehari.") % {"n": MOST_A_DAY})
    row = OwnCopy.objects.create(agency=agency, nip=nip, requested_by=actor)
    asked = {"copy": row.pk, "language": (translation.get_language() or "id")[:2]}
    row.run, _is_new = request_run(agency=agency, kind=RUN, parameters=asked, actor=actor)
    row.save(update_fields=["run"])
    return row


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Make a copy (`asnhr.services.execute` calls it in the agency's scope and one transaction)."""
    row = OwnCopy.objects.select_for_update(of=("self",)).select_related("agency").get(pk=run.parameters["copy"])
    with translation.override(run.parameters.get("language", kept.SOURCE)):
        make(row)
    return {"counts": {}, "problems": [], "result_path": "/data-saya/salinan/"}


def make(row: OwnCopy) -> None:
    """Write the ZIP and keep it encrypted; a copy that has its file stays as it is. Raises RuleBroken when it is too
    large."""
    if row.stored_as:
        return
    agency = row.agency
    days = int(parameters_on(agency, dates.today())["retention.copy_days"].number)
    stored = storage.keep(agency.code, io.BytesIO(archive(agency, row.nip, row.requested_by_id)), AREA)
    row.stored_as, row.sha256, row.size = stored.name, stored.sha256, stored.size
    row.expires_at = timezone.now() + timedelta(days=days)
    row.save(update_fields=["stored_as", "sha256", "size", "expires_at"])
    until = timezone.localdate(row.expires_at)
    notify(
        "owncopy.ready", agency_id=agency.pk, people=[row.requested_by_id], object_id=row.pk, url="/data-saya/salinan/",
        data={"copy_id": row.pk, "until": until.isoformat()},
    )  # fmt: skip


def archive(agency: Agency, nip: str, user_id: int) -> bytes:
    """Return the ZIP: `data.json`, the same to read (`data.html`), and the files. The agency's scope must be open."""
    tables = list(sections(agency, nip, user_id))
    made_at = timezone.localtime()
    about = {
        "agency": agency.name, "nip": nip, "made_at": made_at.isoformat(timespec="seconds"),
        "time_zone": settings.TIME_ZONE, "sample": sample_mark(is_sample=agency.is_sample),
    }  # fmt: skip
    read = [each | {"rows": [_read(each, row) for row in each["rows"]]} for each in tables]
    tables = [{name: part for name, part in each.items() if name != "structures"} for each in tables]
    out, written = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "data.json", json.dumps({"about": about, "tables": tables}, ensure_ascii=False, indent=1, default=plain)
        )
        page = {"about": about, "made_at": in_words(made_at), "tables": read}
        book.writestr("data.html", render_to_string("privacy/own_copy.html", page))
        for _code, files in registry.own_files.items():
            for name, data in files(agency, nip):
                written += len(data)
                if written > MOST_BYTES:
                    raise RuleBroken(_("Salinan terlalu besar untuk sekali unduh; mintalah dokumennya pada petugas."))
                book.writestr(f"berkas/{name}", data)
    return out.getvalue()


def sections(agency: Agency, nip: str, user_id: int) -> Iterator[dict[str, Any]]:
    """Return each table that holds something of the person: its name, purpose, columns and rows."""
    for label, each in sorted(holdings.items(), key=lambda pair: pair[0]):
        if not each.is_personal or not (each.person or each.login):
            continue
        rows = list(_rows(each, agency, nip, user_id)[:MOST_ROWS])
        if rows:
            columns = [each.model_class._meta.get_field(name) for name in shown_columns(each)]
            if each.model_class is AuditEntry:
                columns = [column for column in columns if any(getattr(row, column.name) for row in rows)]
            yield {
                "table": label, "name": table_name(label, each.name),
                "columns": [column_name(label, column) for column in columns],
                "structures": [str(column) if isinstance(column, models.JSONField) else "" for column in columns],
                "rows": [[shown(row, column) for column in columns] for row in rows],
            }  # fmt: skip


def shown_columns(each: Holding) -> list[str]:
    """Return the columns about the person: neither who acted, nor hashes that serve to find a value."""
    if each.model_class is AuditEntry:
        return list(ACTS)
    hidden = ("_hash", "password")
    return [
        name for name, kind in each.classes.items()
        if kind != NONE and name not in each.actors and not name.endswith(hidden)
    ]  # fmt: skip


def _rows(each: Holding, agency: Agency, nip: str, user_id: int) -> Any:
    manager: Any = each.model_class._base_manager
    mine = Q(**{each.person: nip}) if each.person else Q(**{each.login: user_id})
    names = {column.name for column in each.model_class._meta.concrete_fields}
    if "agency" in names:
        mine &= Q(agency=agency)
    linked = [name for name in shown_columns(each) if each.model_class._meta.get_field(name).is_relation]
    return manager.filter(mine).select_related(*linked).order_by("pk")


def shown(row: Any, column: Any) -> Any:
    """Return a value as its person reads it: what a key names, what a code means."""
    value = getattr(row, column.name)
    if isinstance(row, AuditEntry) and column.name == "table_name":
        known = by_table().get(str(value))
        return known.name if known else value
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(row, AuditEntry) and column.name == "reason":
        return row.why
    if column.choices:
        return str(dict(column.flatchoices).get(value, value if value is not None else ""))
    # What keeps words of ours is told as pages tell it.
    tell = told.columns.get((row._meta.label, column.name))
    return str(tell(value)) if tell is not None and isinstance(value, str) and value else value


def _read(table: dict[str, Any], row: list[Any]) -> list[Any]:
    return [in_words(value, column) for value, column in zip(row, table["structures"], strict=True)]


def in_words(value: Any, column: str = "") -> Any:
    """Return a value of a column as the page tells it: a time in the agency's zone with the zone's name."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return f"{formats.moment(value)} {timezone.localtime(value).tzname()}"
    if isinstance(value, date):
        return formats.day(value)
    return told.structure(value, column) if isinstance(value, bool | dict | list | tuple) else value


def plain(value: Any) -> Any:
    """Return a value as the file for machines has it: ISO 8601, a time in the agency's zone with its offset."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) or not isinstance(value, memoryview | bytes) else ""


@transaction.atomic
def take(*, actor: User, copy: OwnCopy) -> bytes:
    """Return the ZIP and write down that it was taken. Raises NotAllowed (somebody else's), RuleBroken (over)."""
    if not OwnCopy.objects.visible_to(actor).filter(pk=copy.pk).exists():
        raise NotAllowed(_("Salinan ini milik orang lain."))
    if not copy.is_ready:
        raise RuleBroken(_("Salinan ini sudah tidak berlaku; mintalah yang baru."))
    try:
        with storage.opened(copy.agency.code, copy.stored_as, AREA) as file:
            data = file.read()
    except FileNotFoundError:
        raise RuleBroken(_("Berkas salinan tidak ada lagi; mintalah yang baru.")) from None
    OwnCopy.objects.filter(agency_id=copy.agency_id, pk=copy.pk).update(taken_at=timezone.now())
    reading.record(model=OwnCopy, objects=[copy.pk], columns=["nip"], purpose=kept.written(TAKEN))
    return data


def names_of(agency: Agency) -> list[str]:
    """Return the files of copies that are there, for the rotation of keys; the agency's scope must be open."""
    return list(OwnCopy.objects.filter(agency=agency).exclude(stored_as="").values_list("stored_as", flat=True))


def purge(agency: Agency) -> int:
    """Destroy the copies whose days are over and files that belong to none; return how many. Opens the scope itself."""
    with agency_scope(agency, reason="salinan data yang berakhir"):
        over = OwnCopy.objects.filter(agency=agency, expires_at__lte=timezone.now()).exclude(stored_as="")
        names = list(over.values_list("stored_as", flat=True))
        over.update(stored_as="", sha256="", size=0)
        named = set(names_of(agency))
    for name in names:
        storage.remove(agency.code, name, AREA)
    storage.sweep(agency.code, named, AREA)
    return len(names)


def purge_sessions() -> None:
    """Forget sessions, confirmations and tokens that have ended: national tables, of no agency."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    EmailConfirmation.objects.filter(created__lt=now - timedelta(days=7)).delete()
    Token.objects.filter(expires_at__lt=now).delete()
