"""The register's events: what is told, to whom, with which facts (docs/peristiwa.md)."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from asnhr.models import User
from asnhr.notifications.catalogue import DAY, NUMBER, TEXT, EventKind, Fact, register
from asnhr.notifications.service import notify
from positions.models import ChangeRequest, Decision, Objection, Unit

ACTS = {
    "unit_added": _("unit baru"), "unit_changed": _("unit berganti nama atau induk"), "unit_closed": _("unit ditutup"),
    "units_merged": _("unit digabung"), "unit_converted": _("unit berganti jenis"),
    "position_moved": _("jabatan dipindahkan"), "position_converted": _("jabatan berganti nomenklatur"),
    "positions_merged": _("jabatan digabung"), "position_closed": _("jabatan ditutup"),
}  # fmt: skip
PROPOSERS = frozenset({"manage_proposals", "sign_proposals"})
PLANNERS = frozenset({"manage_proposals", "edit_structure"})
KEEPERS = frozenset({"edit_register", "edit_structure"})
PEOPLE = frozenset({"edit_register"})

_ANALYSIS = Fact("analysis_id", NUMBER, _("nomor analisis"))
_PROPOSAL = (
    Fact("proposal_id", NUMBER, _("nomor usul formasi")), Fact("year", NUMBER, _("tahun usul")),
    Fact("version", NUMBER, _("versi")),
)  # fmt: skip
_AHEAD = (
    Fact("count", NUMBER, _("banyaknya")), Fact("until", DAY, _("sampai dengan tanggal")),
    Fact("unit_id", NUMBER, _("nomor unit; kosong: seluruh instansi")),
)  # fmt: skip


_REQUEST = Fact("request_id", NUMBER, _("nomor usul perbaikan"))


def _proposal(code: str, name: Any, sentence: Any) -> EventKind:
    return EventKind(code, name, sentence, _PROPOSAL, PROPOSERS, icon="file-earmark-text")


_OBJECTION = (Fact("objection_id", NUMBER, _("nomor keberatan")),)
register(
    EventKind(
        "objection.recommendation", _("Keberatan atas rekomendasi"),
        _("Seorang pemangku berkeberatan atas rekomendasi tentang jabatannya."),
        _OBJECTION, frozenset({"decide_recommendations"}), "exclamation-triangle", webhook=False,
    ),
    EventKind(
        "objection.entitlement", _("Keberatan atas hitungan hak"),
        _("Seorang pegawai berkeberatan atas hitungan hak atau syaratnya."),
        _OBJECTION, frozenset({"manage_agenda"}), "exclamation-triangle", webhook=False,
    ),
    EventKind(
        "objection.answered", _("Keberatan dijawab"), _("Keberatan Anda dijawab: %(state)s."),
        (*_OBJECTION, Fact("state", TEXT, _("hasil"), lambda: dict(Objection.State.choices))),
        icon="exclamation-triangle", webhook=False,
    ),
    EventKind(
        "analysis.finished", _("Analisis kebutuhan selesai"),
        _("Analisis kebutuhan jabatan per %(as_of)s selesai: %(positions)s jabatan, kekurangan %(shortage)s, kelebihan"
          " %(surplus)s."),
        (
            _ANALYSIS, Fact("as_of", DAY, _("per tanggal")), Fact("positions", NUMBER, _("jabatan")),
            Fact("shortage", NUMBER, _("kekurangan")), Fact("surplus", NUMBER, _("kelebihan")),
        ),
        frozenset({"run_analysis"}), "clipboard-data",
    ),
    EventKind(
        "analysis.failed", _("Analisis kebutuhan gagal"),
        _("Analisis kebutuhan jabatan gagal; tidak ada yang tersimpan (pekerjaan #%(run_id)s)."),
        (Fact("run_id", NUMBER, _("nomor pekerjaan")),), frozenset({"run_analysis"}), "clipboard-data",
        fails_run="needs",
    ),
    EventKind(
        "recommendation.decided", _("Rekomendasi diputuskan"),
        _("Rekomendasi diputuskan (%(verdict)s): %(count)s."),
        (
            _ANALYSIS, Fact("verdict", TEXT, _("putusan"), lambda: dict(Decision.Verdict.choices)),
            Fact("count", NUMBER, _("banyaknya rekomendasi")),
        ),
        PLANNERS, "list-check",
    ),
    _proposal("proposal.submitted", _("Usul formasi diajukan"), _("Usul formasi %(year)s diajukan.")),
    _proposal("proposal.approved", _("Usul formasi ditetapkan"), _("Usul formasi %(year)s ditetapkan.")),
    _proposal("proposal.returned", _("Usul formasi dikembalikan"), _("Usul formasi %(year)s dikembalikan.")),
    _proposal("proposal.rejected", _("Usul formasi ditolak"), _("Usul formasi %(year)s ditolak.")),
    EventKind(
        "followup.due", _("Tindak lanjut menunggu"),
        _("Tindak lanjut yang terbuka lebih dari %(days)s hari: %(count)s."),
        (Fact("count", NUMBER, _("banyaknya")), Fact("days", NUMBER, _("hari sejak masuk daftar"))),
        PLANNERS, "list-check",
    ),
    EventKind(
        "structure.decided", _("Susunan diubah"),
        _("Susunan diubah mulai %(starts_on)s dengan keputusan %(decree)s: %(act)s."),
        (
            Fact("act", TEXT, _("perubahan"), lambda: ACTS), Fact("decree", TEXT, _("nomor keputusan")),
            Fact("starts_on", DAY, _("berlaku mulai")), Fact("unit_id", NUMBER, _("nomor unit")),
            Fact("positions", NUMBER, _("jabatan yang dipindahkan")),
            Fact("people", NUMBER, _("pegawai yang ikut")),
        ),
        KEEPERS, "diagram-3",
    ),
    EventKind(
        "contract.ending", _("Kontrak PPPK akan berakhir"),
        _("Kontrak PPPK yang berakhir sampai dengan %(until)s dan belum diputuskan: %(count)s."),
        _AHEAD, PEOPLE, "calendar3",
    ),
    EventKind(
        "retirement.ahead", _("Pensiun yang mendekat"), _("Pegawai yang pensiun sampai dengan %(until)s: %(count)s."),
        _AHEAD, PEOPLE, "hourglass-split",
    ),
    EventKind(
        "quality.own", _("Data Anda perlu diperbaiki"),
        _("Temuan baru pada data Anda: %(count)s. Periksa, lalu minta perbaikan."),
        (Fact("count", NUMBER, _("banyaknya temuan baru")),), icon="database-check", webhook=False,
    ),
    EventKind(
        "correction.proposed", _("Usul perbaikan data masuk"),
        _("Usul perbaikan data menunggu keputusan: #%(request_id)s."), (_REQUEST,), PEOPLE, icon="pencil",
    ),
    EventKind(
        "correction.decided", _("Usul perbaikan data diputuskan"),
        _("Usul perbaikan data Anda diputuskan (%(state)s): #%(request_id)s."),
        (_REQUEST, Fact("state", TEXT, _("keputusan"), lambda: dict(ChangeRequest.State.choices))), icon="pencil",
        webhook=False,
    ),
)  # fmt: skip


def structure_decided(
    act: str, *, actor: User, unit: Unit, decree: str, starts_on: date, url: str = "", positions: int = 0,
    people: int = 0,
) -> None:  # fmt: skip
    """Tell a decision on the structure, in its own transaction; taken back with it when it was only tried."""
    notify(
        "structure.decided", agency_id=unit.agency_id, actor=actor, object_id=unit.pk, unit_path=unit.path or "",
        url=url or f"/unit/{unit.pk}/",
        data={
            "act": act, "decree": decree.strip()[:200], "starts_on": starts_on.isoformat(), "unit_id": unit.pk,
            "positions": positions, "people": people,
        },
    )  # fmt: skip
