"""Decisions on the structure: every one with a decree and a day, shown before it is saved.

The first sending of a form does the whole change, reads the map as it would be, and takes it back
(`services.restructure.preview`); what is saved is what was shown, for the sheet carries a mark of the form that was.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import dates, formats
from asnhr.pages.days import follows_day
from positions import drawing
from positions.models import Employee, Position, Seat, Unit
from positions.pages import doors
from positions.pages.pickers import day_field, unit_row, units_like
from positions.pages.position_map import frame
from positions.pages.positions import _id, pick
from positions.queries import position_map, register
from positions.queries.tree import UnitAndBelow
from positions.services import foreseen, restructure
from positions.services.decree import Decree
from positions.services.restructure import Outcome

MOST_UNITS, MOST_ROWS, MOST_NAMES = 6, 12, 20
Run = Callable[[Any, dict[str, Any]], Any]


class DecreeForm(forms.Form):
    starts_on = day_field(gettext_lazy("Berlaku mulai"))
    decree = forms.CharField(
        label=gettext_lazy("Nomor keputusan"), max_length=120, help_text=gettext_lazy("Nomor peraturan atau keputusan.")
    )
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))


class ConvertForm(DecreeForm):
    code = forms.CharField(label=gettext_lazy("Kode unit yang baru"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Nama"), max_length=250)
    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=Unit.Kind.choices)


def decree_of(asked: dict[str, Any]) -> Decree:
    return Decree(asked["decree"], asked["decree_on"], asked["starts_on"])


# The one way of all of them


def decide(
    request: Any,
    form: forms.Form,
    run: Run,
    *,
    units: Sequence[Unit | int | None],
    done: str,
    changing: Sequence[Unit] = (),
    placing: bool = True,
    **context: Any,
) -> HttpResponse:
    """Show what the form would change, then, sent again with the mark of what was shown, save it.

    `run` takes the actor and the cleaned data; `units`: whose map is shown before and after; `done`: said when saved;
    `changing`: the units that are renamed, moved, merged or closed, whose people (and those below) it touches;
    `placing`: a unit that comes of it may be one too many where it stands.
    """
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        # Forms of units that close name the first day without them.
        day: date = asked["starts_on"] if "starts_on" in asked else asked["ends_on"]
        mark = _mark(request)
        if request.POST.get("langkah") == "simpan" and constant_time_compare(request.POST.get("tanda", ""), mark):
            outcome = doors.attempt(request, form, lambda actor: run(actor, asked))
            if outcome is not None:
                coming = _("Sampai %(day)s keadaannya tetap seperti sekarang.") % {"day": formats.day(day)}
                messages.success(request, f"{done} {coming}" if day > dates.today() else done)
                return redirect(_address(outcome))
        else:
            # Two posts of one unit show it once.
            named = [each.pk if isinstance(each, Unit) else each for each in units if each is not None]
            tops = list(dict.fromkeys(named))
            before = _state(request.user, tops, day)
            touched = foreseen.touched_by(request.user, changing, day)
            seen = doors.attempt(
                request, form,
                lambda actor: restructure.preview(
                    lambda: run(actor, asked), lambda outcome: _seen(request.user, outcome, tops, day, placing)
                ),
            )  # fmt: skip
            if seen is not None:
                touched.update(seen.pop("held"))
                context |= {"before": before, **seen, **_named(request.user, touched)}
                context |= {"mark": mark, "day": day, "decree": asked}
                context["figures"] = _compared(before, seen["after"])
    status = 422 if form.errors else 200
    return render(request, "positions/structure_form.html", {"form": form, **context}, status=status)


def _address(outcome: Any) -> str:
    """Return the page of what a decision made or changed."""
    made = outcome.result if isinstance(outcome, Outcome) else outcome
    return reverse("unit-detail" if isinstance(made, Unit) else "position-detail", args=[made.pk])


def _mark(request: Any) -> str:
    """Return the mark of what was sent, by whom and where to: another form, another mark."""
    sent = sorted(
        (name, values)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "langkah", "tanda")
    )
    return salted_hmac("positions.restructure", f"{request.user.pk} {request.get_full_path()} {sent}").hexdigest()


def _seen(user: Any, outcome: Any, tops: list[int], day: date, placing: bool) -> dict[str, Any]:
    """Read what came of a change, before it is taken back."""
    made = outcome.result if isinstance(outcome, Outcome) else outcome
    new = made.pk if isinstance(made, Unit) else made.unit_id if isinstance(made, Position) else None
    after = _state(user, [*tops, *([new] if new is not None and new not in tops else [])], day)
    done = foreseen.outcome_of(outcome)
    pairs = done.moved[:MOST_NAMES]
    rows = Position.objects.filter(pk__in=[pk for pair in pairs for pk in pair]).select_related("job", "unit")
    known = {row.pk: row for row in rows}
    moved = [(known[old], known[new]) for old, new in pairs]
    warnings = foreseen.warnings_of(done, day, placing=placing)
    return {
        "after": after, "moved": moved, "more_moved": max(0, len(done.moved) - len(moved)), "held": done.people,
        "warnings": warnings,
    }  # fmt: skip


def _named(user: Any, touched: set[int]) -> dict[str, Any]:
    """Return how many people a decision touches, and the first of them."""
    first = Employee.objects.visible_to(user).filter(pk__in=touched).order_by("name", "pk")[:MOST_NAMES]
    people = [str(person.full_name) for person in first]
    return {"people": people, "people_n": len(touched), "more_people": max(0, len(touched) - len(people))}


def _state(user: Any, tops: list[int], day: date) -> dict[str, Any]:
    """Return the map and the sums of units and all below them on a day, as they stand in this transaction."""
    shown = list(register.units_on(user, day).filter(pk__in=tops).values_list("pk", flat=True))
    names = dict(
        Unit.objects.visible_to(user).filter(pk__in=shown, periods__starts_on__lte=day)
        .filter(Q(periods__ends_on__isnull=True) | Q(periods__ends_on__gt=day)).values_list("pk", "periods__name")
    )  # fmt: skip
    within = Q(pk__in=[])
    for pk in shown[:MOST_UNITS]:
        within |= Q(unit__in=UnitAndBelow(pk, day))
    positions = Position.objects.visible_to(user).on(day).filter(within)
    sums = register.totals(register.with_figures(positions, day), day)
    posts = position_map.posts_of(user, day, shown[:MOST_UNITS], most=MOST_ROWS)
    cards = [
        drawing.Card(
            pk,
            names.get(pk, ""),
            register.Totals(),
            [drawing.row_of(post, "selisih", day) for post in posts.get(pk, [])],
        )
        for pk in tops[:MOST_UNITS]
        if pk in names
    ]
    seats = Seat.objects.decided(day).filter(position__in=positions.values("pk")).count()
    return {"totals": sums, "seats": seats, "picture": _picture(cards)}


def _picture(cards: list[drawing.Card]) -> SafeString:
    if not cards:
        return SafeString("")
    if len(cards) == 1:
        return frame(drawing.draw(cards[0], columns=1), cards[0].name, 100)
    top = drawing.Card(0, str(_("Unit yang terkena")), register.Totals(), below=cards)
    # Two drawings stand side by side.
    return frame(drawing.draw(top, columns=1), top.name, 100)


def _compared(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, int, int]]:
    one, other = before["totals"], after["totals"]
    return [
        (_("Jabatan"), one.positions, other.positions), (_("Formasi"), before["seats"], after["seats"]),
        (_("K ditetapkan"), one.k, other.k), (_("Bezetting (B)"), one.b, other.b),
        (_("Kekurangan"), one.shortage, other.shortage), (_("Kelebihan"), one.surplus, other.surplus),
    ]  # fmt: skip


# Units


def _unit_context(unit: Unit, title: str) -> dict[str, Any]:
    back = reverse("unit-detail", args=[unit.pk])
    crumbs = [(_("Organisasi"), ""), (_("Unit kerja"), reverse("unit-list")), (unit.name, back), (title, "")]
    return {"heading": title, "crumbs": crumbs, "back": back}


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def unit_merge(request: Any, pk: int) -> HttpResponse:
    """Pick the unit that goes on, then the decree; all that this one has goes there and it closes."""
    user, day = request.user, request.as_of
    unit = doors.found(Unit.objects.visible_to(user), pk=pk)
    context = _unit_context(unit, _("Gabungkan %(unit)s") % {"unit": unit})
    target_id = _id(request, "ke")
    if target_id is None:
        text = request.GET.get("q", "")
        found = units_like(request, text)
        rows = [unit_row(each, f"{request.path}?ke={each.pk}") for each in found if each.pk != pk]
        return pick(request, context["heading"], _("Ke dalam unit mana unit ini digabung?"), context["crumbs"], rows)
    target = doors.found(register.units_on(user, day), pk=target_id)
    form = DecreeForm(request.POST or None, initial={"starts_on": day})
    return decide(
        request, form,
        lambda actor, asked: restructure.merge_units(actor=actor, units=[unit], target=target, decree=decree_of(asked)),
        units=[unit, target], changing=[unit],
        done=_("Unit %(unit)s digabung ke dalam %(target)s.") % {"unit": unit, "target": target},
        lead=_("Jabatan, pemangku, pegawai dan unit di bawahnya masuk ke %(unit)s; unit ini ditutup.")
        % {"unit": target},
        **context,
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def unit_convert(request: Any, pk: int) -> HttpResponse:
    """Let a unit go on as one of another kind and code, with everything it has."""
    unit = doors.found(Unit.objects.visible_to(request.user).select_related("parent"), pk=pk)
    initial = {"starts_on": request.as_of, "name": unit.name, "kind": unit.kind}
    form = ConvertForm(request.POST or None, initial=initial)

    def run(actor: Any, asked: dict[str, Any]) -> Outcome:
        named = {name: asked[name] for name in ("code", "name", "kind")}
        return restructure.convert_unit(actor=actor, unit=unit, decree=decree_of(asked), **named)

    return decide(
        request, form, run, units=[unit], changing=[unit], done=_("Bentuk unit %(unit)s diubah.") % {"unit": unit},
        lead=_("Unit baru menggantikan unit ini di tempat yang sama, dengan jabatan, pemangku dan unit bawahannya."),
        **_unit_context(unit, _("Ubah bentuk %(unit)s") % {"unit": unit}),
    )  # fmt: skip
