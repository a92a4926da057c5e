"""Formation proposals with their lines and versions."""

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import FormationLine, FormationProposal


class ProposalResource(Resource):
    reads = "view_analysis"
    model = FormationProposal
    row = row_of(
        "FormationProposal", FormationProposal, "id year analysis_id state version decree decree_on changed_at"
    )
    filterset_class = filters.ProposalFilter
    orders = {"-year": ("-year", "-id"), "id": ("id",)}


class FormationLineResource(Resource):
    reads = "view_analysis"
    model = FormationLine
    row = row_of(
        "FormationLine",
        FormationLine,
        "id proposal_id line_id position_id formation proposed recommended decided filled intake field education_ids"
        " placement_id income_min income_max",
        position_code="position__code",
        job_name="position__job__name",
        unit_id="position__unit_id",
        unit_name="position__unit__name",
        year="proposal__year",
    )
    filterset_class = filters.FormationLineFilter
