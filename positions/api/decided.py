"""Decisions on the structure by the API: done, or with `preview` tried, shown and taken back."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.response import Response

from asnhr.api.inputs import Input
from asnhr.api.views import Resource
from positions.models import Unit
from positions.services import foreseen, restructure


# No docstring: the schema would tell it of every body.
class Previewed(Input):
    preview = serializers.BooleanField(default=False, help_text=_("Hanya pratinjau: tidak ada yang disimpan."))


class DecreeInput(Previewed):
    """A decision on the structure. With `preview` everything is done, shown, and taken back."""

    starts_on = serializers.DateField(help_text=_("Hari pertama susunan baru."))
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()


class MovedSerializer(serializers.Serializer):
    old_id = serializers.IntegerField()
    new_id = serializers.IntegerField()


class OutcomeSerializer(serializers.Serializer):
    """What a decision did, or in a preview would do; ids made in a preview do not last."""

    preview = serializers.BooleanField()
    result_id = serializers.IntegerField(help_text=_("Unit atau jabatan yang meneruskan."))
    row = serializers.DictField(help_text=_("Unit atau jabatan itu pada hari keputusan berlaku."))
    moved = MovedSerializer(many=True)
    people = serializers.ListField(child=serializers.IntegerField(), help_text=_("Pegawai yang ikut pindah."))
    touched = serializers.ListField(
        child=serializers.IntegerField(),
        help_text=_("Pegawai yang terkena: yang ikut pindah dan semua pada unit yang diubah atau di bawahnya."),
    )
    closed_positions = serializers.ListField(child=serializers.IntegerField())
    closed_units = serializers.ListField(child=serializers.IntegerField())
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text=_("Yang perlu diperiksa; keputusan tidak ditolak karenanya.")
    )


def row_or_outcome(name: str, row: Any) -> PolymorphicProxySerializer:
    """Return the schema of an answer that is the row, or with `preview` what would come of it."""
    return PolymorphicProxySerializer(
        component_name=name, serializers=[row, OutcomeSerializer], resource_type_field_name=None
    )


def decree_of(values: dict[str, Any]) -> restructure.Decree:
    return restructure.Decree(values["decree"], values["decree_on"], values["starts_on"])


class Deciding(Resource):
    """A resource whose rows change by decisions."""

    def decided(
        self, preview: bool, change: Callable[[], Any], *, day: date, changing: Sequence[Unit] = (),
        placing: bool = True,
    ) -> Response:  # fmt: skip
        """Make a change that holds from `day`, or try it, and answer with what it did (`pages.restructure.decide` shows
        the same). `changing`: the units that are renamed, moved, merged or closed; `placing`: a unit gets a place."""
        touched = foreseen.touched_by(self.actor, changing, day)

        def look(made: Any) -> dict[str, Any]:
            outcome = foreseen.outcome_of(made)
            return {
                "preview": preview,
                "result_id": outcome.result.pk,
                "row": self._row_on(outcome.result.pk, day),
                "moved": [{"old_id": old, "new_id": new} for old, new in outcome.moved],
                "people": outcome.people,
                "touched": sorted(touched | set(outcome.people)),
                "closed_positions": outcome.closed,
                "closed_units": outcome.units,
                "warnings": foreseen.warnings_of(outcome, day, placing=placing),
            }

        return Response(restructure.preview(change, look) if preview else look(change()))

    def _row_on(self, pk: int, day: date) -> dict[str, Any]:
        """Return the row as it is on `day`. No tag of it: the answer is the outcome, not the row of this address."""
        asked, self.day = self.day, day
        try:
            return self.shown(pk)
        finally:
            self.day, self.represented = asked, None
