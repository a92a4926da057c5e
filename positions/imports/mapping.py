"""The mapping queue (antrean pemetaan): what an unknown name may mean, and what the officer says it means."""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr.access import Access
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from positions.imports._common import key
from positions.models import Job, NameMapping, Unit


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit or job that a name resembles; `likeness` from 0 to 1 (trigrams)."""

    mapping_id: int
    target_id: int
    name: str
    likeness: float


def suggestions(agency_id: int, kind: str, *, most: int = 5, at_least: float = 0.25) -> dict[int, list[Suggestion]]:
    """Return the likeliest targets of every open name of a kind ("unit" or "job"), best first; one query."""
    table, name, where = {
        "unit": ("positions_unit", "t.name", "t.ends_on IS NULL"),
        "job": ("positions_job", "t.name || ' ' || t.subtitle", "t.is_active"),
    }[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.id, f.id, f.name, f.likeness FROM positions_namemapping m CROSS JOIN LATERAL (
                    SELECT t.id, trim({name}) AS name, similarity({key(name)}, m.key) AS likeness FROM {table} t
                    WHERE t.agency_id = m.agency_id AND {where} ORDER BY likeness DESC, t.id LIMIT %s) f
                WHERE m.agency_id = %s AND m.kind = %s AND m.unit_id IS NULL AND m.job_id IS NULL AND f.likeness >= %s
                ORDER BY m.id, f.likeness DESC, f.id""",
            [most, agency_id, kind, at_least],
        )
        found: dict[int, list[Suggestion]] = {}
        for record in cursor.fetchall():
            found.setdefault(record[0], []).append(Suggestion(*record))
    return found


def settle(*, mapping: NameMapping, target: Unit | Job, actor: User, access: Access) -> NameMapping:
    """Say what a name means; the next import of the file places it. Raises NotAllowed, RuleBroken for another kind."""
    if not access.may("import_data") or not access.whole_agency:
        raise NotAllowed(_("Peran Anda tidak boleh memetakan nama."))
    is_unit = isinstance(target, Unit)
    if (mapping.kind == NameMapping.Kind.UNIT) != is_unit or target.agency_id != mapping.agency_id:
        raise RuleBroken(_("Nama unit dipetakan ke unit, nama jabatan ke jabatan, pada instansi yang sama."))
    mapping.unit, mapping.job = (target, None) if isinstance(target, Unit) else (None, target)
    mapping.mapped_at, mapping.mapped_by = timezone.now(), actor
    mapping.save(update_fields=["unit", "job", "mapped_at", "mapped_by"])
    return mapping
