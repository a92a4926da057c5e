"""What a person's own rank, pay group and TMT may become: once there is a history of ranks, nothing but by it.

`register` asks before it writes a person, `histories` before a row; imports ask the same in SQL.
"""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr.errors import RuleBroken
from positions.models import Employee, RankRecord
from positions.rules.levels import RANK_BY_ID
from positions.rules.rank import is_fall
from positions.services import plausible

# Of a person, in step with the history.
COLUMNS = ("rank", "pay_group", "rank_since")
CIVIL = frozenset({Employee.Status.PNS, Employee.Status.CPNS})
FOLLOWS = gettext_noop(
    "Golongan dan TMT golongan pegawai ini mengikuti riwayatnya: ubah lewat riwayat golongan, sebagai baris baru dengan"
    " SK atau koreksi dengan alasan."
)
# What a person's columns held: rank, pay group, TMT.
Held = tuple[int | None, int | None, date | None]


def held(person: Employee) -> Held:
    return person.rank, person.pay_group, person.rank_since


def has_history(person: Employee) -> bool:
    return RankRecord.objects.filter(agency_id=person.agency_id, employee=person).exists()


def check_own(person: Employee, before: Held, today: date) -> None:
    """Whether the person's columns may become what they are set to, `before` being on record. Raises RuleBroken."""
    if person.pk and has_history(person):
        raise RuleBroken(_(FOLLOWS))
    _check_first(person, today)
    _check_against(person, before)


def _check_first(person: Employee, today: date) -> None:
    """What the history would refuse as its first row."""
    since: date | None = RankRecord._meta.get_field("starts_on").to_python(person.rank_since)
    if person.rank is not None or person.pay_group is not None:
        check_kind(person, is_civil=person.pay_group is None)
    if since is None:
        return
    if said := plausible.wrong(RankRecord, "starts_on", since, today):
        raise RuleBroken(f"{_('TMT golongan')}: {said}")
    if since > today:
        raise RuleBroken(_("Golongan yang baru berlaku kelak dicatat pada riwayat golongan, beserta SK-nya."))
    check_day(person, since)


def _check_against(person: Employee, before: Held) -> None:
    """A step on record, rank and TMT, is only corrected here: the next one is another row."""
    rank, group, since = before
    if since is None or (rank is None and group is None):
        return
    is_other = (person.rank, person.pay_group) != (rank, group)
    known = person.rank in RANK_BY_ID and rank in RANK_BY_ID
    if known and is_fall(rank, person.rank, is_promotion=False):  # type: ignore[arg-type]
        raise RuleBroken(
            _("Golongan ini lebih rendah daripada golongan pada data pegawai, %(before)s; catat lewat riwayat golongan"
              " beserta SK-nya.")
            % {"before": RANK_BY_ID[rank].code}  # type: ignore[index]
        )  # fmt: skip
    emptied = person.rank_since is None or (person.rank is None and person.pay_group is None)
    if emptied or (is_other and person.rank_since is not None and person.rank_since > since):
        raise RuleBroken(
            _("Golongan berikutnya dicatat lewat riwayat golongan beserta SK-nya, agar yang lama tetap ada.")
        )


def check_kind(person: Employee, *, is_civil: bool) -> None:
    if is_civil != (person.status in CIVIL):
        raise RuleBroken(
            _("Golongan PNS untuk PNS dan CPNS, golongan PPPK untuk PPPK; %(name)s berstatus %(status)s.")
            % {"name": person.full_name, "status": person.get_status_display()}
        )


def check_day(person: Employee, since: date) -> None:
    plausible.check_rank_day(since, person)
    if since <= person.birth_date:
        raise RuleBroken(_("Tanggal mulai harus sesudah tanggal lahir pegawai."))


def check_row(row: RankRecord, person: Employee) -> None:
    check_kind(person, is_civil=row.pay_group is None)
    check_day(person, row.starts_on)


def keep_earlier(row: RankRecord, person: Employee) -> None:
    """Let the rank on record be the first row of a history that would begin after it: else nothing told of it."""
    since = person.rank_since
    is_step = person.rank in RANK_BY_ID or person.pay_group is not None
    if since is None or not is_step or since >= row.starts_on or has_history(person):
        return
    RankRecord.objects.create(
        agency_id=person.agency_id, employee=person, rank=person.rank, pay_group=person.pay_group, starts_on=since
    )
