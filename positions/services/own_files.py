"""Files of a person's own copy (asnhr.privacy.owndata): the documents of the file and the photo."""

from collections.abc import Iterator

from asnhr.errors import RuleBroken
from asnhr.models import Agency
from positions.models import EmployeeDocument, EmployeePhoto
from positions.services.documents import clear_file


def files(agency: Agency, nip: str) -> Iterator[tuple[str, bytes]]:
    """Return (name, bytes) of each document and the photo; one that a virus was found in, or that cannot be opened, is
    left out and stands in the list of documents. Two queries."""
    papers = EmployeeDocument.objects.filter(agency=agency, employee__nip=nip, removed_at__isnull=True)
    clean = papers.exclude(scan=EmployeeDocument.Scan.INFECTED).order_by("pk")
    for pk, kind, filename, stored_as in clean.values_list("pk", "kind_id", "filename", "stored_as"):
        yield from _one(agency, f"{kind}-{pk}-{filename}", stored_as)
    for pk, stored_as in EmployeePhoto.objects.filter(agency=agency, employee__nip=nip).values_list("pk", "stored_as"):
        yield from _one(agency, f"foto-{pk}.jpg", stored_as)


def _one(agency: Agency, name: str, stored_as: str) -> Iterator[tuple[str, bytes]]:
    try:
        yield name, clear_file(agency.code, stored_as)
    except RuleBroken:
        return
