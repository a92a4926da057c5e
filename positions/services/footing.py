"""Let a draft formation proposal rest on one analysis: its lines take their formasi from it (needs-analysis.md 1)."""

from collections.abc import Collection

from positions.models import FormationLine, FormationProposal, NeedsAnalysis
from positions.queries.formation import shortages


def rest_on(proposal: FormationProposal, analysis: NeedsAnalysis, lines: Collection[int] | None = None) -> None:
    """Set the basis of a draft (locked by the caller) and take formasi of its lines, or of some by id, from it.

    A line keeps its figure where the analysis does not know the position or lacks fewer than are proposed:
    usulan ≤ formasi always holds, and `proposals.incomplete` names such a line. Three statements at most.
    """
    rows = proposal.lines.select_for_update(of=("self",)).filter(proposed__gt=0)
    found = list(rows if lines is None else rows.filter(pk__in=lines))
    known = shortages(proposal.agency_id, analysis.pk, [row.position_id for row in found])
    changed = []
    for row in found:
        formation = known.get(row.position_id)
        if formation is not None and formation != row.formation and formation >= row.proposed:
            row.formation = formation
            changed.append(row)
    if changed:
        FormationLine.objects.bulk_update(changed, ["formation"])
    if proposal.analysis_id != analysis.pk:
        proposal.analysis = analysis
        proposal.save(update_fields=["analysis", "changed_at"])
