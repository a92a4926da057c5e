"""Pictures taken in before EXIF and GPS were dropped (`asnhr.files.traces`): written anew without them, night by night.

A picture is kept under a new name, its row is changed and committed, then the old file goes. Whoever is killed between
leaves the one whole file that the row names, and beside it one of nothing, which the night sweeps (`documents.tidy`).
"""

import io
import logging
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from asnhr.errors import RuleBroken
from asnhr.files import content, traces
from asnhr.imports import storage
from asnhr.models import Agency
from asnhr.scope import agency_scope
from positions.models import EmployeeDocument
from positions.models.personal_file import DocumentQuerySet
from positions.services.documents import AREA, clear_file

logger = logging.getLogger(__name__)
PICTURES = (EmployeeDocument.Format.JPEG, EmployeeDocument.Format.PNG)


@dataclass(slots=True)
class Stripped:
    """How many pictures were written anew, had nothing beside their pixels, and are left for another night."""

    rewritten: int = 0
    bare: int = 0
    left: int = 0


def strip(agency: Agency) -> Stripped:
    """Drop what the camera noted from every picture that still has it; each in a transaction of its own.

    Left as they are: what was removed or is in quarantine, and, told in the log, what cannot be read and what without
    its notes would be the same file as another document of the person. A second run does nothing. Opens the scope.
    """
    done = Stripped()
    with agency_scope(agency, reason="EXIF dan GPS dibuang dari gambar lama"):
        waiting = list(_waiting(agency).order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        with agency_scope(agency, reason="EXIF dan GPS dibuang dari gambar lama"):
            try:
                with transaction.atomic():
                    _strip_one(agency, pk, done)
            except (RuleBroken, content.WrongContent, IntegrityError) as problem:
                done.left += 1
                logger.warning("document %s of %s keeps what its camera noted: %s", pk, agency.code, problem)
    if done.rewritten:
        logger.info("%s: %s pictures without EXIF and GPS", agency.code, done.rewritten)
    return done


def _waiting(agency: Agency) -> DocumentQuerySet:
    rows = EmployeeDocument.objects.filter(
        agency=agency, format__in=PICTURES, traces_removed_at__isnull=True, removed_at__isnull=True
    )
    return rows.exclude(scan=EmployeeDocument.Scan.INFECTED)


def _strip_one(agency: Agency, pk: int, done: Stripped) -> None:
    row = _waiting(agency).filter(pk=pk).select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        # Removed meanwhile, or in the hands of another.
        return
    before = clear_file(agency.code, row.stored_as)
    after = traces.removed(before, row.format)
    row.traces_removed_at = timezone.now()
    if after == before:
        row.save(update_fields=["traces_removed_at"])
        done.bare += 1
        return
    old, stored = row.stored_as, storage.keep(agency.code, io.BytesIO(after), AREA)
    row.stored_as, row.sha256, row.size = stored.name, stored.sha256, stored.size
    try:
        with transaction.atomic():
            row.save(update_fields=["stored_as", "sha256", "size", "traces_removed_at"])
    except BaseException:
        storage.remove(agency.code, stored.name, AREA)
        raise
    transaction.on_commit(lambda: storage.remove(agency.code, old, AREA))
    done.rewritten += 1
