"""The admin of a regional admin: what needs attention, lists at 100,000 rows, files, imports, histories, Indonesian."""

import ast
import csv
import gettext
import io
import json
import re
import sys
from datetime import timedelta
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import AutocompleteMixin
from django.db import connection
from django.db.models import ForeignKey
from django.forms import TextInput
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from asnhr import dates, registry
from asnhr.access import system_access
from asnhr.adminbase import NationalAdmin, ScopedAdmin, site
from asnhr.models import ApiClient, RoleAssignment, Run, TenantModel, WebhookEndpoint
from asnhr.scope import agency_scope
from positions import models
from positions.admin.attention import ASKED
from tests import api_world, notification_rows
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
PAGES = [page for page in site._registry.values() if isinstance(page, ScopedAdmin)]
# An agency has dozens of them, not thousands: settings, duties of a calendar, systems, proposals of a year.
# The same word in both languages.
SAME = {"id", "unit", "data", "status", "volume", "per", "level", "formula"}
DOZENS = {
    "agencyparameter", "apiclient", "savedfilter", "agencydeadline", "deadlinedone", "formationproposal", "objection",
}  # fmt: skip


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def units(medan):
    with agency_scope(medan):
        here = UnitFactory(agency=medan, name="Kecamatan Medan Belawan")
        return here, UnitFactory(agency=medan, name="Kecamatan Medan Johor")


@pytest.fixture
def regional(client, medan):
    client.force_login(user_with(medan, "admin_daerah"))
    return client


@pytest.fixture
def asking(medan):
    """A request of somebody who sees all of the agency."""
    request = RequestFactory().get("/admin/")
    request.user = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        request.user.access = system_access(medan.pk)
        yield request


def listed(name):
    app = "asnhr" if name in {model._meta.model_name for model in apps.get_app_config("asnhr").get_models()} else ""
    return reverse(f"admin:{app or 'positions'}_{name}_changelist")


# What needs attention


def needy_rows(medan, unit, day):
    """One row of every kind that needs attention."""
    person = EmployeeFactory(agency=medan, unit=unit, status="PPPK")
    IncumbencyFactory(
        agency=medan, position=PositionFactory(agency=medan, unit=unit), kind="plt", starts_on=day - timedelta(days=85)
    )
    models.Contract.objects.create(
        agency=medan, employee=person, number="K-1", starts_on=day - timedelta(days=300),
        ends_on=day + timedelta(days=60),
    )  # fmt: skip
    sheet = api_world._sheet(medan, unit)
    models.WorkloadSheet.objects.filter(pk=sheet.pk).update(state="belum")
    models.Campaign.objects.filter(pk=sheet.campaign_id).update(
        opens_on=day - timedelta(days=90), deadline=day - timedelta(days=3), closed_on=None
    )
    paper = api_world.document(medan, unit)
    models.EmployeeDocument.objects.filter(pk=paper.pk).update(scan="virus", scanned_at=timezone.now())
    api_world.change_request(medan, unit)
    api_world.IN_UNIT["findings"](medan, unit)
    api_world.IN_AGENCY["mappings"](medan, unit)
    run = api_world.IN_AGENCY["runs"](medan, unit)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, finished_at=timezone.now())
    api_world.role_request(medan, unit)
    system = api_world.connected_client(medan, unit)
    ApiClient.objects.filter(pk=system.pk).update(expires_on=day + timedelta(days=5), revoked_at=None)
    RoleAssignment.objects.create(
        agency=medan, user=user_with(medan, "pegawai", username="sementara"), role="pengelola_kepegawaian",
        starts_on=day, ends_on=day + timedelta(days=9),
    )  # fmt: skip
    hook = notification_rows.INTEGRATION["webhookendpoint"](medan, unit)
    WebhookEndpoint.objects.filter(pk=hook.pk).update(failing_since=timezone.now())


def test_what_needs_attention_is_counted_in_sight_and_listed_by_one_click(regional, medan, units):
    here, elsewhere = units
    with agency_scope(medan):
        needy_rows(medan, here, dates.today())
    regional.get("/admin/")

    with CaptureQueriesContext(connection) as queries:
        page = regional.get("/admin/")
    asked = page.context["attention"]

    assert [each.label for each in asked] == [str(each.label) for each in ASKED]
    # The frame of every page, and one query for all that waits.
    assert len(queries) <= 11
    for each in asked:
        assert f'href="{each.url.replace("&", "&amp;")}"' in page.text
        shown = regional.get(each.url)
        assert (shown.status_code, shown.context["cl"].result_count) == (200, each.number), each
    regional.force_login(user_with(medan, "admin_unit", here, username="di-sini"))
    mine = {each.label: each.number for each in regional.get("/admin/").context["attention"]}
    assert mine[str(ASKED[0].label)] == 1
    assert not {str(each.label) for each in ASKED if "manage_roles" in each.any_of} & set(mine)
    regional.force_login(user_with(medan, "admin_unit", elsewhere, username="di-sana"))
    assert "Tidak ada yang menunggu Anda" in regional.get("/admin/").text


def test_lists_stand_by_topic(regional):
    topics = [topic["name"] for topic in regional.get("/admin/").context["app_list"]]

    assert {"Organisasi", "Pegawai", "Mutu data", "Akun dan peran"} <= set(topics)
    assert len(topics) == len(set(topics))


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_navigation_is_djangos_own_for_this_user_and_page(regional, medan, units, language):
    """It is kept between requests, by what it shows: who may less, or stands elsewhere, gets another."""
    regional.cookies["django_language"] = language
    seen = set()
    for user in (None, user_with(medan, "admin_unit", units[0], username="di-sini")):
        if user is not None:
            regional.force_login(user)
        for url in ("/admin/positions/unit/", "/admin/positions/unit/", "/admin/positions/job/"):
            page = regional.get(url)
            with translation.override(language):
                own = {"available_apps": page.context["available_apps"], "request": page.wsgi_request}
                nav = render_to_string("admin/nav_sidebar.html", own)
            assert nav in page.text
            seen.add(nav)
    assert len(seen) == 4


def test_every_list_has_a_topic():
    """None is left over under the name of the app, whoever may see it."""
    left = {
        page.model.__name__ for page in PAGES
        if not getattr(page, "topic", None) and not hasattr(sys.modules[type(page).__module__], "TOPIC")
    }  # fmt: skip
    assert left == set()


# Lists at 100,000 rows


def nodes(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def kinds_of_plan(rows):
    sql, values = rows.select_related(None).values_list("pk", flat=True)[:50].query.sql_with_params()
    with connection.cursor() as cursor:
        # What is left under these is what no index serves.
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return {each["Node Type"] for each in nodes(plan[0]["Plan"])}


def test_no_list_is_ordered_without_an_index(asking):
    """Whoever opens a list, or clicks a column, reads fifty keys of an index."""
    wrong, clicks = {}, 0
    for page in PAGES:
        name = page.model._meta.model_name
        if isinstance(page, NationalAdmin) or name in DOZENS or page.sortable_by is not None:
            continue
        columns = page.get_list_display(asking)
        sortable = page.get_sortable_by(asking)
        for click in ("", *(f"{columns.index(each) + 1}" for each in sortable)):
            asking.GET = QueryDict(f"o={click}" if click else "")
            rows = page.get_changelist_instance(asking).queryset
            if rows.query.is_empty():
                continue
            clicks += bool(click)
            kinds = kinds_of_plan(rows)
            if kinds & {"Sort", "Seq Scan"}:
                wrong[name, click] = (rows.query.order_by, sorted(kinds))
    assert not wrong
    assert len(PAGES) > 80
    # Names, numbers, days: there is something to click.
    assert clicks > 30


def test_a_column_without_an_index_is_not_sorted_by_address(asking):
    page = site._registry[models.Employee]
    assert {"name", "nip", "status"} & set(page.get_sortable_by(asking))
    columns = page.get_list_display(asking)
    other = next(number for number, name in enumerate(columns, 1) if name not in page.get_sortable_by(asking))

    asking.GET = QueryDict(f"o={other}")

    assert page.get_changelist_instance(asking).queryset.query.order_by[:1] == (page.ordering[0],)


def test_no_form_draws_a_list_of_people_positions_or_units(asking):
    """Whatever grows with the agency is searched."""
    drawn = []
    for page in PAGES:
        if not page.edits:
            continue
        for kind in (page, *(inline(page.model, site) for inline in page.inlines if inline.edits)):
            for field in kind.model._meta.local_fields:
                if not isinstance(field, ForeignKey) or not issubclass(field.related_model, TenantModel):
                    continue
                offered = field.editable and (not kind.fields or field.name in kind.fields)
                if field.name == "agency" or not offered:
                    continue
                widget = kind.formfield_for_dbfield(field, asking).widget
                inner = getattr(widget, "widget", widget)
                if not isinstance(inner, AutocompleteMixin | TextInput):
                    drawn.append((page.model.__name__, field.name))
    assert drawn == []


# Files


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_every_list_is_a_file_of_what_is_filtered_or_ticked(regional, medan, units):
    here, elsewhere = units
    with agency_scope(medan):
        trick = EmployeeFactory(agency=medan, unit=here, name="=1+1", nik="3271010101010001", status="CPNS")
        others = EmployeeFactory.create_batch(3, agency=medan, unit=elsewhere)
    url = listed("employee")
    # Tests of the list hold what it costs; a file costs as few.
    with CaptureQueriesContext(connection) as queries:
        sheet = rows_of(regional.get(f"{url}?status__exact=CPNS&format=csv"))
    assert len(queries) <= 15
    heading = next(number for number, line in enumerate(sheet) if line[0] == "NIP")
    assert sheet[heading] == ["NIP", "Nama", "Status", "Unit kerja", "Golongan", "Kedudukan hukum"]
    assert [line[:4] for line in sheet[heading + 1 :]] == [[trick.nip, "'=1+1", "CPNS", here.name]]
    assert "3271010101010001" not in str(sheet)
    ticked = {"action": "as_xlsx", "_selected_action": [each.pk for each in others[:2]]}
    book = regional.post(url, ticked)
    assert book["Content-Disposition"].endswith('.xlsx"')
    page = regional.get(url)
    assert "format=csv" in page.text
    assert regional.get(f"{url}?format=csv&unit__code=1").status_code == 400

    regional.force_login(user_with(medan, "admin_unit", here, username="di-sini"))
    assert [line[0] for line in rows_of(regional.get(f"{url}?format=csv"))[heading + 1 :]] == [trick.nip]
    assert len(rows_of(regional.post(url, ticked | {"action": "as_csv"}))) == heading + 1
    assert regional.get(f"{listed('roleassignment')}?format=csv").status_code == 403


def test_every_list_goes_out(regional, medan):
    for page in PAGES:
        response = regional.get(f"{listed(page.model._meta.model_name)}?format=csv")
        # What a role may not read has no list, and no file of nothing (tests/positions/test_admin_lists.py).
        refused = page.model._meta.model_name in {"familymember", "discipline", "removalhearing"}
        ordinary = page.reads in ("view_register", "view_analysis")
        assert response.status_code == (403 if refused else 200 if ordinary else response.status_code), page
        assert response.status_code in (200, 403), page


def test_lists_lead_to_the_one_import_for_who_may_import(regional, medan, units):
    offered = {kind: page for page in PAGES for kind in page.imports}
    assert set(offered) == {code for code, _importer in registry.importers.items()}
    units_list = regional.get(listed("unit")).text
    assert f'href="{reverse("import-new")}?jenis=units"' in units_list
    # Whose kind it is not: no button, as the page itself would refuse.
    assert "jenis=discipline" not in regional.get(listed("discipline")).text
    regional.force_login(user_with(medan, "admin_unit", units[0], username="di-sini"))
    assert "jenis=units" not in regional.get(listed("unit")).text
    assert "jenis=employees" in regional.get(listed("employee")).text


# Histories


def test_the_history_of_a_row_is_the_trails_and_stays_in_sight(regional, medan, units):
    here, elsewhere = units
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=here, name="Nama Lama")
        there = EmployeeFactory(agency=medan, unit=elsewhere)
    page = reverse("admin:positions_employee_change", args=[person.pk])
    form = regional.get(page).context["adminform"].form
    values = {name: "" if value is None else value for name, value in form.initial.items() if name in form.fields}
    values |= {"educations-TOTAL_FORMS": 0, "educations-INITIAL_FORMS": 0, "name": "Nama Baru"}
    assert regional.post(page, values).status_code == 302

    told = regional.get(reverse("admin:positions_employee_history", args=[person.pk])).text
    assert "Nama Lama" in told
    assert "Nama Baru" in told
    assert not LogEntry.objects.exists()
    regional.force_login(user_with(medan, "admin_unit", here, username="di-sini"))
    assert regional.get(reverse("admin:positions_employee_history", args=[person.pk])).status_code == 200
    assert regional.get(reverse("admin:positions_employee_history", args=[there.pk])).status_code == 404
    national = models.EducationLevel.objects.first()
    why = regional.get(reverse("admin:positions_educationlevel_history", args=[national.pk]))
    assert "Keadaan awal" in why.text


# Indonesian


def messages_of(catalogue):
    """The sentences of a catalogue, joined from their lines."""
    text = catalogue.read_text(encoding="utf-8")
    for quoted in re.findall(r'^msgid ((?:".*"\n)+)', text, re.MULTILINE):
        yield "".join(ast.literal_eval(line) for line in quoted.splitlines())


@pytest.mark.parametrize("app", ["admin", "auth"])
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_sentence_of_djangos_admin_has_an_indonesian_one(app, domain):
    root = Path(django.__file__).parent / "contrib" / app / "locale"
    source = root / f"en/LC_MESSAGES/{domain}.po"
    if not source.exists():
        return
    with (root / f"id/LC_MESSAGES/{domain}.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog
    have = {(key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2] for key, text in known.items() if text}
    assert [each for each in messages_of(source) if each and each not in have] == []


def test_every_column_of_every_list_and_form_is_named_in_indonesian():
    """A field without a name of its own would show its English one."""
    plain = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models() if model._meta.app_label in ("asnhr", "positions")
        for field in model._meta.local_fields
        if field.name not in SAME and str(field.verbose_name) == field.name.replace("_", " ")
    }  # fmt: skip
    assert plain == set()


def test_what_django_says_in_the_admin_is_good_indonesian(regional):
    shown = regional.get("/admin/").text

    assert ("Tautan ubah atau lihat" in shown, "Tabel</th>" in shown) == (True, True)
    assert not re.search("Rubah|Nama model|Breadcrumbs|Sidebar|pencarian barang", shown)
