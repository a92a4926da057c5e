"""Which seat each of many past holders of a position sat on, when nothing but their periods is known."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from datetime import date

Span = tuple[date, date]


def seat_past_holders(
    asked: Iterable[tuple[int, int, date, date]],
    seats: Mapping[int, list[tuple[int, date, date]]],
    taken: Mapping[int, list[Span]],
) -> dict[int, int]:
    """Return row → seat: each holder takes the first seat that exists and is free in the whole period, the earlier
    holder first, so that seats fall free for those who follow.

    `asked`: (row, position, first day, first day without). `seats`: position → (seat, from, until) in their order;
    `taken`: seat → the periods in which it is held. Rows without a free seat are left out.
    """
    busy = {seat: sorted(spans) for seat, spans in taken.items()}
    found: dict[int, int] = {}
    for row, position, starts_on, ends_on in sorted(asked, key=lambda each: (each[2], each[0])):
        for seat, since, until in seats.get(position, ()):
            if since > starts_on or until < ends_on:
                continue
            spans = busy.setdefault(seat, [])
            at = bisect_left(spans, (starts_on, starts_on))
            before_is_over = at == 0 or spans[at - 1][1] <= starts_on
            next_is_later = at == len(spans) or spans[at][0] >= ends_on
            if before_is_over and next_is_later:
                insort(spans, (starts_on, ends_on))
                found[row] = seat
                break
    return found
