"""What this app hands the ground floor at start-up."""

from importlib import import_module

from asnhr import registry
from positions.models import Unit, UnitScope


def paths_of_assignments(agency_id: int, assignment_ids: list[int]) -> list[str]:
    """Return the ltree paths of the units that the assignments cover; one query."""
    covered = UnitScope.objects.filter(agency_id=agency_id, assignment_id__in=assignment_ids)
    units = Unit.objects.filter(agency_id=agency_id, pk__in=covered.values("unit_id"), path__isnull=False)
    return list(units.order_by("pk").values_list("path", flat=True))


registry.scopes.register("units", paths_of_assignments)

# The kinds of files register themselves; the framework finds them by name.
import_module("positions.imports")

registry.run_tasks.register("needs", "positions.services.analysis.work")
