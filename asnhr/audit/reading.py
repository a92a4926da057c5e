"""Reading a sensitive field is an act of its own: NIK now; salary and discipline call the same when they come."""

import json
from collections.abc import Sequence

from django.db import connection, models

from asnhr.models import AuditEntry


def record(
    *,
    model: type[models.Model],
    objects: Sequence[int],
    columns: Sequence[str],
    purpose: str = "",
    kind: str = AuditEntry.Kind.READ,
) -> int:
    """Write down that the scope's user read `columns` of these rows; return the entry's id.

    Call it in the transaction that shows the values: no entry, no answer. Raises DatabaseError without a scope.
    """
    said = json.dumps({"columns": list(columns), "purpose": purpose}, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_note(%s, %s, %s::bigint[], %s)", [kind, model._meta.db_table, list(objects), said])
        return int(cursor.fetchone()[0])
