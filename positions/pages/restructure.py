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

from asnhr import dates
from positions import drawing
from positions.models import Employee, FollowUp, Job, Position, Recommendation, Seat, Unit
from positions.pages import doors, words
from positions.pages.pickers import day_field, unit_row, units_like
from positions.pages.position_map import frame
from positions.pages.positions import _id, pick
from positions.queries import position_map, register
from positions.queries.tree import UnitAndBelow
from positions.services import decisions, restructure
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


class MergeForm(DecreeForm):
    number = forms.IntegerField(
        label=gettext_lazy("K jabatan gabungan"), min_value=0, max_value=5000, required=False,
        help_text=gettext_lazy("Kosongkan untuk menjumlahkan K keduanya."),
    )  # fmt: skip


class ConvertForm(DecreeForm):
    code = forms.CharField(label=gettext_lazy("Kode unit yang baru"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Nama"), max_length=250)
    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=Unit.Kind.choices)


class FollowUpForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Apa yang dilakukan"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class MergeFollowUpForm(FollowUpForm, MergeForm):
    pass


class CloseFollowUpForm(FollowUpForm, DecreeForm):
    pass


def decree_of(asked: dict[str, Any]) -> Decree:
    return Decree(asked["decree"], asked["decree_on"], asked["starts_on"])


# The one way of all of them


def decide(
    request: Any, form: forms.Form, run: Run, *, units: Sequence[Unit | int | None], done: str, **context: Any
) -> HttpResponse:
    """Show what the form would change, then, sent again with the mark of what was shown, save it.

    `run` takes the actor and the cleaned data; `units`: whose map is shown before and after; `done`: said when saved.
    """
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        # Forms of units that close name the first day without them.
        day: date = asked["starts_on"] if "starts_on" in asked else asked["ends_on"]
        mark = _mark(request)
        if request.POST.get("langkah") == "simpan" and constant_time_compare(request.POST.get("tanda", ""), mark):
            outcome = doors.attempt(request, form, lambda actor: run(actor, asked))
            if outcome is not None:
                messages.success(request, done)
                return redirect(_address(outcome))
        else:
            tops = [each.pk if isinstance(each, Unit) else each for each in units if each is not None]
            before = _state(request.user, tops, day)
            seen = doors.attempt(
                request, form,
                lambda actor: restructure.preview(
                    lambda: run(actor, asked), lambda outcome: _seen(request.user, outcome, tops, day)
                ),
            )  # fmt: skip
            if seen is not None:
                context |= {"before": before, **seen, "mark": mark, "day": day, "decree": asked}
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


def _seen(user: Any, outcome: Any, tops: list[int], day: date) -> dict[str, Any]:
    """Read what came of a change, before it is taken back."""
    made = outcome.result if isinstance(outcome, Outcome) else outcome
    new = made.pk if isinstance(made, Unit) else made.unit_id if isinstance(made, Position) else None
    after = _state(user, [*tops, *([new] if new is not None and new not in tops else [])], day)
    moved, people, count = [], [], 0
    if isinstance(outcome, Outcome):
        pairs = outcome.moved[:MOST_NAMES]
        rows = Position.objects.filter(pk__in=[pk for pair in pairs for pk in pair]).select_related("job", "unit")
        known = {row.pk: row for row in rows}
        moved = [(known[old], known[new]) for old, new in pairs]
        count = len(outcome.people)
        held = Employee.objects.visible_to(user).filter(pk__in=outcome.people).order_by("name", "pk")
        people = [str(person.full_name) for person in held[:MOST_NAMES]]
    else:
        count = after["totals"].b
    return {
        "after": after, "moved": moved, "more_moved": max(0, len(outcome.moved) - len(moved)) if moved else 0,
        "people": people, "people_n": count, "more_people": max(0, count - len(people)) if people else 0,
    }  # fmt: skip


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
        units=[unit, target], done=_("Unit %(unit)s digabung ke dalam %(target)s.") % {"unit": unit, "target": target},
        lead=_("Jabatan, pemangku, pegawai dan unit di bawahnya masuk ke %(unit)s; unit ini ditutup.")
        % {"unit": target},
        **context,
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_convert(request: Any, pk: int) -> HttpResponse:
    """Let a unit go on as one of another kind and code, with everything it has."""
    unit = doors.found(Unit.objects.visible_to(request.user).select_related("parent"), pk=pk)
    initial = {"starts_on": request.as_of, "name": unit.name, "kind": unit.kind}
    form = ConvertForm(request.POST or None, initial=initial)

    def run(actor: Any, asked: dict[str, Any]) -> Outcome:
        named = {name: asked[name] for name in ("code", "name", "kind")}
        return restructure.convert_unit(actor=actor, unit=unit, decree=decree_of(asked), **named)

    return decide(
        request, form, run, units=[unit], done=_("Bentuk unit %(unit)s diubah.") % {"unit": unit},
        lead=_("Unit baru menggantikan unit ini di tempat yang sama, dengan jabatan, pemangku dan unit bawahannya."),
        **_unit_context(unit, _("Ubah bentuk %(unit)s") % {"unit": unit}),
    )  # fmt: skip


# Positions


def _position(request: Any, pk: int) -> Position:
    found: Position = doors.found(Position.objects.visible_to(request.user).select_related("job", "unit"), pk=pk)
    return found


def _position_context(position: Position, title: str) -> dict[str, Any]:
    back = reverse("position-detail", args=[position.pk])
    crumbs = [(_("Jabatan"), reverse("position-list")), (str(position.job), back), (title, "")]
    return {"heading": title, "crumbs": crumbs, "back": back}


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_move(request: Any, pk: int) -> HttpResponse:
    """Pick the unit, then the decree."""
    user, day = request.user, request.as_of
    position = _position(request, pk)
    context = _position_context(position, _("Pindahkan %(job)s") % {"job": position.job})
    unit_id = _id(request, "ke")
    if unit_id is None:
        text = request.GET.get("q", "")
        found = units_like(request, text)
        rows = [unit_row(each, f"{request.path}?ke={each.pk}") for each in found]
        return pick(request, context["heading"], _("Ke unit mana jabatan ini pindah?"), context["crumbs"], rows)
    unit = doors.found(register.units_on(user, day), pk=unit_id)
    form = DecreeForm(request.POST or None, initial={"starts_on": day})
    return decide(
        request, form,
        lambda actor, asked: restructure.move_position(
            actor=actor, position=position, unit=unit, decree=decree_of(asked)
        ),
        units=[position.unit, unit], done=_("Jabatan %(job)s dipindahkan.") % {"job": position.job},
        lead=_("Dari %(old)s ke %(new)s, beserta formasi dan pemangkunya.") % {"old": position.unit, "new": unit},
        **context,
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_convert(request: Any, pk: int) -> HttpResponse:
    """Pick another job of the catalogue, then the decree: another name, level or kind."""
    position = _position(request, pk)
    context = _position_context(position, _("Ubah nama atau jenis %(job)s") % {"job": position.job})
    jobs = Job.objects.visible_to(request.user).filter(is_active=True)
    job_id = _id(request, "job")
    if job_id is None:
        text = request.GET.get("q", "")
        found = register.alike(jobs, "name", text)[:10] if text.strip() else []
        rows = [(str(each), each.get_level_display(), f"{request.path}?job={each.pk}") for each in found]
        lead = _("Menjadi nomenklatur apa? Nama yang belum ada ditambahkan lebih dahulu pada nomenklatur jabatan.")
        return pick(request, context["heading"], lead, context["crumbs"], rows)
    job = doors.found(jobs, pk=job_id)
    form = DecreeForm(request.POST or None, initial={"starts_on": request.as_of})
    return decide(
        request, form,
        lambda actor, asked: restructure.convert_position(
            actor=actor, position=position, job=job, decree=decree_of(asked)
        ),
        units=[position.unit], done=_("Jabatan %(old)s menjadi %(new)s.") % {"old": position.job, "new": job},
        lead=_("Menjadi %(job)s; formasi dan pemangkunya tetap.") % {"job": job}, **context,
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_merge(request: Any, pk: int) -> HttpResponse:
    """Pick the position that goes on, then the decree; `tindak`: the follow-up that this decision fulfils."""
    user, day = request.user, request.as_of
    position = _position(request, pk)
    follow_up = _follow_up(request, position)
    context = _position_context(position, _("Gabungkan %(job)s") % {"job": position.job})
    target_id = _id(request, "ke")
    kept = f"&tindak={follow_up.pk}" if follow_up else ""
    others = Position.objects.visible_to(user).on(day).exclude(pk=pk).select_related("job", "unit__office")
    if target_id is None:
        text = request.GET.get("q", "")
        # Without words: those of the same unit come first to mind.
        wanted = register.alike(others, "job__name", text) if text.strip() else others.filter(unit=position.unit)
        rows = [
            (str(each.job), each.unit.place, f"{request.path}?ke={each.pk}{kept}")
            for each in (wanted if text.strip() else wanted.order_by("job__name", "pk"))[:10]
        ]
        hidden = {"tindak": follow_up.pk} if follow_up else None
        lead = _("Ke dalam jabatan mana jabatan ini digabung?")
        return pick(request, context["heading"], lead, context["crumbs"], rows, hidden)
    target = doors.found(others, pk=target_id)
    form = (MergeFollowUpForm if follow_up else MergeForm)(request.POST or None, initial=_initial(follow_up, day))

    def run(actor: Any, asked: dict[str, Any]) -> Any:
        def change() -> Outcome:
            return restructure.merge_positions(
                actor=actor, positions=[position], target=target, decree=decree_of(asked), number=asked["number"]
            )

        return change() if follow_up is None else _fulfil(actor, follow_up, asked, change)

    return decide(
        request, form, run, units=[position.unit, target.unit],
        done=_("Jabatan %(old)s digabung ke dalam %(new)s.") % {"old": position.job, "new": target.job},
        lead=_("Ke dalam %(position)s; pemangkunya ikut dan K dijumlahkan.") % {"position": target}, **context,
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_abolish(request: Any, pk: int) -> HttpResponse:
    """Close a position by a decree; `tindak`: the follow-up that this decision fulfils."""
    position = _position(request, pk)
    follow_up = _follow_up(request, position)
    form_class = CloseFollowUpForm if follow_up else DecreeForm
    form = form_class(request.POST or None, initial=_initial(follow_up, request.as_of))

    def run(actor: Any, asked: dict[str, Any]) -> Any:
        def change() -> Outcome:
            return restructure.close_position(actor=actor, position=position, decree=decree_of(asked))

        return change() if follow_up is None else _fulfil(actor, follow_up, asked, change)

    return decide(
        request, form, run, units=[position.unit], danger=True,
        done=_("Jabatan %(position)s ditutup.") % {"position": position},
        lead=_("Formasi dan kebutuhan yang ditetapkan ikut berakhir. Riwayatnya tetap tersimpan. Pada %(unit)s.")
        % {"unit": position.unit},
        **_position_context(position, _("Tutup %(job)s") % {"job": position.job}),
    )  # fmt: skip


# Follow-ups of the list "usul perubahan peta jabatan"


def start_of(row: FollowUp) -> str:
    """Return where the decision that fulfils a follow-up begins; "" where it is no change of the map or done."""
    if row.list != FollowUp.List.MAP_CHANGE or row.state != FollowUp.State.OPEN:
        return ""
    merging = row.line.recommendation == Recommendation.MERGE
    return f"{reverse('position-merge' if merging else 'position-abolish', args=[row.position_id])}?tindak={row.pk}"


def _follow_up(request: Any, position: Position) -> FollowUp | None:
    pk = _id(request, "tindak")
    if pk is None:
        return None
    rows = FollowUp.objects.visible_to(request.user).filter(position=position, list=FollowUp.List.MAP_CHANGE)
    found: FollowUp = doors.found(rows.filter(state=FollowUp.State.OPEN).select_related("line__result"), pk=pk)
    return found


def _initial(follow_up: FollowUp | None, day: date) -> dict[str, Any]:
    if follow_up is None:
        return {"starts_on": day}
    note = f"{words.recommendation(follow_up.line.recommendation)}: {words.reason(follow_up.line.result.reason)}"
    return {"starts_on": day, "note": note}


def _fulfil(actor: Any, follow_up: FollowUp, asked: dict[str, Any], change: Callable[[], Outcome]) -> Outcome:
    """Make the change as what the follow-up asked for, which is done by it."""
    outcomes: list[Outcome] = []
    decisions.finish(
        follow_up=follow_up, note=asked["note"], actor=actor, day=dates.today(), decree=asked["decree"],
        decree_on=asked["decree_on"], change=lambda: outcomes.append(change()),
    )  # fmt: skip
    return outcomes[0]
