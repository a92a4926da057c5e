"""The demo's users, with random passwords that are written once to $ASNHR_HOME/logins.json (mode 600)."""

import hashlib
import json
import os
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from asnhr import clients
from asnhr.models import Agency, IdempotencyKey, RoleAssignment, RoleRequest, User
from asnhr.roles import ROLES
from positions.demo import story
from positions.models import Employee, Incumbency, Unit, UnitScope

SINCE = date(2020, 1, 1)
# (role, unit code for unit-bound roles, position whose holder it is)
LOGINS: dict[str, tuple[tuple[str, str | None, str | None], ...]] = {
    story.MEDAN: (
        ("pegawai", None, story.OWN_RECORD), ("atasan", None, story.SUPERIOR), ("admin_unit", story.DISTRICT, None),
        ("admin_daerah", None, None), ("staf_bkd", None, None), ("bagian_organisasi", None, None),
        ("pengelola_kepegawaian", story.PERSONNEL_OFFICE, None), ("pyb", None, story.SECRETARY), ("ppk", None, None),
        ("auditor", None, None), ("petugas_pdp", None, None), ("pusat", None, None),
    ),
    story.JAMBI: (("staf_bkd", None, None), ("admin_unit", "1571.K01", None)),
}  # fmt: skip
MAY_USE_ADMIN = {"admin_unit", "admin_daerah"}


class Passwords:
    """The file of logins. What it holds is kept: a second load resets nobody's password.

    `save` before the users are committed: a login in the file without its user is made good by the next load, a user
    without a password in the file never could be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []

    def of(self, username: str) -> str | None:
        return next((row["password"] for row in self.rows if row["username"] == username), None)

    def add(self, *, agency: str, role: str, unit: str | None, username: str, password: str) -> None:
        row = {"agency": agency, "role": role, "unit": unit, "username": username, "password": password}
        self.rows = [other for other in self.rows if other["username"] != username] + [row]

    def save(self) -> None:
        """Write the file at once and whole, readable by its owner only."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(self.rows, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, 0o600)
        draft.replace(self.path)


def make_users(agency: Agency, passwords: Passwords, day: date) -> list[str]:
    """Make the agency's missing demo users with their roles; return the new usernames. Call inside its scope."""
    made = []
    for role, unit, position in LOGINS[agency.code]:
        username = f"{role}.{agency.code}"
        if User.objects.filter(username=username).exists():
            continue
        holder = _holder(agency, position, day) if position else None
        password = passwords.of(username) or secrets.token_urlsafe(15)
        user = User(username=username, first_name=str(ROLES[role].name), last_name=agency.short_name,
                    is_staff=role in MAY_USE_ADMIN, nip=holder.nip if holder else "")  # fmt: skip
        if holder:
            user.first_name, user.last_name = holder.name, ""
        user.set_password(password)
        user.save()
        assignment = RoleAssignment.objects.create(agency=agency, user=user, role=role, starts_on=SINCE)
        if unit:
            UnitScope.objects.create(
                agency=agency, assignment=assignment, unit=Unit.objects.get(agency=agency, code=unit)
            )
        passwords.add(agency=agency.code, role=role, unit=unit, username=username, password=password)
        made.append(username)
    return made


def make_requests(agency: Agency, day: date) -> None:
    """What the pages of roles and of API clients show: a request that waits, one that was granted, a connected system.

    Call once, inside the agency's scope, after `make_users`. The client's secret is kept nowhere: who wants to use it
    gives it a new one.
    """
    people = {
        user.username.partition(".")[0]: user for user in User.objects.filter(username__endswith=f".{agency.code}")
    }
    if not {"admin_daerah", "pyb", "ppk", "pengelola_kepegawaian", "bagian_organisasi"} <= set(people):
        return
    RoleRequest.objects.create(
        agency=agency, user=people["pengelola_kepegawaian"], role="staf_bkd", starts_on=day,
        reason="Diperbantukan pada Bidang Pengadaan dan Informasi, surat tugas 800/417/BKPSDM.",
        requested_by=people["admin_daerah"],
    )  # fmt: skip
    asked = RoleRequest.objects.create(
        agency=agency, user=people["bagian_organisasi"], role="auditor", starts_on=day,
        ends_on=day + timedelta(days=90), reason="Anggota tim reviu peta jabatan, SK 700/88/2026.",
        requested_by=people["admin_daerah"],
    )  # fmt: skip
    asked.verdict, asked.decided_by, asked.decided_at = RoleRequest.Verdict.REFUSED, people["ppk"], timezone.now()
    asked.decision = "Tim reviu dipimpin Inspektorat; peran auditor tetap pada Inspektorat."
    asked.save()
    made, _secret = clients.connect(
        agency=agency, actor=None, name="absensi", scopes=["register:read"], today=day,
        expires_on=day + timedelta(days=365), purpose="Presensi harian membaca pegawai dan unitnya.",
    )  # fmt: skip
    # What the system asked twice because its line broke; forgotten after a day, as every key.
    now = timezone.now()
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(
            agency=agency, user=made.owner, client=made.client_id, key=f"contoh-{day:%Y%m%d}-{n}",
            request_hash=hashlib.sha256(f"contoh {n}".encode()).hexdigest(), status=200, body="{}", created_at=now,
            expires_at=now + timedelta(days=1),
        )
        for n in range(1, 4)
    )  # fmt: skip


def _holder(agency: Agency, position: str, day: date) -> Employee:
    held = Incumbency.objects.on(day).filter(
        agency=agency, position__code=position, kind=Incumbency.Kind.DEFINITIVE, employee__status=Employee.Status.PNS
    )
    return held.select_related("employee").order_by("seat__number")[0].employee
