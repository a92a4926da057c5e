"""The agency's job catalogue with its requirements."""

from typing import Any

from rest_framework import serializers

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import Job, JobCompetency, JobEducation

COLUMNS = (
    "id code name subtitle group level field family echelon job_class retirement_age rank_min rank_max"
    " education_level_id reference_id is_active"
)
JobRow = row_of("Job", Job, COLUMNS)


class JobCompetencySerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.IntegerField()


JobDetail = row_of(
    "JobDetail",
    Job,
    f"{COLUMNS} summary",
    extra={
        "education_fields": serializers.ListField(child=serializers.CharField(), read_only=True),
        "competencies": JobCompetencySerializer(many=True, read_only=True),
    },
)


class JobResource(Resource):
    model = Job
    row = JobRow
    full = JobDetail
    filterset_class = filters.JobFilter
    orders = {"name": ("name", "id"), "code": ("code", "id"), "id": ("id",)}

    def complete_one(self, row: dict[str, Any]) -> None:
        own = {"agency_id": self.access.agency_id, "job_id": row["id"]}
        fields = JobEducation.objects.filter(**own).order_by("field", "pk")
        row["education_fields"] = list(fields.values_list("field", flat=True))
        competencies = JobCompetency.objects.filter(**own).order_by("competency__code", "pk")
        row["competencies"] = [
            {"code": code, "name": name, "level": level}
            for code, name, level in competencies.values_list("competency__code", "competency__name", "level")
        ]
