"""Requests of the demo to open sealed values of the trail, by the product's own service: one that was approved, one
that waits for who approves. Call inside the agency's scope, after the objects that have such values."""

from datetime import date

from asnhr import access
from asnhr.audit import opening
from asnhr.models import Agency, AuditOpening, User
from positions.models import ChangeRequest, Employee


def load(agency: Agency, day: date) -> bool:
    """Return False where there are some already, or the agency lacks who asks or who approves."""
    officer, chief = (_acting(agency, role, day) for role in ("staf_bkd", "ppk"))
    if officer is None or chief is None or AuditOpening.objects.filter(agency=agency).exists():
        return False
    # What was decided left its values in the trail alone: the register holds the new ones.
    decided = {
        each.target: each
        for each in ChangeRequest.objects.filter(agency=agency, decided_at__isnull=False).order_by("pk")
    }
    if not {"surel", "berkas"} <= decided.keys():
        return False
    asked = opening.request_opening(
        actor=officer, table=Employee._meta.db_table, object_id=decided["surel"].employee_id,
        purpose="pemeriksaan", note="Surel sebelum diperbaiki; surat tugas Inspektorat 700/12 (contoh).",
    )  # fmt: skip
    opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup", note="Surat tugas 700/12 (contoh).")
    opening.request_opening(
        actor=officer, table=ChangeRequest._meta.db_table, object_id=decided["berkas"].pk,
        purpose="sengketa", note="Isi usul yang ditolak dibandingkan dengan yang tercatat (contoh).",
    )  # fmt: skip
    return True


def _acting(agency: Agency, role: str, day: date) -> User | None:
    user = User.objects.filter(username=f"{role}.{agency.code}").first()
    if user is not None:
        user.access = access.resolve(user, agency.pk, day)
    return user
