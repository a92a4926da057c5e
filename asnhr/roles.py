"""Who may do what in general: roles as classes with a name, a description and a list of permissions.

Permissions of the ground floor are named here; an app above adds its own names in its `permissions.py` and they are
listed here too, so that one page shows what a role means.

`import_data` opens the imports; which kinds says the permission that each importer names: `import_structure` (units,
jobs, positions, K ditetapkan), `import_workload`, `import_people` (employees, incumbencies, contracts), `import_goals`.
They follow the rights to edit the same things by hand, but for staf_bkd, who brings in the whole register
(docs/impor.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    slug: str
    name: object
    description: object
    permissions: frozenset[str]
    # What of it is the holder's own work: it waits for them and is told to them. A superior holds more (`SUPERIORS`),
    # so that nobody approves a role whose rights they lack, and is not handed the queues of those below.
    duties: frozenset[str]
    # "own": the own record; "unit": needs a unit; "agency": all of the agency; "nation": roll-ups only.
    reach: str


def _role(slug: str, name: object, description: object, reach: str, *permissions: str) -> Role:
    return Role(slug, name, description, frozenset(permissions), frozenset(permissions), reach)


READ = ("view_register", "view_analysis")
# `view_family`, `view_discipline`, `view_salary` and `view_assessment` (yearly predicates) open sensitive kinds of a
# personnel file, `view_health` what may tell of illness (docs/decisions/0022, 0031): looks by others are logged; who
# edits them holds `edit_register` too.
# `manage_agenda` moves the cases of the agenda book from the proposal on, makes letters, keeps the work calendar.
# Removal candidates before they are decided (needs-analysis.md 5); a unit's head sees the unit's own without it.
REMOVALS = "view_removals"
ROLES: dict[str, Role] = {
    role.slug: role
    for role in (
        _role("pegawai", _("Pegawai"), _("Data sendiri dan partisipasi."), "own", "view_own"),
        _role("atasan", _("Atasan"), _("Bawahan menurut jabatan yang dipangku."), "own", "view_own"),
        _role(
            "admin_unit",
            _("Admin unit"),
            _("Data satu unit dan bawahannya."),
            "unit",
            *READ,
            "edit_register",
            "edit_workload",
            "import_data",
            "import_workload",
            "import_people",
            "view_salary",
            "view_assessment",
            "use_admin",
        ),
        _role(
            "pengelola_kepegawaian",
            _("Pengelola kepegawaian"),
            _("Mengisi data satu perangkat daerah."),
            "unit",
            *READ,
            "edit_register",
            "edit_workload",
            "view_salary",
            "view_assessment",
        ),
        _role(
            "admin_daerah",
            _("Admin daerah"),
            _("Seluruh data instansi lewat admin dan halaman."),
            "agency",
            *READ,
            "edit_register",
            "edit_structure",
            "edit_workload",
            "import_data",
            "import_structure",
            "import_workload",
            "import_people",
            "import_goals",
            "run_analysis",
            "edit_schedule",
            "manage_roles",
            "manage_clients",
            "manage_webhooks",
            "settle_findings",
            "edit_goals",
            "use_admin",
            "edit_parameters",
            "manage_agenda",
            "view_nik",
            "view_salary",
            "view_assessment",
            "view_health",
        ),
        _role(
            "staf_bkd",
            _("Staf BKD"),
            _("Analisis, usulan dan data pegawai instansi."),
            "agency",
            *READ,
            REMOVALS,
            "edit_register",
            "import_data",
            "import_structure",
            "import_workload",
            "import_people",
            "import_discipline",
            "run_analysis",
            "freeze_analysis",
            "decide_recommendations",
            "manage_proposals",
            "manage_agenda",
            "settle_findings",
            "view_nik",
            "view_family",
            "view_discipline",
            "view_salary",
            "view_assessment",
            "view_health",
            "request_opening",
        ),
        _role(
            "bagian_organisasi",
            _("Bagian Organisasi"),
            _("Anjab, ABK, peta jabatan dan kelas jabatan."),
            "agency",
            *READ,
            REMOVALS,
            "edit_structure",
            "edit_workload",
            "approve_workload",
            "import_data",
            "import_structure",
            "import_workload",
            "import_goals",
            "run_analysis",
            "edit_goals",
        ),
        _role(
            "pyb",
            _("Pejabat yang Berwenang"),
            _("Sekretaris Daerah."),
            "agency",
            *READ,
            REMOVALS,
            "approve_standards",
            "decide_recommendations",
            "decide_job_class",
            "approve_workload",
            "approve_opening",
            "approve_destruction",
            "view_processing",
            "view_discipline",
            "view_salary",
            "view_assessment",
            "approve_roles",
        ),
        _role(
            "ppk",
            _("Pejabat Pembina Kepegawaian"),
            _("Kepala daerah; memutuskan."),
            "agency",
            *READ,
            REMOVALS,
            "approve_standards",
            "decide_recommendations",
            "decide_job_class",
            "sign_proposals",
            "approve_opening",
            "approve_destruction",
            "view_processing",
            "view_discipline",
            "view_salary",
            "view_assessment",
            "approve_roles",
        ),
        _role(
            "auditor",
            _("Auditor"),
            _("Membaca seluruh data instansi, tidak mengubah apa pun."),
            "agency",
            *READ,
            REMOVALS,
            "view_discipline",
            "view_salary",
            "view_assessment",
            "view_audit",
            "view_processing",
        ),
        _role(
            "petugas_pdp",
            _("Petugas pelindungan data"),
            _("Catatan pemrosesan, masa simpan, pemusnahan dan insiden data pribadi (UU 27/2022)."),
            "agency",
            "view_processing",
            "prepare_destruction",
            "manage_incidents",
        ),
        _role("pusat", _("Pusat"), _("Rekapitulasi semua instansi."), "nation", "view_rollups"),
        _role(
            "integrasi",
            _("Integrasi"),
            _("Sistem lain lewat API, sesuai cakupan tokennya."),
            "agency",
            *READ,
            "edit_register",
            "import_data",
            "import_people",
            "view_salary",
            "view_assessment",
            "run_analysis",
            "manage_webhooks",
        ),
    )
}
# Deciding roles, asked for by who manages roles and approved by a second person: whose office each comes from. The PPK
# appoints and delegates (UU 20/2023; PP 11/2017 art. 3), the PyB is the superior of BKD and Bagian Organisasi. Who
# watches over them all, auditor and petugas_pdp (UU 27/2022 articles 53 and 54), comes from the PPK alone.
APPROVERS: dict[str, frozenset[str]] = {
    "staf_bkd": frozenset({"pyb", "ppk"}),
    "bagian_organisasi": frozenset({"pyb", "ppk"}),
    "pyb": frozenset({"ppk"}),
    "auditor": frozenset({"ppk"}),
    "petugas_pdp": frozenset({"ppk"}),
}
# Offices that hold every right of the roles that flow from them, the lower one first: the law gives the staffing
# authority to the PPK and the others exercise it by delegation, and nobody delegates what they do not have.
SUPERIORS = ("pyb", "ppk")
for _slug in SUPERIORS:
    _below = frozenset().union(*(ROLES[role].permissions for role, offices in APPROVERS.items() if _slug in offices))
    ROLES[_slug] = replace(ROLES[_slug], permissions=ROLES[_slug].permissions | _below)
# What each permission lets its holder do, in words: one page shows what a role means.
PERMISSION_NAMES: dict[str, object] = {
    "view_own": _("membaca data sendiri"),
    "view_register": _("membaca register: unit, jabatan, pegawai"),
    "view_analysis": _("membaca analisis kebutuhan jabatan"),
    "view_removals": _("membaca calon penghapusan jabatan sebelum diputuskan"),
    "view_nik": _("membaca NIK, dengan alasan yang dicatat"),
    "view_family": _("membaca data keluarga pegawai"),
    "view_discipline": _("membaca riwayat hukuman disiplin"),
    "view_salary": _("membaca gaji pokok, KGB dan surat-suratnya"),
    "view_assessment": _("membaca predikat kinerja pegawai"),
    "view_health": _("membaca yang dapat menyangkut kesehatan: surat keterangan, alasan CLTN dan alasan keluar"),
    "view_audit": _("membaca jejak audit"),
    "view_rollups": _("membaca rekapitulasi semua instansi"),
    "edit_register": _("mengubah data pegawai, pemangku dan kontrak"),
    "edit_structure": _("mengubah unit, jabatan dan K ditetapkan"),
    "edit_workload": _("mengisi beban kerja"),
    "approve_standards": _("menetapkan kamus dan standar kompetensi"),
    "approve_workload": _("memverifikasi dan mengesahkan beban kerja"),
    "decide_job_class": _("menetapkan kelas jabatan"),
    "import_data": _("mengimpor berkas"),
    "import_structure": _("mengimpor unit, jabatan dan formasi"),
    "import_workload": _("mengimpor beban kerja"),
    "import_people": _("mengimpor pegawai, pemangku dan kontrak"),
    "import_goals": _("mengimpor sasaran"),
    "import_discipline": _("mengimpor hukuman disiplin"),
    "edit_goals": _("menyusun sasaran strategis"),
    "run_analysis": _("menjalankan analisis"),
    "freeze_analysis": _("menetapkan dasar usulan"),
    "edit_schedule": _("mengatur jadwal analisis"),
    "edit_parameters": _("mengatur parameter instansi"),
    "decide_recommendations": _("memutuskan rekomendasi"),
    "manage_proposals": _("mengelola usul formasi"),
    "sign_proposals": _("menandatangani usul formasi"),
    "settle_findings": _("menyelesaikan temuan data"),
    "manage_agenda": _("mengelola buku penjagaan dan kalender kerja"),
    "use_admin": _("memakai halaman admin"),
    "manage_roles": _("membuat akun, memberi dan mengakhiri peran"),
    "approve_roles": _("menyetujui peran yang memutuskan"),
    "manage_clients": _("menghubungkan sistem lain ke API"),
    "manage_webhooks": _("mengatur webhook"),
    "request_opening": _("meminta pembukaan nilai rahasia"),
    "approve_opening": _("menyetujui pembukaan nilai rahasia"),
    "view_processing": _("membaca catatan pemrosesan data pribadi"),
    "prepare_destruction": _("mengusulkan pemusnahan data pribadi dan menahannya"),
    "approve_destruction": _("menyetujui pemusnahan data pribadi"),
    "manage_incidents": _("mencatat insiden data pribadi"),
}
ROLE_CHOICES = [(role.slug, role.name) for role in ROLES.values()]

# The nation's role and the one of API clients are the operator's to give and to end, whoever asks.
OPERATORS = frozenset({"pusat", "integrasi"})
# The regional head is sworn in, not made by an agency's staff: the operator gives the role.
SWORN_IN = frozenset({"ppk"})
# Derived from the seats that a person holds (docs/decisions/0021-identity.md); nobody gives it.
DERIVED = frozenset({"atasan"})
APPROVED = frozenset(APPROVERS)
# Roles whose login needs a second factor outside the demo: all but those that see nothing beyond the own record.
STAFF = frozenset(role.slug for role in ROLES.values() if role.permissions - {"view_own"})
# The own record: everybody's, so nobody is refused a role for lacking it.
OWN = frozenset({"view_own"})


def held_for(role: str, access: Any) -> frozenset[str]:
    """Return the rights that count when `role` is given: for one that reaches the agency, those held in all of it."""
    held: frozenset[str] = access.permissions if ROLES[role].reach == "unit" else access.agency_permissions
    return held


def lacking(role: str, held: Iterable[str]) -> list[str]:
    """Return the rights of `role` that are not among `held`, in the order of their names."""
    missing = ROLES[role].permissions - OWN - frozenset(held)
    return [permission for permission in PERMISSION_NAMES if permission in missing]


def grantable(access: Any) -> dict[str, Any]:
    """Return slug → name of the roles that `access` may grant alone: nobody gives a right they lack."""
    kept = OPERATORS | SWORN_IN | APPROVED | DERIVED
    return {
        role.slug: role.name
        for role in ROLES.values()
        if role.slug not in kept and not lacking(role.slug, held_for(role.slug, access))
    }


def requestable() -> list[tuple[str, object]]:
    """Return (slug, name) of the roles that two people give together."""
    return [(slug, ROLES[slug].name) for slug in APPROVERS]


def may_approve(role: str, access: Any) -> bool:
    """Return whether `access` holds an office that `role` comes from, and every right of it."""
    return bool(APPROVERS.get(role, frozenset()) & access.roles) and not lacking(role, held_for(role, access))
