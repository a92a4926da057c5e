"""The job catalogue (nomenklatur jabatan): the list and one job with its requirements and the positions that use it."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import difference
from positions import permissions
from positions.filters import Words
from positions.models import EducationLevel, Job, Position
from positions.models._base import in_force
from positions.models.job import LEVEL_CHOICES
from positions.pages import doors
from positions.pages.positions import figures as position_figures
from positions.queries import details, job_classes, register, rulebook, standards
from positions.queries.job_evaluation import versions_of
from positions.rules.levels import LEVEL_NAMES, RANK_BY_ID, RANKS, Level
from positions.rules.retirement import Ages, retirement_age, special_bup
from positions.services import structure

MOST_POSITIONS, MOST_VERSIONS = 60, 8


class JobPageFilter(filters.FilterSet):
    q = Words(fields=("name", "subtitle", "code"), label=gettext_lazy("Cari nama atau kode"))
    group = filters.ChoiceFilter(
        choices=Job.Group.choices, label=gettext_lazy("Jenis jabatan"), empty_label=gettext_lazy("Semua jenis")
    )
    level = filters.ChoiceFilter(
        choices=LEVEL_CHOICES, label=gettext_lazy("Jenjang"), empty_label=gettext_lazy("Semua jenjang")
    )
    field = filters.ChoiceFilter(
        choices=Job.Field.choices, label=gettext_lazy("Rumpun"), empty_label=gettext_lazy("Semua rumpun")
    )
    dipakai = filters.BooleanFilter(method="by_use", label=gettext_lazy("Dipakai pada unit"))

    class Meta:
        model = Job
        fields: list[str] = []

    def by_use(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        used = Position.objects.filter(
            in_force(self.request.as_of), agency_id=OuterRef("agency_id"), job_id=OuterRef("pk")
        )
        return queryset.filter(Exists(used) if value else ~Exists(used))


def age_of(job: Job, ages: Ages) -> int:
    return retirement_age(Level(job.level), job_name=job.name, job_bup=job.retirement_age, ages=ages)


def rank_range(job: Job) -> str:
    low, high = RANK_BY_ID.get(job.rank_min or 0), RANK_BY_ID.get(job.rank_max or 0)
    return " – ".join(rank.code for rank in (low, high) if rank)


class JobList(TablePage):
    follows_day = True
    title = gettext_lazy("Nomenklatur jabatan")
    lead = gettext_lazy("Jabatan yang dikenal instansi: jenjang, kelas, batas usia pensiun, dan syaratnya.")
    noun = gettext_lazy("nomenklatur")
    permission = "view_register"
    filterset_class = JobPageFilter
    first_filters = ("q", "group", "level")
    order_by = ("name", "level", "subtitle")
    empty_text = gettext_lazy("Impor nomenklatur jabatan lebih dahulu.")
    columns = (
        Column(
            "nama",
            gettext_lazy("Jabatan"),
            lambda row: str(row),
            sort=("name", "subtitle"),
            fixed=True,
            url=lambda row: reverse("job-detail", args=[row.pk]),
        ),
        Column("kode", gettext_lazy("Kode"), "code", sort="code", hidden=True),
        Column("jenis", gettext_lazy("Jenis"), lambda row: row.get_group_display(), sort="group"),
        Column("jenjang", gettext_lazy("Jenjang"), lambda row: row.get_level_display(), sort="level"),
        Column("kelas", gettext_lazy("Kelas"), "class_then", kind="num", sort="class_then"),
        Column("bup", "BUP", "bup", kind="num", sort="bup", hint=gettext_lazy("Batas usia pensiun, tahun")),
        Column("pangkat", gettext_lazy("Pangkat"), rank_range, sort="rank_min"),
        Column(
            "pendidikan", gettext_lazy("Pendidikan terendah"), "education_level.name", sort="education_level__order"
        ),
        Column("dipakai", gettext_lazy("Jabatan pada unit"), "used", kind="num", sort="used"),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        positions = (
            Position.objects.visible_to(request.user)
            .on(request.as_of)
            .filter(agency_id=OuterRef("agency_id"), job_id=OuterRef("pk"))
            .order_by()
            .values("job_id")
            .annotate(n=Count("pk"))
            .values("n")
        )
        jobs = Job.objects.visible_to(request.user).select_related("education_level")
        return jobs.annotate(
            used=Coalesce(Subquery(positions, output_field=IntegerField()), 0),
            class_then=job_classes.class_on(request.as_of),
            bup=register.job_age("", rulebook.ages_on(request.as_of)),
        )

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        if not permissions.may_edit_jobs(request.user):
            return {}
        return {"actions": [{"label": _("Nomenklatur baru"), "url": reverse("job-new"), "primary": True}]}


@doors.needs("view_register")
@require_safe
@follows_day
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, day = request.user, request.as_of
    jobs = Job.objects.visible_to(user).annotate(class_then=job_classes.class_on(day))
    job = doors.found(jobs.select_related("education_level", "reference"), pk=pk)
    using = register.with_figures(Position.objects.visible_to(user).on(day).filter(job=job), day)
    rows = list(using.select_related("unit__office").order_by("unit__path", "pk")[: MOST_POSITIONS + 1])
    ages = rulebook.ages_on(day)
    coming = (
        job_classes.coming(job, dates.today()) if permissions.may_withdraw_class(user, job, dates.today()) else None
    )
    context = {
        "job": job,
        "crumbs": [(_("Organisasi"), ""), (_("Nomenklatur jabatan"), reverse("job-list")), (str(job), "")],
        "figures": position_figures(register.totals(using, day)),
        "age": age_of(job, ages),
        "basis": age_basis(job, ages),
        "ranks": rank_range(job),
        "fields": details.education_fields(job),
        "competencies": details.competencies_of(job, day),
        "standards": list(standards.versions_of(user, job)[:MOST_VERSIONS]),
        "positions": [(row, difference(row.b, row.k)) for row in rows[:MOST_POSITIONS]],
        "more_positions": len(rows) > MOST_POSITIONS,
        "may_edit": permissions.may_edit_jobs(user, job),
        "classes": list(job_classes.periods_of(user, job)[:MOST_VERSIONS]),
        "withdrawable": coming.pk if coming else None,
        "evaluation": versions_of(user, job).first(),
    }
    return render(request, "positions/job_detail.html", context)


def age_basis(job: Job, ages: Ages) -> dict[str, Any]:
    """Where the job's retirement age comes from."""
    level = Level(job.level)
    special = special_bup(job.name, level, ages.special)
    if job.retirement_age:
        step = _("Nomenklatur ini menetapkan BUP khusus %(age)s tahun.") % {"age": job.retirement_age}
    elif special:
        step = _("Undang-undang menetapkan BUP %(age)s tahun untuk nama jabatan ini.") % {"age": special}
    else:
        step = _("BUP jenjang %(level)s: %(age)s tahun.") % {"level": LEVEL_NAMES[level], "age": ages.of_level[level]}
    steps = [step]
    siasn = job.reference.siasn_retirement_age if job.reference else None
    if siasn and siasn != age_of(job, ages):
        steps.append(_("Perhatian: SIASN mencantumkan %(age)s tahun untuk jabatan ini.") % {"age": siasn})
    return {
        "inputs": [(_("Jenjang"), LEVEL_NAMES[level]), (_("Nama"), job.name)],
        "steps": steps,
        "rule": _("BUP perorangan, jika ada; jika tidak, BUP jabatan; jika tidak, BUP jenjang."),
        "legal_basis": _("UU 20/2023 pasal 55; PP 11/2017 pasal 239 untuk jabatan fungsional"),
    }


# Forms


def _rank(label: Any) -> forms.TypedChoiceField:
    choices = [("", "—"), *((rank.id, f"{rank.code} {rank.name}") for rank in RANKS)]
    return forms.TypedChoiceField(label=label, required=False, coerce=int, empty_value=None, choices=choices)


class JobForm(forms.Form):
    """What a job requires beside its competencies, which its standard says, and its class, which a decree says."""

    field = forms.ChoiceField(label=gettext_lazy("Rumpun formasi"), choices=Job.Field.choices)
    education_level = forms.ModelChoiceField(
        label=gettext_lazy("Pendidikan terendah"), queryset=EducationLevel.objects.order_by("order", "code"),
        required=False, empty_label="—",
    )  # fmt: skip
    fields_of_study = forms.CharField(
        label=gettext_lazy("Bidang studi"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Satu bidang tiap baris. Kosong: semua bidang diterima."),
    )  # fmt: skip
    rank_min = _rank(gettext_lazy("Pangkat terendah"))
    rank_max = _rank(gettext_lazy("Pangkat tertinggi"))
    retirement_age = forms.IntegerField(
        label=gettext_lazy("BUP khusus"), required=False, min_value=50, max_value=70,
        help_text=gettext_lazy("Kosong: batas usia pensiun menurut jenjang."),
    )  # fmt: skip
    summary = forms.CharField(
        label=gettext_lazy("Ikhtisar"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_active = forms.BooleanField(label=gettext_lazy("Dipakai"), required=False, initial=True)

    def facts(self) -> dict[str, Any]:
        """What the services take."""
        facts = dict(self.cleaned_data)
        facts["fields"] = facts.pop("fields_of_study").splitlines()
        return facts


class NewJobForm(JobForm):
    code = forms.CharField(label=gettext_lazy("Kode"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Nama jabatan"), max_length=250)
    subtitle = forms.CharField(label=gettext_lazy("Sub jabatan"), max_length=150, required=False)
    group = forms.ChoiceField(label=gettext_lazy("Jenis jabatan"), choices=Job.Group.choices)
    level = forms.ChoiceField(label=gettext_lazy("Jenjang"), choices=LEVEL_CHOICES)
    field_order = ("code", "name", "subtitle", "group", "level")


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def job_new(request: HttpRequest) -> HttpResponse:
    form = NewJobForm(request.POST or None, initial={"field": Job.Field.TECHNICAL, "group": Job.Group.EXECUTIVE})
    if request.method == "POST" and form.is_valid():
        job = doors.attempt(request, form, structure.add_job, **form.facts())
        if job is not None:
            messages.success(request, _("Nomenklatur %(job)s dicatat.") % {"job": job})
            return redirect("job-detail", job.pk)
    context = {
        "form": form,
        "heading": _("Nomenklatur baru"),
        "lead": _(
            "Nama, sub jabatan, dan jenjang bersama-sama menandai satu jabatan dan tidak berubah lagi. Kelasnya"
            " ditetapkan dengan keputusan pada evaluasi jabatan."
        ),
        "crumbs": [(_("Nomenklatur jabatan"), reverse("job-list")), (_("Nomenklatur baru"), "")],
        "cancel_url": reverse("job-list"),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def job_edit(request: HttpRequest, pk: int) -> HttpResponse:
    job = doors.found(Job.objects.visible_to(request.user), pk=pk)
    plain = ("field", "education_level", "rank_min", "rank_max", "retirement_age", "summary", "is_active")
    initial: dict[str, Any] = {name: getattr(job, name) for name in plain}
    initial["fields_of_study"] = "\n".join(details.education_fields(job))
    form = JobForm(request.POST or None, initial=initial)
    back = reverse("job-detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, structure.change_job, job=job, **form.facts()) is not None:
            messages.success(request, _("Nomenklatur %(job)s diperbarui.") % {"job": job})
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Ubah %(job)s") % {"job": job},
        "lead": _(
            "Nama dan jenjang tetap; jabatan dengan nama atau jenjang lain adalah nomenklatur lain. Kelasnya ditetapkan"
            " dengan keputusan pada evaluasi jabatan."
        ),
        "crumbs": [(_("Nomenklatur jabatan"), reverse("job-list")), (str(job), back), (_("Ubah"), "")],
        "cancel_url": back,
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
