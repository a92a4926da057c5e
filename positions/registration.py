"""What this app hands the ground floor at start-up."""

from datetime import date
from importlib import import_module
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from asnhr import registry
from asnhr.access import SUBORDINATES
from asnhr.pages.context import Group, Link
from positions.models import UnitScope
from positions.models._removals import HEADING
from positions.services.reasons import REASONS

# Fixed text, as that of the roles (asnhr/middleware.py): every request of who is bound to units or has a NIP asks for
# it, and the ORM would compose it anew each time.
COVERED = """SELECT 'covered', u.id, u.path FROM positions_unit u
    WHERE u.agency_id = %s AND u.path IS NOT NULL AND u.id IN (
        SELECT s.unit_id FROM positions_unitscope s WHERE s.agency_id = %s AND s.assignment_id = ANY(%s))"""
LED = """SELECT 'led', i.id, u.path FROM positions_incumbency i
    JOIN positions_employee e ON e.id = i.employee_id
    JOIN positions_position p ON p.id = i.position_id
    JOIN positions_unit u ON u.id = p.unit_id
    WHERE i.agency_id = %s AND e.agency_id = %s AND e.nip = %s AND i.starts_on <= %s
    AND (i.ends_on IS NULL OR i.ends_on > %s) AND i.kind = ANY(%s) AND p.is_head AND u.path IS NOT NULL"""
HEADING_KINDS = [kind.value for kind in HEADING]


def paths_reached(
    agency_id: int, assignment_ids: list[int], nip: str, day: date | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ltree paths of the units that the assignments cover, and of those that the person of `nip` heads on
    `day`, by the person's own key; one query for both, as every request asks it."""
    asked: list[str] = []
    values: list[Any] = []
    if assignment_ids:
        asked.append(COVERED)
        values += [agency_id, agency_id, assignment_ids]
    if nip and day is not None:
        asked.append(LED)
        values += [agency_id, agency_id, nip, day, day, HEADING_KINDS]
    if not asked:
        return (), ()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked), values)
        found = sorted(cursor.fetchall())
    return tuple(path for why, _pk, path in found if why == "covered"), tuple(
        path for why, _pk, path in found if why == "led"
    )


def pairs_of_assignments(agency_id: int, assignment_ids: list[int]) -> list[tuple[int, str]]:
    """Return (assignment, ltree path of a unit that it covers); one query."""
    covered = UnitScope.objects.filter(
        agency_id=agency_id, assignment_id__in=assignment_ids, unit__path__isnull=False
    ).order_by("pk")
    return list(covered.values_list("assignment_id", "unit__path"))


registry.scopes.register("units", paths_reached)
registry.scopes.register("pairs", pairs_of_assignments)
registry.scopes.register_later("address", "positions.queries.register.address_of")
registry.scopes.register_later("known", "positions.queries.register.knows_nip")

# The kinds of files register themselves; the framework finds them by name.
import_module("positions.imports")
import_module("positions.constraints")
import_module("positions.audit")
import_module("positions.privacy")
import_module("positions.notifications")
import_module("positions.structures")

for _code, _words in REASONS.items():
    registry.trail_reasons.register(_code, _words)

registry.run_tasks.register("needs", "positions.services.analysis.work")
registry.run_tasks.register("quality", "positions.services.quality.work")
registry.run_counts.register_later("quality", "positions.queries.quality.counts_in_scope")
registry.run_tasks.register("agenda", "positions.services.agenda.work")
registry.run_tasks.register("letters", "positions.services.letters.work")
registry.run_tasks.register("map", "positions.services.map_files.work")
registry.stored_files.register_later("maps", "positions.services.map_files.kept_files")
for _rule, _name in (
    ("kontak", "CONTACTS"), ("identitas", "IDENTITY"), ("foto", "PHOTOS"), ("keluarga", "FAMILY"),
    ("disiplin", "SANCTIONS"), ("dokumen", "DOCUMENTS"), ("usul", "REQUESTS"), ("keterangan", "HEARINGS"),
    ("keberatan", "OBJECTIONS"),
):  # fmt: skip
    registry.retention_rules.register_later(_rule, f"positions.services.retention.{_name}")
registry.stored_files.register_later("letters", "positions.services.letters.kept_files")

registry.own_files.register_later("documents", "positions.services.own_files.files")
registry.stored_files.register_later("documents", "positions.services.documents.names_of")

registry.panels.register_later("positions", "positions.pages.home.panel")
registry.queues.register_later("positions", "positions.pages.home.queue")

# The loop's groups; a link whose page is not there yet is not shown.
READERS = frozenset({"view_register"})
ANALYSTS = frozenset({"view_analysis"})
registry.navigation.register("home", Group("", (Link(_("Beranda"), "home", "house"),)))
registry.navigation.register(
    "analysis",
    Group(
        _("Analisis"),
        (
            Link(
                _("Kebutuhan jabatan"), "analysis-list", "clipboard-data", ANALYSTS,
                ("analysis-detail", "analysis-result", "analysis-compare", "competency-need-list"),
            ),
            Link(_("Beban kerja (ABK)"), "workload-board", "clock", READERS, ("workload-sheet", "workload-entry")),
            Link(
                _("Analisis jabatan (anjab)"), "job-analysis-list", "file-earmark-text", READERS,
                (
                    "job-analysis-detail", "job-analysis-board", "job-analysis-element", "job-analysis-step",
                    "job-analysis-start",
                ),
            ),
            Link(_("Sasaran strategis"), "goal-list", "bullseye", READERS, ("goal-detail", "goal-link")),
            Link(_("Usul formasi"), "proposal-list", "file-earmark-text", ANALYSTS, ("proposal-detail",)),
            Link(_("Calon penghapusan"), "removal-candidate-list", "hourglass-split", frozenset({SUBORDINATES})),
            Link(_("Tindak lanjut"), "followup-list", "list-check", ANALYSTS, ("followup-detail",)),
            Link(
                _("Keberatan"), "objection-list", "exclamation-triangle",
                frozenset({"decide_recommendations", "manage_agenda", "view_audit"}), ("objection-detail",),
            ),
        ),
    ),
)  # fmt: skip
registry.navigation.register(
    "nation", Group(_("Nasional"), (Link(_("Rekapitulasi"), "rollup-list", "bar-chart", frozenset({"view_rollups"})),))
)
registry.navigation.register(
    "structure",
    Group(
        _("Organisasi"),
        (
            Link(_("Peta jabatan"), "unit-tree", "diagram-3", READERS),
            Link(
                _("Unit kerja"), "unit-list", "building", READERS,
                ("unit-detail", "unit-new", "unit-rename", "unit-move", "unit-close", "unit-merge", "unit-convert"),
            ),
            Link(
                _("Jabatan"), "position-list", "briefcase", READERS,
                (
                    "position-detail", "position-new", "position-close", "position-formation", "position-appoint",
                    "incumbency-close", "incumbency-withdraw",
                    "position-move", "position-convert", "position-merge", "position-abolish",
                ),
            ),
            Link(
                _("Nomenklatur jabatan"), "job-list", "journal-text", READERS,
                ("job-detail", "job-new", "job-edit"),
            ),
            Link(
                _("Standar kompetensi"), "standard-list", "award", READERS,
                ("standard-detail", "standard-edit", "standard-compare"),
            ),
            Link(
                _("Kamus kompetensi"), "technical-list", "journal-text", READERS,
                ("competency-detail", "technical-detail", "technical-edit", "technical-new"),
            ),
            Link(_("Penyederhanaan birokrasi"), "closed-list", "diagram-3", READERS, ("position-link",)),
            Link(
                _("Evaluasi jabatan"), "job-evaluation-list", "layers", READERS,
                ("job-evaluation", "job-evaluation-save", "job-evaluation-move"),
            ),
        ),
    ),
)  # fmt: skip
registry.navigation.register(
    "people",
    Group(
        _("Pegawai"),
        (
            Link(_("Data saya"), "employee-own", "person-badge", frozenset({"view_own"})),
            Link(_("Bawahan saya"), "subordinate-list", "people", frozenset({"view_subordinates"})),
            Link(
                _("Usul perbaikan saya"), "change-request-own", "pencil", frozenset({"view_own"}),
                ("change-request-new",),
            ),
            Link(
                _("Hasil hitungan tentang saya"), "own-results", "calculator", frozenset({"view_own"}),
                ("objection-new",),
            ),
            Link(_("Salinan data saya"), "own-copies", "download", frozenset({"view_own"})),
            Link(
                _("Daftar pegawai"), "employee-list", "people", READERS,
                (
                    "employee-detail", "employee-new", "employee-edit", "employee-documents", "employee-document-new",
                    "document-remove", "employee-contacts", "employee-contact-new", "contact-end",
                    "employee-photo-edit",
                ),
            ),
            Link(
                _("Buku penjagaan"), "agenda-list", "bell", READERS,
                ("agenda-detail", "letter-list", "letter-new", "letter-detail"),
            ),
            Link(
                _("Kalender kerja"), "work-calendar", "calendar3", READERS, ("deadline-new", "deadline-edit"),
            ),
            Link(_("Pensiun"), "retirement-list", "hourglass-split", READERS),
            Link(_("Kontrak PPPK berakhir"), "contract-list", "calendar3", READERS),
            Link(_("Beda dengan SIASN"), "siasn-differences", "arrow-left-right", READERS),
            Link(_("Kualitas data"), "quality", "database-check", READERS, ("quality-units", "quality-findings")),
            Link(
                _("Usul perbaikan data"), "change-request-list", "list-check",
                frozenset({"edit_register", "view_audit"}), ("change-request-detail",),
            ),
            Link(_("Temuan"), "finding-list", "exclamation-triangle", READERS, ("finding-detail",)),
            Link(
                _("Antrean pemetaan"), "mapping-list", "signpost-split",
                frozenset({"settle_findings", "edit_structure", "import_data"}), ("mapping-detail",),
            ),
        ),
    ),
)  # fmt: skip
registry.navigation.register(
    "system",
    Group(
        _("Sistem"),
        (
            Link(_("Impor"), "import-list", "upload", frozenset({"import_data"}), ("import-new", "import-detail")),
            Link(_("Pekerjaan"), "run-list", "arrow-repeat", READERS, ("run-detail",)),
            Link(_("Buku aturan"), "parameter-list", "book", READERS),
            Link(
                _("Jejak audit"), "audit-list", "shield-check", frozenset({"view_audit"}),
                ("audit-detail", "audit-heads"),
            ),
            Link(
                _("Pembukaan nilai rahasia"), "audit-openings", "lock",
                frozenset({"view_audit", "request_opening", "approve_opening"}), ("audit-opening", "audit-opening-new"),
            ),
            Link(
                _("Catatan pemrosesan"), "processing-list", "shield-check", frozenset({"view_processing"}),
                ("processing-detail",),
            ),
            Link(
                _("Pemusnahan data"), "destruction-list", "trash", frozenset({"view_processing"}),
                ("destruction-detail", "destruction-preview", "hold-list", "hold-new", "hold-lift"),
            ),
            Link(
                _("Insiden data"), "incident-list", "exclamation-triangle", frozenset({"view_processing"}),
                ("incident-detail", "incident-new"),
            ),
            Link(
                _("Webhook"), "webhook-list", "link-45deg", frozenset({"manage_webhooks"}),
                ("webhook-detail", "webhook-new", "webhook-edit", "webhook-delivery"),
            ),
            Link(
                _("Peran pengguna"), "role-list", "person-gear",
                frozenset({"manage_roles", "approve_roles", "view_audit"}),
                ("role-detail", "role-new", "role-requests", "role-request", "role-catalogue", "role-add-unit"),
            ),
            Link(
                _("Klien API"), "client-list", "link-45deg", frozenset({"manage_clients", "view_audit"}),
                ("client-detail", "client-new"),
            ),
            Link(_("Admin"), "admin:index", "gear", frozenset({"use_admin"})),
        ),
    ),
)  # fmt: skip
# Here and not beside the calculators, which pages import before this module has come to its first group.
registry.navigation.register(
    "open",
    Group(_("Terbuka untuk umum"), (Link(_("Kalkulator"), "calculator-list", "calculator", also=("calculator",)),)),
)
