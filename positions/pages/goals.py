"""Strategic goals: the tree from vision to programme, posts and tasks that serve each goal, and what serves none."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from asnhr import formats
from asnhr.formats import counted
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, download, safe_or_file
from positions import permissions
from positions.filters import Words
from positions.models import Goal, Position, PositionGoal, WorkloadTask
from positions.models._base import in_force
from positions.pages import doors
from positions.queries import register
from positions.rules import sheet_flow
from positions.services import register as services

ROWS_A_PAGE = 30
# Of the file: the tree row by row, each goal after the one above it.
COLUMNS = (
    Column("code", gettext_lazy("Kode"), "goal.code"),
    Column("level", gettext_lazy("Tingkat"), lambda node: node.goal.get_level_display()),
    Column("text", gettext_lazy("Sasaran"), "goal.text"),
    Column("unit", gettext_lazy("Unit"), "goal.unit.name"),
    Column("positions", gettext_lazy("Jabatan"), "positions", kind="num"),
    Column("tasks", gettext_lazy("Tugas"), "tasks", kind="num"),
    Column("below", gettext_lazy("Jabatan dengan cabangnya"), "below", kind="num"),
)


@doors.needs("view_register")
@safe_or_file
@follows_day
def goal_list(request: HttpRequest) -> HttpResponseBase:
    user, day = request.user, request.as_of
    roots = register.goal_tree(user, day)
    every = list(walk(roots))
    file = download(request, every, COLUMNS, name="sasaran", title=_("Sasaran strategis"))
    if file is not None:
        return file
    positions = Position.objects.visible_to(user).on(day)
    total, without = positions.count(), register.without_goal(positions, day).count()
    empty = [node for node in every if not node.served and node.goal.level in ("sasaran", "program")]
    context = {
        "roots": roots,
        "empty": empty,
        "may_edit": permissions.may(user, "edit_goals"),
        "crumbs": [(_("Analisis"), ""), (_("Sasaran strategis"), "")],
        "figures": [
            {
                "label": _("Sasaran dan program"),
                "value": len([n for n in every if n.goal.level in ("sasaran", "program")]),
            },
            {
                "label": _("Tanpa jabatan"),
                "value": len(empty),
                "url": "#tanpa-jabatan" if empty else "",
                "detail": _("sasaran yang belum dilayani"),
                "tone": "short" if empty else "fit",
            },
            {
                "label": _("Jabatan terhubung"),
                "value": total - without,
                "detail": counted("dari %(n)s jabatan", total),
            },
            {
                "label": _("Jabatan tanpa sasaran"),
                "value": without,
                "url": f"{reverse('position-list')}?tanpa_sasaran=true" if without else "",
            },
        ],
    }
    return render(request, "positions/goal_list.html", context)


def walk(nodes: list[register.GoalNode]) -> Any:
    for node in nodes:
        yield node
        yield from walk(node.children)


LINK_COLUMNS = (
    Column("job", gettext_lazy("Jabatan"), "position.job.name"),
    Column("code", gettext_lazy("Kode"), "position.code"),
    Column("unit", gettext_lazy("Unit"), "position.unit.name"),
    Column("since", gettext_lazy("Sejak"), "starts_on", kind="date"),
)
TASK_COLUMNS = (
    Column("task", gettext_lazy("Tugas"), "task"),
    Column("job", gettext_lazy("Jabatan"), "workload.position.job.name"),
    Column("unit", gettext_lazy("Unit"), "workload.position.unit.name"),
    Column("year", gettext_lazy("Tahun"), "workload.sheet.campaign.year", kind="code"),
)


@doors.needs("view_register")
@safe_or_file
@follows_day
def goal_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A goal with the positions (in scope) linked to it, the tasks that name it, and a search for more. Two files: the
    positions, and (`bagian=tugas`) the tasks."""
    user, day = request.user, request.as_of
    goal = doors.found(Goal.objects.visible_to(user).select_related("parent", "unit"), pk=pk)
    links = (
        PositionGoal.objects.visible_to(user)
        .filter(in_force(day), in_force(day, "position__"), goal=goal)
        .select_related("position__job", "position__unit")
        .order_by("position__unit__path", "position__code", "pk")
    )
    former = (
        PositionGoal.objects.visible_to(user)
        .filter(goal=goal, ends_on__lte=day)
        .select_related("position__job", "position__unit")
        .order_by("-ends_on", "position__code", "pk")
    )
    tasks = (
        WorkloadTask.objects.visible_to(user)
        .filter(goal=goal, workload__sheet__campaign__opens_on__lte=day)
        .select_related("workload__position__job", "workload__position__unit", "workload__sheet__campaign")
        .order_by("-workload__sheet__campaign__year", "workload__position__code", "number", "pk")
    )
    if request.GET.get("bagian") == "tugas":
        file = download(request, tasks, TASK_COLUMNS, name="tugas-sasaran", title=goal.text)
    else:
        file = download(request, links, LINK_COLUMNS, name="jabatan-sasaran", title=goal.text)
    if file is not None:
        return file
    text = request.GET.get("q", "").strip()
    may_edit = permissions.may(user, "edit_goals")
    offered = []
    if may_edit and text:
        # A link that begins on a later day stands in the way of one from today.
        still = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        taken = PositionGoal.objects.filter(still, agency=goal.agency_id, goal=goal).values("position")
        candidates = Position.objects.visible_to(user).on(day).exclude(pk__in=taken)
        offered = list(register.alike(candidates.select_related("job", "unit"), "job__name", text)[:10])
    # PostgreSQL takes no NUL in a text.
    work = request.GET.get("tugas", "").replace("\0", " ").strip()
    offered_tasks = []
    if may_edit and work:
        open_tasks = WorkloadTask.objects.visible_to(user).filter(
            workload__sheet__campaign__closed_on__isnull=True, workload__sheet__campaign__opens_on__lte=day,
            workload__sheet__state__in=sheet_flow.EDITABLE,
        )  # fmt: skip
        open_tasks = open_tasks.exclude(goal=goal).select_related(
            "workload__position__job", "workload__position__unit", "workload__sheet__campaign"
        )
        offered_tasks = list(Words(fields=("task",)).filter(open_tasks, work).order_by("task", "pk")[:10])
    context = {
        "goal": goal,
        "tugas": work,
        "offered_tasks": offered_tasks,
        "is_open": goal.ends_on is None,
        "page": (page := Paginator(links, ROWS_A_PAGE).get_page(request.GET.get("hal"))),
        "links": list(page),
        "former": list(former[:ROWS_A_PAGE]),
        "tasks": Paginator(tasks, ROWS_A_PAGE).get_page(request.GET.get("hal_tugas")),
        "children": list(Goal.objects.visible_to(user).on(day).filter(parent=goal).order_by("code", "pk")),
        "may_edit": may_edit,
        "editable": sheet_flow.EDITABLE,
        "q": text,
        "offered": offered,
        "crumbs": [(_("Analisis"), ""), (_("Sasaran strategis"), reverse("goal-list")), (goal.code, "")],
    }
    return render(request, "positions/goal_detail.html", context)


@doors.needs("edit_goals")
@require_POST
def goal_link(request: HttpRequest, pk: int) -> HttpResponse:
    goal = doors.found(Goal.objects.visible_to(request.user), pk=pk)
    wanted = request.POST.get("position", "")
    position = doors.found(
        Position.objects.visible_to(request.user).select_related("job", "unit"),
        pk=int(wanted) if wanted.isdigit() else 0,
    )
    linked = doors.attempt(request, None, services.link_goal, goal=goal, position=position, day=request.as_of)
    if linked is not None:
        messages.success(
            request, _("%(position)s terhubung dengan sasaran %(code)s.") % {"position": position, "code": goal.code}
        )
    return redirect("goal-detail", pk)


@doors.needs("edit_goals")
@require_POST
def goal_unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """End a link from the day that the pages show."""
    link = doors.found(
        PositionGoal.objects.visible_to(request.user).select_related("position__job", "position__unit", "goal"), pk=pk
    )
    if doors.attempt(request, None, services.unlink_goal, link=link, ends_on=request.as_of) is not None:
        words = {"position": link.position, "day": formats.day(request.as_of)}
        messages.success(request, _("%(position)s dilepas dari sasaran ini mulai %(day)s.") % words)
    return redirect("goal-detail", link.goal_id)
