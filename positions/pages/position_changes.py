"""Decisions on one position: moved, converted, merged, abolished, by themselves or as what an approved recommendation
asked for; shown before they are saved (`restructure.decide`)."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import dates
from asnhr.formats import counted
from asnhr.pages.days import follows_day
from positions.models import FollowUp, Job, Position, Recommendation
from positions.pages import doors, words
from positions.pages.pickers import unit_row, units_like
from positions.pages.positions import _id, pick
from positions.pages.restructure import DecreeForm, decide, decree_of
from positions.queries import merging, register
from positions.services import decisions, hearings, restructure
from positions.services.restructure import Outcome


class MergeForm(DecreeForm):
    number = forms.IntegerField(
        label=gettext_lazy("K jabatan gabungan"), min_value=0, max_value=5000, required=False,
        help_text=gettext_lazy("Kosongkan untuk menjumlahkan K keduanya."),
    )  # fmt: skip


class FollowUpForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Apa yang dilakukan"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class MergeFollowUpForm(FollowUpForm, MergeForm):
    pass


class CloseFollowUpForm(FollowUpForm, DecreeForm):
    pass


def _position(request: Any, pk: int) -> Position:
    found: Position = doors.found(Position.objects.visible_to(request.user).select_related("job", "unit"), pk=pk)
    return found


def _position_context(position: Position, title: str) -> dict[str, Any]:
    back = reverse("position-detail", args=[position.pk])
    crumbs = [(_("Jabatan"), reverse("position-list")), (str(position.job), back), (title, "")]
    return {"heading": title, "crumbs": crumbs, "back": back}


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
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
    if position.job.group != Job.Group.MANAGERIAL:
        # Nobody becomes a manager by a change of names (`services.successors`).
        jobs = jobs.exclude(group=Job.Group.MANAGERIAL)
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


def _alike(job: Job, other: Job) -> str:
    if job.pk == other.pk:
        return str(_("nomenklatur sama"))
    return f"{job.get_group_display()} · {job.get_level_display()}"


def _named(n: int) -> str:
    return counted("formasi tujuan %(n)s pemangku saat didengar", n)


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def position_merge(request: Any, pk: int) -> HttpResponse:
    """Pick the position that goes on, then the decree; `tindak`: the follow-up that this decision fulfils."""
    user, day = request.user, request.as_of
    position = _position(request, pk)
    follow_up = _follow_up(request, position)
    context = _position_context(position, _("Gabungkan %(job)s") % {"job": position.job})
    target_id = _id(request, "ke")
    kept = f"&tindak={follow_up.pk}" if follow_up else ""
    others = Position.objects.visible_to(user).on(day).exclude(pk=pk).select_related("job", "unit__office")
    heard = hearings.named_targets(position.agency_id, [pk], day) if follow_up else []
    if target_id is None:
        text = request.GET.get("q", "").strip()
        named: dict[int, int] = {} if text else Counter(row.target_seat.position_id for _held, row in heard)
        found = merging.targets(others, position, text, whole_office=follow_up is not None, first=list(named))
        rows = [
            (
                str(each.job),
                f"{each.unit.place} · {_named(named[each.pk]) if each.pk in named else _alike(each.job, position.job)}",
                f"{request.path}?ke={each.pk}{kept}",
            )
            for each in found
        ]
        hidden = {"tindak": follow_up.pk} if follow_up else None
        lead = _("Ke dalam jabatan mana jabatan ini digabung? Yang sejenis lebih dahulu; cari nama untuk yang lain.")
        return pick(request, context["heading"], lead, context["crumbs"], rows, hidden)
    target = doors.found(others, pk=target_id)
    form = (MergeFollowUpForm if follow_up else MergeForm)(request.POST or None, initial=_initial(follow_up, day))
    lead = _("Ke dalam %(position)s; pemangkunya ikut dan K dijumlahkan.") % {"position": target}
    if target.job.group == Job.Group.MANAGERIAL:
        del form.fields["number"]
        lead = _("Ke dalam %(position)s; K jabatan manajerial tetap seperti sebelumnya.") % {"position": target}

    def run(actor: Any, asked: dict[str, Any]) -> Any:
        def change() -> Outcome:
            return restructure.merge_positions(
                actor=actor, positions=[position], target=target, decree=decree_of(asked), number=asked.get("number")
            )

        return change() if follow_up is None else _fulfil(actor, follow_up, asked, change)

    return decide(
        request, form, run, units=[position.unit, target.unit],
        done=_("Jabatan %(old)s digabung ke dalam %(new)s.") % {"old": position.job, "new": target.job},
        lead=lead, heard=[(held.employee.full_name, row.target_seat.position) for held, row in heard], **context,
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
