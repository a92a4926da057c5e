"""Personal data through the API: the own copy, destructions with their proof, holds, incidents; rights as on pages."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates, registry
from asnhr.api.inputs import Input, MomentField
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.errors import NotAllowed
from asnhr.models import DataIncident, Destruction, DestructionLine, LegalHold, OwnCopy
from asnhr.privacy import incidents, owndata, proof, retention

PREPARES, DECIDES = frozenset({"prepare_destruction"}), frozenset({"approve_destruction"})
RECORDS = frozenset({"manage_incidents"})


def _asked(shape: type[serializers.Serializer], request: Request, **options: Any) -> dict[str, Any]:
    asked = shape(data=request.data, **options)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


class OwnCopyResource(Resource):
    """The own copies of all that is kept about the person; nobody's else, whatever the role. `is_ready`: the file can
    be taken until `expires_at`."""

    reads = "view_own"
    model = OwnCopy
    # Own rows only: the trail's numbers would tell of others.
    follows = False
    row = row_of(
        "OwnCopy",
        OwnCopy,
        "id requested_at run_id size sha256 expires_at taken_at",
        extra={"is_ready": serializers.BooleanField(read_only=True)},
        run_state="run__state",
    )
    orders = {"-requested_at": ("-requested_at", "-id"), "id": ("id",)}
    writes = {"create": frozenset({"view_own"})}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: which have a file that still stands."""
        ready = {each.pk for each in OwnCopy.objects.filter(pk__in=[row["id"] for row in rows]) if each.is_ready}
        for row in rows:
            row["is_ready"] = row["id"] in ready

    @extend_schema(request=None, responses={202: row})
    def create(self, request: Request) -> Response:
        """Ask for the own copy, made in the background; one that is being made is answered as it is. 409 after three
        a day."""
        made = owndata.request_copy(actor=self.actor, agency=self.agency)
        return Response(self.shown(made.pk), status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponse:
        """The ZIP, until its day is over (409); written down in the audit trail."""
        found = self.one(self.get_queryset().select_related("agency"), pk)
        answer = HttpResponse(owndata.take(actor=self.actor, copy=found), content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="data-saya-{found.pk}.zip"'
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "no-store"
        return answer


# Destructions


class DestructionFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=Destruction.State.choices, label=_("Keadaan"))

    class Meta:
        model = Destruction
        fields: list[str] = []


class DestructionVerdictInput(Input):
    approve = serializers.BooleanField()
    reason = serializers.CharField(max_length=300)


class BasisSerializer(serializers.Serializer):
    """The parameter of the rulebook as it stood."""

    name = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField()
    legal_basis = serializers.CharField()


class DueSerializer(serializers.Serializer):
    rule = serializers.CharField()
    name = serializers.CharField()
    what = serializers.CharField(help_text=_("Apa yang dimusnahkan dan apa yang tetap."))
    basis = BasisSerializer()
    before = serializers.DateField(help_text=_("Yang berakhir sebelum hari ini."))
    due = serializers.IntegerField(help_text=_("Banyaknya baris."))
    held = serializers.IntegerField(help_text=_("Ditahan dari pemusnahan."))


class DestructionLineSerializer(DueSerializer):
    objects_sha256 = serializers.CharField(help_text=_("Sidik nomor barisnya, tanpa menyebutnya."))
    destroyed = serializers.IntegerField(allow_null=True)
    trail = serializers.IntegerField(allow_null=True, help_text=_("Nilai jejak audit yang ikut musnah."))


def _basis(value: Any) -> dict[str, Any]:
    return {name: value[name] for name in ("name", "value", "unit", "legal_basis")}


def _line(line: DestructionLine) -> dict[str, Any]:
    rule = registry.retention_rules.get(line.rule)
    return {
        "rule": line.rule, "name": str(rule.name), "what": str(rule.what), "basis": _basis(line.basis),
        "before": line.before, "due": len(line.objects_due), "held": line.held,
        "objects_sha256": proof.objects_hash(line.objects_due), "destroyed": line.destroyed, "trail": line.trail,
    }  # fmt: skip


DESTRUCTION = (
    "id day state found_at proposed_by_id proposed_at decided_by_id decided_at reason run_id done_at sha256"
)  # fmt: skip
NUMBER: dict[str, serializers.Field] = {
    "number": serializers.CharField(read_only=True, help_text=_("Nomor berita acara."))
}


class DestructionResource(Resource):
    """Destructions of personal data whose time is over: found, proposed by one role, decided by another, done with a
    proof (berita acara). `proof_holds` of the detail: the record is still the one of `sha256`."""

    reads = "view_processing"
    model = Destruction
    parts = {"asnhr.DestructionLine": "destruction_id"}
    row = row_of("Destruction", Destruction, DESTRUCTION, extra=NUMBER)
    full = row_of(
        "DestructionDetail",
        Destruction,
        DESTRUCTION,
        extra=NUMBER
        | {
            "lines": DestructionLineSerializer(many=True, read_only=True),
            "proof_holds": serializers.BooleanField(read_only=True, allow_null=True),
        },
    )
    filterset_class = DestructionFilter
    orders = {"-day": ("-day", "-id"), "id": ("id",)}
    writes = {"create": PREPARES, "propose": PREPARES, "decide": DECIDES}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["number"] = Destruction(pk=row["id"], day=row["day"]).number

    def complete_one(self, row: dict[str, Any]) -> None:
        found = self.get_queryset().select_related("agency").get(pk=row["id"])
        lines = list(found.lines.order_by("pk"))
        is_done = found.state == Destruction.State.DONE
        row["lines"] = [_line(line) for line in lines]
        row["proof_holds"] = proof.holds(found, found.agency, lines) if is_done else None

    def found(self, pk: str) -> Destruction:
        return self.one(self.get_queryset().select_related("agency", "proposed_by", "decided_by"), pk)

    @extend_schema(responses=DueSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def preview(self, request: Request) -> Response:
        """What is over today, rule by rule, for who proposes."""
        if not self.access.permissions & PREPARES:
            raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))
        return Response(
            [
                {
                    "rule": each.rule.code, "name": str(each.rule.name), "what": str(each.rule.what),
                    "basis": _basis(each.value.as_json()), "before": each.before, "due": len(each.objects),
                    "held": each.held,
                }
                for each in retention.find(self.agency, dates.today())
            ]
        )  # fmt: skip

    @extend_schema(request=None, responses={201: full})
    def create(self, request: Request) -> Response:
        """Write down what is over today; 409 where nothing is, or one is under way."""
        made = retention.prepare_by_hand(actor=self.actor, agency=self.agency, day=dates.today())
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=full)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Propose what was found, as it was found."""
        retention.propose(actor=self.actor, destruction=self.found(pk))
        return Response(self.shown(pk))

    @extend_schema(request=DestructionVerdictInput, responses=full)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Approve (the worker then destroys) or refuse, with the reason; 403 for who proposed it."""
        retention.decide(actor=self.actor, destruction=self.found(pk), **_asked(DestructionVerdictInput, request))
        return Response(self.shown(pk))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def proof(self, request: Request, pk: str) -> HttpResponse:
        """The record of what was destroyed (berita acara) as PDF, once it is done."""
        found = self.found(pk)
        if found.state != Destruction.State.DONE:
            raise Http404
        names = {code: (str(rule.name), str(rule.what)) for code, rule in registry.retention_rules.items()}
        content = proof.pdf(found, found.agency, list(found.lines.order_by("pk")), names)
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
        return answer


# Holds


class HoldFilter(filters.FilterSet):
    lifted = filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull", exclude=True, label=_("Dicabut"))

    class Meta:
        model = LegalHold
        fields: list[str] = []


class HoldInput(Input):
    nip = serializers.CharField(
        max_length=22, help_text=_("18 angka; spasi dibuang. Pegawainya tidak harus terdaftar.")
    )
    basis = serializers.CharField(max_length=200, help_text=_("Nomor perkara, surat permintaan, atau SK."))
    reason = serializers.CharField(max_length=300)


class HoldLiftInput(Input):
    reason = serializers.CharField(max_length=300)


class HoldResource(Resource):
    """Whose personal data is kept from destruction, on what basis and until when, latest placed first."""

    reads = "view_processing"
    model = LegalHold
    row = row_of(
        "LegalHold",
        LegalHold,
        "id nip basis reason placed_by_id placed_at lifted_by_id lifted_at lifted_reason",
    )
    filterset_class = HoldFilter
    orders = {"-placed_at": ("-placed_at", "-id"), "id": ("id",)}
    writes = {"create": PREPARES, "lift": PREPARES}

    @extend_schema(request=HoldInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Keep all data of a person from destruction; 409 where it is kept already, or the NIP is none."""
        made = retention.hold(actor=self.actor, agency=self.agency, **_asked(HoldInput, request))
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=HoldLiftInput, responses=row)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """End a hold, with the reason; what is over by then goes with the next destruction. 409 when it is ended."""
        found = self.one(self.get_queryset(), pk)
        retention.lift(actor=self.actor, hold=found, **_asked(HoldLiftInput, request))
        return Response(self.shown(pk))


# Incidents


class IncidentFilter(filters.FilterSet):
    closed = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull", exclude=True, label=_("Ditutup"))
    known_from = filters.DateFilter(field_name="known_at", lookup_expr="date__gte", label=_("Diketahui sejak"))

    class Meta:
        model = DataIncident
        fields: list[str] = []


class IncidentInput(Input):
    """The sheet of an incident; what a change does not name stays. Without names and NIP of those concerned."""

    title = serializers.CharField(max_length=150)
    known_at = MomentField(help_text=_("Mulai dari sini 72 jam berjalan."))
    happened_at = MomentField(required=False, allow_null=True)
    what = serializers.CharField(max_length=20_000)
    data = serializers.ListField(  # type: ignore[assignment]  # a field; DRF takes it out of the class
        child=serializers.ChoiceField(DataIncident.Data.choices), allow_empty=False, max_length=20
    )
    people = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False, allow_null=True)
    measures = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    told_authority_at = MomentField(required=False, allow_null=True)
    told_people_at = MomentField(required=False, allow_null=True)
    late_reason = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text=_("Wajib bila diberitahukan sesudah 72 jam.")
    )


class IncidentChange(IncidentInput):
    """What became of an incident."""

    why = serializers.CharField(
        max_length=300, required=False, allow_blank=True,
        help_text=_("Alasan mengubah waktu diketahui; wajib bila `known_at` diubah."),
    )  # fmt: skip


CLOCK: dict[str, serializers.Field] = {
    "tell_by": serializers.DateTimeField(read_only=True, help_text=_("Akhir 3 × 24 jam.")),
    "is_told": serializers.BooleanField(read_only=True),
    "was_late": serializers.BooleanField(read_only=True),
}


class IncidentResource(Resource):
    """Failures to protect personal data (UU 27/2022 article 46) with the clock of 72 hours, latest known first."""

    reads = "view_processing"
    model = DataIncident
    row = row_of(
        "Incident",
        DataIncident,
        f"id {' '.join(incidents.FIELDS)} recorded_by_id recorded_at closed_by_id closed_at",
        extra=CLOCK,
    )
    filterset_class = IncidentFilter
    orders = {"-known_at": ("-known_at", "-id"), "id": ("id",)}
    writes = {"create": RECORDS, "partial_update": RECORDS, "close": RECORDS}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            told = {name: row[name] for name in ("known_at", "told_authority_at", "told_people_at")}
            clock = DataIncident(**told)
            row |= {name: getattr(clock, name) for name in CLOCK}

    @extend_schema(request=IncidentInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Write an incident down; who looks after personal data is told at once."""
        made = incidents.record(actor=self.actor, agency=self.agency, facts=_asked(IncidentInput, request))
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=IncidentChange, responses=row)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write down what became of it; 409 when it is closed, or told late without a reason."""
        facts = _asked(IncidentChange, request, partial=True)
        why = facts.pop("why", "")
        incidents.follow(actor=self.actor, incident=self.one(self.get_queryset(), pk), facts=facts, why=why)
        return Response(self.shown(pk))

    @extend_schema(request=None, responses=row)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close an incident that is dealt with and told to both."""
        incidents.close(actor=self.actor, incident=self.one(self.get_queryset(), pk))
        return Response(self.shown(pk))
