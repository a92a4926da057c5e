"""The day that has come: what was decided for it takes effect (docs/decisions/0039-decisions-of-a-coming-day.md)."""

from datetime import date, timedelta

from django.db import transaction

from positions.queries import histories, in_step

# Nights that may have been missed: longer than an office is closed at a stretch.
MISSED = timedelta(days=14)


@transaction.atomic
def turn(agency_id: int, day: date) -> dict[str, int]:
    """Let what was decided for a day up to `day` hold: ranks and standings, names and places of units, the units of
    people, the classes of jobs. Return how many units, people and jobs changed. Repeated it changes nothing. The
    agency's scope must be open."""
    histories.catch_up(agency_id, day - MISSED, day)
    return {
        "units": in_step.units(agency_id, day), "people": in_step.people(agency_id, day),
        "jobs": in_step.classes(agency_id, day),
    }  # fmt: skip
