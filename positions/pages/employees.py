"""People: the list, one person with the career on a line, who retires, whose contract ends, and corrections."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates, formats
from asnhr.audit import history as trail
from asnhr.formats import counted
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, Page, TablePage
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import Number, PersonWords
from positions.forms import ClosedFields, close_rank
from positions.models import Contract, EducationLevel, Employee, Unit
from positions.models.employee import ACTIVE_STATUS, ENDED_STATUS, standing_text
from positions.pages import appointment_withdrawal, doors, quality, siasn, timeline
from positions.pages.pickers import UnitOfPeople, day_field, unit_row, units_like
from positions.pages.positions import _id, pick
from positions.queries import (
    details,
    histories,
    job_analysis,
    past_files,
    personal_file,
    register,
    rulebook,
    unit_names,
)
from positions.rules import retirement as retirement_rules
from positions.rules.levels import (
    EDUCATION_BY_ID,
    EDUCATION_LEVELS,
    LEVEL_NAMES,
    PPPK_GROUPS,
    RANK_BY_ID,
    RANKS,
    Level,
)
from positions.rules.numbers import add_months
from positions.rules.service import months_between
from positions.rules.standing import fits
from positions.services import coming, standings
from positions.services import histories as file_services
from positions.services import register as services

# The filter value for all but PPPK paruh waktu.
ASN = "ASN"
STATUS_TONES = {"PNS": "brand", "CPNS": "over", "PPPK": "gold", "PPPK_PW": ""}


def rank_text(person: Employee) -> str:
    """The rank of a PNS with its name, or the pay group of a PPPK."""
    if person.rank in RANK_BY_ID:
        return f"{RANK_BY_ID[person.rank].code} {RANK_BY_ID[person.rank].name}"
    if person.pay_group and 1 <= person.pay_group <= len(PPPK_GROUPS):
        return _("Golongan %(group)s") % {"group": PPPK_GROUPS[person.pay_group - 1]}
    return ""


def holds_rank(person: Employee, day: date) -> bool:
    """Whether the rank on record was the person's on `day`: of the past only what its TMT says is known."""
    return day >= dates.today() or (person.rank_since is not None and person.rank_since <= day)


def rank_of_day(day: date) -> Column:
    """Return the column of ranks for another day than today: by the history, else what the TMT on record tells, which
    of a coming day is today's."""

    def code(person: Employee) -> str | None:
        held = person.__dict__
        if held.get("held_since"):
            return code_of(held["held_rank"], held["held_group"])
        return rank_code(person) if holds_rank(person, day) else None

    def shown(person: Employee) -> SafeString | str:
        return code(person) or format_html('<span title="{}">{}</span>', _("belum ada riwayat"), formats.DASH)

    return replace(RANK, value=code, html=shown, sort="")


def rank_code(person: Employee) -> str:
    return code_of(person.rank, person.pay_group)


def code_of(rank: int | None, pay_group: int | None) -> str:
    """ "III/a", "IX", or "" for neither."""
    if rank in RANK_BY_ID:
        return RANK_BY_ID[rank].code
    return PPPK_GROUPS[pay_group - 1] if pay_group and pay_group <= len(PPPK_GROUPS) else ""


def post_title(person: Employee) -> str:
    post = register.post_of(person)
    return str(post.position.job) if post else ""


def unit_name(person: Employee) -> str:
    post = register.post_of(person)
    unit = post.position.unit if post else person.unit
    return unit.name if unit else ""


def units_shown(people: Iterable[Employee]) -> Iterator[Unit]:
    """The units of people and of their posts, as far as they were loaded as models."""
    for person in people:
        for holder in (person, getattr(register.post_of(person), "position", None)):
            unit = getattr(holder, "_state", None) and holder._state.fields_cache.get("unit")
            if isinstance(unit, Unit):
                yield unit


@lru_cache(maxsize=64)
def status_pill(status: str, _language: str) -> SafeString:
    return pill(dict(Employee.Status.choices).get(status, status), STATUS_TONES.get(status, ""))


class EmployeePageFilter(filters.FilterSet):
    q = PersonWords()
    unit = UnitOfPeople()
    status = filters.ChoiceFilter(
        method="by_status",
        choices=[(ASN, gettext_lazy("PNS, CPNS, dan PPPK")), *Employee.Status.choices],
        label=gettext_lazy("Status"),
        empty_label=gettext_lazy("Semua status"),
    )
    golongan = filters.ChoiceFilter(
        method="by_rank",
        choices=[(rank.id, f"{rank.code} {rank.name}") for rank in RANKS],
        label=gettext_lazy("Golongan PNS"),
        empty_label=gettext_lazy("Semua golongan"),
    )
    pendidikan = filters.ChoiceFilter(
        method="by_education",
        choices=[(level.id, level.name) for level in EDUCATION_LEVELS],
        label=gettext_lazy("Pendidikan"),
        empty_label=gettext_lazy("Semua pendidikan"),
    )
    sex = filters.ChoiceFilter(
        choices=Employee.Sex.choices, label=gettext_lazy("Jenis kelamin"), empty_label=gettext_lazy("Semua")
    )
    pensiun = Number(method="by_year", label=gettext_lazy("Tahun pensiun"))
    aktif = filters.BooleanFilter(method="by_activity", label=gettext_lazy("Aktif"))
    tanpa_jabatan = filters.BooleanFilter(method="by_post", label=gettext_lazy("Tanpa jabatan"))

    class Meta:
        model = Employee
        fields: list[str] = []

    def by_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == ASN:
            return queryset.exclude(status=Employee.Status.PART_TIME)
        return histories.of_status(queryset, self.request.as_of, value)

    def by_rank(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return histories.of_rank(queryset, self.request.as_of, int(value))

    def by_education(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return past_files.of_education(queryset, self.request.as_of, value)

    def by_year(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        year = int(value)
        if not 1900 < year < 2200:
            return queryset.none()
        leaving = queryset.filter(register.serving(self.request.as_of))
        return leaving.filter(retires_on__range=(date(year, 1, 1), date(year, 12, 31)))

    def by_activity(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        condition = register.counts(self.request.as_of)
        return queryset.filter(condition) if value else queryset.exclude(condition)

    def by_post(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(post__isnull=value)


PERSON = Column(
    "nama",
    gettext_lazy("Nama"),
    "full_name",
    sort="name",
    fixed=True,
    url=("employee-detail", "pk"),
)
NIP = Column("nip", "NIP", "nip", kind="nip", sort="nip")
POST = Column(
    "jabatan",
    gettext_lazy("Jabatan"),
    post_title,
    url=("position-detail", "post.position_id"),
    blank=gettext_lazy("tanpa jabatan"),
    sub="post.position.unit.name",
    sort="post__position__job__name",
)
EDUCATION = Column(
    "pendidikan", gettext_lazy("Pendidikan"), "education_level.name", sort="education_level__order", hidden=True
)
# Of a day gone by, as `EmployeeList.dress` sets it.
PAST_EDUCATION = replace(
    EDUCATION,
    value=lambda row: getattr(EDUCATION_BY_ID.get(row.education_level_id), "name", None),
    sort="education_of_day",
)
UNIT = Column("unit", gettext_lazy("Unit kerja"), unit_name, sort="post__position__unit__name", hidden=True)
# Of another day, as `by_unit_of_day` names it.
UNIT_OF_DAY = replace(UNIT, sort="unit_of_day")


def by_unit_of_day(people: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Name the units of people that `with_post` joined as they were called on `day`, for ORDER BY."""
    return people.alias(unit_of_day=unit_names.then(day, "post__position__unit"))


def pension_day(person: Employee) -> date | None:
    """The pension date as the query annotated it, else by the rules: fifty rows cost less here than a plan in SQL."""
    if "retires_on" in person.__dict__:
        return person.__dict__["retires_on"]
    post = register.post_of(person)
    if post is None or post.position.job.level not in post.ages.of_level:
        return None
    job = post.position.job
    age = retirement_rules.retirement_age(
        Level(job.level),
        job_name=job.name,
        job_bup=job.retirement_age,
        individual=person.own_retirement_age,
        ages=post.ages,
    )
    released_on = post.starts_on if post.kind == "definitif" else None
    if retirement_rules.is_beyond_calendar(person.birth_date, age):
        return None
    return retirement_rules.retires_on(person.birth_date, age, released_on)


RETIRES = Column("pensiun", gettext_lazy("TMT pensiun"), pension_day, kind="date", sort="retires_on")


# What no list shows is not read either: a page of fifty would decrypt fifty NIK for nobody.
UNLISTED = (
    "nik", "nik_hash", "nip_old", "siasn_id", "birth_place", "email", "phone", "service_years",
    "service_months", "cpns_on", "pns_on", "education", "graduated", "exit_reason", "exit_reason_hash",
)  # fmt: skip
# What tells the last education of a day gone by (`past_files.educate`).
LAST_EDUCATION = frozenset({"education", "graduated"})


STATUS = Column(
    "status",
    gettext_lazy("Status"),
    lambda row: row.get_status_display(),
    sort="status",
    html=lambda row: status_pill(row.status, get_language() or ""),
)
# Of a day gone by, as `EmployeeList.queryset` annotates it.
PAST_STATUS = replace(
    STATUS,
    value=lambda row: dict(Employee.Status.choices)[row.status_of_day],
    sort="status_of_day",
    html=lambda row: status_pill(row.status_of_day, get_language() or ""),
)
RANK = Column("golongan", gettext_lazy("Gol."), rank_code, kind="code", sort=("rank", "pay_group"))


def marked(status: Column, day: date) -> Column:
    """The column of statuses that says who has left by `day`: what they were says nothing of that."""
    shown: Callable[[Any], Any] = status.html or status.text

    def of_row(row: Employee) -> Any:
        return shown(row) if is_active(row, day) else format_html("{} {}", shown(row), pill(_("sudah keluar"), ""))

    return replace(status, html=of_row)


def left_on(day: date) -> Column:
    return Column(
        "keluar", gettext_lazy("TMT keluar"), lambda row: None if is_active(row, day) else row.exits_on, kind="date",
        hidden=True,
    )  # fmt: skip


class EmployeeList(TablePage):
    follows_day = True
    title = gettext_lazy("Daftar pegawai")
    lead = gettext_lazy("PNS, CPNS, PPPK, dan PPPK paruh waktu dengan jabatan, golongan, dan TMT pensiun.")
    noun = gettext_lazy("pegawai")
    permission = "view_register"
    filterset_class = EmployeePageFilter
    first_filters = ("q", "unit", "status")
    order_by = ("name", "nip")
    empty_text = gettext_lazy("Impor berkas SIASN, nominatif, atau DUK untuk mengisi daftar ini.")
    columns = (
        PERSON,
        NIP,
        POST,
        UNIT,
        STATUS,
        RANK,
        EDUCATION,
        Column("kelamin", gettext_lazy("Jenis kelamin"), lambda row: row.get_sex_display(), sort="sex", hidden=True),
        Column("lahir", gettext_lazy("Tanggal lahir"), "birth_date", kind="date", sort="birth_date", hidden=True),
        RETIRES,
    )

    def get_columns(self, request: HttpRequest) -> Any:
        day = request.as_of
        own = {STATUS.key: PAST_STATUS if day < dates.today() else STATUS}
        if day < dates.today():
            own[EDUCATION.key] = PAST_EDUCATION
        if day != dates.today():
            own[RANK.key] = rank_of_day(day)
            own[UNIT.key] = UNIT_OF_DAY
        own[STATUS.key] = marked(own[STATUS.key], day)
        return (*(own.get(column.key, column) for column in self.columns), left_on(day))

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        shown = {column.key for column in self.shown_columns}
        past_educations = self.past_educations
        unread = [name for name in UNLISTED if not (past_educations and name in LAST_EDUCATION)]
        people = Employee.objects.visible_to(request.user).defer(*unread)
        for column, related in ((UNIT, "unit"), (EDUCATION, "education_level")):
            if column.key in shown and not (column is EDUCATION and past_educations):
                people = people.select_related(related)
        if request.as_of < dates.today():
            people = histories.appointed(people, request.as_of)
            people = people.annotate(status_of_day=histories.status_then(request.as_of))
            if self.sorted_by[0] is PAST_EDUCATION:
                people = past_files.by_education_of_day(people, request.as_of)
        if request.as_of != dates.today() and RANK.key in shown:
            people = histories.with_rank_of_day(people, request.as_of)
        if not self.joins_posts:
            return people
        rows = register.with_post(people, request.as_of)
        if self.sorted_by[0] is UNIT_OF_DAY:
            rows = by_unit_of_day(rows, request.as_of)
        return register.with_retirement(rows, request.as_of)

    @cached_property
    def joins_posts(self) -> bool:
        """Whether SQL needs the posts: to filter, to sort or to export; else those of the page are read after it."""
        asked = self.request.GET
        by_post = {POST.key, UNIT.key, RETIRES.key}
        return asked.get("urut", "").removeprefix("-") in by_post or any(
            asked.get(name) for name in ("pensiun", "tanpa_jabatan", "format")
        )

    def page(self, rows: QuerySet[Any]) -> Page:
        page = super().page(rows)
        if not self.joins_posts:
            register.attach_posts(page.rows, self.request.as_of)
        return page

    @cached_property
    def past_educations(self) -> bool:
        """Whether educations of a day gone by are shown."""
        return any(column is PAST_EDUCATION for column in self.shown_columns)

    def dress(self, rows: list[Any]) -> None:
        unit_names.bear(units_shown(rows), self.request.as_of)
        if self.past_educations:
            past_files.educate(rows, self.request.as_of)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        offered = []
        if permissions.may(request.user, "edit_register"):
            offered.append({"label": _("Pegawai baru"), "url": reverse("employee-new"), "primary": True})
        return {"actions": offered}


class SubordinateList(EmployeeList):
    """The people of the units that the user heads, down the tree, without the user; the register stays closed."""

    title = gettext_lazy("Bawahan saya")
    lead = gettext_lazy("Pegawai pada unit yang Anda pimpin menurut jabatan Anda hari ini, beserta unit di bawahnya.")
    permission = "view_subordinates"
    filterset_class = None
    empty_title = gettext_lazy("Belum ada bawahan yang tercatat")
    empty_text = ""
    columns = tuple(
        replace(column, url=None) if column is POST else column
        for column in EmployeeList.columns
        if column.key in ("nama", "nip", "jabatan", "unit", "status", "golongan", "pensiun")
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        led = request.user.access.led_paths
        below = Unit.objects.filter(agency=request.user.access.agency_id, path__under_any=list(led))
        return super().queryset(request).filter(unit__in=below.values("pk")).exclude(nip=request.user.nip)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {}


# Who retires


class RetirementFilter(filters.FilterSet):
    q = PersonWords()
    unit = UnitOfPeople()
    tahun = filters.ChoiceFilter(
        method="by_year", label=gettext_lazy("Tahun"), choices=(), empty_label=gettext_lazy("Semua tahun")
    )
    dalam = filters.ChoiceFilter(
        method="within",
        label=gettext_lazy("Dalam"),
        empty_label=gettext_lazy("Semua"),
        choices=[("6", gettext_lazy("6 bulan")), ("12", gettext_lazy("12 bulan")), ("24", gettext_lazy("24 bulan"))],
    )

    class Meta:
        model = Employee
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = self.request.as_of.year
        self.filters["tahun"].extra["choices"] = [(str(year), str(year)) for year in range(first, first + 6)]

    def by_year(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        year = int(value)
        return queryset.filter(retires_on__range=(date(year, 1, 1), date(year, 12, 31)))

    def within(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(retires_on__lte=add_months(self.request.as_of, int(value)))


class RetirementList(TablePage):
    follows_day = True
    title = gettext_lazy("Pensiun lima tahun")
    lead = gettext_lazy(
        "Pemangku jabatan definitif yang mencapai batas usia pensiun pada tahun ini dan lima tahun berikutnya."
    )
    noun = gettext_lazy("pegawai")
    permission = "view_register"
    filterset_class = RetirementFilter
    first_filters = ("q", "unit", "tahun", "dalam")
    order_by = ("retires_on", "name")
    template_name = "positions/retirement_list.html"
    columns = (
        PERSON,
        NIP,
        POST,
        UNIT,
        Column("lahir", gettext_lazy("Tanggal lahir"), "birth_date", kind="date", sort="birth_date"),
        Column("bup", "BUP", "bup", kind="num", sort="bup", hint=gettext_lazy("Batas usia pensiun, tahun")),
        RETIRES,
    )

    def get_columns(self, request: HttpRequest) -> Any:
        is_today = request.as_of == dates.today()
        return tuple(UNIT_OF_DAY if each is UNIT and not is_today else each for each in self.columns)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = register.retiring(request.user, request.as_of).select_related("unit")
        if self.sorted_by[0] is UNIT_OF_DAY:
            rows = by_unit_of_day(rows, request.as_of)
        return rows.filter(retires_on__lte=date(request.as_of.year + 5, 12, 31))

    def dress(self, rows: list[Any]) -> None:
        unit_names.bear(units_shown(rows), self.request.as_of)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        from positions.pages.home import retirement_chart

        by_year = register.retirements_by_year(request.user, request.as_of)
        return {"chart": retirement_chart(by_year, request.as_of) if sum(by_year.values()) else ""}


class ContractFilter(filters.FilterSet):
    q = PersonWords(person="employee__")
    unit = UnitOfPeople(field_name="employee__unit")
    perpanjangan = filters.ChoiceFilter(
        method="by_extension",
        choices=Contract.Extension.choices,
        label=gettext_lazy("Perpanjangan"),
        empty_label=gettext_lazy("Semua"),
    )

    class Meta:
        model = Contract
        fields: list[str] = []

    def by_extension(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return past_files.of_extension(queryset, self.request.as_of, value)


EXTENSION_TONES = {"belum": "gold", "diperpanjang": "fit", "tidak": "short"}


DECIDE = Column(
    "putuskan", gettext_lazy("Putuskan"), lambda row: _("Putuskan"), fixed=True,
    url=("contract-decide", "pk"),
)  # fmt: skip


class ContractList(TablePage):
    follows_day = True
    title = gettext_lazy("Kontrak PPPK berakhir")
    lead = gettext_lazy(
        "Kontrak yang berakhir dalam 12 bulan. Berakhirnya kontrak bukan pemberhentian: "
        "kontrak dapat diperpanjang sampai BUP."
    )
    noun = gettext_lazy("kontrak")
    permission = "view_register"
    filterset_class = ContractFilter
    first_filters = ("q", "unit", "perpanjangan")
    order_by = ("ends_on", "employee__name")
    empty_title = gettext_lazy("Tidak ada kontrak yang berakhir dalam 12 bulan")
    columns = (
        Column(
            "nama",
            gettext_lazy("Nama"),
            "employee.full_name",
            sort="employee__name",
            fixed=True,
            url=("employee-detail", "employee_id"),
        ),
        Column("nip", "NIP", "employee.nip", kind="nip", sort="employee__nip"),
        Column("unit", gettext_lazy("Unit kerja"), "employee.unit.name", sort="employee__unit__name"),
        Column("nomor", gettext_lazy("Nomor kontrak"), "number"),
        Column("mulai", gettext_lazy("Mulai"), "starts_on", kind="date", sort="starts_on"),
        Column(
            "sampai",
            gettext_lazy("Sampai dengan"),
            "ends_on",
            kind="date",
            sort="ends_on",
            html=lambda row: formats.last_day(row.ends_on),
        ),
        Column(
            "perpanjangan",
            gettext_lazy("Perpanjangan"),
            lambda row: row.get_extension_display(),
            sort="extension",
            html=lambda row: pill(row.get_extension_display(), EXTENSION_TONES.get(row.extension, "")),
        ),
    )

    def get_columns(self, request: HttpRequest) -> Any:
        """Who may decide comes to the decision from here."""
        of_day = {} if request.as_of == dates.today() else {"unit": "unit_of_day", "perpanjangan": "extension_of_day"}
        columns = tuple(replace(each, sort=of_day[each.key]) if each.key in of_day else each for each in self.columns)
        if not request.user.access.may("edit_register") or request.GET.get("format"):
            return columns
        return (*columns, DECIDE)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        day = request.as_of
        rows = register.contracts_ending(request.user, day)
        if day == dates.today():
            return rows
        return rows.alias(
            unit_of_day=register.unit_name_then(day, "employee"), extension_of_day=past_files.extension_then(day)
        )

    def dress(self, rows: list[Any]) -> None:
        past_files.as_they_stood(Contract, rows, self.request.as_of)
        people = [row.employee for row in rows]
        register.belong(people, self.request.as_of)
        unit_names.bear((person.unit for person in people), self.request.as_of)


# One person


@doors.needs("view_own", "view_register")
@require_safe
@follows_day
def employee_own(request: HttpRequest) -> HttpResponse:
    """The signed-in user's own record; 404 when the account has no NIP of the register."""
    nip = getattr(request.user, "nip", "")
    person = register.employees_visible(request.user).filter(nip=nip).first() if nip else None
    if person is None:
        raise Http404(_("Akun ini belum terhubung dengan data pegawai."))
    return employee_detail(request, person.pk)


@doors.needs("view_register", "view_own")
@require_safe
@follows_day
def employee_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Header, career on a line, education, contracts, open findings and data quality; at most twelve queries."""
    # The tabs' pages import this module.
    from positions.pages import agenda_panel
    from positions.pages.histories import tabs as person_tabs

    user, day = request.user, request.as_of
    people = register.employees_visible(user).select_related("unit__office", "education_level", "education")
    ages = rulebook.ages_on(day)
    person = doors.found(register.with_retirement(register.with_post(people, day), day, ages), pk=pk)
    leaves_on = person.exits_on
    histories.as_they_stood([person], day)
    past_files.employee_as_it_stood(person, day)
    if not permissions.may_read_health(user, person):
        person.exit_reason = ""
    elif person.exit_reason and not permissions.is_own_file(user, person):
        file_services.note_health(Employee, [person.pk])
    post = register.post_of(person)
    unit_names.bear(units_shown([person]), day)
    held = details.incumbencies_of(person, day)
    contracts = details.contracts_of(person) if person.status in ("PPPK", "PPPK_PW") else []
    educations, findings = details.educations_of(person, day), details.findings_of(user, person)
    is_past = day < dates.today()
    if is_past:
        # What came later was not there yet; today's findings say nothing of that day.
        held = [each for each in held if each.starts_on <= day]
        contracts = [each for each in contracts if each.starts_on <= day]
        past_files.as_they_stood(Contract, contracts, day)
        findings = []
    name = person.full_name
    reads = not details.own_only(user)
    may_record = permissions.may_edit_people(user, person.unit) and not permissions.is_theirs(user, person)
    context = {
        "person": person,
        "tabs": person_tabs(user, person, ""),
        "post": post,
        "reads_register": reads,
        "standing": standing_text(standings.read_today(actor=user, employee=person)),
        "rank": rank_text(person) if holds_rank(person, day) else "",
        "rank_unknown": not holds_rank(person, day),
        "age": age_on(person.birth_date, day),
        "is_active": is_active(person, day),
        "retirement": pension_basis(person, post, day, ages),
        "held": list(reversed(held)),
        "timeline": timeline.career(held, person, day),
        "withdrawable": appointment_withdrawal.offered(user, held) if may_record else set(),
        "day": day,
        "is_past": is_past,
        "is_coming": day > dates.today(),
        "educations": educations,
        "contracts": contracts,
        "findings": findings,
        "may_edit": permissions.may_edit_people(user, person.unit),
        "may_read_contacts": permissions.may_read_contacts(user, person),
        "may_read_nik": permissions.may_read_nik(user, person.unit),
        "may_leave": leaves_on is None and may_record,
        "may_take_back": leaves_on is not None and may_record and not is_past,
        "crumbs": [(_("Pegawai"), ""), (_("Daftar pegawai"), reverse("employee-list")), (name, "")]
        if reads
        else [(_("Data saya"), "")]
        if person.nip == user.nip
        else [(_("Bawahan"), reverse("subordinate-list")), (name, "")],
    }
    is_own = bool(user.nip) and user.nip == person.nip and user.access.may("view_own")
    asks_own = is_own and not context["may_edit"]
    context["asks_own"] = asks_own
    context["quality"] = quality.panel(user, person, day, is_own=asks_own, may_edit=context["may_edit"], ages=ages)
    context["file"] = personal_file.summary(user, person, day)
    context["is_own"] = is_own
    context["own_analyses"] = list(job_analysis.own_documents(user, dates.today())) if is_own else []
    context["agenda"] = agenda_panel.panel(user, person, day, is_own=is_own)
    context["may_keep_photo"] = permissions.may_keep_photo(user, person)
    context["history_url"] = trail.address_of(person, user)
    context["sees_documents"] = is_own or permissions.may(user, "edit_register", "view_audit")
    context["siasn"] = siasn.panel(user, person, day, context["contracts"])
    return render(request, "positions/employee_detail.html", context)


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_active(person: Employee, day: date) -> bool:
    return person.exits_on is None or person.exits_on > day


def pension_basis(person: Employee, post: Any, day: date, ages: retirement_rules.Ages) -> dict[str, Any] | None:
    """The pension date with its inputs, steps, rule and law; null without a post."""
    if post is None or person.retires_on is None:
        return None
    job = post.position.job
    level = Level(job.level)
    found = retirement_rules.retirement(
        person.birth_date,
        level,
        job_name=job.name,
        job_bup=job.retirement_age,
        siasn_bup=job.reference.siasn_retirement_age if job.reference_id and job.reference else None,
        individual=person.own_retirement_age,
        released_on=post.starts_on if post.kind == "definitif" else None,
        ages=ages,
    )
    if person.own_retirement_age:
        source = _("BUP perorangan pegawai")
    elif job.retirement_age:
        source = _("BUP khusus pada nomenklatur jabatan")
    elif retirement_rules.special_bup(job.name, level, ages.special):
        source = _("BUP khusus menurut undang-undang untuk jabatan ini")
    else:
        source = _("BUP jenjang %(level)s") % {"level": LEVEL_NAMES[level]}
    steps = [
        _("%(source)s: %(age)s tahun.") % {"source": source, "age": found.age},
        _("Usia %(age)s tahun dicapai pada %(day)s.") % {"age": found.age, "day": formats.day(found.reaches_on)},
        _("TMT pensiun adalah tanggal 1 bulan berikutnya: %(day)s; hari kerja terakhir %(last)s.")
        % {"day": formats.day(found.retires_on), "last": formats.day(found.last_active_day)},
    ]
    if retirement_rules.WARNING_SIASN_DIFFERS in found.warnings:
        steps.append(_("Perhatian: SIASN mencantumkan BUP lain untuk jabatan ini."))
    return {
        "day": found.retires_on,
        "age": found.age,
        "left": left_until(found.retires_on, day),
        "basis": {
            "inputs": [
                (_("Tanggal lahir"), formats.day(person.birth_date)),
                (_("Jabatan"), str(job)),
                (_("Jenjang"), LEVEL_NAMES[level]),
                (_("TMT jabatan"), formats.day(post.starts_on)),
            ],
            "steps": steps,
            "rule": _("BUP perorangan, jika ada; jika tidak, BUP jabatan; jika tidak, BUP jenjang."),
            "legal_basis": _("UU 20/2023 pasal 55; PP 11/2017 pasal 239 untuk jabatan fungsional"),
        },
    }


def left_until(then: date, day: date) -> str:
    if then <= day:
        return _("sudah lewat")
    years, rest = divmod(months_between(day, then), 12)
    if not years and not rest:
        return _("kurang dari sebulan lagi")
    parts = [counted("%(n)s tahun", years)] if years else []
    parts += [counted("%(n)s bulan", rest)] if rest else []
    return _("%(time)s lagi") % {"time": " ".join(parts)}


# Forms


class EmployeeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Nama tanpa gelar"), max_length=150)
    title_before = forms.CharField(label=gettext_lazy("Gelar depan"), max_length=60, required=False)
    title_after = forms.CharField(label=gettext_lazy("Gelar belakang"), max_length=100, required=False)
    birth_place = forms.CharField(label=gettext_lazy("Tempat lahir"), max_length=100, required=False)
    rank = forms.TypedChoiceField(
        label=gettext_lazy("Golongan (PNS)"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((rank.id, f"{rank.code} {rank.name}") for rank in RANKS)],
    )
    pay_group = forms.TypedChoiceField(
        label=gettext_lazy("Golongan (PPPK)"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((number, group) for number, group in enumerate(PPPK_GROUPS, start=1))],
    )
    rank_since = day_field(gettext_lazy("TMT golongan"), required=False)
    education_level = forms.ModelChoiceField(
        label=gettext_lazy("Tingkat pendidikan"),
        queryset=EducationLevel.objects.order_by("order", "code"),
        required=False,
        empty_label="—",
    )
    graduated = forms.IntegerField(label=gettext_lazy("Tahun lulus"), required=False, min_value=1940, max_value=2100)
    email = forms.EmailField(label=gettext_lazy("Surel"), required=False)
    phone = forms.CharField(label=gettext_lazy("Nomor HP"), max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rank") and cleaned.get("pay_group"):
            self.add_error("pay_group", _("Isi golongan PNS atau golongan PPPK, tidak keduanya."))
        return cleaned


def status_choices(codes: dict[str, Any]) -> list[tuple[str, str]]:
    return [(code, f"{code} {meaning}") for code, meaning in codes.items()]


class EditEmployeeForm(ClosedFields, EmployeeForm):
    birth_date = day_field(gettext_lazy("Tanggal lahir"))
    sex = forms.ChoiceField(label=gettext_lazy("Jenis kelamin"), choices=Employee.Sex.choices)
    cpns_on = day_field(
        gettext_lazy("TMT CPNS"), required=False, help_text=gettext_lazy("Bagi PPPK: TMT pengangkatan pertama.")
    )
    pns_on = day_field(gettext_lazy("TMT PNS"), required=False)
    legal_status = forms.ChoiceField(
        label=gettext_lazy("Kedudukan hukum"),
        help_text=gettext_lazy("Pegawai yang keluar dicatat lewat “Catat keluar”, bukan di sini."),
    )
    own_retirement_age = forms.IntegerField(
        label=gettext_lazy("BUP perorangan"),
        required=False,
        min_value=services.OWN_AGE[0],
        max_value=services.OWN_AGE[1],
        help_text=gettext_lazy("Hanya bila aturan peralihan memberinya batas usia pensiun sendiri."),
    )

    def __init__(self, *args: Any, person: Employee, reads_standing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        close_rank(self, person)
        if not reads_standing:
            # It stays as it is.
            del self.fields["legal_status"]
            return
        # Whoever has left keeps an ended status; a code that SIASN's list does not know stays as it is.
        known = ACTIVE_STATUS if person.exits_on is None else ACTIVE_STATUS | ENDED_STATUS
        known = {code: meaning for code, meaning in known.items() if fits(code, person.status)}
        own = {} if person.legal_status in known else {person.legal_status: person.legal_status_text[2:].strip()}
        self.fields["legal_status"].choices = status_choices(known | own)


class ExitForm(forms.Form):
    exits_on = day_field(
        gettext_lazy("Hari pertama tanpa pegawai ini"),
        help_text=gettext_lazy("SK sampai dengan 30 Juni ditulis 1 Juli."),
    )
    legal_status = forms.ChoiceField(
        label=gettext_lazy("Kedudukan hukum sesudahnya"), choices=lambda: [("", "—"), *status_choices(ENDED_STATUS)]
    )
    reason = forms.CharField(
        label=gettext_lazy("Alasan"),
        max_length=120,
        help_text=gettext_lazy(
            "Misalnya pindah ke Pemprov Sumatera Utara, meninggal dunia, mengundurkan diri; dengan nomor SK."
        ),
    )


class NewEmployeeForm(EmployeeForm):
    nip = forms.CharField(
        label="NIP", max_length=30, help_text=gettext_lazy("18 angka. Tanggal lahir dan jenis kelamin dibaca dari NIP.")
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Employee.Status.choices)
    field_order = ("nip", "status")


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def employee_new(request: HttpRequest) -> HttpResponse:
    """Pick the unit, then fill the form."""
    user, day = request.user, request.as_of
    crumbs = [(_("Daftar pegawai"), reverse("employee-list")), (_("Pegawai baru"), "")]
    unit_id, text = _id(request, "unit"), request.GET.get("q", "")
    if unit_id is None:
        here = reverse("employee-new")
        return pick(
            request,
            _("Pegawai baru: pilih unit"),
            _("Di unit mana pegawai ini bekerja?"),
            crumbs,
            [unit_row(unit, f"{here}?unit={unit.pk}") for unit in units_like(request, text)],
        )
    unit = doors.found(register.units_on(user, day), pk=unit_id)
    form = NewEmployeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = doors.attempt(request, form, services.add_employee, unit=unit, day=day, **form.cleaned_data)
        if person is not None:
            messages.success(
                request, _("%(name)s terdaftar. Angkat pada jabatannya lewat halaman jabatan.") % {"name": person}
            )
            return redirect("employee-detail", person.pk)
    context = {
        "form": form,
        "crumbs": crumbs,
        "heading": _("Pegawai baru"),
        "lead": _("Pada %(unit)s.") % {"unit": unit},
        "cancel_url": reverse("employee-list"),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def employee_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = doors.found(Employee.objects.visible_to(request.user).select_related("unit"), pk=pk)
    initial = {name: getattr(person, name) for name in EditEmployeeForm.base_fields}
    reads = standings.read_today(actor=request.user, employee=person) == person.legal_status
    form = EditEmployeeForm(request.POST or None, initial=initial, person=person, reads_standing=reads)
    back = reverse("employee-detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, services.change_employee, employee=person, **form.cleaned_data) is not None:
            messages.success(request, _("Data %(name)s diperbarui.") % {"name": person.full_name})
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Ubah data %(name)s") % {"name": person.full_name},
        "lead": _("Jabatan, unit, dan status berubah lewat pengangkatan, bukan di sini."),
        "cancel_url": back,
        "crumbs": [(_("Daftar pegawai"), reverse("employee-list")), (person.full_name, back), (_("Ubah"), "")],
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def employee_exit(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that somebody leaves, beside the posts that end with it."""
    person = doors.found(Employee.objects.visible_to(request.user).select_related("unit"), pk=pk)
    if not permissions.may_edit_people(request.user, person.unit):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    form = ExitForm(request.POST or None, initial={"exits_on": request.as_of})
    back = reverse("employee-detail", args=[pk])
    today = dates.today()
    if request.method == "POST" and form.is_valid():
        gone = coming.told(person, coming.that_go(person, form.cleaned_data["exits_on"], today))
        if doors.attempt(request, form, services.record_exit, employee=person, **form.cleaned_data) is not None:
            messages.success(
                request,
                _("%(name)s tercatat keluar pada %(day)s.")
                % {"name": person.full_name, "day": formats.day(form.cleaned_data["exits_on"])},
            )
            for sentence in gone:
                messages.warning(request, sentence)
            return redirect(back)
    day = form.cleaned_data.get("exits_on") if form.is_bound else None
    context = {
        "form": form,
        "danger": True,
        "person": person,
        "held": services.posts_until(person, day or request.as_of),
        "dropped": coming.told(person, coming.that_go(person, day or request.as_of, today)),
        "heading": _("Catat keluar %(name)s") % {"name": person.full_name},
        "lead": _("Semua jabatannya berakhir pada hari itu. Riwayat sebelum hari itu tidak berubah."),
        "submit_label": _("Catat keluar"),
        "cancel_url": back,
        "crumbs": [(_("Daftar pegawai"), reverse("employee-list")), (person.full_name, back), (_("Catat keluar"), "")],
    }
    return render(request, "positions/employee_exit.html", context, status=422 if form.errors else 200)
