"""Documents and contacts of personnel files, and corrections that people propose to their own.

What a restricted contact or a request holds is shown one by one, to who may, and written down as read.
"""

import json
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr import dates
from asnhr.access import NO_ACCESS
from asnhr.api import sync
from asnhr.api.inputs import Input
from asnhr.api.permissions import Acts
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from asnhr.errors import NotAllowed
from asnhr.files.content import check_size
from positions import permissions
from positions.api.people import PurposeInput
from positions.api.references import National
from positions.filters import Number, Words, of_person, under, under_of_person, unit
from positions.forms import values_form
from positions.models import ChangeRequest, DocumentKind, Employee, EmployeeContact, EmployeeDocument
from positions.models.change_request import closed_targets, is_closed
from positions.queries import past_files, personal_file, register
from positions.services import contacts, correctable, corrections, documents

PEOPLE = frozenset({"edit_register"})
OWN = frozenset({"view_own"})
NIKS = frozenset({"view_nik"})


class OwnToo(Acts):
    """As `Acts`, and the own rows for who may open the own record; what exists is `visible_to`'s."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = getattr(request.user, "access", NO_ACCESS)
        reads = request.method in ("GET", "HEAD", "OPTIONS") and access.may("view_own")
        return super().has_permission(request, view) or (bool(request.user.is_authenticated) and reads)


def own_person(user: Any) -> Employee:
    """Return the record of the signed-in person. Raises NotAllowed for a login without one."""
    people = register.employees_visible(user).select_related("unit", "agency")
    found = people.filter(nip=getattr(user, "nip", "") or "-").first()
    if found is None:
        raise NotAllowed(_("Akun ini belum terhubung dengan data pegawai."))
    return found


class UploadInput(Input):
    kind = serializers.PrimaryKeyRelatedField(queryset=DocumentKind.objects.all(), help_text=_("Kode jenis dokumen."))
    file = serializers.FileField(help_text=_("PDF, JPEG, atau PNG."))
    number = serializers.CharField(max_length=120, default="", allow_blank=True)
    issued_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class DocumentInput(UploadInput):
    employee_id = serializers.IntegerField(min_value=1)


class DocumentRemovalInput(Input):
    reason = serializers.CharField(max_length=300)


def upload_of(values: dict[str, Any], agency_id: int) -> documents.Upload:
    """Return what was handed in. Raises RuleBroken (409) for a file that is too large to be read."""
    file = values["file"]
    check_size(file.size, documents.limits_of(agency_id, dates.today()).document)
    return documents.Upload(
        kind=values["kind"], filename=file.name, data=file.read(), number=values["number"],
        issued_on=values.get("issued_on"), note=values["note"],
    )  # fmt: skip


class DocumentWords(Words):
    """Words of a name, or a whole number: it is encrypted."""

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        words = [self.found(word) for word in value.split()[:6]]
        return queryset.filter(Q(*words) | EmployeeDocument.numbered(value))


class DocumentFilter(filters.FilterSet):
    q = DocumentWords(fields=("employee__name",), label=_("Cari nama atau nomor"))
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    unit = unit("employee__unit")
    under = under("employee__unit")
    kind = filters.CharFilter(field_name="kind_id", label=_("Jenis dokumen"))
    scan = filters.ChoiceFilter(choices=EmployeeDocument.Scan.choices, label=_("Pemindaian"))
    removed = filters.BooleanFilter(
        field_name="removed_at", lookup_expr="isnull", exclude=True, label=_("Sudah dihapus")
    )

    class Meta:
        model = EmployeeDocument
        fields: list[str] = []


class DocumentResource(Resource):
    """What is said of each document; `file` gives the file itself and writes down who took it. `scan` is `belum` where
    no virus scanner is installed. Of a past day those that were in a file then, as they were."""

    permission_classes = [OwnToo]
    model = EmployeeDocument
    takes_as_of = True
    row = row_of(
        "EmployeeDocument",
        EmployeeDocument,
        "id employee_id kind_id request_id number issued_on note filename format size pages sha256 scan scanned_at"
        " uploaded_by_id uploaded_at removed_at removal_reason",
        kind_name="kind__name",
        nip="employee__nip",
        unit_id="employee__unit_id",
    )
    filterset_class = DocumentFilter
    orders = {"-uploaded_at": ("-uploaded_at", "-id"), "id": ("id",)}
    # Evidence is seen by who decides while its request waits.
    wholes = {"positions.ChangeRequest": "request_id"}
    writes = {"create": PEOPLE, "remove": PEOPLE}

    def once_seen(self, ids: list[int]) -> list[int]:
        """Evidence of a request that waits no more; others out of sight are of kinds that the reader may not know."""
        there = EmployeeDocument.objects.filter(agency=self.agency, pk__in=ids)
        evidence = there.filter(request__isnull=False).exclude(request__target__in=closed_targets(self.actor))
        hidden = set(there.values_list("pk", flat=True)) - set(evidence.values_list("pk", flat=True))
        return [pk for pk in ids if pk not in hidden]

    def on_day(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of a past day what the page of the file shows; of today what was removed, and evidence that waits, too."""
        return personal_file.there_on(queryset, self.day) if past_files.is_past(self.day) else queryset

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """What is said of specific ones of others is a logged look. What was removed later was there on a past day."""
        for each in rows if past_files.is_past(self.day) else ():
            if each["removed_at"] is not None and timezone.localdate(each["removed_at"]) > self.day:
                each["removed_at"], each["removal_reason"] = None, ""
        specific = DocumentKind.objects.filter(sensitivity=DocumentKind.Sensitivity.SPECIFIC)
        kinds, nip = set(specific.values_list("pk", flat=True)), getattr(self.actor, "nip", "")
        looks = [each["id"] for each in rows if each["kind_id"] in kinds and not (nip and each["nip"] == nip)]
        documents.note_looks(looks, "API")

    def loaded(self, pk: str) -> EmployeeDocument:
        rows = self.get_queryset().select_related("kind", "request", "employee__unit", "employee__agency")
        return self.one(rows, pk)

    @extend_schema(request={"multipart/form-data": DocumentInput}, responses={201: row})
    def create(self, request: Request) -> Response:
        """Put a document into a person's file; its content is checked against its name and kind, and scanned."""
        asked = DocumentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        people = Employee.objects.visible_to(self.actor).select_related("unit", "agency")
        person = self.one(people, values["employee_id"])
        made = documents.add(actor=self.actor, employee=person, upload=upload_of(values, person.agency_id))
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponse:
        """The file itself, to be kept; written down in the audit trail."""
        found = self.loaded(pk)
        data = documents.read(actor=self.actor, document=found)
        response = HttpResponse(data, content_type=found.media_type)
        response["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(request=DocumentRemovalInput, responses=row)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Destroy the file; that it was there, and why it went, stays."""
        asked = DocumentRemovalInput(data=request.data)
        asked.is_valid(raise_exception=True)
        documents.remove(actor=self.actor, document=self.loaded(pk), **asked.validated_data)
        return Response(self.shown(pk))


# Contacts


class ContactInput(Input):
    employee_id = serializers.IntegerField(min_value=1)
    kind = serializers.ChoiceField(EmployeeContact.Kind.choices)
    value = serializers.CharField(max_length=contacts.LONGEST)
    label = serializers.CharField(max_length=100, default="", allow_blank=True)
    sensitivity = serializers.ChoiceField(
        EmployeeContact.Sensitivity.choices, default=EmployeeContact.Sensitivity.RESTRICTED.value
    )
    starts_on = serializers.DateField()


class ContactEndInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama tanpa kontak ini."))


class ContactFilter(filters.FilterSet):
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    unit = of_person()
    under = under_of_person()
    kind = filters.ChoiceFilter(choices=EmployeeContact.Kind.choices, label=_("Jenis"))

    class Meta:
        model = EmployeeContact
        fields: list[str] = []


CONTACT = "id employee_id kind sensitivity label starts_on ends_on"


class ContactResource(Resource):
    """Contacts that are seen; the value itself (encrypted at rest) comes with the single row, and is written down."""

    permission_classes = [OwnToo]
    model = EmployeeContact
    row = row_of("EmployeeContact", EmployeeContact, CONTACT, nip="employee__nip", unit_id="employee__unit_id")
    full = row_of(
        "EmployeeContactDetail",
        EmployeeContact,
        CONTACT,
        extra={"value": serializers.CharField(read_only=True)},
        nip="employee__nip",
        unit_id="employee__unit_id",
    )
    filterset_class = ContactFilter
    orders = {"id": ("id",), "-starts_on": ("-starts_on", "-id")}
    has_periods = True
    writes = {"create": PEOPLE, "end": PEOPLE}

    def complete_one(self, row: dict[str, Any]) -> None:
        found = self.get_queryset().select_related("employee").get(pk=row["id"])
        row["value"] = contacts.read_contact(actor=self.actor, contact=found)

    @extend_schema(request=ContactInput, responses={201: full})
    def create(self, request: Request) -> Response:
        """Record a contact from a day; an address follows the one before."""
        asked = ContactInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        people = Employee.objects.visible_to(self.actor).select_related("unit", "agency")
        person = self.one(people, values.pop("employee_id"))
        made = contacts.add_contact(actor=self.actor, employee=person, **values)
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=ContactEndInput, responses=full)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a contact."""
        asked = ContactEndInput(data=request.data)
        asked.is_valid(raise_exception=True)
        found = self.one(self.get_queryset().select_related("employee__unit"), pk)
        contacts.end_contact(actor=self.actor, contact=found, **asked.validated_data)
        return Response(self.shown(pk) if self.get_queryset().filter(pk=pk).exists() else None)


# Requests of corrections


class ProposalInput(Input):
    target = serializers.ChoiceField([(code, target.name) for code, target in correctable.TARGETS.items()])
    values = serializers.DictField(
        child=serializers.CharField(allow_blank=True, allow_null=True), default=dict,
        help_text=_("Kolom data yang diusulkan, sebagai teks; tanggal TTTT-BB-HH."),
    )  # fmt: skip
    object_id = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, help_text=_("Baris riwayat yang dibetulkan; kosong: baris baru.")
    )
    removes = serializers.BooleanField(
        default=False, help_text=_("Usulkan baris `object_id` dihapus (ganda, atau milik orang lain); tanpa `values`.")
    )
    explanation = serializers.CharField(max_length=2000)
    kind = serializers.PrimaryKeyRelatedField(
        queryset=DocumentKind.objects.all(), required=False, help_text=_("Jenis dokumen bukti.")
    )
    file = serializers.FileField(required=False, help_text=_("Dokumen bukti."))
    number = serializers.CharField(max_length=120, default="", allow_blank=True)
    issued_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, default="", allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        """In a multipart body `values` are `values.phone=0812`, or one JSON text."""
        if hasattr(data, "getlist") and isinstance(data.get("values"), str):
            try:
                told = json.loads(data["values"])
            except ValueError:
                raise ValidationError({"values": [_("Isi bukan JSON yang sah.")]}) from None
            data = {name: data[name] for name in data} | {"values": told}
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) != ("kind" in attrs):
            raise ValidationError({"kind": [_("Dokumen bukti menyebut jenis dan berkasnya.")]})
        if attrs["removes"] and attrs["values"]:
            raise ValidationError({"values": [_("Usul penghapusan tidak menyebut isi.")]})
        return attrs


class AcceptInput(Input):
    reason = serializers.CharField(max_length=2000, default="", allow_blank=True)


class RefuseInput(Input):
    reason = serializers.CharField(max_length=2000)


class ChangeRequestFilter(filters.FilterSet):
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    unit = unit("employee__unit")
    under = under("employee__unit")
    state = filters.ChoiceFilter(choices=ChangeRequest.State.choices, label=_("Keadaan"))
    target = filters.CharFilter(field_name="told", label=_("Data"))
    own = filters.BooleanFilter(method="by_owner", label=_("Usul sendiri"))

    class Meta:
        model = ChangeRequest
        fields: list[str] = []

    def by_owner(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        mine = ChangeRequest.objects.all().own(self.request.user).values("pk")
        return queryset.filter(pk__in=mine) if value else queryset.exclude(pk__in=mine)


REQUEST = (
    "id employee_id target object_id removes finding state requested_by_id requested_at decided_by_id decided_at"
    " emptied_at"
)


class RequestedNikSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    before = serializers.CharField(help_text=_("NIK yang tercatat waktu diusulkan."))
    proposed = serializers.CharField(help_text=_("NIK yang diusulkan."))


class ChangeRequestResource(Resource):
    """Corrections that people propose to their own file. Proposed values, the explanation and the officer's reason come
    with the single row, for the person and who may decide; looks by others are written down. Of a NIK others read the
    last digits there, and all of it through `nik`, with a purpose. `create` is for the own record; accepting writes the
    register in the same transaction. `target` is `terbatas`, and neither row nor finding is named, where the reader may
    not know what the request is about."""

    permission_classes = [OwnToo]
    model = ChangeRequest
    row = row_of("ChangeRequest", ChangeRequest, REQUEST, nip="employee__nip", unit_id="employee__unit_id")
    full = row_of(
        "ChangeRequestDetail",
        ChangeRequest,
        REQUEST,
        extra={
            "before": serializers.DictField(read_only=True, allow_null=True),
            "proposed": serializers.DictField(read_only=True, allow_null=True),
            "explanation": serializers.CharField(read_only=True, allow_null=True),
            "reason": serializers.CharField(read_only=True, allow_null=True),
            "evidence": serializers.ListField(child=serializers.IntegerField(), help_text=_("Id dokumen bukti.")),
        },
        nip="employee__nip",
        unit_id="employee__unit_id",
    )
    filterset_class = ChangeRequestFilter
    orders = {"-requested_at": ("-requested_at", "-id"), "id": ("id",)}
    writes = {"create": OWN, "withdraw": OWN, "evidence": OWN, "accept": PEOPLE, "refuse": PEOPLE, "nik": NIKS}

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().as_told_to(self.actor)

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """Of a request whose data the reader may not know it is told that it is there."""
        for row in rows:
            if is_closed(self.actor, row["target"], row["nip"]):
                row |= {"target": ChangeRequest.NEUTRAL, "object_id": None, "removes": False, "finding": ""}

    def once_seen(self, ids: list[int]) -> list[int]:
        """Requests that are no more: what is there and out of sight always was."""
        return sync.gone(self.agency.pk, ChangeRequest, ids)

    def loaded(self, pk: Any) -> ChangeRequest:
        return self.one(self.get_queryset().select_related("employee__unit", "employee__agency"), pk)

    def complete_one(self, row: dict[str, Any]) -> None:
        found = self.loaded(row["id"])
        sees = permissions.may_read_request(self.actor, found)
        values = corrections.read_values(actor=self.actor, change=found) if sees else (None, None)
        row["before"], row["proposed"] = values
        row["explanation"], row["reason"] = (found.explanation, found.reason) if sees else (None, None)
        row["evidence"] = list(personal_file.evidence_of(self.actor, found).values_list("pk", flat=True))

    @extend_schema(
        request={"application/json": ProposalInput, "multipart/form-data": ProposalInput}, responses={201: full}
    )
    def create(self, request: Request) -> Response:
        """Propose a correction to the own record; evidence comes as a multipart body."""
        person = own_person(self.actor)
        asked = ProposalInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        target = correctable.TARGETS[values["target"]]
        removes = values["removes"]
        made = corrections.propose(
            actor=self.actor, employee=person, target=target.code, removes=removes,
            values={} if removes else typed(target, values["values"]),
            explanation=values["explanation"], object_id=values.get("object_id"),
            evidence=[upload_of(values, person.agency_id)] if "file" in values else [],
        )  # fmt: skip
        return Response(self.shown(made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request={"multipart/form-data": UploadInput}, responses=full)
    @action(detail=True, methods=["post"])
    def evidence(self, request: Request, pk: str) -> Response:
        """Bring one more document for an own request that waits."""
        # Whose request it is before what is brought: strangers learn nothing from the shape of their body.
        found = self.loaded(pk)
        permissions.check_may_propose(self.actor, found.employee)
        asked = UploadInput(data=request.data)
        asked.is_valid(raise_exception=True)
        upload = upload_of(asked.validated_data, found.agency_id)
        corrections.add_evidence(actor=self.actor, change=found, upload=upload)
        return Response(self.shown(pk))

    @extend_schema(request=PurposeInput, responses=RequestedNikSerializer)
    @action(detail=True, methods=["post"])
    def nik(self, request: Request, pk: str) -> Response:
        """Read the NIKs of a request about the NIK; who and why is written into the audit trail."""
        asked = PurposeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        found = self.loaded(pk)
        before, proposed = corrections.read_niks(actor=self.actor, change=found, **asked.validated_data)
        answer = {"id": found.pk, "before": before.get("nik", ""), "proposed": proposed.get("nik", "")}
        return Response(answer, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses=full)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take an own request back."""
        corrections.withdraw(actor=self.actor, change=self.loaded(pk))
        return Response(self.shown(pk))

    @extend_schema(request=AcceptInput, responses=full)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept and write into the register."""
        asked = AcceptInput(data=request.data)
        asked.is_valid(raise_exception=True)
        corrections.accept(actor=self.actor, change=self.loaded(pk), **asked.validated_data)
        return Response(self.shown(pk))

    @extend_schema(request=RefuseInput, responses=full)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse with a reason, which the person reads."""
        asked = RefuseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        corrections.refuse(actor=self.actor, change=self.loaded(pk), **asked.validated_data)
        return Response(self.shown(pk))


def typed(target: correctable.Target, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as the fields take them. Raises ValidationError, field by field."""
    if unknown := sorted(set(values) - set(target.fields)):
        raise ValidationError({"values": {name: [_("Kolom ini tidak dikenal.")] for name in unknown}})
    form: forms.Form = values_form(target, {name: "" if each is None else each for name, each in values.items()})
    if not form.is_valid():
        raise ValidationError({"values": {name: list(said) for name, said in form.errors.items()}})
    return form.cleaned_data


class DocumentKindResource(National):
    """Kinds of documents with their sensitivity, the permission that specific ones ask, and the forms they take."""

    permission_classes = [OwnToo]
    model = DocumentKind
    row = row_of("DocumentKind", DocumentKind, "code name siasn_id sensitivity permission formats as_evidence order")
    orders = {"order": ("order", "code")}
    lookup_value_regex = r"[a-z_]{1,20}"
