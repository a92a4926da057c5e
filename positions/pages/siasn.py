"""Local value, SIASN value and decree side by side: the panel of one person, and the list of who differs."""

from datetime import date
from functools import cached_property
from typing import Any

import django_filters as filters
from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import pill
from positions import permissions
from positions.filters import PersonWords
from positions.models import Employee, SiasnRecord
from positions.models.employee import standing_text
from positions.pages.pickers import UnitChoice
from positions.queries import siasn
from positions.rules.standing import NEUTRAL, RESTRICTED
from positions.services import standings

# A NIP finds its person in SIASN: it cannot differ.
FACTS = [choice for choice in SiasnRecord.Fact.choices if choice[0] != SiasnRecord.Fact.NIP]


def shown(value: Any) -> str:
    """Return a value of either side as officers write it; years and codes are no quantities."""
    if value is None or value == "":
        return formats.DASH
    return formats.day(value) if isinstance(value, date) else str(value)


def _in_words(code: str, value: Any) -> str:
    if value and code == "nip":
        return formats.grouped_nip(value)
    return standing_text(value) if value and code == "legal_status" else shown(value)


def decree_text(decree: str, decree_on: date | None) -> str:
    return f"{decree}, {formats.day(decree_on)}" if decree and decree_on else decree


def panel(user: Any, person: Employee, day: date, contracts: list[Any]) -> dict[str, Any] | None:
    """Return what templates/positions/_parts/siasn.html shows, or None where no SIASN file speaks of the person or the
    user does not read the register; three queries."""
    found = siasn.compared(Employee.objects.visible_to(user), day).filter(pk=person.pk).first()
    if found is None:
        return None
    if person.legal_status not in RESTRICTED:
        # Otherwise the page has written it down already.
        standings.note_siasn(actor=user, employee=found)
    found.hides_standing = not permissions.may_read_standing(user, person)  # type: ignore[attr-defined]
    rows = []
    for line in siasn.lines(found, siasn.decrees_of(found, day, contracts)):
        rows.append(
            {
                "label": line.label,
                "local": _in_words(line.code, line.local),
                "siasn": _in_words(line.code, line.siasn),
                "decree": decree_text(line.decree, line.decree_on) or formats.DASH,
                "differs": line.differs,
                "unconfirmed": line.unconfirmed,
            }
        )
    formation = siasn.formation_decree(found, day)
    return {
        "rows": rows,
        "differences": len(found.differs),
        "record": found.siasn,
        "formation": decree_text(*formation) if formation else "",
    }


# The list


class DifferenceFilter(filters.FilterSet):
    q = PersonWords()
    unit = UnitChoice()
    data = filters.ChoiceFilter(
        method="by_fact", choices=FACTS, label=gettext_lazy("Data"), empty_label=gettext_lazy("Semua data")
    )
    menunggu = filters.BooleanFilter(method="by_waiting", label=gettext_lazy("Menunggu konfirmasi koreksi"))

    class Meta:
        model = Employee
        fields: list[str] = []

    def by_fact(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return siasn.differing(queryset, value)

    def by_waiting(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.exclude(siasn__unconfirmed="") if value else queryset.filter(siasn__unconfirmed="")


def differences(person: Any) -> list[siasn.Line]:
    return [line for line in siasn.lines(person) if line.differs]


def told(value: Any) -> str:
    """A value in a list: codes as codes, but words where a code is not the reader's to see."""
    return standing_text(value) if value == NEUTRAL else shown(value)


def sentence(line: siasn.Line) -> str:
    values = {"label": line.label, "local": told(line.local), "siasn": told(line.siasn)}
    return _("%(label)s: lokal %(local)s, SIASN %(siasn)s") % values


def waits(person: Any) -> str:
    return _("menunggu konfirmasi koreksi") if person.siasn.unconfirmed else ""


def differences_text(person: Any) -> str:
    return "; ".join(sentence(line) for line in differences(person))


def differences_cell(person: Any) -> SafeString:
    told = format_html_join("", "<div>{}</div>", ((sentence(line),) for line in differences(person)))
    return told + pill(waits(person), "gold") if person.siasn.unconfirmed else told


def local_unit(person: Any) -> str | None:
    return siasn.local_values(person)[SiasnRecord.Fact.UNIT]


class DifferenceList(TablePage):
    follows_day = True
    title = gettext_lazy("Beda dengan SIASN")
    lead = gettext_lazy(
        "Pegawai yang nilainya di sini lain daripada berkas SIASN terbaru yang diimpor. Nilai SIASN yang kosong tidak"
        " dihitung beda; SK menentukan mana yang benar."
    )
    noun = gettext_lazy("pegawai")
    permission = "view_register"
    filterset_class = DifferenceFilter
    first_filters = ("q", "unit", "data")
    order_by = ("name", "nip")
    empty_title = gettext_lazy("Tidak ada beda dengan SIASN")
    empty_text = gettext_lazy("Nilai di sini sama dengan berkas SIASN terbaru, atau berkas SIASN belum diimpor.")
    person = (
        Column(
            "nama",
            gettext_lazy("Nama"),
            "full_name",
            sort="name",
            fixed=True,
            url=("employee-detail", "pk"),
        ),
        Column("nip", "NIP", "nip", kind="nip", sort="nip"),
        Column("unit", gettext_lazy("Unit kerja"), local_unit, sort="unit__name"),
    )
    source = (
        Column("keadaan", gettext_lazy("Keadaan"), waits, sort="siasn__unconfirmed", hidden=True),
        Column("per", gettext_lazy("SIASN per"), "siasn.read_on", kind="date", sort="siasn__read_on", hidden=True),
    )
    columns = (
        *person,
        Column("beda", gettext_lazy("Yang beda"), differences_text, html=differences_cell, width=60, fixed=True),
        *source,
    )

    @cached_property
    def fact(self) -> str:
        """The one fact asked for: its values then stand in columns of their own."""
        asked = self.request.GET.get("data", "")
        return asked if asked in dict(FACTS) else ""

    def get_columns(self, request: HttpRequest) -> tuple[Column, ...]:
        if not self.fact:
            return self.columns

        def line(person: Any) -> siasn.Line:
            return next(each for each in siasn.lines(person) if each.code == self.fact)

        return (
            *self.person,
            Column("lokal", gettext_lazy("Nilai lokal"), lambda row: told(line(row).local), fixed=True),
            Column("siasn", gettext_lazy("Nilai SIASN"), lambda row: told(line(row).siasn), fixed=True),
            Column("sk", gettext_lazy("SK"), lambda row: decree_text(line(row).decree, line(row).decree_on)),
            *self.source,
        )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        hides = not permissions.may(request.user, "view_discipline")
        people = Employee.objects.visible_to(request.user).annotate(
            hides_standing=Value(hides, output_field=BooleanField())
        )
        return siasn.differing(siasn.compared(people, request.as_of))
