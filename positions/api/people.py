"""Employees with their post of the day, incumbencies, contracts. No NIK; phone and e-mail only for who edits, and of
the own row."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
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
from asnhr.audit import purposes
from positions import filters
from positions.api.units import WithdrawInput
from positions.models import (
    Contract,
    Education,
    EducationLevel,
    Employee,
    EmployeeEducation,
    Incumbency,
    Position,
    Unit,
)
from positions.models._base import in_force
from positions.models.employee import ENDED_CHOICES, STATUS_CHOICES
from positions.queries import histories, past_files, unit_names
from positions.rules.levels import RANKS
from positions.rules.standing import NEUTRAL
from positions.services import coming, exits, identity, incumbencies, promises, reasons
from positions.services import histories as file_services
from positions.services import register as services
from positions.services import standings as standings_read

PEOPLE = frozenset({"edit_register"})
CONTACT = frozenset({"email", "phone"})
# It may tell of illness.
EXIT = frozenset({"exit_reason"})


class PostSerializer(serializers.Serializer):
    incumbency_id = serializers.IntegerField()
    position_id = serializers.IntegerField()
    position_code = serializers.CharField()
    job_name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    kind = serializers.CharField()
    starts_on = serializers.DateField()


class EducationSerializer(serializers.Serializer):
    level_id = serializers.CharField()
    name = serializers.CharField()
    school = serializers.CharField()
    graduated = serializers.IntegerField(allow_null=True)


POST = PostSerializer(read_only=True, allow_null=True, help_text=_("Jabatan definitif pada hari itu."))
COLUMNS = (
    "id nip siasn_id name title_before title_after unit_id status legal_status sex birth_date birth_place rank"
    " rank_since pay_group service_years service_months cpns_on pns_on education_level_id education_id graduated"
    " own_retirement_age exits_on exit_reason email phone"
)


def _of_day(label: Any, choices: Iterable[tuple[Any, Any]] = ()) -> serializers.CharField:
    """A column that is null on a day before the person's appointment."""
    words = [f"`{value}` {text}" for value, text in choices]
    said = "; ".join([*words, str(_("kosong sebelum pengangkatan"))])
    return serializers.CharField(read_only=True, allow_null=True, label=label, help_text=said)


def _standing() -> dict[str, serializers.Field]:
    return {
        "status": _of_day(_("status"), Employee.Status.choices),
        "legal_status": _of_day(
            _("kedudukan hukum"), [(NEUTRAL, _("tidak aktif; rinciannya hanya bagi pembaca hukuman disiplin"))]
        ),
    }


EmployeeRow = row_of(
    "Employee",
    Employee,
    COLUMNS,
    extra={"post": POST} | _standing(),
    withheld=CONTACT | EXIT,
    unit_code="unit__code",
    unit_name="unit__name",
)
EmployeeDetail = row_of(
    "EmployeeDetail",
    Employee,
    COLUMNS,
    extra={
        "post": PostSerializer(read_only=True, allow_null=True, help_text=_("Jabatan definitif pada hari itu.")),
        "educations": EducationSerializer(many=True, read_only=True),
        "incumbencies": PostSerializer(many=True, read_only=True, help_text=_("Semua masa jabatan, terbaru dahulu.")),
    }
    | _standing(),
    withheld=CONTACT | EXIT,
    unit_code="unit__code",
    unit_name="unit__name",
)


def _posts(held: QuerySet[Any]) -> list[dict[str, Any]]:
    names = {
        "employee_id": "employee_id", "incumbency_id": "pk", "position_id": "position_id",
        "position_code": "position__code", "job_name": "position__job__name", "unit_id": "position__unit_id",
        "unit_name": "position__unit__name", "unit_code": "position__unit__code", "kind": "kind",
        "starts_on": "starts_on",
    }  # fmt: skip
    return [dict(zip(names, values, strict=True)) for values in held.values_list(*names.values())]


def _as_placed(rows: list[dict[str, Any]], posts: dict[int, dict[str, Any]], day: date) -> None:
    """The unit on record is today's; on another day it is that of the post held then."""
    codes = {person: post.pop("unit_code") for person, post in posts.items()}
    if day == dates.today():
        return
    for row in rows:
        if post := posts.get(row["id"]):
            row |= {"unit_id": post["unit_id"], "unit_name": post["unit_name"], "unit_code": codes[row["id"]]}


def _without_departures(rows: list[dict[str, Any]], day: date) -> None:
    """Take back departures that came after a past day."""
    for row in rows:
        if row["exits_on"] and row["exits_on"] > day:
            row["exits_on"] = None
            if "exit_reason" in row:
                row["exit_reason"] = ""


def _as_educated(rows: list[dict[str, Any]], day: date) -> None:
    """The last education and TMT PNS of a past day; one query."""
    gained = past_files.educations_on([row["id"] for row in rows], day)
    for row in rows:
        last = row["education_level_id"], row["education_id"], row["graduated"]
        then = past_files.last_education(*last, gained.get(row["id"]), day)
        row["education_level_id"], row["education_id"], row["graduated"] = then
        if row["pns_on"] and row["pns_on"] > day:
            row["pns_on"] = None


class EmployeeChangeInput(Input):
    """The basic facts of a person; what is not named stays. Post, unit and status change by appointment."""

    name = serializers.CharField(max_length=150)
    title_before = serializers.CharField(max_length=60, allow_blank=True, required=False)
    title_after = serializers.CharField(max_length=100, allow_blank=True, required=False)
    sex = serializers.ChoiceField(Employee.Sex.choices, required=False)
    birth_date = serializers.DateField(required=False)
    birth_place = serializers.CharField(max_length=100, allow_blank=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    phone = serializers.CharField(max_length=20, allow_blank=True, required=False)
    rank = serializers.ChoiceField(
        [(rank.id, f"{rank.code} {rank.name}") for rank in RANKS], allow_null=True, required=False
    )
    rank_since = serializers.DateField(allow_null=True, required=False)
    pay_group = serializers.IntegerField(min_value=1, max_value=17, allow_null=True, required=False)
    education_level_id = serializers.PrimaryKeyRelatedField(
        source="education_level", queryset=EducationLevel.objects.all(), allow_null=True, required=False
    )
    education_id = serializers.PrimaryKeyRelatedField(
        source="education", queryset=Education.objects.all(), allow_null=True, required=False
    )
    graduated = serializers.IntegerField(min_value=1940, max_value=2100, allow_null=True, required=False)
    cpns_on = serializers.DateField(allow_null=True, required=False)
    pns_on = serializers.DateField(allow_null=True, required=False)
    legal_status = serializers.ChoiceField(STATUS_CHOICES, required=False)
    own_retirement_age = serializers.IntegerField(
        min_value=services.OWN_AGE[0], max_value=services.OWN_AGE[1], allow_null=True, required=False
    )


class ExitInput(Input):
    exits_on = serializers.DateField(help_text=_("Hari pertama tanpa pegawai ini."))
    legal_status = serializers.ChoiceField(ENDED_CHOICES, help_text=_("Kedudukan hukum sesudahnya."))
    reason = serializers.CharField(max_length=120)


class Told(serializers.Serializer):
    """What a write answers beside the row."""

    warnings = serializers.ListField(
        child=serializers.CharField(), help_text=_("Jabatan yang akan datang dan tidak jadi dipangku.")
    )


class ExitRecordedSerializer(EmployeeDetail, Told):  # type: ignore[misc, valid-type]
    pass


class TakeBackExitInput(Input):
    why = serializers.ChoiceField([*reasons.REASONS.items()], help_text=_("Tercatat di jejak audit."))


class NotRestoredSerializer(serializers.Serializer):
    incumbency_id = serializers.IntegerField()
    why = serializers.CharField()


class ExitTakenBackSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    restored = serializers.ListField(child=serializers.IntegerField(), help_text=_("Masa jabatan yang berlanjut."))
    not_restored = NotRestoredSerializer(many=True, help_text=_("Masa jabatan yang tetap berakhir, dan sebabnya."))
    notes = serializers.ListField(child=serializers.CharField(), help_text=_("Yang perlu diperiksa."))


class EmployeeInput(EmployeeChangeInput):
    nip = serializers.CharField(max_length=30, help_text=_("18 angka, sebagai teks."))
    status = serializers.ChoiceField(Employee.Status.choices)
    unit_id = serializers.IntegerField(min_value=1)


def nik_purposes() -> str:
    return purposes.words(purposes.NIK)


class PurposeInput(Input):
    purpose = serializers.CharField(
        max_length=300, help_text=format_lazy("{} {}", _("Tercatat di jejak audit."), lazy(nik_purposes, str)())
    )


class NikSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    nik = serializers.CharField()


class EmployeeResource(Resource):
    model = Employee
    row = EmployeeRow
    full = EmployeeDetail
    parts = {"positions.Incumbency": "employee_id", "positions.EmployeeEducation": "employee_id"}
    # Of the post: its code, job and unit.
    shows = {"positions.Position": {"incumbencies__position": "code job_id unit_id"}}
    filterset_class = filters.EmployeeFilter
    orders = {"name": ("name", "id"), "nip": ("nip", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True
    writes = {
        "create": PEOPLE,
        "partial_update": PEOPLE,
        "exit": PEOPLE,
        "take_back_exit": PEOPLE,
        "nik": frozenset({"view_nik"}),
    }

    @extend_schema(request=EmployeeInput, responses={201: EmployeeDetail})
    def create(self, request: Request) -> Response:
        """Register a person in a unit; birth date and sex are read from the NIP where they are not given."""
        asked = EmployeeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        unit = self.one(Unit.objects.visible_to(self.actor), values.pop("unit_id"))
        person = services.add_employee(actor=self.actor, unit=unit, day=dates.today(), **values)
        return Response(self.shown(person.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=EmployeeChangeInput, responses=EmployeeDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a person's basic facts."""
        asked = EmployeeChangeInput(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        person = self.one(self.get_queryset().select_related("unit"), pk)
        services.change_employee(actor=self.actor, employee=person, **asked.validated_data)
        return Response(self.shown(person.pk))

    @extend_schema(request=ExitInput, responses=ExitRecordedSerializer)
    @action(detail=True, methods=["post"])
    def exit(self, request: Request, pk: str) -> Response:
        """Record that a person leaves; every post held on that day ends with it, one still to begin is dropped."""
        asked = ExitInput(data=request.data)
        asked.is_valid(raise_exception=True)
        person = self.one(self.get_queryset().select_related("unit"), pk)
        gone = coming.that_go(person, asked.validated_data["exits_on"], dates.today())
        services.record_exit(actor=self.actor, employee=person, **asked.validated_data)
        return Response(self.shown(person.pk) | {"warnings": coming.told(person, gone)})

    @extend_schema(request=TakeBackExitInput, responses=ExitTakenBackSerializer)
    @action(detail=True, methods=["post"])
    def take_back_exit(self, request: Request, pk: str) -> Response:
        """Take back an exit that was recorded wrongly; posts that were filled or closed since do not come back."""
        asked = TakeBackExitInput(data=request.data)
        asked.is_valid(raise_exception=True)
        person = self.one(self.get_queryset().select_related("unit"), pk)
        done = exits.take_back(actor=self.actor, employee=person, **asked.validated_data)
        answer = {
            "id": person.pk,
            "restored": [row.pk for row in done.restored],
            "not_restored": [{"incumbency_id": row.pk, "why": why} for row, why in done.closed],
            "notes": done.notes,
        }
        return Response(answer)

    @extend_schema(request=PurposeInput, responses=NikSerializer)
    @action(detail=True, methods=["post"])
    def nik(self, request: Request, pk: str) -> Response:
        """Read a person's NIK; who and why is written into the audit trail."""
        asked = PurposeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        person = self.one(self.get_queryset().select_related("unit"), pk)
        nik = identity.read_nik(actor=self.actor, employee=person, **asked.validated_data)
        return Response({"id": person.pk, "nik": nik}, headers={"Cache-Control": "no-store"})

    def on_day(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """People who have not left by then and, where it is known, had been appointed."""
        if self._history():
            return queryset
        stayed = Q(exits_on__isnull=True) | Q(exits_on__gt=self.day)
        if self.day < dates.today():
            return histories.appointed(queryset.filter(stayed), self.day)
        return queryset.filter(stayed, Q(cpns_on__isnull=True) | Q(cpns_on__lte=self.day))

    def without(self) -> frozenset[str]:
        contacts = frozenset() if self.access.may("edit_register") else CONTACT
        return contacts if self.access.may("view_health") else contacts | EXIT

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: the post of each on the day, where the user sees it. On another day than today two more: what the
        histories tell of rank and legal standing then; on a past one a third for education and a fourth for the
        contracts of who has no TMT CPNS on record."""
        held = Incumbency.objects.visible_to(self.request.user).filter(
            in_force(self.day), employee_id__in=[each["id"] for each in rows],
            kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME],
        )  # fmt: skip
        posts = {post.pop("employee_id"): post for post in _posts(held)}
        _as_placed(rows, posts, self.day)
        past, other = self.day < dates.today(), self.day != dates.today()
        unit_names.bear_rows([*rows, *posts.values()], self.day)
        left = {each["id"]: each["exits_on"] for each in rows}
        if past:
            _without_departures(rows, self.day)
        self._own_contacts(rows)
        # Looks are written down, in one statement.
        file_services.note_health(Employee, [each["id"] for each in rows if each.get("exit_reason")], "API")
        people = [each["id"] for each in rows]
        ranks = histories.ranks_on(people, self.day) if other else {}
        standings = histories.standings_on(people, self.day) if other else {}
        known = ((each["id"], each["nip"], each["cpns_on"], each["pns_on"], each["status"]) for each in rows)
        statuses = histories.statuses_on(known, self.day) if past else {}
        for each in rows:
            each["post"] = posts.get(each["id"])
            if other:
                each["legal_status"] = histories.standing_then(
                    standings.get(each["id"]), each["legal_status"], left[each["id"]], self.day
                )
            if held := ranks.get(each["id"]):
                each |= {"rank": held.rank, "rank_since": held.since, "pay_group": held.pay_group}
            elif past and not (each["rank_since"] and each["rank_since"] <= self.day):
                # No history by then: only what the TMT on record says is known.
                each |= {"rank": None, "rank_since": None, "pay_group": None}
            if past:
                each["status"] = statuses[each["id"]]
                if each["status"] is None:
                    each["legal_status"] = None
        if past:
            _as_educated(rows, self.day)
        standings_read.read_values(actor=self.actor, model=Employee, rows=rows, purpose="API")

    def _own_contacts(self, rows: list[dict[str, Any]]) -> None:
        """Everybody reads the own contacts; a query only where the own row is among `rows` and came without them."""
        mine = [each for each in rows if self.without() & CONTACT and each["nip"] == self.actor.nip]
        for each in mine:
            each |= Employee.objects.filter(pk=each["id"]).values(*sorted(CONTACT)).get()

    def complete_one(self, row: dict[str, Any]) -> None:
        """Two queries; on a past day without what came later."""
        educations = EmployeeEducation.objects.filter(agency_id=self.access.agency_id, employee_id=row["id"])
        row["educations"] = list(
            past_files.came(educations, self.day)
            .order_by("graduated", "pk")
            .values("level_id", "name", "school", "graduated")
        )
        held = Incumbency.objects.visible_to(self.request.user).filter(employee_id=row["id"])
        if past_files.is_past(self.day):
            held = held.filter(starts_on__lte=self.day)
        row["incumbencies"] = _posts(held.order_by("-starts_on", "-pk"))
        for post in row["incumbencies"]:
            del post["employee_id"], post["unit_code"]


KINDS = [
    (kind.value, kind.label)
    for kind in (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PLT, Incumbency.Kind.PLH, Incumbency.Kind.DUTY)
]


class IncumbencyInput(Input):
    position_id = serializers.IntegerField(min_value=1)
    employee_id = serializers.IntegerField(min_value=1)
    kind = serializers.ChoiceField(KINDS, default=Incumbency.Kind.DEFINITIVE.value)
    starts_on = serializers.DateField(help_text="TMT.")
    decree = serializers.CharField(max_length=120)
    decree_on = serializers.DateField(allow_null=True, default=None)
    ends_on = serializers.DateField(
        allow_null=True, default=None, help_text=_("Hari pertama sesudah berakhir; bukan untuk jabatan definitif.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == Incumbency.Kind.DEFINITIVE and attrs["ends_on"]:
            text = gettext("Jabatan definitif tidak diberi tanggal akhir saat pengangkatan.")
            raise serializers.ValidationError({"ends_on": [text]})
        return attrs


class IncumbencyCloseInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama tanpa jabatan."))


IncumbencyRow = row_of(
    "Incumbency",
    Incumbency,
    "id position_id seat_id employee_id kind decree decree_on starts_on ends_on",
    position_code="position__code",
    unit_id="position__unit_id",
    nip="employee__nip",
    employee_name="employee__name",
)


class Appointed(IncumbencyRow, Told):  # type: ignore[misc, valid-type]
    pass


class AppointmentWithdrawnSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    employee_id = serializers.IntegerField()
    not_restored = serializers.ListField(
        child=serializers.CharField(), help_text=_("Jabatan yang tidak dipulihkan, dan sebabnya.")
    )


class IncumbencyResource(Resource):
    model = Incumbency
    row = IncumbencyRow
    filterset_class = filters.IncumbencyFilter
    orders = {"id": ("id",), "-starts_on": ("-starts_on", "-id")}
    has_periods = True
    takes_as_of = True
    writes = {"create": PEOPLE, "close": PEOPLE, "withdraw": PEOPLE}

    @extend_schema(request=IncumbencyInput, responses={201: Appointed})
    def create(self, request: Request) -> Response:
        """Appoint a person to a position: definitively, acting (Plt, Plh), or with an additional duty. A post that a
        decision would have taken the person along to later is dropped and named."""
        asked = IncumbencyInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        positions = Position.objects.visible_to(self.actor).select_related("unit", "job")
        position = self.one(positions, values.pop("position_id"))
        employee = self.one(Employee.objects.visible_to(self.actor), values.pop("employee_id"))
        kind, ends_on = values.pop("kind"), values.pop("ends_on")
        gone: list[Incumbency] = []
        if kind == Incumbency.Kind.DEFINITIVE:
            gone = coming.replaced(employee, values["starts_on"])
            row = services.appoint(actor=self.actor, position=position, employee=employee, **values)
        else:
            row = services.open_acting(
                actor=self.actor, position=position, employee=employee, kind=kind, ends_on=ends_on, **values
            )
        warnings = coming.told(employee, gone)
        return Response(self.shown(row.pk) | {"warnings": warnings}, status=status.HTTP_201_CREATED)

    @extend_schema(request=WithdrawInput, responses=AppointmentWithdrawnSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back an appointment that has not begun; the post that would have ended with it goes on."""
        asked = WithdrawInput(data=request.data)
        asked.is_valid(raise_exception=True)
        incumbency = self.one(self.get_queryset().select_related("position__unit", "employee__unit"), pk)
        told = incumbencies.withdraw(
            actor=self.actor, incumbency=incumbency, day=dates.today(), **asked.validated_data
        )  # fmt: skip
        return Response({"id": incumbency.pk, "employee_id": incumbency.employee_id, "not_restored": told})

    @extend_schema(request=IncumbencyCloseInput, responses=row)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End an incumbency."""
        asked = IncumbencyCloseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        incumbency = self.one(self.get_queryset().select_related("position__unit"), pk)
        services.close_incumbency(actor=self.actor, incumbency=incumbency, **asked.validated_data)
        return Response(self.shown(pk))


class ExtensionInput(Input):
    extension = serializers.ChoiceField(Contract.Extension.choices)
    decided_on = serializers.DateField()


class ContractResource(Resource):
    model = Contract
    writes = {"extension": PEOPLE}
    row = row_of(
        "Contract",
        Contract,
        "id employee_id number starts_on ends_on extension decided_on",
        nip="employee__nip",
        employee_name="employee__name",
    )
    filterset_class = filters.ContractFilter
    orders = {"ends_on": ("ends_on", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """What was decided after a past day was not decided yet."""
        past_files.as_they_stood(Contract, rows, self.day)

    @extend_schema(request=ExtensionInput, responses=row)
    @action(detail=True, methods=["post"])
    def extension(self, request: Request, pk: str) -> Response:
        """Say whether the contract is extended; only `tidak` makes its end an outflow of the analysis."""
        asked = ExtensionInput(data=request.data)
        asked.is_valid(raise_exception=True)
        contract = self.one(self.get_queryset().select_related("employee__unit"), pk)
        promises.decide_extension(actor=self.actor, contract=contract, **asked.validated_data)
        return Response(self.shown(pk))
