"""The trail through the API: the auditor's entries, and the history of one object for who sees it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from asnhr.api.permissions import Reads
from asnhr.api.rows import row_of
from asnhr.api.schema import Schema
from asnhr.api.views import Resource
from asnhr.audit import history, proofs, words
from asnhr.audit.search import EntryFilter
from asnhr.models import AuditEntry, AuditProof, AuditSeal

MOST_VALUES = 500


class LineSerializer(serializers.Serializer):
    column = serializers.CharField()
    old = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)


class ChangeSerializer(serializers.Serializer):
    entry_id = serializers.IntegerField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    table = serializers.CharField(help_text="Nama tabel dalam kata.")
    object_id = serializers.IntegerField()
    object = serializers.CharField()
    act = serializers.CharField(allow_blank=True)
    lines = LineSerializer(many=True)


def shown(change: words.Change) -> dict[str, Any]:
    """Return a change as `ChangeSerializer` describes it."""
    entry = change.entry
    return {
        "entry_id": entry.pk, "at": entry.at.isoformat(), "who": entry.who, "kind": entry.kind,
        "reason": entry.why, "table": change.table_name, "object_id": change.object_id,
        "object": change.object_name, "act": change.act,
        "lines": [{"column": line.label, "old": line.old, "new": line.new} for line in change.lines],
    }  # fmt: skip


COLUMNS = "id at user_id door reason db_role kind table_name rows xid"


class AuditEntryResource(Resource):
    """Entries of the agency's trail, newest first; one entry also shows its link and what it did to each object."""

    model = AuditEntry
    reads = "view_audit"
    row = row_of("AuditEntry", AuditEntry, COLUMNS)
    full = row_of(
        "AuditEntryDetail", AuditEntry, COLUMNS,
        extra={
            "link": serializers.IntegerField(read_only=True, allow_null=True),
            "hash": serializers.CharField(read_only=True, allow_null=True),
            "warning": serializers.CharField(
                read_only=True, help_text="Apa yang salah menurut pembuktian terakhir; kosong: tidak ada."
            ),
            "changes": ChangeSerializer(many=True, read_only=True),
        },
    )  # fmt: skip
    filterset_class = EntryFilter
    orders = {"-at": ("-at", "-id"), "id": ("id",)}

    def complete_one(self, row: dict[str, Any]) -> None:
        """The link, and at most 500 objects."""
        seal = AuditSeal.objects.filter(agency_id=self.access.agency_id, entry_id=row["id"]).first()
        row["link"], row["hash"] = (seal.number, seal.hash) if seal else (None, None)
        row["warning"] = proofs.warning_of(proofs.standing(self.access.agency_id), row["id"], seal)
        entry = AuditEntry.objects.select_related("user").get(pk=row["id"])
        found = history.read_entry(entry, self.request.user, size=MOST_VALUES)
        row["changes"] = [shown(change) for change in found.changes]


class FaultSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="rantai, kepala, register, atau penjaga.")
    text = serializers.CharField(help_text="Temuan dalam kata, dalam bahasa yang diminta.")


PROVED = "id proved_at by asked_by_id holds compared links heads head entry_id link fault_count"


class AuditProofResource(Resource):
    """What came of each proof of the agency's chain, newest first; one proof also says what it found, at most 100."""

    model = AuditProof
    reads = "view_audit"
    row = row_of("AuditProof", AuditProof, PROVED)
    full = row_of(
        "AuditProofDetail", AuditProof, PROVED, extra={"faults": FaultSerializer(many=True, read_only=True)}
    )  # fmt: skip
    orders = {"-proved_at": ("-proved_at", "-id"), "id": ("id",)}

    def complete_one(self, row: dict[str, Any]) -> None:
        proof = AuditProof.objects.visible_to(self.request.user).get(pk=row["id"])
        row["faults"] = [{"kind": each.kind, "text": str(each)} for each in proofs.faults_of(proof)]


class HistorySerializer(serializers.Serializer):
    results = ChangeSerializer(many=True)
    page = serializers.IntegerField()
    more = serializers.BooleanField(help_text="Ada halaman yang lebih lama.")


class ObjectHistoryView(APIView):
    """Who changed what of one object and of what belongs to it, newest first, 25 a page; of the own record, for its
    person, too."""

    permission_classes = [Reads]
    reads = ("view_register", "view_own", "view_processing")
    schema = Schema()

    @extend_schema(
        operation_id="history_retrieve", tags=["history"], responses=HistorySerializer,
        parameters=[OpenApiParameter("page", int, description="Halaman, mulai dari 1.")],
    )  # fmt: skip
    def get(self, request: Request, table: str, pk: int) -> Response:
        known = history.declared_for(table, request.user)
        row = history.found(known, pk, request.user)
        text = request.query_params.get("page", "1")
        if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 10_000 and len(text) <= 5):
            raise ValidationError({"page": ["1…10000"]})
        found = history.read(known, row, request.user, page=int(text))
        return Response({"results": [shown(each) for each in found.changes], "page": found.number, "more": found.more})
