"""Disciplinary sanctions by their decrees: SIASN rw-hukdis. Specific personal data: a permission of its own, and lists
of changes that name nothing but the person."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.crypto import decrypt
from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._histories import (
    DECREE,
    PERSON,
    PERSONS,
    HistoryImporter,
    choice,
    encrypted,
    keeps_of,
    named,
    words_of,
)
from positions.models import Discipline
from positions.models.discipline import SANCTION_CHOICES
from positions.rules.discipline import LONGEST_TERM, SANCTIONS, contradicts
from positions.rules.levels import RANK_BY_CODE
from positions.rules.numbers import add_months

C = Column

_SANCTIONS = words_of(SANCTION_CHOICES) | {"teguran tertulis": "2", "pernyataan tidak puas": "3"}
_STATES = words_of(Discipline.State.choices) | {
    "aktif": "berlaku",
    "selesai": "berlaku",
    "banding": "ditangguhkan",
    "batal": "dibatalkan",
}


class DisciplineImporter(HistoryImporter):
    kind = "discipline"
    permission = "import_discipline"
    is_sensitive = True
    is_silent = True
    title = gettext_lazy("Riwayat hukuman disiplin")
    model = Discipline
    identified_by = ("decree", "sanction")
    facts = (
        encrypted("sanction"),
        encrypted("state", is_news=True, otherwise=Discipline.State.IN_FORCE.value, is_nothing=True),
        encrypted("decree"),
        encrypted("decree_on"),
        encrypted("starts_on"),
        encrypted("years", otherwise=0, is_nothing=True),
        encrypted("months", otherwise=0, is_nothing=True),
        encrypted("ends_on", name="until", cell="until"),
        encrypted("regulation", otherwise="PP 94/2021"),
        encrypted("reason_code"),
        encrypted("reason"),
        encrypted("rank_before"),
        encrypted("rank"),
        encrypted("revoked_decree", is_news=True),
        encrypted("revoked_on", is_news=True),
        encrypted("note", is_news=True),
    )
    layouts = (
        Layout(
            "riwayat_hukdis",
            gettext_lazy("Riwayat hukuman disiplin (rw-hukdis)"),
            (
                *PERSON,
                C("sanction", named("jenis hukuman", "jenis hukuman id", "jenis hukuman nama", "hukuman"),
                  required=True, mandatory=True),
                C("level", named("jenis tingkat hukuman id", "tingkat hukuman"), keep=False),
                *DECREE,
                C("starts_on", named("hukuman tanggal", "tmt hukuman", "mulai", "tanggal mulai"), parsers.date,
                  required=True, mandatory=True),
                C("years", named("masa tahun", "masa hukuman tahun"), parsers.whole),
                C("months", named("masa bulan", "masa hukuman bulan"), parsers.whole),
                C("until", named("akhir hukum tanggal", "tanggal akhir hukuman", "sampai", "berakhir"),
                  parsers.last_day),
                C("regulation", named("nomor pp", "peraturan", "dasar hukum")),
                C("reason_code", named("alasan hukuman disiplin", "alasan id"), parsers.code),
                C("reason", named("alasan hukuman disiplin nama", "alasan", "pelanggaran")),
                C("rank_before", named("golongan lama", "golongan sebelum hukuman"), parsers.rank_and_grade),
                C("rank", named("golongan", "golongan selama hukuman"), parsers.rank_and_grade),
                C("revoked_decree", named("sk pembatalan nomor", "nomor sk pembatalan")),
                C("revoked_on", named("sk pembatalan tanggal", "tanggal sk pembatalan"), parsers.date),
                C("state", named("keadaan", "status hukuman", "status")),
                C("note", named("keterangan", "catatan")),
            ),
            keys=("nip",),
            fill=3,
            at_least=4,
        ),
    )  # fmt: skip
    keeps: ClassVar[Mapping[str, Target]] = PERSONS | keeps_of(
        Discipline, "decree", "years", "months", "regulation", "reason_code", "reason", "revoked_decree"
    )

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        code = choice(row, "sanction", values.get("sanction"), _SANCTIONS, _("jenis hukuman tidak dikenal; contoh: 23"))
        if not (values.get("decree") or self.options.decree) or not (values.get("decree_on") or self.options.decree_on):
            row.error("KEPUTUSAN_WAJIB", "decree", _("hukuman disiplin wajib menyebut nomor dan tanggal SK"))
        state = choice(
            row, "state", values.get("state"), _STATES, _("keadaan: berlaku, ditangguhkan (banding) atau dibatalkan")
        )
        revoked = values.get("revoked_decree"), values.get("revoked_on")
        if all(revoked) and not values.get("state"):
            state = Discipline.State.REVOKED.value
        if (any(revoked) or state == Discipline.State.REVOKED) and not all(revoked):
            row.error(
                "KEPUTUSAN_WAJIB", "revoked_decree", _("pembatalan wajib menyebut nomor dan tanggal SK pembatalan")
            )
        starts_on = values.get("starts_on")
        ends_on = self.span(values, row)
        years, months = values.get("years"), values.get("months")
        # As by hand: a timed sanction ends when its term does, unless the decree says otherwise.
        own = SANCTIONS[code].months if code else 0
        term = (years or 0) * 12 + (months or 0)
        if own and not term:
            years, months = divmod(own, 12)
        if code and contradicts(code, term):
            row.error("DI_LUAR_RENTANG", "months", _("lama hukuman tidak sesuai jenisnya menurut PP 94/2021"))
        if term > LONGEST_TERM:
            row.error("DI_LUAR_RENTANG", "years", _("masa hukuman lebih dari seratus tahun"))
        decided_on = values.get("decree_on") or self.options.decree_on
        if starts_on and decided_on and decided_on > starts_on:
            # No days in it: what a report keeps tells nothing of a sanction.
            row.error("KEPUTUSAN_SURUT", "starts_on", _("hukuman berlaku sebelum keputusannya ditetapkan"))
        if starts_on and ends_on is None and not row.bad and (term or own):
            ends_on = add_months(starts_on, term or own)
        if starts_on and starts_on > self.options.today + timedelta(days=366):
            row.error("TANGGAL", "starts_on", _("tanggal mulai lebih dari setahun sesudah hari ini"))
        ranks = {name: RANK_BY_CODE.get(values.get(name) or "") for name in ("rank", "rank_before")}
        told = {name: values.get(name) for name in ("starts_on", "regulation", "reason_code", "reason", "note")}
        told |= dict(zip(("revoked_decree", "revoked_on"), revoked, strict=True))
        told |= {"sanction": code, "state": state, "years": years, "months": months, "ends_on": ends_on}
        told |= {name: rank.id if rank else None for name, rank in ranks.items()}
        told["decree"] = values.get("decree") or self.options.decree or None
        told["decree_on"] = values.get("decree_on") or self.options.decree_on
        # Tokens from here on: nothing of a sanction stands in the staging table either.
        return self.known(values, **self.sealed(told, values.get("nip") or ""))

    def rules(self, cursor: Any) -> None:
        """A new start after the end on record, which the file leaves as it is; as the model refuses it."""
        cursor.execute(
            "SELECT s.row, s.starts_on, h.ends_on FROM import_row s JOIN positions_discipline h ON h.id = s.old_id"
            " WHERE h.agency_id = %s AND s.starts_on IS NOT NULL AND s.ends_on IS NULL AND h.ends_on IS NOT NULL",
            [self.agency_id],
        )
        # Days as they are encrypted, 2026-01-31, sort as days do.
        rows = [row for row, start, end in cursor.fetchall() if decrypt(end) <= decrypt(start)]
        message = _("tanggal berakhir sebelum tanggal mulai")
        self.flag(cursor, "TMT_TERBALIK", message, name="starts_on", where="s.row = ANY (%s)", params=[rows])
        cursor.execute("SELECT row, starts_on, cpns_on FROM import_row WHERE starts_on IS NOT NULL")
        rows = [row for row, start, begun in cursor.fetchall() if begun and decrypt(start) < begun.isoformat()]
        message = _("hukuman disiplin mendahului pengangkatan pegawai")
        self.flag(cursor, "TMT_TERBALIK", message, name="starts_on", where="s.row = ANY (%s)", params=[rows])
