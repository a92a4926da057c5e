"""Seats follow K ditetapkan: one set of statements for the page, the API and the imports.

From the day of the decree a position has as many open decided seats as its K. Fewer: vacant seats close, the highest
number first; holders beyond K, the latest appointed first, keep their seat marked `di luar formasi` – never refused
(needs-analysis.md 3). More: holders di luar formasi come within K, the earliest appointed first, seats that closed on
or after that day open again, then new ones are made. The mark begins on that day: what the seat was until then is kept
as a closed period (`SeatFormerKind`), so an earlier day shows it as it was. A decision of the same or an earlier day is
a correction and replaces what followed that day.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop

BLOCKED = gettext_noop(
    "Formasi lowong yang akan ditutup masih diisi pelaksana tugas atau sudah dipesan; akhiri itu dahulu."
)

# Who holds a seat, and who engages it without holding it.
_HOLDING = "('definitif', 'tugas_tambahan')"
_LASTING = "({0}.ends_on IS NULL OR {0}.ends_on > w.day)"

# `wanted` is SQL for rows (position_id, number, day). Parameters: its own, then the agency three times (`_STATE`) or
# five (`_CUT`).
_STATE = f"""wanted AS (
        SELECT x.position_id, x.number, greatest(x.day, p.starts_on) AS day,
            CASE WHEN p.by_duty THEN 'tugas_tambahan' ELSE 'formasi' END AS kind
        FROM ({{wanted}}) x JOIN positions_position p ON p.agency_id = %s AND p.id = x.position_id
    ), held AS (
        SELECT i.seat_id, min(i.starts_on) AS since FROM wanted w
        JOIN positions_incumbency i ON i.agency_id = %s AND i.position_id = w.position_id
        WHERE i.kind IN {_HOLDING} AND {_LASTING.format("i")} GROUP BY 1
    ), seat AS (
        SELECT w.position_id, w.number AS k, w.day, w.kind AS wanted_kind, st.id, st.number, st.kind, st.starts_on,
            st.ends_on, h.since
        FROM wanted w JOIN positions_seat st ON st.agency_id = %s AND st.position_id = w.position_id
        LEFT JOIN held h ON h.seat_id = st.id
    ), counted AS (
        SELECT w.position_id, w.number AS k, w.day, w.kind, coalesce(o.open, 0) AS open FROM wanted w
        LEFT JOIN (SELECT position_id, count(*) AS open FROM seat WHERE kind = wanted_kind AND ends_on IS NULL
            GROUP BY 1) o ON o.position_id = w.position_id
    )"""

# Seats beyond K with what becomes of them: `beyond` (held), `blocked` (vacant, but somebody acts on it or it is
# reserved), `close`, and for one that begins on the day or later `undo`.
_CUT = f"""{_STATE}, engaged AS (
        SELECT i.seat_id FROM wanted w JOIN positions_incumbency i ON i.agency_id = %s
            AND i.position_id = w.position_id WHERE i.kind NOT IN {_HOLDING} AND i.seat_id IS NOT NULL
            AND {_LASTING.format("i")}
        UNION SELECT r.seat_id FROM seat s JOIN wanted w ON w.position_id = s.position_id
            JOIN positions_reservation r ON r.agency_id = %s AND r.seat_id = s.id WHERE {_LASTING.format("r")}
    ), ranked AS (
        SELECT s.*, e.seat_id IS NOT NULL AS engaged, c.open, row_number() OVER (PARTITION BY s.position_id
            ORDER BY s.since IS NOT NULL, CASE WHEN s.since IS NULL THEN e.seat_id IS NOT NULL END, s.since DESC,
                s.number DESC) AS rank
        FROM seat s JOIN counted c ON c.position_id = s.position_id AND c.open > c.k
        LEFT JOIN engaged e ON e.seat_id = s.id WHERE s.kind = s.wanted_kind AND s.ends_on IS NULL
    ), cut AS (
        SELECT id, position_id, kind, day, CASE WHEN since IS NOT NULL THEN 'beyond' WHEN engaged THEN 'blocked'
            WHEN starts_on >= day THEN 'undo' ELSE 'close' END AS fate
        FROM ranked WHERE rank <= open - k
    )"""

# Keeps what seats were before: `moved` names their agency, id, first day, kind until now (`before`), new kind and the
# day of the change. A period that began on the day or later never was; one of the new kind that lasts until the day or
# beyond goes on as the seat's kind.
_KEEP = """, dropped AS (
        DELETE FROM positions_seatformerkind f USING moved m WHERE f.agency_id = m.agency_id AND f.seat_id = m.id
            AND (f.starts_on >= m.day OR (f.ends_on >= m.day AND f.kind = m.kind))
    ), shortened AS (
        UPDATE positions_seatformerkind f SET ends_on = m.day FROM moved m
        WHERE f.agency_id = m.agency_id AND f.seat_id = m.id
            AND f.starts_on < m.day AND f.ends_on > m.day AND f.kind <> m.kind
    )
    INSERT INTO positions_seatformerkind (agency_id, seat_id, kind, starts_on, ends_on)
    SELECT m.agency_id, m.id, m.before, coalesce(l.ends_on, m.starts_on), m.day
    FROM moved m LEFT JOIN LATERAL (SELECT max(f.ends_on) AS ends_on FROM positions_seatformerkind f
        WHERE f.agency_id = m.agency_id AND f.seat_id = m.id) l ON true
    WHERE m.day > coalesce(l.ends_on, m.starts_on)"""


def cut(wanted: str, agency_id: int, params: Sequence[Any] = ()) -> tuple[str, list[Any]]:
    """Return a query of the seats that would go (id, position_id, kind, day, fate) with its parameters.

    `wanted`: SQL for rows (position_id, number, day), each position once, with its own `params`.
    """
    return f"WITH {_CUT.format(wanted=wanted)} SELECT * FROM cut", [*params, *[agency_id] * 5]


def blocked(cursor: Any, agency_id: int, wanted: str, params: Sequence[Any] = ()) -> list[int]:
    """Return the seats that would close but are in use; `wanted` as in `cut`."""
    query, given = cut(wanted, agency_id, params)
    cursor.execute(f"SELECT c.id FROM ({query}) c WHERE c.fate = 'blocked' ORDER BY c.id", given)
    return [pk for (pk,) in cursor.fetchall()]


def refill(cursor: Any, agency_id: int, wanted: str, params: Sequence[Any] = ()) -> None:
    """Give the decided seats of positions whose manner of filling has changed the kind that goes with it.

    `wanted`: SQL for rows (position_id, day), each position once, its `by_duty` changed already; from `day` on. Seats
    di luar formasi and those closed by then stay what they are. Call it where nobody holds such a seat any more.
    """
    cursor.execute(
        f"""WITH wanted AS (
                SELECT x.position_id, greatest(x.day, p.starts_on) AS day,
                    CASE WHEN p.by_duty THEN 'tugas_tambahan' ELSE 'formasi' END AS kind
                FROM ({wanted}) x JOIN positions_position p ON p.agency_id = %s AND p.id = x.position_id
            ), known AS (
                SELECT st.id, st.kind AS before, w.kind, w.day FROM wanted w
                JOIN positions_seat st ON st.agency_id = %s AND st.position_id = w.position_id
                WHERE st.kind NOT IN ('di_luar_formasi', w.kind) AND {_LASTING.format("st")}
                FOR NO KEY UPDATE OF st
            ), moved AS (
                UPDATE positions_seat st SET kind = k.kind FROM known k WHERE st.agency_id = %s AND st.id = k.id
                RETURNING st.agency_id, st.id, st.starts_on, st.kind, k.before, k.day
            ){_KEEP}""",
        [*params, *[agency_id] * 3],
    )


def settle(cursor: Any, agency_id: int, wanted: str, params: Sequence[Any] = ()) -> None:
    """Give each position in `wanted` (see `cut`) exactly its number of decided seats from its day on.

    Holds the positions until the transaction ends, as appointments do. Call it where no seat is `blocked`: such a seat
    would stay open. Positions whose number is right already are left as they are.
    """
    cursor.execute(
        "SELECT p.id FROM positions_position p WHERE p.agency_id = %s"
        f" AND p.id IN (SELECT x.position_id FROM ({wanted}) x) ORDER BY p.id FOR NO KEY UPDATE",
        [agency_id, *params],
    )
    given = [*params, *[agency_id] * 5]
    # A seat that would end before it began never was; one that somebody held in between cannot be undone.
    cursor.execute(
        f"""WITH {_CUT.format(wanted=wanted)}, undone AS (
                DELETE FROM positions_seat st USING cut c WHERE st.agency_id = %s AND st.id = c.id AND c.fate = 'undo'
                    AND NOT EXISTS (SELECT 1 FROM positions_incumbency i WHERE i.agency_id = st.agency_id
                        AND i.seat_id = st.id)
                    AND NOT EXISTS (SELECT 1 FROM positions_reservation r WHERE r.agency_id = st.agency_id
                        AND r.seat_id = st.id)
                RETURNING st.agency_id, st.id
            )
            DELETE FROM positions_seatformerkind f USING undone u
            WHERE f.agency_id = u.agency_id AND f.seat_id = u.id""",
        [*given, agency_id],
    )
    cursor.execute(
        f"""WITH {_CUT.format(wanted=wanted)}, changed AS (
                UPDATE positions_seat st SET ends_on = CASE WHEN c.fate = 'close' THEN c.day END,
                    kind = CASE WHEN c.fate = 'close' THEN st.kind ELSE 'di_luar_formasi' END
                FROM cut c WHERE st.agency_id = %s AND st.id = c.id AND c.fate <> 'blocked'
                RETURNING st.agency_id, st.id, st.starts_on, st.kind, c.kind AS before, c.day
            ), moved AS (SELECT * FROM changed WHERE kind <> before){_KEEP}""",
        [*given, agency_id],
    )
    given = [*params, *[agency_id] * 3]
    cursor.execute(
        f"""WITH {_STATE.format(wanted=wanted)}, back AS (
                SELECT s.id, s.kind, s.wanted_kind, s.position_id, s.day, row_number() OVER (PARTITION BY s.position_id
                    ORDER BY s.kind <> 'di_luar_formasi', s.since, s.number) AS rank
                FROM seat s WHERE (s.kind = 'di_luar_formasi' AND s.ends_on IS NULL AND s.since IS NOT NULL)
                    OR (s.kind = s.wanted_kind AND s.ends_on >= s.day)
            ), changed AS (
                UPDATE positions_seat st SET kind = b.wanted_kind, ends_on = NULL
                FROM back b JOIN counted c ON c.position_id = b.position_id AND b.rank <= c.k - c.open
                WHERE st.agency_id = %s AND st.id = b.id
                RETURNING st.agency_id, st.id, st.starts_on, st.kind, b.kind AS before, b.day
            ), moved AS (SELECT * FROM changed WHERE kind <> before){_KEEP}""",
        [*given, agency_id],
    )
    cursor.execute(
        f"""WITH {_STATE.format(wanted=wanted)}
            INSERT INTO positions_seat (agency_id, position_id, number, kind, starts_on)
            SELECT %s, c.position_id, coalesce(t.top, 0) + g, c.kind, c.day FROM counted c
            LEFT JOIN (SELECT position_id, max(number) AS top FROM seat GROUP BY 1) t ON t.position_id = c.position_id
            CROSS JOIN LATERAL generate_series(1, c.k - c.open) g
            ORDER BY c.position_id, g""",
        [*given, agency_id],
    )
