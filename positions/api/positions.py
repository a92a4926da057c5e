"""Positions with K, B and holders of the day; their seats, needs and reservations."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates
from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.api.decided import Deciding, DecreeInput, OutcomeSerializer, Previewed, decree_of, row_or_outcome
from positions.api.units import WithdrawInput
from positions.models import (
    Incumbency,
    Job,
    NeedsResult,
    Position,
    PositionNeed,
    Reservation,
    Seat,
    Unit,
)
from positions.models._base import in_force
from positions.models.position import kind_on
from positions.queries import analysis, register, unit_names
from positions.services import promises, restructure, withdrawals
from positions.services import register as services

POSITIONS = frozenset({"edit_register", "edit_structure"})
STRUCTURE = frozenset({"edit_structure"})
# A class teacher's position has hundreds of holders: lists name the first, the detail all.
HOLDERS_IN_LISTS = 5


class HolderSerializer(serializers.Serializer):
    incumbency_id = serializers.IntegerField()
    employee_id = serializers.IntegerField()
    nip = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    starts_on = serializers.DateField()


def _whole(text: Any, null: bool = False) -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, allow_null=null, help_text=text)


PositionRow = row_of(
    "Position",
    Position,
    "id code unit_id job_id is_head by_duty growth printed_holders order successor_id closing_kind closing_decree"
    " closing_decree_on starts_on ends_on",
    annotated={
        "job_class": _whole(_("Kelas jabatan pada hari itu."), null=True),
        "k": _whole(_("K ditetapkan; null bila belum diketahui."), null=True),
        "b": _whole(_("Bezetting pada hari itu.")),
        "b_printed": serializers.BooleanField(
            read_only=True,
            help_text=_("B tercetak pada peta jabatan; belum ada pegawai perangkat daerah itu yang diimpor."),
        ),
        "part_time": _whole(_("PPPK paruh waktu, di samping B.")),
        "is_acting": serializers.BooleanField(read_only=True, help_text=_("Ada Plt atau Plh.")),
    },
    extra={
        "shortage": _whole("max(0, K − B).", null=True),
        "surplus": _whole("max(0, B − K).", null=True),
        "k_analysis": _whole(_("K hasil analisis lengkap terakhir sampai hari itu."), null=True),
        "need": serializers.DecimalField(22, 10, read_only=True, allow_null=True),
        "need_source": serializers.CharField(read_only=True, allow_null=True),
        "analysis_id": serializers.IntegerField(read_only=True, allow_null=True),
        "holders": HolderSerializer(many=True, read_only=True, help_text=_("Dalam daftar paling banyak lima.")),
    },
    unit_code="unit__code",
    unit_name="unit__name",
    job_code="job__code",
    job_name="job__name",
    job_subtitle="job__subtitle",
    job_group="job__group",
    job_level="job__level",
)


class PositionInput(Previewed):
    unit_id = serializers.IntegerField(min_value=1)
    job_id = serializers.IntegerField(min_value=1)
    seats = serializers.IntegerField(min_value=1, max_value=500)
    starts_on = serializers.DateField()
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()
    code = serializers.CharField(max_length=60, allow_blank=True, default="")
    is_head = serializers.BooleanField(default=False)
    by_duty = serializers.BooleanField(default=False)


class PositionCloseInput(Previewed):
    ends_on = serializers.DateField(help_text=_("Hari pertama tanpa jabatan ini."))
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()


class PositionMoveInput(DecreeInput):
    unit_id = serializers.IntegerField(min_value=1)


class PositionConvertInput(DecreeInput):
    job_id = serializers.IntegerField(min_value=1)


class PositionMergeInput(DecreeInput):
    target_id = serializers.IntegerField(min_value=1, help_text=_("Jabatan tempat jabatan ini digabung."))
    number = serializers.IntegerField(
        min_value=0, max_value=5000, allow_null=True, default=None, help_text=_("K gabungan; null: jumlah keduanya.")
    )


class FormationInput(Previewed):
    number = serializers.IntegerField(min_value=0, max_value=5000, help_text=_("K ditetapkan yang baru."))
    starts_on = serializers.DateField()
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField()


class PositionResource(Deciding):
    model = Position
    row = PositionRow
    parts = {
        "positions.Seat": "position_id", "positions.Incumbency": "position_id", "positions.PositionNeed": "position_id",
    }  # fmt: skip
    # Its holders, and who of them counts; the class of its job.
    shows = {
        "positions.Employee": {"incumbencies__employee": "nip name status legal_status cpns_on exits_on"},
        "positions.Job": {"job": "job_class"},
    }  # fmt: skip
    filterset_class = filters.PositionFilter
    orders = {"code": ("code", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True
    writes = {
        "create": POSITIONS, "close": POSITIONS, "formation": STRUCTURE, "move": STRUCTURE, "convert": STRUCTURE,
        "merge": STRUCTURE, "abolish": STRUCTURE, "withdraw": STRUCTURE,
    }  # fmt: skip

    @extend_schema(request=PositionInput, responses={201: row, 200: OutcomeSerializer})
    def create(self, request: Request) -> Response:
        """Open a position in a unit with its decided formation."""
        asked = PositionInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        unit = self.one(Unit.objects.visible_to(self.actor), values.pop("unit_id"))
        job = self.one(Job.objects.visible_to(self.actor), values.pop("job_id"))
        preview = values.pop("preview")

        def change() -> Position:
            return services.open_position(actor=self.actor, unit=unit, job=job, **values)

        if preview:
            return self.decided(True, change, day=values["starts_on"])
        return Response(self.shown(change().pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=PositionCloseInput, responses=row_or_outcome("PositionClosed", row))
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the position; refused while somebody holds it."""
        asked = PositionCloseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        position, preview = self.one(self.get_queryset().select_related("unit"), pk), values.pop("preview")

        def change() -> restructure.Outcome:
            return restructure.end_position(actor=self.actor, position=position, **values)

        if preview:
            return self.decided(True, change, day=values["ends_on"])
        change()
        return Response(self.shown(pk))

    @extend_schema(request=FormationInput, responses=row_or_outcome("PositionFormed", row))
    @action(detail=True, methods=["post"])
    def formation(self, request: Request, pk: str) -> Response:
        """Decide the formation (K ditetapkan) by a decree, from a day on."""
        asked = FormationInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        position, preview = self.one(self.get_queryset().select_related("unit"), pk), values.pop("preview")

        def change() -> restructure.Outcome:
            return restructure.decide_formation(actor=self.actor, position=position, **values)

        if preview:
            return self.decided(True, change, day=values["starts_on"])
        change()
        return Response(self.shown(pk))

    def _decided(
        self, request: Request, pk: str, shape: type[DecreeInput], change: Callable[..., restructure.Outcome]
    ) -> Response:
        asked = shape(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        position = self.one(self.get_queryset().select_related("unit", "job"), pk)
        decree = decree_of(values)
        return self.decided(values["preview"], lambda: change(position, values, decree), day=decree.starts_on)

    @extend_schema(request=PositionMoveInput, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move the position with its seats and holders to another unit by a decree."""

        def change(position: Position, values: dict[str, Any], decree: restructure.Decree) -> restructure.Outcome:
            unit = self.one(Unit.objects.visible_to(self.actor), values["unit_id"])
            return restructure.move_position(actor=self.actor, position=position, unit=unit, decree=decree)

        return self._decided(request, pk, PositionMoveInput, change)

    @extend_schema(request=PositionConvertInput, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: str) -> Response:
        """Give the position another job of the catalogue; the holders stay on."""

        def change(position: Position, values: dict[str, Any], decree: restructure.Decree) -> restructure.Outcome:
            job = self.one(Job.objects.visible_to(self.actor), values["job_id"])
            return restructure.convert_position(actor=self.actor, position=position, job=job, decree=decree)

        return self._decided(request, pk, PositionConvertInput, change)

    @extend_schema(request=PositionMergeInput, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Merge the position into another, which takes its holders and K."""

        def change(position: Position, values: dict[str, Any], decree: restructure.Decree) -> restructure.Outcome:
            target = self.one(self.get_queryset().select_related("unit", "job"), values["target_id"])
            return restructure.merge_positions(
                actor=self.actor, positions=[position], target=target, decree=decree, number=values["number"]
            )

        return self._decided(request, pk, PositionMergeInput, change)

    @extend_schema(request=DecreeInput, responses=OutcomeSerializer)
    @action(detail=True, methods=["post"])
    def abolish(self, request: Request, pk: str) -> Response:
        """Close the position by a decree; refused while somebody holds it."""

        def change(position: Position, values: dict[str, Any], decree: restructure.Decree) -> restructure.Outcome:
            return restructure.close_position(actor=self.actor, position=position, decree=decree)

        return self._decided(request, pk, DecreeInput, change)

    @extend_schema(request=WithdrawInput, responses=row)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back that the position moves, changes its name or kind, is merged or closes on a day to come."""
        asked = WithdrawInput(data=request.data)
        asked.is_valid(raise_exception=True)
        position = self.one(self.get_queryset().select_related("unit", "job"), pk)
        withdrawals.withdraw_position_change(
            actor=self.actor, position=position, day=dates.today(), **asked.validated_data
        )
        return Response(self.shown(pk))

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return register.with_figures(queryset, self.day, gaps=False)

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """Three queries: the analysis that holds, its results (none without one), the holders."""
        ids = [each["id"] for each in rows]
        unit_names.bear_rows(rows, self.day)
        found = self._results(ids)
        holders = self._holders(ids, None if self.action == "retrieve" else HOLDERS_IN_LISTS)
        unknown = {"k_analysis": None, "need": None, "need_source": None, "analysis_id": None}
        for each in rows:
            each |= found.get(each["id"], unknown)
            each["holders"] = holders.get(each["id"], [])
            gap = None if each["k"] is None else each["b"] - each["k"]
            each["shortage"] = None if gap is None else max(0, -gap)
            each["surplus"] = None if gap is None else max(0, gap)

    def _results(self, ids: list[int]) -> dict[int, dict[str, Any]]:
        latest = analysis.latest_id(self.request.user, self.day)
        if latest is None:
            return {}
        results = NeedsResult.objects.visible_to(self.request.user).filter(analysis_id=latest, position_id__in=ids)
        return {
            position_id: {"k_analysis": k, "need": need, "need_source": source, "analysis_id": latest}
            for position_id, k, need, source in results.values_list("position_id", "k", "need", "source")
        }

    def _holders(self, ids: list[int], most: int | None) -> dict[int, list[dict[str, Any]]]:
        names = ("incumbency_id", "employee_id", "nip", "name", "kind", "starts_on")
        return {
            position_id: [dict(zip(names, one, strict=True)) for one in held]
            for position_id, held in register.holders_by_position(ids, self.day, most).items()
        }


SeatRow = row_of(
    "Seat",
    Seat,
    "id position_id number kind starts_on ends_on",
    annotated={"kind_that_day": None},
    extra={
        "holder_id": serializers.IntegerField(read_only=True, allow_null=True, help_text=_("Pegawai pada hari itu.")),
        "holder_kind": serializers.CharField(read_only=True, allow_null=True),
    },
    position_code="position__code",
)


class SeatResource(Resource):
    model = Seat
    row = SeatRow
    parts = {"positions.Incumbency": "seat_id", "positions.SeatFormerKind": "seat_id"}
    filterset_class = filters.SeatFilter
    orders = {"id": ("id",)}
    has_periods = True
    takes_as_of = True

    def dressed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.annotate(kind_that_day=kind_on(self.day))

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: who sits there on the day and was an ASN then, a definitive holder or the duty's before one who
        acts."""
        held = Incumbency.objects.visible_to(self.request.user).filter(
            in_force(self.day), register.there(self.day), seat_id__in=[each["id"] for each in rows]
        )
        order = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.DUTY, Incumbency.Kind.PLT, Incumbency.Kind.PLH)
        rank = {str(kind): number for number, kind in enumerate(order)}
        holders: dict[int, tuple[int, str]] = {}
        for seat_id, employee_id, kind in sorted(
            held.values_list("seat_id", "employee_id", "kind"), key=lambda one: (rank[one[2]], one[1])
        ):
            holders.setdefault(seat_id, (employee_id, kind))
        for each in rows:
            each["kind"] = each.pop("kind_that_day")
            each["holder_id"], each["holder_kind"] = holders.get(each["id"], (None, None))


class NeedResource(Resource):
    """Needs with a source of their own: a formula's result, or the decided map."""

    model = PositionNeed
    row = row_of(
        "Need",
        PositionNeed,
        "id position_id source need decree decree_on is_printed starts_on ends_on",
        position_code="position__code",
    )
    filterset_class = filters.NeedFilter
    has_periods = True
    takes_as_of = True


class ReservationInput(Input):
    seat_id = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=200)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)


class ReleaseInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama tanpa pemesanan ini."))


class ReservationResource(Resource):
    """Seats promised in a running selection or an unsigned decree."""

    model = Reservation
    row = row_of("Reservation", Reservation, "id seat_id reason starts_on ends_on", position_id="seat__position_id")
    filterset_class = filters.ReservationFilter
    has_periods = True
    takes_as_of = True
    writes = {
        "create": frozenset({"edit_register", "edit_structure"}),
        "release": frozenset({"edit_register", "edit_structure"}),
    }

    @extend_schema(request=ReservationInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Promise a seat: it counts in F."""
        asked = ReservationInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        seats = Seat.objects.visible_to(request.user).select_related("position__unit")
        seat = self.one(seats, values.pop("seat_id"))
        made = promises.reserve_seat(actor=self.actor, seat=seat, **values)
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=ReleaseInput, responses=row)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """End the promise."""
        asked = ReleaseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        reservation = self.one(self.get_queryset().select_related("seat__position__unit"), pk)
        promises.release_seat(actor=self.actor, reservation=reservation, **asked.validated_data)
        return Response(self.shown(pk))
