"""Periodic increments (KGB) that were granted, by their letters: the next one counts from the last (establishment.md
2.6), and one that was missed is seen. They tell salaries: lists of changes name only the person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.crypto import decrypt
from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._histories import (
    DECREE,
    PERSON,
    PERSONS,
    HistoryImporter,
    day,
    decimals,
    encrypted,
    keeps_of,
    named,
)
from positions.models import SalaryIncrement
from positions.rules import salary
from positions.rules.plausible import IncrementFault, increment_fault
from positions.services.plausible import INCREMENT_FAULTS

C = Column
OF_ITS_DAY = frozenset({IncrementFault.TOO_YOUNG, IncrementFault.NOT_APPOINTED})


def is_in_tables(amount: Decimal, years: int, starts_on: date) -> bool:
    """Whether some grade has this salary (rupiah) at `years` in scale; older days had tables that are not known."""
    if starts_on < salary.TABLES_FROM:
        return True
    return any(
        salary.salary(scheme, grade, years).amount == amount for scheme in salary.SALARIES
        for grade in salary.SALARIES[scheme]
    )  # fmt: skip


class SalaryIncrementImporter(HistoryImporter):
    kind = "increments"
    title = gettext_lazy("Riwayat KGB")
    is_sensitive = True
    is_silent = True
    model = SalaryIncrement
    identified_by = ("starts_on",)
    facts = (
        day("starts_on"),
        encrypted("service_years"),
        encrypted("service_months", otherwise=0, is_nothing=True),
        encrypted("decree"),
        encrypted("decree_on"),
    )
    layouts = (
        Layout(
            "riwayat_kgb",
            gettext_lazy("Riwayat kenaikan gaji berkala"),
            (
                *PERSON,
                C("starts_on", named("tmt kgb", "tmt gaji berkala", "tmt kenaikan gaji berkala", "tmt gaji", "tmt"),
                  parsers.date, required=True, mandatory=True),
                *(replace(column, sealed=True) for column in DECREE),
                C("service_years", named("mkg tahun", "masa kerja golongan tahun", "mk tahun", "mkg thn"),
                  parsers.whole, required=True, mandatory=True, sealed=True),
                C("service_months", named("mkg bulan", "masa kerja golongan bulan", "mk bulan", "mkg bln"),
                  parsers.whole, sealed=True),
                C("salary", named("gaji pokok", "gaji pokok baru", "gapok", "gapok baru"), decimals(0), sealed=True),
                C("grade", named("golongan", "gol", "golru", "gol ruang", "golongan ruang"), keep=False),
            ),
            keys=("nip",),
            fill=3,
            at_least=3,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(SalaryIncrement, "decree", "service_years")

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        years, months = values.get("service_years"), values.get("service_months")
        starts_on, amount = values.get("starts_on"), values.get("salary")
        if months is not None and months > 11:
            row.error("MASA_KERJA", "service_months", _("bulan masa kerja 0 sampai 11"))
        if years is not None and years > 60:
            row.error("MASA_KERJA", "service_years", _("tahun masa kerja paling banyak 60"))
        if starts_on and starts_on > self.options.today:
            row.warn("TMT_MENDATANG", "starts_on", _("TMT KGB sesudah hari ini; berlaku pada harinya"))
        # The salary follows from rank, MKG and table: it is compared, not kept.
        if amount is not None and years is not None and starts_on and not is_in_tables(amount, years, starts_on):
            row.warn("GAJI_TABEL", "salary", _("gaji pokok ini tidak ada pada tabel untuk MKG itu; tidak disimpan"))
        nip = values.get("nip") or ""
        # Tokens from here on: with the rank in the same row MKG is a salary, in the staging table, too.
        told = values | {
            "decree": values.get("decree") or self.options.decree or None,
            "decree_on": values.get("decree_on") or self.options.decree_on,
        }
        return self.known(values, **self.sealed(told, nip))

    def rules(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "STATUS_KGB",
            _("PPPK paruh waktu tidak mendapat kenaikan gaji berkala"),
            name="nip",
            value="s.nip",
            where="s.status = 'PPPK_PW'",
        )
        self.flag(
            cursor,
            "STATUS_KGB",
            _("CPNS tidak mendapat kenaikan gaji berkala"),
            name="nip",
            value="s.nip",
            where="s.status = 'CPNS'",
        )
        # The service in scale grows no faster than the calendar, but for a review of service or a change of rank.
        if fallen := self._fallen(cursor):
            self.flag(
                cursor,
                "MKG_TURUN",
                _("MKG lebih rendah daripada KGB sebelumnya"),
                name="service_years",
                severity=WARNING,
                where="s.row = ANY(%s)",
                params=[fallen],
            )

    def _possible(self, cursor: Any) -> None:
        """What no door takes of an increment (`services.plausible`), of rows that write something: opened here, one
        query."""
        super()._possible(cursor)
        cursor.execute(
            "SELECT s.row, s.birth_date, s.cpns_on, s.starts_on, coalesce(s.service_years, h.service_years),"  # noqa: S608
            f" coalesce(s.service_months, h.service_months) FROM {self._changed}"
            " WHERE s.change IS NOT NULL AND s.starts_on > s.birth_date"
        )
        found: dict[IncrementFault, list[int]] = {}
        for row, born, appointed_on, starts_on, *tokens in cursor.fetchall():
            years, months = (int(decrypt(token)) if token else 0 for token in tokens)
            fault = increment_fault(born, appointed_on, starts_on, years * 12 + months)
            if fault is not None:
                found.setdefault(fault, []).append(row)
        for fault, rows in found.items():
            self.flag(
                cursor,
                "KGB_TIDAK_MUNGKIN",
                str(INCREMENT_FAULTS[fault]),
                name="service_years" if fault not in OF_ITS_DAY else "starts_on",
                where="s.row = ANY (%s)",
                params=[rows],
            )

    @staticmethod
    def _fallen(cursor: Any) -> list[int]:
        """Return the rows whose years in scale are less than in the person's row before: opened here, one query."""
        cursor.execute(
            "SELECT s.row, s.employee_id, s.service_years FROM import_row s"
            " WHERE s.employee_id IS NOT NULL AND s.loser IS NULL ORDER BY s.employee_id, s.starts_on, s.row"
        )
        found: list[int] = []
        whose: int | None = None
        before: int | None = None
        for row, person, token in cursor.fetchall():
            years = int(decrypt(token)) if token else None
            if person == whose and years is not None and before is not None and years < before:
                found.append(row)
            whose, before = person, years
        return found
