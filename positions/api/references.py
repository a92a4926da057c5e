"""National lists of education, with the ids that the lines of a formation proposal need."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions.filters import Words
from positions.models import Education, EducationLevel


class EducationFilter(django_filters.FilterSet):
    q = Words(fields=("name", "siasn_id"), label=_("Cari"))
    level = django_filters.CharFilter(field_name="level_id", label=_("Tingkat (kode)"))
    field = django_filters.CharFilter(label=_("Bidang studi"))

    class Meta:
        model = Education
        fields: list[str] = []


class National(Resource):
    """A table that is the same for every agency."""

    def get_queryset(self) -> QuerySet[Any]:
        return self.model.objects.all()


class EducationLevelResource(National):
    model = EducationLevel
    lookup_value_regex = r"[0-9]{1,2}"
    row = row_of("NationalEducationLevel", EducationLevel, "code name order")
    orders = {"order": ("order", "code"), "code": ("code",)}


class EducationResource(National):
    """`siasn_id` is what `education_ids` of a formation line take."""

    model = Education
    row = row_of("NationalEducation", Education, "id siasn_id level_id name field", level_name="level__name")
    filterset_class = EducationFilter
    orders = {"id": ("id",), "name": ("name", "id")}
