"""What a merger or a conversion does to who holds the post: refused where a managerial post would be taken or lost
without an appointment, told beforehand where holders do not fit (positions.rules.successors)."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr.errors import RuleBroken
from positions.models import Employee, Incumbency, Job, Position
from positions.models._base import in_force
from positions.queries import education, register
from positions.rules import successors as rules
from positions.rules.competency_standard import equal_level
from positions.rules.education import EducationFit
from positions.rules.levels import LEVEL_NAMES, Level
from positions.rules.successors import Doubt, Refusal

SHOWN = 5
HOLD = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME)
_TEMPORARY = (Employee.Status.PPPK, Employee.Status.PART_TIME)

REFUSALS = {
    Refusal.INTO_MANAGERIAL: gettext_noop(
        "%(new)s adalah jabatan manajerial: satu formasi yang diisi dengan pengangkatan, tidak dengan penggabungan atau"
        " perubahan dari %(old)s. Pilih jabatan sejenis, atau buka jabatannya lalu angkat pejabatnya."
    ),
    Refusal.TWO_HEADS: gettext_noop(
        "%(old)s dan %(new)s sama-sama terisi, padahal jabatan manajerial dipangku satu orang. Tempatkan dahulu"
        " pemangku jabatan yang digabung."
    ),
    Refusal.OUT_OF_MANAGERIAL: gettext_noop(
        "%(old)s adalah jabatan manajerial yang masih terisi, jadi tidak dilebur ke dalam %(new)s. Tempatkan dahulu"
        " pemangkunya, atau setarakan menjadi jabatan fungsional dengan “Ubah nama atau jenis”."
    ),
}
WARNINGS = {
    Doubt.OTHER_KIND: gettext_noop("Jenjangnya lain, dari %(old_level)s menjadi %(level)s: %(people)s."),
    Doubt.EQUALISED_OTHERWISE: gettext_noop(
        "Penyetaraan %(old_level)s tidak lazim menjadi %(level)s (PermenPANRB 17/2021: %(usual)s): %(people)s."
    ),
    Doubt.NOT_EQUALISED: gettext_noop(
        "Kepala unit kewilayahan atau unit mandiri tidak disetarakan, jadi tidak lazim menjadi %(level)s"
        " (PermenPANRB 17/2021, tanda [M]: periksa naskahnya): %(people)s."
    ),
    Doubt.STATUS: gettext_noop("PPPK pada jabatan manajerial hanya bila peraturan membukanya: %(people)s."),
    Doubt.EDUCATION_LEVEL: gettext_noop("Pendidikannya di bawah syarat %(job)s (%(education)s): %(people)s."),
    Doubt.EDUCATION_FIELD: gettext_noop("Bidang pendidikannya tidak sesuai dengan syarat %(job)s: %(people)s."),
    Doubt.RANK: gettext_noop("Pangkatnya di luar rentang %(job)s: %(people)s."),
}
_EDUCATION = {
    EducationFit.LEVEL_TOO_LOW: Doubt.EDUCATION_LEVEL,
    EducationFit.FIELD_DIFFERS: Doubt.EDUCATION_FIELD,
}


def some(people: Iterable[Employee]) -> str:
    """Name the first five people, and how many more there are."""
    names = [person.full_name for person in people]
    shown = ", ".join(names[:SHOWN])
    if len(names) <= SHOWN:
        return shown
    return _("%(people)s dan %(n)s orang lagi") % {"people": shown, "n": len(names) - SHOWN}


def check(old: Sequence[Position], job: Job, day: date, *, target: Position | None = None) -> list[str]:
    """Return what is told before the holders of the `old` posts go on in one of `job` (`target`: merged into that one,
    None: the same post converted). Needs `job` and `unit` of the posts; a fixed number of queries.

    Raises RuleBroken where they may not (positions.rules.successors.refusal).
    """
    merging = target is not None
    wanted = [each.pk for each in old] + ([target.pk] if target else [])
    rows = Incumbency.objects.filter(in_force(day), agency_id=job.agency_id, position__in=wanted)
    by_post: dict[int, list[Incumbency]] = {}
    for row in rows.select_related("employee").order_by("employee__name", "pk"):
        by_post.setdefault(row.position_id, []).append(row)
    taken = bool(target and by_post.get(target.pk))
    for post in old:
        held = by_post.get(post.pk, [])
        why = rules.refusal(
            Level(post.job.level), Level(job.level), merging=merging, held=bool(held), target_held=taken
        )
        if why is not None:
            raise RuleBroken(_sentence(why, post, target or job, [row.employee for row in held]))
        # The next one that is merged meets whom this one brings.
        taken = taken or bool(held)
    going = [
        (post, [row.employee for row in by_post.get(post.pk, []) if row.kind in HOLD]) for post in old
    ]  # fmt: skip
    return _told([(post, people) for post, people in going if people], job)


def check_heads(pairs: Sequence[tuple[Position, Position]], day: date) -> None:
    """Raise RuleBroken where the holders of two managerial posts would go on in one, of (old, new) posts of one job.
    Needs `job` of the posts; one query, none without such a pair."""
    into: dict[int, list[Position]] = {}
    for old, new in pairs:
        if new.job.group == Job.Group.MANAGERIAL:
            # A post that is not saved yet is known by itself only.
            into.setdefault(id(new), [new] if new.pk else []).append(old)
    shared = [posts for posts in into.values() if len(posts) > 1]
    if not shared:
        return
    rows = Incumbency.objects.filter(
        in_force(day), agency_id=shared[0][0].agency_id, position__in=[post.pk for posts in shared for post in posts]
    )
    people: dict[int, list[Employee]] = {}
    for row in rows.select_related("employee").order_by("employee__name", "pk"):
        people.setdefault(row.position_id, []).append(row.employee)
    for posts in shared:
        held = [post for post in posts if post.pk in people]
        if len(held) > 1:
            raise RuleBroken(_sentence(Refusal.TWO_HEADS, held[1], held[0], people[held[1].pk]))


def merged_number(target: Position, number: int | None, day: date) -> int | None:
    """Return K of a post that takes others in: what the decree says (None: the sum), of a managerial one what it was.
    Raises RuleBroken for more than that."""
    if target.job.group != Job.Group.MANAGERIAL:
        return number
    own = register.figures_of(Position.objects.filter(pk=target.pk), day)
    most = rules.seats_of_merged(own[target.pk].k if target.pk in own else None)
    if number is not None and not 1 <= number <= most:
        raise RuleBroken(
            _("%(post)s adalah jabatan manajerial; K jabatan gabungan tetap %(n)s.") % {"post": target, "n": most}
        )
    return most if number is None else number


def _sentence(why: Refusal, old: Position, new: Position | Job, people: list[Employee]) -> str:
    told = _(REFUSALS[why]) % {"old": old, "new": new}
    return f"{told} {_('Pemangkunya: %(people)s.') % {'people': some(people)}}" if people else told


def _told(going: Sequence[tuple[Position, list[Employee]]], job: Job) -> list[str]:
    """Return a sentence for each cause and, of another level, for each level that people come from."""
    level = Level(job.level)
    causes: dict[tuple[Doubt, str], list[Employee]] = {}
    for post, people in going:
        stays = rules.stays_structural(post.unit.kind, is_head=post.is_head)
        if (doubt := rules.doubt_of_kind(Level(post.job.level), level, stays=stays)) is not None:
            causes.setdefault((doubt, post.job.level), []).extend(people)
    fits = education.fits(job.agency_id, [(person.pk, job.pk) for _post, people in going for person in people])
    for _post, people in going:
        for person in people:
            for doubt in _misfits(person, job, fits[person.pk, job.pk]):
                causes.setdefault((doubt, ""), []).append(person)
    return [_warning(doubt, old, job, people) for (doubt, old), people in causes.items()]


def _misfits(person: Employee, job: Job, fit: EducationFit) -> list[Doubt]:
    level, is_pppk = Level(job.level), person.status in _TEMPORARY
    found = [] if rules.status_fits(level, is_pppk=is_pppk) else [Doubt.STATUS]
    if fit in _EDUCATION:
        found.append(_EDUCATION[fit])
    if not is_pppk and not rules.rank_fits(
        person.rank, level, echelon=job.echelon, lowest=job.rank_min, highest=job.rank_max
    ):
        found.append(Doubt.RANK)
    return found


def _warning(doubt: Doubt, old: str, job: Job, people: list[Employee]) -> str:
    about = {"job": job, "level": LEVEL_NAMES[Level(job.level)], "people": some(people)}
    if old:
        usual = equal_level(Level(old))
        about["old_level"] = LEVEL_NAMES[Level(old)]
        about["usual"] = LEVEL_NAMES[usual] if usual else _("tidak disetarakan")
    if doubt is Doubt.EDUCATION_LEVEL:
        about["education"] = job.education_level
    return _(WARNINGS[doubt]) % about
