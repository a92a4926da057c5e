"""The auditor's questions to the trail: who, what, when, how. Shared by the page and the API."""

from datetime import datetime, time
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates, trail_reasons
from asnhr.audit import gone
from asnhr.audit.declared import FULL, TRAIL, Declared, audited, by_table, rows_for
from asnhr.crypto import HashedMixin
from asnhr.models import AuditEntry, AuditValue
from asnhr.models._visible import access_of

# People whose own histories a name finds beside the rows called so; a name of more people asks for a NIP.
MOST_PEOPLE = 20
NIP_DIGITS = 18
# Objects of a table that a search by words may mean; more than these ask for a narrower word.
MOST_OBJECTS = 500


def table_choices() -> list[tuple[str, str]]:
    found = [(each.table, each.name) for _model, each in audited.items() if each.mode != TRAIL]
    return sorted(found, key=lambda pair: pair[1])


def midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def number_in(text: str) -> int | None:
    """Return the number of "#123"; None for another text."""
    is_number = text.startswith("#") and text[1:].isascii() and text[1:].isdigit() and len(text) < 19
    return int(text[1:]) if is_number else None


def tidy(text: str) -> str:
    """Return the text; of a NIP as it is printed, "19960719 201811 1 901", the digits."""
    digits = "".join(text.split())
    return digits if len(digits) == NIP_DIGITS and digits.isascii() and digits.isdigit() else text.strip()


def paths_for(known: Declared, text: str) -> list[str]:
    """Return the fields by which a text may find rows of a table: a NIP is digits, and looked up whole."""
    return [path for path in known.found_by if text.isdigit() or not path.endswith("nip")]


def objects_called(text: str, table: str, user: Any) -> dict[str, list[int]]:
    """Return the numbers of rows that a name, code or NIP means, by table; `table`: that one alone. One query.

    A name that few people have finds their histories as well, as their NIP does: a query more. What was deleted of who
    or what the text means is found with them.
    The whole trail is the auditor's, so rows of the agency are found whoever reads the register's own pages of them.
    """
    parts: list[QuerySet[Any]] = []
    people = nips_called(text, user)
    for known in by_table().values():
        paths = paths_for(known, text) if table in ("", known.table) else []
        of_people = known.found_by if people and table in ("", known.table) else ()
        named = Q()
        for path in paths:
            named |= _named(known, path, text)
        for path in of_people:
            named |= Q(**{f"{path}__in": people}) if path.endswith("nip") else Q()
        if named:
            numbers = {
                "found_in": Value(known.table, CharField()),
                "found_as": Cast(F(known.number), BigIntegerField()),
            }
            rows = of_agency(known, user).filter(named).order_by().annotate(**numbers)
            parts.append(rows.values_list("found_in", "found_as")[:MOST_OBJECTS])
    owners, pointing = owners_called(text, table, people, user)
    parts += owners
    if not parts:
        return {}
    called = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    tables = by_table()
    found = gone.with_deleted(called, pointing, access_of(user).agency_id, MOST_OBJECTS)
    return {name: numbers for name, numbers in found.items() if name in tables}


def owners_called(
    text: str, table: str, people: list[str], user: Any
) -> tuple[list[QuerySet[Any]], dict[tuple[str, str], set[str]]]:  # fmt: skip
    """Return whose deleted rows a text means, for what finds a living row by the name or NIP of another (a person, a
    job) finds it when it is deleted, too: querysets of (key, number), and their keys by (table, column that points).
    `people`: NIPs that a name means."""
    owners: dict[str, QuerySet[Any]] = {}
    pointing: dict[tuple[str, str], set[str]] = {}
    for known in by_table().values():
        paths = [path for path in known.found_by if "__" in path and table in ("", known.table)]
        for path in paths if known.mode == FULL else []:
            name, _separator, rest = path.partition("__")
            field: Any = known.model_class._meta.get_field(name)
            owner = by_table()[field.related_model._meta.db_table]
            named = Q(**{f"{rest}__in": people}) if people and path.endswith("nip") else Q()
            if path in paths_for(known, text):
                named |= Q(**{rest if path.endswith("nip") else f"{rest}__icontains": text})
            if named:
                key = f"{owner.table} {rest}"
                # Of logins all: what is found are the agency's own deletions.
                rows = owner.model_class._base_manager.all() if owner.person else of_agency(owner, user)
                marked = rows.filter(named).order_by().annotate(found_in=Value(key, CharField()))
                owners[key] = marked.values_list("found_in", "pk")[:MOST_OBJECTS]
                pointing.setdefault((known.table, str(field.column)), set()).add(key)
    return [*owners.values()], pointing


def nips_called(text: str, user: Any) -> list[str]:
    """Return the NIPs of the people whom a name means; none for a number, for nobody and for more than
    `MOST_PEOPLE`."""
    found: list[str] = []
    for known in by_table().values():
        if {"nip", "name"} <= set(known.found_by) and not text.isdigit():
            rows = of_agency(known, user).filter(_named(known, "name", text)).order_by()
            found += rows.values_list("nip", flat=True)[: MOST_PEOPLE + 1]
    return found if len(found) <= MOST_PEOPLE else []


def _named(known: Declared, path: str, text: str) -> Q:
    """What a text means in a column: a NIP and what is encrypted whole, of anything else a part."""
    column = known.model_class._meta.get_field(path) if "__" not in path else None
    if isinstance(column, HashedMixin):
        return Q(**{f"{path}_hash": column.hash_for(text, "")})
    return Q(**{path if path.endswith("nip") else f"{path}__icontains": text})


def of_agency(known: Declared, user: Any) -> QuerySet[Any]:
    """Return the rows of a table in the agency in scope, whoever sees them; of national ones those in sight."""
    try:
        known.model_class._meta.get_field("agency")
    except FieldDoesNotExist:
        rows: QuerySet[Any] = rows_for(known, user)
        return rows
    return known.model_class._base_manager.filter(agency_id=access_of(user).agency_id)


class QuestionForm(forms.Form):
    """Says plainly when a text can find nothing of a table, whatever stands in it."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        text, known = tidy(cleaned.get("objek") or ""), by_table().get(cleaned.get("tabel") or "")
        if text and known is not None and number_in(text) is None and not paths_for(known, text):
            said = {"table": known.name}
            if known.found_by:
                raise ValidationError({"objek": _("Objek %(table)s dicari dengan NIP atau #nomor.") % said})
            raise ValidationError({"objek": _("Objek %(table)s hanya dicari dengan #nomor.") % said})
        return cleaned


class EntryFilter(filters.FilterSet):
    """Filters of entries; `nothing_called`: what to say when the text for an object meant none."""

    nothing_called = ""

    pelaku = filters.CharFilter(method="by_actor", label=gettext_lazy("Pelaku"))
    tabel = filters.ChoiceFilter(
        field_name="table_name", label=gettext_lazy("Objek"), choices=table_choices,
        empty_label=gettext_lazy("Semua objek"),
    )  # fmt: skip
    objek = filters.CharFilter(
        method="by_object", label=gettext_lazy("Nama, NIP, atau #nomor"),
        help_text=gettext_lazy("Nomor ditulis dengan tanda pagar: #123."),
    )  # fmt: skip
    jenis = filters.ChoiceFilter(
        field_name="kind", choices=AuditEntry.Kind.choices, label=gettext_lazy("Jenis"),
        empty_label=gettext_lazy("Semua jenis"),
    )  # fmt: skip
    pintu = filters.ChoiceFilter(
        field_name="door", choices=[each for each in AuditEntry.Door.choices if each[0]], label=gettext_lazy("Pintu"),
        empty_label=gettext_lazy("Semua pintu"),
    )  # fmt: skip
    dari = filters.DateFilter(
        method="since", label=gettext_lazy("Dari tanggal"), widget=forms.DateInput(attrs={"type": "date"})
    )
    sampai = filters.DateFilter(
        method="until", label=gettext_lazy("Sampai dengan"), widget=forms.DateInput(attrs={"type": "date"})
    )
    alasan = filters.CharFilter(method="by_reason", label=gettext_lazy("Alasan memuat"))
    luar = filters.BooleanFilter(method="past_the_application", label=gettext_lazy("Ditulis di luar aplikasi"))

    class Meta:
        model = AuditEntry
        fields: list[str] = []
        form = QuestionForm

    def by_actor(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in tidy(value).split()[:5]:
            queryset = queryset.filter(
                Q(user__username__icontains=word) | Q(user__first_name__icontains=word)
                | Q(user__last_name__icontains=word) | Q(user__nip=word)
            )  # fmt: skip
        return queryset

    def by_object(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Entries about objects of that number, or found by their own names and their persons' NIP; one query more."""
        value = tidy(value)
        number = number_in(value)
        if number is not None:
            return queryset.filter(self.about([number]))
        found = Q(pk=None)
        objects = objects_called(value, self.data.get("tabel") or "", self.request.user)
        if not objects:
            self.nothing_called = _(
                "Tidak ada objek yang bernama, berkode, atau ber-NIP “%(text)s”. Yang sudah dihapus dan yang tak"
                " bernama dicari dengan #nomor."
            ) % {"text": value}
        for table, ids in objects.items():
            found |= Q(self.about(ids), table_name=table)
        return queryset.filter(found)

    @staticmethod
    def about(ids: list[int]) -> Exists:
        return Exists(
            AuditValue.objects.filter(agency_id=OuterRef("agency_id"), object_id__in=ids, entry_id=OuterRef("pk"))
        )

    def by_reason(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Entries whose reason has the words, as the chain holds it or as its reader sees it."""
        found = Q(reason__icontains=value)
        for text in trail_reasons.kept_for(value):
            found |= Q(reason__istartswith=text)
        return queryset.filter(found)

    def since(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(at__gte=midnight(value))

    def until(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(at__lt=midnight(dates.next_day(value)))

    def past_the_application(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.exclude(db_role="asnhr_app") if value else queryset.filter(db_role="asnhr_app")
