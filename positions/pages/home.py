"""The home page's part of this app: live figures, the loop, what waits for the user, shortages and retirements."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asnhr import dates, formats, registry
from asnhr.formats import counted
from asnhr.models import RoleRequest
from asnhr.pages import charts
from asnhr.roles import APPROVERS, may_approve
from positions.models import AgendaItem, Employee, NeedsRollup
from positions.pages import agenda_words, derived, quality, words
from positions.queries import agenda as agenda_queries
from positions.queries import analysis, calendar, register
from positions.queries import home as queries
from positions.rules import agenda

ROWS = 6
# Counted exactly up to here.
MOST_CANDIDATES = 99
# What is announced at the own home page; a promotion that rests on retirement or death is no step of a career.
LADDER = frozenset({*agenda.PROMOTIONS} - {agenda.Kind.HONOURS})


def address(name: str, *arguments: Any, query: str = "") -> str:
    """Return the page's address, or "" while it does not exist."""
    try:
        return reverse(name, args=arguments) + (f"?{query}" if query else "")
    except NoReverseMatch:
        return ""


def panel(request: HttpRequest) -> dict[str, Any]:
    """Return the context of templates/home.html; eight queries for a reader of the register, none for others."""
    user, day = request.user, request.as_of  # type: ignore[attr-defined]
    context: dict[str, Any] = {"greeting": greeting()}
    if not user.access.may("view_register"):
        return context | own_context(user, day)
    people, seats = queries.people_and_seats(user, day)
    latest = queries.latest_analysis(user, day)
    by_year, soon = queries.retirements(user, day)
    todo = waiting_for(user)
    return context | {
        "reads_register": True,
        "summary": summary(latest, todo, day, has_later=latest is None and queries.has_analysis(user)),
        "actions": actions(user, latest),
        "figures": figures(people, seats, latest, soon, day),
        "loop_svg": charts.loop(
            steps(seats, latest, soon),
            centre=_("Siklus jabatan"),
            below=formats.day(latest.analysis.as_of) if latest else "",
        ),
        "loop_url": address("analysis-detail", latest.analysis.pk) if latest else "",
        "todo": todo,
        "shortage_rows": shortage_rows(latest),
        "shortage_url": address("analysis-detail", latest.analysis.pk) if latest else "",
        "retirement_svg": retirement_chart(by_year, day) if sum(by_year.values()) else "",
    }


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """What waits for the user in every part of the product: its trail, personal data, the register. It waits today,
    whatever day is looked at."""
    day = dates.today()
    return [entry for _code, entries in registry.queues.items() for entry in entries(user, day)]


def greeting() -> str:
    hour = timezone.localtime().hour
    if hour < 11:
        return _("Selamat pagi")
    if hour < 15:
        return _("Selamat siang")
    return _("Selamat sore") if hour < 19 else _("Selamat malam")


def own_context(user: Any, day: date) -> dict[str, Any]:
    """What somebody sees who may open the own record, or the nation's sums, only."""
    if user.access.may("view_rollups"):
        return {
            "summary": _("Rekapitulasi analisis semua instansi ada di halaman Rekapitulasi."),
            "actions": [{"label": _("Rekapitulasi"), "url": address("rollup-list"), "primary": True}],
            "figures": nation_figures(),
        }
    todo = waiting_for(user)
    if not user.access.may("view_own"):
        return {"todo": todo} if todo else {}
    return {
        "summary": _("Data kepegawaian Anda sendiri ada di halaman Data saya."),
        "actions": [{"label": _("Data saya"), "url": address("employee-own"), "primary": True}],
        "todo": [*todo, *candidate_entries(user)],
        **own_record(user, day),
    }


def candidate_entries(user: Any) -> list[dict[str, Any]]:
    """Removal candidates of the units that the user heads, which nobody decided on yet; one query for a head."""
    if not user.access.led_paths:
        return []
    found = list(analysis.led_candidates(user).values_list("analysis_id", "pk")[: MOST_CANDIDATES + 1])
    if not found:
        return []
    label = counted("%(n)s calon penghapusan jabatan pada unit Anda menunggu keputusan", len(found))
    if len(found) > MOST_CANDIDATES:
        label = _("Lebih dari %(n)s calon penghapusan jabatan pada unit Anda menunggu keputusan") % {
            "n": MOST_CANDIDATES
        }
    # One is opened itself, several as their list.
    url = address("analysis-result", *found[0]) if len(found) == 1 else address("removal-candidate-list")
    return [_entry(label, url)]


def _roles_asked(user: Any) -> list[dict[str, Any]]:
    """Deciding roles that wait for this user as the second person; one query."""
    from_here = [role for role in APPROVERS if may_approve(role, user.access)]
    asked = RoleRequest.objects.visible_to(user).filter(verdict=RoleRequest.Verdict.WAITING, role__in=from_here)
    waiting = asked.exclude(requested_by=user).exclude(user=user).count()
    if not waiting:
        return []
    return [
        _entry(
            counted("Putuskan %(n)s permintaan peran", waiting),
            address("role-requests", query="keputusan=menunggu"),
        )
    ]


def own_record(user: Any, day: date) -> dict[str, Any]:
    """The person's post and unit, what comes next in the career, the pension date, and what of the own data is to be
    repaired; empty when the account has no NIP of the register. At most 24 queries, however long the file."""
    people = register.employees_visible(user).filter(nip=getattr(user, "nip", "") or "-")
    mine = register.with_retirement(register.with_post(people, day), day).first()
    if mine is None:
        return {"figures": []}
    repairs = quality.panel(user, mine, day, is_own=True, may_edit=False)
    file, left_on = derived.opened(user, mine.pk, day)
    coming = coming_figures(file) if left_on is None else []
    post, pension = own_figures(mine)
    return {"figures": [post, *coming, pension], "quality": repairs, "asks_own": True}


def own_figures(mine: Any) -> list[dict[str, Any]]:
    """The person's post with its unit, and the pension date."""
    post, url = register.post_of(mine), address("employee-own")
    return [
        {"label": _("Jabatan"), "value": None, "text": str(post.position.job) if post else formats.DASH, "words": True,
         "detail": str(post.position.unit) if post else "", "url": url},
        {"label": _("TMT pensiun"), "value": None, "words": True, "url": url,
         "text": formats.day(mine.retires_on) if mine.retires_on else formats.DASH,
         "detail": _("BUP %(age)s tahun") % {"age": mine.bup} if mine.bup else ""},
    ]  # fmt: skip


def coming_figures(file: derived.File) -> list[dict[str, Any]]:
    """The next promotion, by whichever kind comes first, and the next periodic increment, as the panel "Turunan" tells
    them; nothing for what the rules announce none of."""
    if not file.person.status:
        return []
    url = address("employee-derived", file.person.pk)
    ladder = [case for kind, case in file.cases.items() if kind in LADDER]
    found: list[tuple[str, agenda.Case, str]] = []
    if ladder:
        first = min(ladder, key=lambda case: case.due_on)
        found.append((_("Kenaikan pangkat paling cepat"), first, str(AgendaItem.Kind(first.kind).label)))
    if agenda.Kind.INCREMENT in file.cases:
        increment, told = file.cases[agenda.Kind.INCREMENT], derived.increment(file).note
        if agenda.Missing.NO_INCREMENT in increment.missing:
            # The panel speaks to the officer, who records it.
            told = _("Terlewat, belum ada riwayat KGB; bila sudah Anda terima, usulkan pada data Anda.")
        found.append((_("KGB berikutnya"), increment, told))
    return [
        {"label": label, "value": None, "words": True, "url": url, "text": formats.day(case.due_on), "detail": detail}
        for label, case, detail in found
    ]


def nation_figures() -> list[dict[str, Any]]:
    """Sums over the agencies' roll-ups. One query."""
    rows = list(NeedsRollup.objects.values_list("totals", flat=True).order_by("agency_code"))
    url = address("rollup-list")
    return [
        {"label": label, "value": sum(row.get(key, 0) for row in rows), "detail": detail, "url": url}
        for key, label, detail in (
            ("positions", _("Jabatan"), counted("%(n)s instansi", len(rows))),
            ("need", _("Kebutuhan"), ""),
            ("holders", _("Pemangku"), ""),
            ("shortage", _("Kekurangan"), ""),
            ("surplus", _("Kelebihan"), _("tidak saling dikurangkan")),
        )
    ]


def summary(latest: queries.Latest | None, todo: list[dict[str, Any]], day: date, *, has_later: bool = False) -> str:
    """The page's first sentence; `has_later`: there are analyses, all of them of days after `day`."""
    if has_later:
        return _("Belum ada analisis kebutuhan jabatan per %(day)s; yang ada lebih baru.") % {"day": formats.day(day)}
    if latest is None:
        return _("Analisis kebutuhan jabatan belum pernah dijalankan.")
    sentence = _("Analisis kebutuhan jabatan terakhir per %(day)s.") % {"day": formats.day(latest.analysis.as_of)}
    if todo:
        sentence += " " + ngettext(
            "%(n)s hal menunggu tindak lanjut Anda.", "%(n)s hal menunggu tindak lanjut Anda.", len(todo)
        ) % {"n": len(todo)}
    return sentence


def actions(user: Any, latest: queries.Latest | None) -> list[dict[str, Any]]:
    offered = []
    if user.access.has_duty("import_data"):
        offered.append({"label": _("Impor data"), "url": address("import-list"), "primary": False})
    if latest is not None:
        url = address("analysis-detail", latest.analysis.pk)
        offered.append({"label": _("Buka hasil analisis"), "url": url, "primary": True})
    elif user.access.has_duty("run_analysis"):
        offered.append({"label": _("Jalankan analisis"), "url": address("analysis-list"), "primary": True})
    return [action for action in offered if action["url"]]


def figures(
    people: queries.People, seats: queries.Seats, latest: queries.Latest | None, soon: int, day: date
) -> list[dict[str, Any]]:
    labels = dict(Employee.Status.choices)
    beside = set() if people.part_time_in_b else {Employee.Status.PART_TIME}
    words = [
        f"{formats.number(people.by_status[status])} {labels[status]}"
        for status in Employee.Status.values
        if people.by_status.get(status) and status not in beside
    ]
    if beside and people.part_time:
        words.append(_("%(n)s paruh waktu di luarnya") % {"n": formats.number(people.part_time)})
    result = [
        {
            "label": _("Pegawai aktif"),
            "value": people.counted,
            "detail": " · ".join(words),
            "url": address("employee-list", query="aktif=true&status=ASN" if beside else "aktif=true"),
        },
        {
            "label": _("Jabatan terisi"),
            "value": None,
            "text": formats.DASH if seats.percent is None else f"{formats.number(seats.percent, 1)}\u00a0%",
            "detail": vacancies(seats),
            "tone": "short" if seats.vacant else "fit",
            "url": address("position-list", query="terisi=false"),
        },
    ]
    if latest is not None:
        url = address("analysis-detail", latest.analysis.pk)
        result += [
            {
                "label": _("Kekurangan"),
                "value": latest.shortage,
                "url": url,
                "detail": _("orang terhadap K hasil analisis, per %(day)s")
                % {"day": formats.day(latest.analysis.as_of)},
            },
            {
                "label": _("Kelebihan"),
                "value": latest.surplus,
                "url": url,
                "detail": _("orang; tidak saling dikurangkan"),
            },
        ]
    result.append(
        {
            "label": _("Pensiun 12 bulan"),
            "value": soon,
            "detail": _("menurut TMT pensiun"),
            "url": address("retirement-list", query="dalam=12"),
        }
    )
    return result


def vacancies(seats: queries.Seats) -> str:
    said = counted("▼ %(n)s formasi lowong", seats.vacant)
    if seats.printed:
        said += " · " + _("%(n)s terisi menurut peta tercetak") % {"n": formats.number(seats.printed)}
    return said


def steps(seats: queries.Seats, latest: queries.Latest | None, soon: int) -> list[charts.Step]:
    """The loop; a step without figures yet says so (charts.loop)."""
    analysed = "" if latest is None else f"▼{formats.number(latest.shortage)}  ▲{formats.number(latest.surplus)}"
    filled = "" if seats.percent is None else f"{formats.number(seats.percent, 1)}\u00a0%"
    return [
        charts.Step(_("Analisis"), analysed, _("kekurangan, kelebihan"), address("analysis-list")),
        charts.Step(_("Tempatkan"), filled, _("formasi terisi"), address("position-list")),
        charts.Step(_("Kembangkan")),
        charts.Step(_("Evaluasi")),
        charts.Step(_("Sesuaikan"), formats.number(soon), _("pensiun 12 bulan"), address("retirement-list")),
    ]


def shortage_rows(latest: queries.Latest | None) -> list[dict[str, Any]]:
    if latest is None:
        return []
    return [
        {
            "unit": group.name,
            "url": address("unit-detail", group.pk),
            "need": group.need,
            "holders": group.holders,
            "shortage": group.shortage,
            "surplus": group.surplus,
            "filled": group.need - group.shortage,
        }
        for group in latest.groups[:ROWS]
        if group.shortage
    ]


def retirement_chart(by_year: dict[int, int], day: date) -> Any:
    rest = words.rest_of_year(day)
    bars = [
        charts.Bar(year, number, "gold", note=rest) if year == day.year else charts.Bar(year, number)
        for year, number in by_year.items()
    ]
    return charts.bar_chart(bars, title=_("Pensiun menurut tahun"), unit=_("orang"))


# What waits for the user


def queue(user: Any, day: date) -> list[dict[str, Any]]:
    """What waits for this user in the register and its analysis, most urgent first; three queries, four for a head.
    What they may do as somebody's superior waits for that somebody (`Access.has_duty`)."""
    access = user.access
    if not access.may("view_register"):
        return []
    waiting = queries.waiting(user, day)
    entries: list[dict[str, Any]] = []
    if waiting["recommendations"] and access.has_duty("decide_recommendations"):
        entries.append(
            _entry(
                counted("Putuskan %(n)s rekomendasi analisis", waiting["recommendations"]),
                address("analysis-list"),
                tag=_("%(n)s prioritas 1") % {"n": formats.number(waiting["urgent"])} if waiting["urgent"] else "",
                tone="short",
            )
        )
    entries += candidate_entries(user)
    if waiting["acting"] and (access.has_duty("edit_register") or access.has_duty("decide_recommendations")):
        entries += [_acting_entry(row, day) for row in queries.acting_near_limit(user, day)]
    if waiting["late_sheets"] and (access.has_duty("approve_workload") or access.has_duty("edit_workload")):
        entries.append(
            _entry(
                counted("%(n)s unit terlambat mengisi ABK", waiting["late_sheets"]),
                address("workload-board"),
                tag=_("lewat tenggat"),
                tone="short",
            )
        )
    entries += _document_entries(user, waiting)
    if waiting["evaluations"] and access.has_duty("decide_job_class"):
        where = address("job-evaluation-list", query="keadaan=diajukan")
        entries.append(_entry(counted("Tetapkan kelas %(n)s jabatan yang dievaluasi", waiting["evaluations"]), where))
    if access.has_duty("approve_standards"):
        for kind, label, route in (
            (
                "standards",
                counted("Tetapkan %(n)s standar kompetensi yang diajukan", waiting["standards"]),
                "standard-list",
            ),
            (
                "competencies",
                counted("Tetapkan %(n)s kompetensi teknis yang diajukan", waiting["competencies"]),
                "technical-list",
            ),
        ):
            if waiting[kind]:
                entries.append(_entry(label, address(route, query="keadaan=diajukan")))
    if waiting["findings"] and access.has_duty("settle_findings"):
        entries.append(
            _entry(
                counted("Selesaikan %(n)s temuan data", waiting["findings"]),
                address("finding-list", query="selesai=false"),
            )
        )
    if access.has_duty("approve_roles"):
        entries += _roles_asked(user)
    if access.has_duty("manage_agenda"):
        entries += _agenda_entries(waiting, day)
    entries += calendar_entries(user, day)
    if waiting["requests"] and access.has_duty("edit_register"):
        entries.append(
            _entry(
                counted("Putuskan %(n)s usul perbaikan data", waiting["requests"]),
                address("change-request-list", query="keadaan=menunggu"),
            )
        )  # fmt: skip
    entries += own_repairs(user, day)
    if waiting["mappings"] and (access.has_duty("settle_findings") or access.has_duty("edit_structure")):
        entries.append(
            _entry(counted("Antrean pemetaan: %(n)s nama belum dikenali", waiting["mappings"]), address("mapping-list"))
        )
    return entries


def _agenda_entries(waiting: dict[str, int], day: date) -> list[dict[str, Any]]:
    """What it is time to propose, each with the cases that were counted."""
    increments, leaving = waiting["increments"], waiting["leaving"]
    kinds = (
        (AgendaItem.Kind.INCREMENT, increments, counted("%(n)s KGB sampai dua bulan lagi belum diusulkan", increments)),
        (AgendaItem.Kind.PENSION, leaving, counted("%(n)s pensiun sampai tiga bulan lagi belum diusulkan", leaving)),
    )
    found = []
    for kind, number, label in kinds:
        until = agenda_queries.soon_until(kind, day).isoformat()
        query = f"jenis={kind.value}&keadaan={agenda_words.UNPROPOSED}&sampai={until}"
        if number:
            found.append(_entry(label, address("agenda-list", query=query)))
    return found


def _document_entries(user: Any, waiting: dict[str, int]) -> list[dict[str, Any]]:
    """Job-analysis documents that wait for this user."""
    writes, judges = user.access.has_duty("edit_workload"), user.access.has_duty("approve_workload")
    judged, returned, late = (waiting[kind] for kind in ("documents_to_judge", "documents_returned", "documents_late"))
    kinds = (
        (judges and judged, counted("Periksa %(n)s analisis jabatan yang diajukan", judged), "keadaan=diajukan", ""),
        (
            writes and returned, counted("Perbaiki %(n)s analisis jabatan yang dikembalikan", returned),
            "keadaan=dikembalikan", "",
        ),
        (
            (writes or judges) and late, counted("%(n)s analisis jabatan terlambat ditinjau", late),
            "tinjauan=terlambat", _("lewat tenggat"),
        ),
    )  # fmt: skip
    return [
        _entry(label, address("job-analysis-list", query=query), tag=tag, tone="short" if tag else "gold")
        for waits, label, query, tag in kinds
        if waits
    ]


MOST_DUTIES = 4


def calendar_entries(user: Any, day: date) -> list[dict[str, Any]]:
    """Duties of the work calendar that wait for this user, the oldest first; one query."""
    found = []
    for duty in calendar.waiting(user, day)[:MOST_DUTIES]:
        left = (duty.due_on - day).days
        found.append({
            "label": duty.name if duty.own else _(duty.name),
            "url": address(duty.route) if duty.route else address("work-calendar"),
            "tag": counted("%(n)s hari lagi", left) if left >= 0 else counted("lewat %(n)s hari", -left),
            "tone": "gold" if left >= 0 else "short",
            "detail": _("%(day)s · kalender kerja") % {"day": formats.day(duty.due_on)},
        })  # fmt: skip
    return found


def own_repairs(user: Any, day: date) -> list[dict[str, Any]]:
    """What an officer who is a civil servant of the agency is asked to repair at the own record; no query without a NIP
    of one's own."""
    if not user.nip or not user.access.may("view_own"):
        return []
    mine = Employee.objects.filter(agency=user.access.agency_id, nip=user.nip).first()
    found = quality.panel(user, mine, day, is_own=True, may_edit=False) if mine is not None else []
    if not found:
        return []
    return [_entry(counted("Perbaiki %(n)s data Anda sendiri", len(found)), f"{address('employee-own')}#kualitas")]


def _entry(label: str, url: str, *, tag: str = "", tone: str = "gold") -> dict[str, Any]:
    return {"label": label, "url": url, "tag": tag, "tone": tone, "detail": ""}


def place(unit: Any) -> str:
    """Name the office: many have a Sekretariat or a Subbagian Keuangan."""
    return (unit.office or unit).name


def _acting_entry(row: Any, day: date) -> dict[str, Any]:
    days = (day - row.starts_on).days
    left = queries.ACTING_LIMIT_DAYS - days
    return {
        "label": _("Plt. %(job)s hari ke-%(days)s") % {"job": row.position.job, "days": formats.number(days)},
        "url": address("position-detail", row.position_id),
        "tag": counted("batas %(n)s hari lagi", left)
        if left > 0
        else _("melewati %(n)s hari") % {"n": queries.ACTING_LIMIT_DAYS},
        "tone": "short",
        "detail": f"{place(row.position.unit)} · {row.employee.full_name}",
    }
