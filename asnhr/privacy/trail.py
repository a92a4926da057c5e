"""The rule of retention for the audit trail: values that left the register long ago go, the chain stays."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asnhr.audit.declared import by_table
from asnhr.models import Agency, AuditEntry, AuditSecret, User
from asnhr.privacy.declared import holdings
from asnhr.privacy.retention import Rule


def _due(agency_id: int, before: date) -> QuerySet[Any]:
    moment = timezone.make_aware(datetime.combine(before, time.min))
    old = AuditEntry.objects.filter(agency_id=agency_id, at__lt=moment)
    rows = AuditSecret.objects.filter(agency_id=agency_id, entry_id__in=old.values("pk"), destroyed_at__isnull=True)
    return rows.exclude(clear=None)


def _by_table(agency_id: int, ids: Sequence[int]) -> dict[str, list[tuple[int, int]]]:
    """Return (secret, object) by name of the table."""
    secrets = AuditSecret.objects.filter(agency_id=agency_id, pk__in=ids)
    entries = AuditEntry.objects.filter(agency_id=agency_id, pk__in=secrets.values("entry_id"))
    tables = dict(entries.values_list("pk", "table_name"))
    found = defaultdict(list)
    for pk, entry, number in secrets.values_list("pk", "entry_id", "object_id"):
        found[tables[entry]].append((pk, number))
    return found


def _held(agency_id: int, ids: Sequence[int], nips: set[str]) -> set[int]:
    """While anybody's data are held, what nobody can say whose it is (its row is gone) is held, too."""
    kept: set[int] = set()
    known = by_table()
    for table, rows in _by_table(agency_id, ids).items():
        label = known[table].model if table in known else ""
        person = holdings.get(label).person if label in holdings else ""
        free: set[int] = set()
        if person:
            manager: Any = holdings.get(label).model_class._base_manager
            there = manager.filter(agency_id=agency_id, pk__in=[number for _pk, number in rows])
            free = set(there.exclude(**{f"{person}__in": nips}).values_list("pk", flat=True))
        kept |= {pk for pk, number in rows if number not in free}
    return kept


def _destroy(agency: Agency, ids: Sequence[int], actor: User, words: str) -> tuple[int, int]:
    secrets = AuditSecret.objects.filter(agency=agency, pk__in=ids)
    last = AuditEntry.objects.filter(agency=agency, pk__in=secrets.values("entry_id")).order_by("-at").first()
    gone = 0
    for table, rows in _by_table(agency.pk, ids).items():
        known = by_table().get(table)
        # Up to and with the latest of those that were approved: a proof excuses no later salt (asnhr.audit.compare).
        moment = last.at + timedelta(microseconds=1) if last else None
        said = json.dumps(
            {"columns": sorted(known.secrets) if known else [], "purpose": words}
            | ({"before": moment.isoformat()} if moment else {}), ensure_ascii=False,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT audit_destroy_before(%s, %s::bigint[], %s, %s)",
                [table, sorted({number for _pk, number in rows}), moment, said],
            )
            gone += cursor.fetchone()[0]
    return len(ids), gone


TRAIL = Rule(
    "jejak", _("Nilai lama dalam jejak audit"),
    _("Nilai yang sudah keluar dari register beserta garamnya; catatan, sidik, dan rantainya tetap."),
    "retention.trail_months", _due, _destroy, held=_held,
)  # fmt: skip
