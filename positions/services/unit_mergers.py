"""A merger, another form or a closing of units taken back before its day: units, the posts in them and the units below
them stay what they are."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken
from positions.models import Position, Seat, Unit, UnitPeriod
from positions.queries import tree
from positions.services import register, unmerging

Closing = Position.Closing


def is_coming(unit: Unit, day: date) -> bool:
    """Whether the unit is decided to go into another one, or to close with a successor, on a day after `day`."""
    return unit.ends_on is not None and unit.ends_on > day and unit.successor_id is not None


def is_closing(unit: Unit, day: date) -> bool:
    """Whether the unit is decided to close without a successor on a day after `day`."""
    return unit.ends_on is not None and unit.ends_on > day and unit.successor_id is None


def is_form_of(target: Unit, units: Sequence[Unit]) -> bool:
    """Whether `target` was founded by the very decision by which the only one of `units` goes on as it."""
    if len(units) != 1 or target.starts_on != units[0].ends_on:
        return False
    return target.periods.filter(starts_on=target.starts_on, decree=units[0].closing_decree).exists()


def changes_form(unit: Unit) -> bool:
    """Whether a unit that goes into another one goes on as it: as a unit of another kind."""
    return unit.successor is not None and is_form_of(unit.successor, together(unit))


def together(unit: Unit) -> list[Unit]:
    """Return the units that go into the same one on the same day, this one among them: they come back together, for
    what they share there cannot be divided."""
    rows = Unit.objects.filter(agency_id=unit.agency_id, successor=unit.successor_id, ends_on=unit.ends_on)
    return list(rows.order_by("name", "pk"))


def take_back(units: Sequence[Unit], target: Unit, day: date) -> tuple[int, int]:
    """Let `units`, held, go on after `day`; return how many posts and people come back with them. A `target` that the
    decision founded, to be another form of the unit, goes.

    Raises RuleBroken where they are no longer as they went, or another decision rests on it. Call it in a transaction
    and in the scope of its reason.
    """
    ids, decree = [each.pk for each in units], units[0].closing_decree
    is_form = is_form_of(target, units)
    _check_target(units, target)
    below = _below(ids, target, decree, day)
    posts = Position.objects.filter(agency_id=target.agency_id, unit__in=ids, ends_on=day, closing_decree=decree[:200])
    went = posts.filter(successor__unit=target).order_by("pk")
    merger = unmerging.hold(target.agency_id, dict(went.values_list("pk", "successor_id")), day, decree)
    # Heads of merged units close vacant; who closed another post decided that apart.
    heads = list(posts.filter(successor=None, is_head=True, closing_kind=Closing.ABOLISHED).select_related("unit"))
    unmerging.check_place(merger)
    for head in heads:
        register.check_only_head(head.unit, day, *heads)
    unmerging.put_back(merger)
    Seat.objects.filter(agency_id=target.agency_id, position__in=heads, ends_on=day).update(ends_on=None)
    unmerging.reopen(target.agency_id, [head.pk for head in heads], day)
    _put_back_below(below)
    _reopen_units(units, day)
    _check_tree(units, [after.unit_id for _before, after in below], day)
    if is_form:
        _unfound(target)
    return len(merger.into) + len(heads), len(merger.people)


def reopen(unit: Unit) -> None:
    """Let a unit, held, that would close without a successor go on. Raises RuleBroken where its parent closes, or
    another unit came to stand at the top instead. Call it in a transaction and in the scope of its reason."""
    day = unit.ends_on
    assert day is not None  # noqa: S101  what closes has its day
    last = unit.periods.filter(ends_on=day)
    if last.filter(parent=None).exists():
        roots = UnitPeriod.objects.filter(agency_id=unit.agency_id, parent=None).exclude(unit=unit)
        root = roots.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day)).order_by("starts_on", "pk").first()
        if root is not None:
            raise RuleBroken(
                _("%(unit)s berdiri di puncak instansi mulai %(day)s; keputusan itu bertumpu pada perubahan ini.")
                % {"unit": root.name, "day": formats.day(root.starts_on)}
            )
    _reopen_units([unit], day)
    _check_tree([unit], [], day)


def _unfound(target: Unit) -> None:
    """Take away the unit that was founded to be another one's form. Raises RuleBroken where another decision rests on
    it: what it took over has gone back already."""
    own, about = {"agency_id": target.agency_id}, {"unit": target}
    later = target.periods.filter(starts_on__gt=target.starts_on).order_by("starts_on").first()
    if later is not None:
        raise RuleBroken(
            _("Unit %(unit)s berubah lagi mulai %(day)s; batalkan itu dahulu.")
            % (about | {"day": formats.day(later.starts_on)})
        )
    post = Position.objects.filter(**own, unit=target).select_related("job").order_by("pk").first()
    below = UnitPeriod.objects.filter(**own, parent=target).order_by("starts_on", "pk").first()
    into = Unit.objects.filter(**own, successor=target).order_by("pk").first()
    found = post.job if post is not None else below.name if below is not None else into
    if found is not None:
        raise RuleBroken(
            _("%(what)s berdiri pada %(unit)s menurut keputusan lain; batalkan atau pindahkan itu dahulu.")
            % (about | {"what": found})
        )
    named = unmerging.first_use(target.agency_id, {Unit: [target.pk]})
    if named is not None:
        raise RuleBroken(
            _("%(position)s sudah dipakai pada %(what)s; keputusan itu bertumpu pada perubahan ini.")
            % {"position": target, "what": named}
        )
    # An office names itself as its office.
    Unit.objects.filter(pk=target.pk).update(office=None)
    target.delete()


def _check_target(units: Sequence[Unit], target: Unit) -> None:
    if target.ends_on is not None:
        raise RuleBroken(
            _("%(unit)s ditutup pada %(day)s; batalkan itu dahulu.")
            % {"unit": target, "day": formats.day(target.ends_on)}
        )
    other = next((each for each in units if each.closing_decree != units[0].closing_decree), None)
    if other is not None:
        raise RuleBroken(
            _("%(unit)s masuk ke unit yang sama pada hari itu oleh keputusan lain, %(decree)s.")
            % {"unit": other, "decree": other.closing_decree}
        )


def _below(ids: list[int], target: Unit, decree: str, day: date) -> list[tuple[UnitPeriod, UnitPeriod]]:
    """Return the periods of before and after of the units that came to stand below the target. Raises RuleBroken where
    one of them was changed again."""
    periods = UnitPeriod.objects.filter(agency_id=target.agency_id).select_related("unit")
    before = {each.unit_id: each for each in periods.filter(parent__in=ids, ends_on=day)}
    after = {
        each.unit_id: each
        for each in periods.filter(parent=target, starts_on=day, decree=decree[:200], unit__in=before)
    }
    later = periods.filter(unit__in=after, starts_on__gt=day).order_by("starts_on", "pk").first()
    if later is not None:
        raise RuleBroken(
            _("Unit %(unit)s berubah lagi mulai %(day)s; batalkan itu dahulu.")
            % {"unit": later.unit, "day": formats.day(later.starts_on)}
        )
    return [(before[pk], each) for pk, each in sorted(after.items())]


def _put_back_below(pairs: list[tuple[UnitPeriod, UnitPeriod]]) -> None:
    UnitPeriod.objects.filter(pk__in=[after.pk for _before, after in pairs]).delete()
    for before, after in pairs:
        before.ends_on = after.ends_on
    UnitPeriod.objects.bulk_update([before for before, _after in pairs], ["ends_on"], batch_size=500)


def _reopen_units(units: Sequence[Unit], day: date) -> None:
    ids, agency = [each.pk for each in units], {"agency_id": units[0].agency_id}
    UnitPeriod.objects.filter(**agency, unit__in=ids, ends_on=day).update(ends_on=None)
    Unit.objects.filter(**agency, pk__in=ids).update(
        ends_on=None, successor=None, closing_decree="", closing_decree_on=None
    )


def _check_tree(units: Sequence[Unit], below: Sequence[int], day: date) -> None:
    """Raise RuleBroken where a unit would come back below one that is closed or, on a later day, below itself."""
    ids = [each.pk for each in units]
    periods = UnitPeriod.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), agency_id=units[0].agency_id, unit__in=[*ids, *below]
    ).select_related("unit", "parent")
    later = UnitPeriod.objects.filter(agency_id=units[0].agency_id, starts_on__gte=day)
    days = [day, *later.order_by("starts_on").values_list("starts_on", flat=True).distinct()]
    for period in periods.order_by("pk"):
        parent = period.parent
        if parent is None:
            continue
        if parent.ends_on is not None:
            raise RuleBroken(
                _("Unit induk sebelumnya, %(unit)s, ditutup pada %(day)s; keputusan itu bertumpu pada perubahan ini.")
                % {"unit": parent, "day": formats.day(parent.ends_on)}
            )
        for each in days:
            if tree.is_below(parent.pk, period.unit_id, each):
                raise RuleBroken(
                    _("Unit induk sebelumnya, %(unit)s, pindah ke bawah unit ini mulai %(day)s; batalkan itu dahulu.")
                    % {"unit": parent, "day": formats.day(each)}
                )
