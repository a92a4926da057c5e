"""The data-quality workbench: the index with its trend, indicators and units worst first, findings that open the
record at the field; and what is open at one's own record."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_filters as filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, F, Func, IntegerField, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from asnhr import dates, formats
from asnhr.errors import NotAllowed
from asnhr.models import Run
from asnhr.pages import charts
from asnhr.pages.days import UP_TO_TODAY, follows_day_up_to_today
from asnhr.pages.tables import Column, TablePage, download
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import PersonWords, Words
from positions.models import Employee, QualityIndex, QualityProblem, Unit
from positions.models.quality import QualityIndex as Index
from positions.pages import doors
from positions.pages import quality_words as words
from positions.pages.pickers import UnitChoice, offered_units
from positions.queries import quality as queries
from positions.queries import register
from positions.rules.data_quality import INDICATORS, OTHER_CHECKS, UNKNOWN, WEIGHTS, Dimension, shares
from positions.rules.retirement import Ages
from positions.services import quality as services

CRUMB = gettext_lazy("Kualitas data")
WORST = 10
# What a change is measured against.
COMPARED_DAYS = 30
GOOD, FAIR = 95, 85


def tone(score: Decimal | None) -> str:
    """Colour beside the figure, never instead of it."""
    if score is None:
        return ""
    return "fit" if score >= GOOD else "gold" if score >= FAIR else "short"


def score_text(score: Decimal | None) -> str:
    return formats.DASH if score is None else formats.number(score, 2)


def score_cell(name: str) -> Any:
    def cell(row: Any) -> SafeString:
        return pill(score_text(getattr(row, name)), tone(getattr(row, name)))

    return cell


# Summary


def known(name: str) -> Any:
    """What an indicator counts; nothing where it cannot be counted."""
    return lambda row: None if row["unknown"] else row[name]


INDICATOR_COLUMNS = (
    Column("kode", gettext_lazy("Kode"), "code"),
    Column("indikator", gettext_lazy("Indikator"), "name"),
    Column("dimensi", gettext_lazy("Dimensi"), "kind"),
    Column("bobot", gettext_lazy("Bobot dalam dimensi"), "weight", kind="num", places=4),
    Column("pegawai", gettext_lazy("Pegawai"), known("count"), kind="num"),
    Column("pangsa", gettext_lazy("Pangsa (%)"), known("percent"), kind="num", places=2),
    Column("turun", gettext_lazy("Mengurangi indeks"), known("lost"), kind="num", places=2),
    Column("keterangan", gettext_lazy("Keterangan"), lambda row: str(row["unknown"] or row["in_part"])),
)


def chosen_unit(request: HttpRequest) -> Unit | None:
    """The unit asked for, 404 for one out of sight; without one the agency, or the highest unit in scope."""
    user, asked = request.user, request.GET.get("unit", "")
    units = Unit.objects.visible_to(user)
    if asked:
        return doors.found(units, pk=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0)
    if user.access.whole_agency:
        return None
    return units.order_by(Func("path", function="nlevel", output_field=IntegerField()), "name", "pk").first()


@doors.needs("view_register")
@require_safe
@follows_day_up_to_today
def quality(request: HttpRequest) -> HttpResponseBase:
    """The index of the agency or a unit: dimensions, trend, indicators and units worst first; at most nine queries.
    The file is the table of the 27 indicators; that of the units is their own list's."""
    user = request.user
    unit = chosen_unit(request)
    seen = user.access.whole_agency or unit is not None
    rows = queries.trend(user, unit.pk if unit else None, request.as_of) if seen else []
    file = download(
        request, indicators(rows[-1], "", partly(user, unit, rows[-1])) if rows else [], INDICATOR_COLUMNS,
        name="indikator-kualitas-data",
        title=_("Indikator kualitas data") + (f": {unit.name}" if unit else ""),
    )  # fmt: skip
    if file is not None:
        return file
    not_kept = not rows and request.as_of < dates.today()
    context: dict[str, Any] = {
        "unit": unit,
        "units": list(offered_units(request).values_list("pk", "name_then")),
        "may_run": permissions.may_run_quality(user) and not not_kept,
        "crumbs": [(_("Pegawai"), ""), (CRUMB, "")],
        "not_kept": not_kept,
        "day": request.as_of,
    }
    if rows:
        now = rows[-1]
        query = f"unit={unit.pk}" if unit else ""
        rated = indicators(now, query, partly(user, unit, now))
        context |= {
            "index": now,
            "figures": figures(now, before(rows)),
            "trend": charts.trend(
                [(formats.day(row.day), row.total) for row in rows if row.total is not None],
                title=_("Indeks kualitas data setahun"),
            ),
            "indicators": [each for each in rated if each["count"] or each["unknown"]],
            "clean": [each for each in rated if not each["count"] and not each["unknown"]],
            "others": others(user, unit, query),
            "worst": worst(user, unit, now.day),
            "basis": basis(now),
            "missing": [(code, words.NAMES[code], unknown(code)) for code in now.missing],
            "treatment": words.TREATMENTS[now.treatment],
            "units_url": reverse("quality-units") + (f"?{query}" if query else ""),
            "findings_url": reverse("quality-findings") + (f"?{query}" if query else ""),
        }
    return render(request, "positions/quality.html", context)


def before(rows: list[Index]) -> Index | None:
    """The figures of thirty days ago, or the nearest day after for which there are some."""
    now = rows[-1]
    older = [row for row in rows if row.day <= now.day - timedelta(days=COMPARED_DAYS)]
    earlier = older[-1] if older else rows[0]
    return None if earlier.day == now.day else earlier


def figures(now: Index, earlier: Index | None) -> list[dict[str, Any]]:
    def since(name: str) -> str:
        old = getattr(earlier, name) if earlier else None
        new = getattr(now, name)
        if earlier is None or old is None or new is None:
            return ""
        if old == new:
            return _("tetap sejak %(day)s") % {"day": formats.day(earlier.day)}
        sentence = _("▲ naik %(n)s sejak %(day)s") if new > old else _("▼ turun %(n)s sejak %(day)s")
        return sentence % {"n": formats.number(abs(new - old), 2), "day": formats.day(earlier.day)}

    names = [("total", _("Indeks kualitas data")), *((each.value, words.DIMENSIONS[each]) for each in Dimension)]
    return [
        {"label": label, "value": None, "text": score_text(getattr(now, name)), "detail": since(name)}
        for name, label in names
    ]


def unknown(code: str) -> Any:
    """Why an indicator was not computed; an index of earlier days may lack what is computed today."""
    return words.UNKNOWN.get(code, _("data belum tersedia"))


def partly(user: Any, unit: Unit | None, now: Index) -> dict[str, Any]:
    """What keeps an indicator from being whole, by code: of how many NIK no answer of Dukcapil is on record; nothing
    where all have one. Of figures of a past day that is not known any more. One query."""
    if now.day < dates.today() - timedelta(days=1):
        return words.IN_PART
    rows = queries.unanswered_niks(user, dates.today())
    count = (rows if unit is None else register.of_unit_and_below(rows, unit, dates.today(), "unit")).count()
    told = _("jawaban Dukcapil atas NIK %(n)s pegawai belum tercatat; yang lain lengkap")
    return {"ACC_5": told % {"n": formats.number(count)}} if count else {}


def indicators(now: Index, query: str, in_part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The 27 indicators, those that cost the index most first, those without data last."""
    settings = settings_of(now)
    counted = shares(
        weights=settings.weights, excluded=now.missing if now.treatment == Index.Treatment.EXCLUDED else ()
    )
    found = []
    for code, indicator in INDICATORS.items():
        n = now.counts.get(code, 0)
        share = counted.get(code)
        found.append({
            "code": code, "name": words.NAMES[code], "kind": words.kind_of(code), "weight": indicator.weight,
            "unknown": unknown(code) if code in now.missing else "", "in_part": in_part.get(code, ""),
            "count": n, "percent": Decimal(100 * n) / now.employees,
            "lost": Decimal(0) if share is None else Decimal(float(100 * share.total * n / now.employees)),
            "url": f"{reverse('quality-findings')}?kode={code}{'&' if query else ''}{query}",
        })  # fmt: skip
    return sorted(found, key=lambda each: (bool(each["unknown"]), -each["lost"], -each["count"]))


def settings_of(now: Index) -> queries.Settings:
    weights = {each: Decimal(now.weights.get(each, WEIGHTS[each])) for each in Dimension}
    return queries.Settings(weights, now.treatment)


def others(user: Any, unit: Unit | None, query: str) -> list[dict[str, Any]]:
    """NIP checks and duplicates that are open; one query."""
    rows = QualityProblem.objects.visible_to(user).filter(code__in=OTHER_CHECKS)
    if unit is not None:
        rows = register.of_unit_and_below(rows, unit, dates.today(), "employee__unit")
    counts = dict(rows.order_by().values_list("code").annotate(n=Count("pk")))
    return [
        {"code": code, "name": words.NAMES[code], "count": counts[code],
         "url": f"{reverse('quality-findings')}?kode={code}{'&' if query else ''}{query}"}
        for code in OTHER_CHECKS if counts.get(code)
    ]  # fmt: skip


def worst(user: Any, unit: Unit | None, day: date) -> list[Index]:
    """The units right below with the lowest index of the day, those of a handful of people last; one query."""
    rows = queries.indexes(user).filter(day=day, unit__isnull=False).select_related("unit")
    if unit is not None:
        rows = rows.filter(unit__parent=unit)
    else:
        rows = rows.filter(unit__office=F("unit"))
    handful = Case(When(employees__lt=LEAST_PEOPLE, then=1), default=0)
    return list(rows.order_by(handful, "total", "-affected", "unit__name", "pk")[:WORST])


def basis(now: Index) -> dict[str, Any]:
    parts = " + ".join(
        f"{formats.number(Decimal(now.weights.get(each, '0')))} × {score_text(getattr(now, each))}"
        for each in Dimension
    )
    return {
        "inputs": [
            (_("Pegawai"), formats.number(now.employees)),
            (_("Pegawai dengan temuan indikator"), formats.number(now.affected)),
            (_("Indikator yang dihitung"), _("%(n)s dari %(all)s")
             % {"n": len(INDICATORS) - len(now.missing), "all": len(INDICATORS)}),
            (_("Yang belum dapat dihitung"), words.TREATMENTS[now.treatment]),
        ],
        "steps": [
            _("Nilai dimensi = 100 − Σ bobot indikator × pegawai bermasalah ÷ pegawai; bobot dinormalkan."),
            _("Indeks = %(parts)s, dibagi jumlah bobot dimensi = %(total)s.")
            % {"parts": parts, "total": score_text(now.total)},
            _("Bila semua yang belum dapat dihitung tanpa masalah, indeksnya %(total)s.")
            % {"total": score_text(now.total_if_clean)},
        ],
        "rule": _("27 indikator kualitas data ASN BKN dengan bobotnya; rumus nilai pengaturan produk."),
        "legal_basis": _("Indikator kualitas data ASN BKN (data acuan SIASN)"),
    }  # fmt: skip


@doors.needs(*permissions.QUALITY_RUNNERS)
@require_POST
def quality_run(request: HttpRequest) -> HttpResponse:
    """Ask for today's computation; the run's page shows how far it is. Twice on a day under way is one run, whose page
    is not open to who is bound to a unit when somebody else asked for it."""
    try:
        run, is_new = services.request_quality(request.agency, request.user)  # type: ignore[attr-defined]
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    if not is_new:
        messages.info(request, _("Penghitungan yang sama sedang berjalan; inilah keadaannya."))
    if not Run.objects.visible_to(request.user).filter(pk=run.pk).exists():
        return redirect("quality")
    return redirect("run-detail", pk=run.pk)


# Lists


# Of a handful of people one finding moves the index by tens: such units do not lead the list unless asked for.
LEAST_PEOPLE = 10


class QualityUnitFilter(filters.FilterSet):
    q = Words(fields=("unit__name", "unit__code"), label=gettext_lazy("Cari unit"))
    unit = UnitChoice()
    orang = filters.NumberFilter(
        field_name="employees", lookup_expr="gte", min_value=0, label=gettext_lazy("Paling sedikit pegawai")
    )

    class Meta:
        model = QualityIndex
        fields: list[str] = []

    def __init__(self, data: Any = None, *arguments: Any, **named: Any) -> None:
        if data is not None and "orang" not in data and not data.get("q"):
            data = data.copy()
            data["orang"] = str(LEAST_PEOPLE)
        super().__init__(data, *arguments, **named)


def place_of(unit: Unit | None) -> str:
    """Where a unit stands, for several have one name: the unit above it and its office."""
    if unit is None:
        return ""
    above = [unit.parent, unit.office if unit.office_id != unit.pk else None]
    return ", ".join(dict.fromkeys(each.name for each in above if each is not None))


def place(row: Any) -> str:
    return place_of(row.unit)


def place_of_person(row: Any) -> str:
    return place_of(row.employee.unit)


def change(row: Any) -> Decimal | None:
    return None if row.before is None or row.total is None else row.total - row.before


def change_cell(row: Any) -> SafeString | str:
    by = change(row)
    if by is None:
        return formats.DASH
    if not by:
        return "0,00"
    return pill(f"{'▲' if by > 0 else '▼'} {formats.number(abs(by), 2)}", "fit" if by > 0 else "short")


class QualityUnits(TablePage):
    follows_day = UP_TO_TODAY
    title = gettext_lazy("Kualitas data menurut unit")
    lead = gettext_lazy(
        "Indeks kualitas data setiap unit dengan semua bawahannya, yang terendah lebih dahulu. Unit berpegawai kurang"
        " dari sepuluh tampil bila dicari atau bila saringan pegawainya diubah."
    )
    noun = gettext_lazy("unit")
    permission = "view_register"
    filterset_class = QualityUnitFilter
    first_filters = ("q", "unit", "orang")
    order_by = ("total", "-affected", "unit__name")
    empty_title = gettext_lazy("Kualitas data belum dihitung")
    empty_text = gettext_lazy("Indeks dihitung setiap malam, atau sekarang lewat halaman Kualitas data.")
    columns = (
        Column("unit", gettext_lazy("Unit kerja"), "unit.name", sort="unit__name", fixed=True,
               sub=place, url=lambda row: f"{reverse('quality')}?unit={row.unit_id}"),
        Column("letak", gettext_lazy("Di bawah"), place, hidden=True),
        Column("indeks", gettext_lazy("Indeks"), "total", kind="num", places=2, sort="total",
               html=score_cell("total"), fixed=True),
        Column("perubahan", gettext_lazy("30 hari"), change, kind="num", places=2, html=change_cell),
        Column("kelengkapan", words.DIMENSIONS[Dimension.COMPLETENESS], "completeness", kind="num", places=2,
               sort="completeness"),
        Column("ketepatan", words.DIMENSIONS[Dimension.TIMELINESS], "timeliness", kind="num", places=2,
               sort="timeliness"),
        Column("akurasi", words.DIMENSIONS[Dimension.ACCURACY], "accuracy", kind="num", places=2, sort="accuracy"),
        Column("konsistensi", words.DIMENSIONS[Dimension.CONSISTENCY], "consistency", kind="num", places=2,
               sort="consistency"),
        Column("pegawai", gettext_lazy("Pegawai"), "employees", kind="num", sort="employees"),
        Column("temuan", gettext_lazy("Bermasalah"), "affected", kind="num", sort="affected",
               url=lambda row: f"{reverse('quality-findings')}?unit={row.unit_id}"),
        Column("per", gettext_lazy("Per tanggal"), "day", kind="date", hidden=True),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        day = queries.latest_day(request.user, request.as_of)
        rows = queries.indexes(request.user).filter(day=day, unit__isnull=False)
        rows = rows.select_related("unit__parent", "unit__office")
        earlier = QualityIndex.objects.filter(
            agency_id=OuterRef("agency_id"), unit_id=OuterRef("unit_id"),
            day__lte=(day or request.as_of) - timedelta(days=COMPARED_DAYS),
        )  # fmt: skip
        return rows.annotate(before=Subquery(earlier.order_by("-day").values("total")[:1]))

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Pegawai"), ""), (CRUMB, reverse("quality")), (_("Unit"), "")]}


KNOWN_CODES = [(code, name) for code, name in words.NAMES.items() if code not in UNKNOWN]


class QualityFindingFilter(filters.FilterSet):
    q = PersonWords(person="employee__")
    unit = UnitChoice(field_name="employee__unit")
    kode = filters.ChoiceFilter(
        field_name="code", choices=KNOWN_CODES, label=gettext_lazy("Temuan"), empty_label=gettext_lazy("Semua temuan")
    )
    dimensi = filters.ChoiceFilter(
        method="by_kind", choices=list(words.KINDS.items()), label=gettext_lazy("Dimensi"),
        empty_label=gettext_lazy("Semua dimensi"),
    )  # fmt: skip
    diminta = filters.BooleanFilter(method="by_asked", label=gettext_lazy("Dapat diperbaiki pegawai sendiri"))

    class Meta:
        model = QualityProblem
        fields: list[str] = []

    def by_kind(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "other":
            return queryset.filter(code__in=OTHER_CHECKS)
        return queryset.filter(code__in=[code for code, each in INDICATORS.items() if each.dimension == value])

    def by_asked(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(code__in=[code for code in words.GUIDES if words.asks_person(code) == value])


class QualityFindings(TablePage):
    title = gettext_lazy("Temuan kualitas data")
    lead = gettext_lazy(
        "Data pegawai yang perlu diperbaiki, yang paling membebani indeks lebih dahulu. Setiap temuan membuka data itu"
        " pada kolomnya; yang sudah diperbaiki hilang pada penghitungan berikutnya."
    )
    noun = gettext_lazy("temuan")
    permission = "view_register"
    filterset_class = QualityFindingFilter
    first_filters = ("q", "unit", "kode")
    order_by = ("-weight", "code")
    empty_title = gettext_lazy("Tidak ada temuan kualitas data")
    empty_text = gettext_lazy("Semua yang dapat dihitung beres, atau kualitas data belum dihitung.")

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        user = self.request.user

        def repair(row: Any) -> str:
            person = row.employee
            return words.repair_url(row.code, person.pk, may_edit=permissions.may_edit_people(user, person.unit))

        return (
            Column("temuan", gettext_lazy("Temuan"), lambda row: str(words.NAMES[row.code]), url=repair, sort="code",
                   sub="code", fixed=True),
            Column("pegawai", gettext_lazy("Pegawai"), "employee.full_name", sort="employee__name", fixed=True,
                   url=("employee-detail", "employee_id")),
            Column("nip", "NIP", "employee.nip", kind="nip", sort="employee__nip"),
            Column("unit", gettext_lazy("Unit kerja"), "employee.unit.name", sort="employee__unit__name",
                   sub=place_of_person),
            Column("letak", gettext_lazy("Di bawah"), place_of_person, hidden=True),
            Column("dimensi", gettext_lazy("Dimensi"), lambda row: str(words.kind_of(row.code)), hidden=True),
            Column("tindakan", gettext_lazy("Yang dilakukan"), lambda row: str(words.GUIDES[row.code].officer),
                   width=60),
            Column("diminta", gettext_lazy("Diminta dari pegawai"), lambda row: words.asks_person(row.code),
                   hidden=True),
            Column("sejak", gettext_lazy("Sejak"), "since", kind="date", sort="since"),
        )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.problems(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"crumbs": [(_("Pegawai"), ""), (CRUMB, reverse("quality")), (_("Temuan"), "")]}


# One person


def panel(user: Any, person: Employee, day: date, *, is_own: bool, may_edit: bool, ages: Ages | None = None) -> Any:
    """Return what is open at a person now (templates/positions/_parts/quality_person.html); empty on a past day, of
    which nothing is known. Two queries, a third without `ages`."""
    if day < dates.today():
        return []
    return lines(queries.own_codes(person, day, ages), person, is_own=is_own, may_edit=may_edit)


def lines(codes: list[str], person: Employee, *, is_own: bool, may_edit: bool) -> list[dict[str, Any]]:
    found = []
    for code in codes:
        guide = words.GUIDES[code]
        # Nobody is asked for what only an officer can settle.
        if is_own and not guide.own:
            continue
        found.append({
            "code": code, "name": words.NAMES[code], "todo": guide.own if is_own else guide.officer,
            "url": words.request_url(code, person.status) if is_own
            else words.repair_url(code, person.pk, may_edit=may_edit),
        })  # fmt: skip
    return found
