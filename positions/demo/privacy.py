"""Personal data of the demo, by the product's own services: a destruction with its proof, one that was found, a hold,
incidents, an own copy, objections. Call inside the agency's scope, after the analyses and the agenda book."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from asnhr import access
from asnhr.models import Agency, DataIncident, OwnCopy, User
from asnhr.privacy import incidents, owndata, retention
from positions.models import AgendaItem, Employee, EmployeeContact
from positions.services import objections

OLD, LATER = 3, 2


def load(agency: Agency, day: date) -> bool:
    """Return False where it is there already, or the agency has no officer of data protection."""
    officer = _acting(agency, "petugas_pdp", day)
    if officer is None or DataIncident.objects.filter(agency=agency).exists():
        return False
    _incidents(agency, officer)
    _destructions(agency, officer, day)
    own = _acting(agency, "pegawai", day)
    person = (
        Employee.objects.select_related("unit", "agency").filter(agency=agency, nip=own.nip).first() if own else None
    )
    if own is not None and person is not None:
        owndata.make(OwnCopy.objects.create(agency=agency, nip=own.nip, requested_by=own))
        _objections(agency, own, person, day)
    return True


def _acting(agency: Agency, role: str, day: date) -> User | None:
    user = User.objects.filter(username=f"{role}.{agency.code}").first()
    if user is not None:
        user.access = access.resolve(user, agency.pk, day)
    return user


def _incidents(agency: Agency, officer: User) -> None:
    now = timezone.now()
    known = now - timedelta(days=40)
    told = incidents.record(
        actor=officer, agency=agency,
        facts={
            "title": "Surel berisi daftar gaji salah kirim (contoh)", "known_at": known,
            "happened_at": known - timedelta(hours=5), "what": "Lampiran terkirim ke alamat di luar instansi.",
            "data": ["identitas", "keuangan"], "people": 38,
            "measures": "Penerima menghapus dan menyatakannya tertulis.",
            "told_authority_at": known + timedelta(hours=26), "told_people_at": known + timedelta(hours=30),
        },
    )  # fmt: skip
    incidents.close(actor=officer, incident=told)
    incidents.record(
        actor=officer, agency=agency,
        facts={
            "title": "Laptop petugas hilang (contoh)", "known_at": now - timedelta(hours=20), "people": 120,
            "what": "Laptop dengan salinan rekap pegawai hilang di perjalanan dinas; cakramnya terenkripsi.",
            "data": ["identitas", "kepegawaian"],
        },
    )  # fmt: skip


def _destructions(agency: Agency, officer: User, day: date) -> None:
    """Three contacts that ended long ago go with a record; two more wait to be proposed, and one person is held."""
    people = list(Employee.objects.filter(agency=agency, exits_on__isnull=True).order_by("pk")[: OLD + LATER])
    chief = _acting(agency, "ppk", day)
    if chief is None or len(people) < OLD + LATER:
        return
    _ended(agency, people[:OLD], day)
    done = retention.prepare(agency, day)
    if done is not None:
        retention.propose(actor=officer, destruction=done)
        done = retention.decide(
            actor=chief, destruction=done, approve=True, reason="Sesuai jadwal retensi arsip instansi (contoh)."
        )
        retention.carry_out(done)
    _ended(agency, people[OLD:], day)
    retention.hold(
        actor=officer, agency=agency, nip=people[-1].nip, basis="Perkara 12/G/2026/PTUN (contoh)",
        reason="Gugatan atas keputusan mutasi masih berjalan.",
    )  # fmt: skip
    retention.prepare(agency, day)


def _ended(agency: Agency, people: list[Employee], day: date) -> None:
    for person in people:
        EmployeeContact.objects.create(
            agency=agency, employee=person, kind=EmployeeContact.Kind.TELEPHONE, value=f"061 900 {person.pk}",
            label="Nomor lama (contoh)", sensitivity="terbatas", starts_on=day - timedelta(days=2000),
            ends_on=day - timedelta(days=900),
        )  # fmt: skip


def _grounds(row: Any) -> str:
    """Why the person objects, by what the result is about."""
    if isinstance(row, AgendaItem) and row.kind == AgendaItem.Kind.INCREMENT:
        return "MKG pada SK terakhir saya lebih lama daripada yang dipakai menghitung KGB ini (contoh)."
    if isinstance(row, AgendaItem):
        return "Syarat yang disebut kurang sudah saya serahkan kepada pengelola kepegawaian (contoh)."
    return "Hitungannya belum memuat tugas tambahan saya sejak awal tahun (contoh)."


def _objections(agency: Agency, own: User, person: Employee, day: date) -> None:
    """One that waits and, where the person has two results, one that was answered."""
    filed = [
        objections.file(
            actor=own, employee=person, kind=subject.kind, object_id=row.pk, day=day,
            grounds=_grounds(row),
        )
        for subject, rows in objections.results_of(own, person, day)
        for row in rows[:1]
    ]  # fmt: skip
    for row in filed[1:]:
        for role in ("pyb", "ppk", "staf_bkd", "admin_daerah"):
            officer = _acting(agency, role, day)
            if officer is not None and objections.may_answer(officer, row):
                objections.answer(
                    actor=officer,
                    objection=row,
                    uphold=False,
                    words="Hal itu sudah termasuk dalam hitungan (contoh).",
                )
                break
