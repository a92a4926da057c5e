"""The workload campaign: campaigns with their board, sheets with their steps, workloads and tasks."""

from dataclasses import asdict
from typing import Any

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
from positions.models import Campaign, Goal, Workload, WorkloadSheet, WorkloadTask
from positions.queries import workload as boards
from positions.rules import workload as rules
from positions.rules.workload_health import need_of_loads
from positions.services import goals
from positions.services import workload as services

FILLS = frozenset({"edit_workload"})
JUDGES = frozenset({"approve_workload"})


class CampaignInput(Input):
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    opens_on = serializers.DateField()
    deadline = serializers.DateField(help_text=_("Hari terakhir."))
    from_last_year = serializers.BooleanField(default=True, help_text=_("Angka kampanye sebelumnya sebagai awal."))


class BoardRowSerializer(serializers.Serializer):
    sheet_id = serializers.IntegerField()
    unit_id = serializers.IntegerField()
    unit_code = serializers.CharField()
    unit_name = serializers.CharField()
    state = serializers.CharField()
    late = serializers.BooleanField()
    reminded_on = serializers.DateField(allow_null=True)
    tasks = serializers.IntegerField()


class BoardSerializer(serializers.Serializer):
    states = serializers.DictField(child=serializers.IntegerField())
    late = serializers.IntegerField()
    rows = BoardRowSerializer(many=True)


class RemindedSerializer(serializers.Serializer):
    reminded = serializers.IntegerField()


class CampaignResource(Resource):
    model = Campaign
    row = row_of(
        "Campaign",
        Campaign,
        "id year opens_on deadline closed_on minutes_per_year minutes_per_year_health rounding",
    )
    filterset_class = filters.CampaignFilter
    orders = {"-year": ("-year", "-id"), "id": ("id",)}
    writes = {"create": JUDGES, "remind": JUDGES, "close": JUDGES}
    takes_as_of = False

    @extend_schema(request=CampaignInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Open the campaign of a year."""
        asked = CampaignInput(data=request.data)
        asked.is_valid(raise_exception=True)
        campaign = services.start_campaign(actor=request.user, agency=self.agency, **asked.validated_data)
        return Response(self.shown(campaign.pk), status=status.HTTP_201_CREATED)

    @extend_schema(responses=BoardSerializer)
    @action(detail=True)
    def board(self, request: Request, pk: str) -> Response:
        """Who is late; the sheets the user sees."""
        campaign = self.one(self.get_queryset(), pk)
        return Response(asdict(boards.board(request.user, campaign, self.day)))

    @extend_schema(request=None, responses=RemindedSerializer)
    @action(detail=True, methods=["post"])
    def remind(self, request: Request, pk: str) -> Response:
        """Remind the units whose sheet still lies with them."""
        campaign = self.one(self.get_queryset(), pk)
        return Response({"reminded": services.remind(actor=request.user, campaign=campaign, day=dates.today())})

    @extend_schema(request=None, responses=row)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the campaign."""
        campaign = self.one(self.get_queryset(), pk)
        services.close_campaign(actor=request.user, campaign=campaign, day=dates.today())
        return Response(self.shown(pk))


class NoteInput(Input):
    note = serializers.CharField(max_length=4000, allow_blank=True, default="")


class TaskInput(Input):
    position_id = serializers.IntegerField(min_value=1)
    number = serializers.IntegerField(min_value=1, max_value=100_000)
    task = serializers.CharField(max_length=500)
    output = serializers.CharField(max_length=150, allow_blank=True, default="")
    volume = serializers.DecimalField(14, 4)
    per = serializers.ChoiceField(WorkloadTask.Per.choices, default=WorkloadTask.Per.YEAR)
    minutes = serializers.DecimalField(12, 4)
    part = serializers.ChoiceField(WorkloadTask.Part.choices, default=WorkloadTask.Part.MAIN)
    minutes_per_year = serializers.IntegerField(min_value=1, max_value=600_000, allow_null=True, default=None)
    digital_prone = serializers.BooleanField(default=False)
    goal_id = serializers.IntegerField(min_value=1, allow_null=True, default=None)


class MethodInput(Input):
    position_id = serializers.IntegerField(min_value=1)
    method = serializers.ChoiceField(Workload.Method.choices)


class TasksInput(Input):
    tasks = TaskInput(many=True, max_length=5000)
    methods = MethodInput(
        many=True, max_length=5000, required=False,
        help_text=_("Metode jabatan yang tugasnya ditulis; tanpa disebut, metodenya tetap."),
    )  # fmt: skip
    replace = serializers.BooleanField(
        default=False, help_text=_("Hapus tugas jabatan yang disebut, yang tidak ada dalam daftar ini.")
    )


TaskRow = row_of(
    "Task",
    WorkloadTask,
    "id workload_id number task output volume per minutes part minutes_per_year digital_prone goal_id",
    position_id="workload__position_id",
)


class SheetResource(Resource):
    model = WorkloadSheet
    row = row_of(
        "WorkloadSheet",
        WorkloadSheet,
        "id campaign_id unit_id state note changed_at approved_on reminded_on",
        year="campaign__year",
        unit_code="unit__code",
        unit_name="unit__name",
    )
    filterset_class = filters.SheetFilter
    writes = {"submit": FILLS, "tasks": FILLS, "verify": JUDGES, "give_back": JUDGES, "approve": JUDGES}

    def _step(self, request: Request, pk: str, step: str) -> Response:
        asked = NoteInput(data=request.data)
        asked.is_valid(raise_exception=True)
        sheet = self.one(self.get_queryset().select_related("unit"), pk)
        services.take_step(
            actor=request.user, sheet=sheet, step=step, day=dates.today(), note=asked.validated_data["note"]
        )
        return Response(self.shown(pk))

    @extend_schema(request=NoteInput, responses=row)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """The unit says it is filled in: belum or dikembalikan → diisi."""
        return self._step(request, pk, "submit")

    @extend_schema(request=NoteInput, responses=row)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """diisi → diverifikasi."""
        return self._step(request, pk, "verify")

    @extend_schema(request=NoteInput, responses=row)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """diisi or diverifikasi → dikembalikan, with a note."""
        return self._step(request, pk, "return")

    @extend_schema(request=NoteInput, responses=row)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """diverifikasi → disahkan."""
        return self._step(request, pk, "approve")

    @extend_schema(request=TasksInput, responses=TaskRow(many=True))
    @action(detail=True, methods=["put"], pagination_class=None, filterset_class=None)
    def tasks(self, request: Request, pk: str) -> Response:
        """Write tasks of the sheet by (position, number), all or nothing; answers all tasks of the named positions."""
        asked = TasksInput(data=request.data)
        asked.is_valid(raise_exception=True)
        sheet = self.one(self.get_queryset().select_related("unit"), pk)
        tasks = [services.TaskInput(**each) for each in asked.validated_data["tasks"]]
        saved = services.save_tasks(
            actor=request.user, sheet=sheet, tasks=tasks, day=dates.today(), replace=asked.validated_data["replace"],
            methods={each["position_id"]: each["method"] for each in asked.validated_data.get("methods", ())},
        )  # fmt: skip
        rows = WorkloadTask.objects.visible_to(request.user).filter(pk__in=[task.pk for task in saved])
        return Response(list(TaskRow.values(rows.order_by("workload__position_id", "number", "pk"))))

    def tagged(self, row: dict[str, Any]) -> Any:
        """With its tasks, which `PUT …/tasks/` replaces."""
        tasks = WorkloadTask.objects.filter(agency_id=self.access.agency_id, workload__sheet_id=row["id"])
        return [row, list(TaskRow.values(tasks.order_by("pk")))]


class WorkloadResource(Resource):
    model = Workload
    parts = {"positions.WorkloadTask": "workload_id"}
    row = row_of(
        "Workload",
        Workload,
        "id sheet_id position_id method faults printed_need is_sample",
        extra={
            "load": serializers.DecimalField(22, 10, read_only=True, help_text=_("Menit setahun.")),
            "need": serializers.DecimalField(
                22, 10, read_only=True, allow_null=True, help_text=_("Kebutuhan belum dibulatkan; null tanpa tugas.")
            ),
        },
        year="sheet__campaign__year",
        unit_id="sheet__unit_id",
        position_code="position__code",
        minutes_per_year="sheet__campaign__minutes_per_year",
        minutes_per_year_health="sheet__campaign__minutes_per_year_health",
    )
    filterset_class = filters.WorkloadFilter

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: the tasks of the page's workloads, computed by the rule."""
        loads: dict[int, list[rules.TaskLoad]] = {each["id"]: [] for each in rows}
        supports: dict[int, list[bool]] = {each["id"]: [] for each in rows}
        tasks = WorkloadTask.objects.filter(agency_id=self.access.agency_id, workload_id__in=loads)
        for pk, volume, per, minutes, own, part in tasks.values_list(
            "workload_id", "volume", "per", "minutes", "minutes_per_year", "part"
        ):
            loads[pk].append(rules.TaskLoad(volume, services.PERIOD[per], minutes, own))
            supports[pk].append(part == WorkloadTask.Part.SUPPORT)
        for each in rows:
            result = rules.workload(loads[each["id"]], minutes_a_year=each["minutes_per_year"])
            each["load"], each["need"] = result.load, result.need if result.tasks else None
            if each["method"] == Workload.Method.HEALTH:
                parts = list(zip(result.tasks, supports[each["id"]], strict=True))
                each["need"] = need_of_loads(
                    (task.load for task, is_support in parts if not is_support),
                    (task.load for task, is_support in parts if is_support),
                    minutes_a_year=each["minutes_per_year_health"],
                )


class TaskGoalInput(Input):
    goal_id = serializers.IntegerField(
        min_value=1, allow_null=True, help_text=_("Sasaran yang dilayani tugas; null: tidak ada.")
    )


class TaskResource(Resource):
    """Tasks are written by their sheet; which goal each serves also here, while the sheet may be edited."""

    model = WorkloadTask
    row = TaskRow
    filterset_class = filters.TaskFilter
    writes = {"partial_update": frozenset({"edit_goals"})}

    @extend_schema(request=TaskGoalInput, responses=row)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Say which goal the task serves; its volume and norm stay."""
        asked = TaskGoalInput(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data["goal_id"]
        tasks = self.get_queryset().select_related("workload__position__unit", "workload__sheet__campaign")
        task = self.one(tasks, pk)
        goal = None if wanted is None else self.one(Goal.objects.visible_to(self.actor), wanted)
        goals.link_task(actor=self.actor, task=task, goal=goal, day=self.day)
        return Response(self.shown(pk))
