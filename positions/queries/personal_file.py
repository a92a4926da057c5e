"""Reads of the personnel file beside its histories: what a person's page says of it, documents, requests."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from positions.models import ChangeRequest, Employee, EmployeeDocument, EmployeePhoto
from positions.models.change_request import closed_targets
from positions.queries import past_files


@dataclass(frozen=True, slots=True)
class Summary:
    """`photo`: the first digits of its hash, "" without one; counts of what the user sees."""

    photo: str
    documents: int
    waiting: int


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.filter(employee=OuterRef("pk")).order_by().values("employee").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def there_on(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Keep documents that were in a file on `day`: not evidence that still waited, not yet removed."""
    accepted = Q(request__isnull=True) | Q(
        request__state=ChangeRequest.State.ACCEPTED, request__decided_at__date__lte=day
    )
    still = Q(removed_at__isnull=True) | Q(removed_at__date__gt=day)
    return rows.filter(accepted, still, uploaded_at__date__lte=day)


def summary(user: Any, person: Employee, day: date) -> Summary:
    """Return what the page of a person says; one query. Of a past day the documents of then; what waits is today's."""
    papers = EmployeeDocument.objects.visible_to(user)
    waiting = ChangeRequest.objects.visible_to(user).filter(state=ChangeRequest.State.WAITING)
    past = past_files.is_past(day)
    photos = EmployeePhoto.objects.visible_to(user).filter(employee=OuterRef("pk"))
    row = (
        Employee.objects.filter(agency_id=person.agency_id, pk=person.pk)
        .annotate(
            photo_sha=Subquery(photos.values("sha256")[:1]),
            document_count=_count(there_on(papers, day) if past else papers.in_file()),
            waiting_count=Value(0) if past else _count(waiting),
        )
        .values_list("photo_sha", "document_count", "waiting_count")
        .get()
    )
    return Summary((row[0] or "")[:12], row[1], row[2])


def documents_of(user: Any, person: Employee, day: date) -> list[EmployeeDocument]:
    """Return the documents of a file as they were there on `day`, by kind, newest first; one query."""
    rows = there_on(EmployeeDocument.objects.visible_to(user).filter(employee=person), day)
    shown = rows.select_related("kind", "uploaded_by", "employee__unit", "request")
    return list(shown.order_by("kind__order", "-issued_on", "-pk"))


def requests(user: Any) -> QuerySet[ChangeRequest]:
    """Return the requests that the user sees, with what each is about as far as it is told (`told`), without what they
    propose and say: no list decrypts for nobody."""
    seen: Any = ChangeRequest.objects.visible_to(user)
    rows: QuerySet[ChangeRequest] = seen.as_told_to(user).select_related("employee__unit", "decided_by")
    return rows.defer("before", "proposed", "explanation", "reason")


def evidence_of(user: Any, change: ChangeRequest) -> QuerySet[EmployeeDocument]:
    """Return the documents that a request rests on, as far as the user sees them."""
    return EmployeeDocument.objects.visible_to(user).filter(request=change).order_by("pk")


def to_decide(user: Any) -> QuerySet[ChangeRequest]:
    """Return the requests that wait for the user's decision: in scope, what the user may read, not about the user."""
    rows = ChangeRequest.objects.visible_to(user).filter(state=ChangeRequest.State.WAITING)
    rows = rows.exclude(target__in=closed_targets(user))
    own_nip = getattr(user, "nip", "")
    return rows.exclude(employee__nip=own_nip) if own_nip else rows
