"""The two tables of a personnel file that no kind of history keeps, as files: the posts held in this agency, and the
cumulative credit points of a functional post. What is written is what the page shows."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates, formats
from asnhr.pages.tables import Column, download
from positions.models import Employee, Incumbency
from positions.pages import credit_words
from positions.queries import details

# Tables by the name in the address (`bagian`), and on which tab each stands.
HELD, CREDIT = "jabatan", "angka-kredit-kumulatif"
TAB = {HELD: "penugasan", CREDIT: "kinerja"}


def held(request: HttpRequest, person: Employee) -> list[Incumbency]:
    """The posts held in this agency, the newest first; on a past day without what came later."""
    day = request.as_of  # type: ignore[attr-defined]
    rows = details.incumbencies_of(person, day)[::-1]
    return [each for each in rows if each.starts_on <= day] if day < dates.today() else rows


def _until(row: Incumbency) -> str:
    if row.ends_on:
        return formats.last_day(row.ends_on)
    return _("belum dimulai") if row.starts_on > dates.today() else _("sekarang")


def _of(person: Employee) -> tuple[Column, ...]:
    return (
        Column("nip", _("NIP"), lambda _row: person.nip, kind="nip"),
        Column("person", _("Nama"), lambda _row: person.full_name),
    )


def _held_file(request: HttpRequest, person: Employee) -> HttpResponseBase | None:
    columns = (
        *_of(person),
        Column("post", gettext_lazy("Jabatan"), lambda row: str(row.position.job)),
        Column("code", gettext_lazy("Kode jabatan"), lambda row: row.position.code),
        Column("unit", gettext_lazy("Unit kerja"), lambda row: row.position.unit.name),
        Column("kind", gettext_lazy("Sebagai"), lambda row: row.get_kind_display()),
        Column("since", gettext_lazy("Sejak"), "starts_on", kind="date"),
        Column("until", gettext_lazy("Sampai dengan"), _until),
        Column("decree", gettext_lazy("SK"), "decree"),
        Column("decree_on", gettext_lazy("Tanggal SK"), "decree_on", kind="date"),
    )
    return download(
        request, held(request, person), columns, name=f"riwayat-{HELD}-{person.nip}",
        title=_("Riwayat jabatan pada instansi ini – %(name)s") % {"name": person.full_name},
    )  # fmt: skip


def _credit_file(request: HttpRequest, person: Employee) -> HttpResponseBase | None:
    found = credit_words.table(person, request.as_of)  # type: ignore[attr-defined]
    level, total = (found["level"], found["held"]) if found else ("", None)
    columns = (
        *_of(person),
        Column("level", gettext_lazy("Jenjang"), lambda _row: level),
        Column("held", gettext_lazy("Angka kredit kumulatif"), lambda _row: total, kind="num"),
        Column("step", gettext_lazy("Kenaikan"), lambda row: row[0]),
        Column("needed", gettext_lazy("Disyaratkan"), lambda row: row[1], kind="num"),
        Column("short", gettext_lazy("Kekurangan"), lambda row: row[2], kind="num"),
        Column("months", gettext_lazy("Bulan berpredikat Baik"), lambda row: row[3], kind="num"),
        Column("state", gettext_lazy("Keadaan"), lambda row: _("terpenuhi") if row[4] else _("belum terpenuhi")),
    )
    return download(
        request, found["steps"] if found else [], columns, name=f"{CREDIT}-{person.nip}",
        title=_("Angka kredit kumulatif – %(name)s") % {"name": person.full_name},
    )  # fmt: skip


FILES: dict[str, Callable[[Any, Employee], HttpResponseBase | None]] = {HELD: _held_file, CREDIT: _credit_file}


def of_tab(request: HttpRequest, person: Employee, group: str) -> HttpResponseBase | None:
    """Return the file of one of these tables, None where `bagian` names none of the tab or `format` none at all."""
    part = request.GET.get("bagian", "")
    return FILES[part](request, person) if TAB.get(part) == group else None
