"""The register's events: what is told, to whom, with which facts (docs/peristiwa.md)."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from asnhr.models import RoleRequest, User
from asnhr.notifications.catalogue import DAY, NUMBER, TEXT, EventKind, Fact, register
from asnhr.notifications.service import notify
from asnhr.roles import ROLE_CHOICES
from positions.models import (
    AgendaItem,
    ChangeRequest,
    Decision,
    JobAnalysis,
    JobEvaluation,
    Objection,
    Unit,
    WorkloadSheet,
)
from positions.models.competency import VersionState

ACTS = {
    "unit_added": _("unit baru"), "unit_changed": _("unit berganti nama atau induk"), "unit_closed": _("unit ditutup"),
    "unit_change_withdrawn": _("keputusan atas unit dibatalkan"),
    "units_merged": _("unit digabung"), "unit_converted": _("unit berganti jenis"),
    "position_moved": _("jabatan dipindahkan"), "position_converted": _("jabatan berganti nomenklatur"),
    "positions_merged": _("jabatan digabung"), "position_closed": _("jabatan ditutup"),
    "position_change_withdrawn": _("keputusan atas jabatan dibatalkan"),
}  # fmt: skip
PROPOSERS = frozenset({"manage_proposals", "sign_proposals"})
PLANNERS = frozenset({"manage_proposals", "edit_structure"})
KEEPERS = frozenset({"edit_register", "edit_structure"})
PEOPLE = frozenset({"edit_register"})
FILLERS = frozenset({"edit_workload"})
JUDGES = frozenset({"approve_workload"})

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


_SHEET = (Fact("sheet_id", NUMBER, _("nomor lembar ABK")), Fact("year", NUMBER, _("tahun kampanye")))
_ANJAB = (Fact("job_analysis_id", NUMBER, _("nomor dokumen anjab")),)
_EVALUATION = (Fact("evaluation_id", NUMBER, _("nomor evaluasi jabatan")),)
# Standards of jobs and competencies of the agency's dictionary are versions that go the same way.
VERSIONS = {"standar": _("standar kompetensi"), "kamus": _("kompetensi teknis")}
_VERSION = (
    Fact("version_id", NUMBER, _("nomor versi")), Fact("what", TEXT, _("jenis"), lambda: VERSIONS),
)  # fmt: skip
_ROLE = (
    Fact("request_id", NUMBER, _("nomor permintaan peran")),
    Fact("role", TEXT, _("peran"), lambda: dict(ROLE_CHOICES)),
)  # fmt: skip


def _state(choices: Any) -> Fact:
    return Fact("state", TEXT, _("keadaan"), lambda: dict(choices))


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
    EventKind(
        "workload.reminded", _("Lembar ABK diingatkan"),
        _("Lembar ABK %(year)s unit Anda belum diajukan; batasnya %(until)s."),
        (*_SHEET, Fact("until", DAY, _("tenggat"))), FILLERS, "list-check", webhook=False,
    ),
    EventKind(
        "workload.submitted", _("Lembar ABK diajukan"), _("Lembar ABK %(year)s menunggu verifikasi: #%(sheet_id)s."),
        _SHEET, JUDGES, "list-check", mail=False,
    ),
    EventKind(
        "workload.judged", _("Lembar ABK diperiksa"), _("Lembar ABK %(year)s unit Anda: %(state)s."),
        (*_SHEET, _state(WorkloadSheet.State.choices)), icon="list-check", webhook=False,
    ),
    EventKind(
        "jobanalysis.submitted", _("Analisis jabatan diajukan"),
        _("Sebuah analisis jabatan menunggu pemeriksaan: #%(job_analysis_id)s."), _ANJAB, JUDGES, "list-check",
    ),
    EventKind(
        "jobanalysis.judged", _("Analisis jabatan diperiksa"),
        _("Analisis jabatan yang Anda susun: %(state)s (#%(job_analysis_id)s)."),
        (*_ANJAB, _state(JobAnalysis.State.choices)), icon="list-check", webhook=False,
    ),
    EventKind(
        "evaluation.submitted", _("Evaluasi jabatan diajukan"),
        _("Sebuah evaluasi jabatan menunggu penetapan kelas: #%(evaluation_id)s."), _EVALUATION,
        frozenset({"decide_job_class"}), "list-check",
    ),
    EventKind(
        "evaluation.judged", _("Evaluasi jabatan diputuskan"),
        _("Evaluasi jabatan yang Anda ajukan: %(state)s (#%(evaluation_id)s)."),
        (*_EVALUATION, _state(JobEvaluation.State.choices)), icon="list-check", webhook=False,
    ),
    EventKind(
        "standard.submitted", _("Standar atau kamus kompetensi diajukan"),
        _("Menunggu penetapan: %(what)s (#%(version_id)s)."), _VERSION, frozenset({"approve_standards"}), "list-check",
    ),
    EventKind(
        "standard.judged", _("Standar atau kamus kompetensi diputuskan"),
        _("Yang Anda susun, %(what)s: %(state)s (#%(version_id)s)."),
        (*_VERSION, _state(VersionState.choices)), icon="list-check", webhook=False,
    ),
    EventKind(
        "role.requested", _("Peran diminta"), _("Permintaan peran %(role)s menunggu keputusan: #%(request_id)s."),
        _ROLE, frozenset({"approve_roles"}), "shield-check", webhook=False,
    ),
    EventKind(
        "role.decided", _("Permintaan peran diputuskan"),
        _("Permintaan peran %(role)s yang Anda ajukan: %(state)s (#%(request_id)s)."),
        (*_ROLE, _state(RoleRequest.Verdict.choices)), icon="shield-check", webhook=False,
    ),
    EventKind(
        "agenda.decreed", _("SK atau surat Anda terbit"), _("SK atau surat Anda terbit: %(item)s."),
        (
            Fact("item_id", NUMBER, _("nomor penjagaan")),
            Fact("item", TEXT, _("jenis"), lambda: dict(AgendaItem.Kind.choices)),
        ), icon="file-earmark-text", webhook=False,
    ),
)  # fmt: skip


def version_judged(version: Any, *, actor: User, state: str) -> None:
    """Tell who drafted and who submitted a version what became of it; not who did it."""
    if people := {version.drafted_by_id, version.submitted_by_id} - {actor.pk, None}:
        _version("standard.judged", version, actor, people=people, state=state)


def version_submitted(version: Any, *, actor: User) -> None:
    _version("standard.submitted", version, actor)


def _version(kind: str, version: Any, actor: User, *, people: Any = (), **facts: Any) -> None:
    is_standard = hasattr(version, "job_id")
    url = f"/{'standar' if is_standard else 'kamus'}-kompetensi/{version.pk}/"
    notify(
        kind, agency_id=version.agency_id, actor=actor, object_id=version.pk, url=url, people=people,
        to_holders=not people,
        data={"version_id": version.pk, "what": "standar" if is_standard else "kamus", **facts},
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
