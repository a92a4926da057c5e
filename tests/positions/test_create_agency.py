"""`create_agency`: a real agency with its schedule and first admin; schedules of agencies that came without one."""

from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from asnhr.celery import app
from asnhr.models import Agency, RoleAssignment, Run, User
from asnhr.scope import agency_scope
from positions.models import AnalysisSchedule
from positions.tasks import dispatch_schedules
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.second_factor import change_password, set_up

pytestmark = pytest.mark.django_db

BINJAI = {"code": "1275", "name": "Pemerintah Kota Binjai", "kind": "kota"}


@pytest.fixture(autouse=True)
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


def create(**changes):
    out = StringIO()
    call_command("create_agency", stdout=out, **(BINJAI | changes))
    return out.getvalue()


def test_a_real_agency_has_a_quarterly_schedule_and_an_admin_who_signs_in(client):
    told = create(admin_username="admin.1275")

    agency = Agency.objects.get(code="1275")
    assert (agency.short_name, agency.is_sample, agency.kind) == ("Binjai", False, "kota")
    with agency_scope(agency):
        schedule = AnalysisSchedule.objects.get()
    assert (schedule.every_months, schedule.next_on, schedule.is_active) == (3, date(2027, 1, 1), True)
    password = told.split("password: ")[1].split()[0]
    assert client.post(reverse("account_login"), {"login": "admin.1275", "password": password}).status_code == 302
    # The operator knows this password, and the agency is a real one.
    assert client.get("/admin/positions/unit/")["Location"] == "/akun/password/change/"
    change_password(client, password, "Milik-saya-sendiri-7")
    set_up(client, "Milik-saya-sendiri-7")
    assert client.get("/admin/positions/unit/").status_code == 200
    page = client.get(reverse("analysis-list")).content.decode()
    assert "Binjai" in page
    assert "DATA CONTOH" not in page


def test_a_new_agency_asks_once_for_the_first_head_of_its_chain(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda task, kwargs: sent.append((task, kwargs)))
    with django_capture_on_commit_callbacks(execute=True):
        create()
        create()

    assert sent == [("asnhr.tasks.first_head", {"agency_id": Agency.objects.get(code="1275").pk})]


def test_the_same_command_again_changes_nothing():
    create(admin_username="admin.1275")
    before = User.objects.get(username="admin.1275").password
    agency = Agency.objects.get(code="1275")
    with agency_scope(agency):
        AnalysisSchedule.objects.update(every_months=6, is_active=False)

    told = create(admin_username="admin.1275")

    assert "sudah ada" in told
    assert "password:" not in told
    assert User.objects.get(username="admin.1275").password == before
    with agency_scope(agency):
        assert RoleAssignment.objects.filter(agency=agency).count() == 1
        assert AnalysisSchedule.objects.values_list("every_months", "is_active").get() == (6, False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Pemerintah Kota Lain"}, "sudah dipakai Pemerintah Kota Medan"),
        ({"code": "12.75"}, "kode wilayah Kemendagri"),
        ({"code": "1276", "admin_username": "sudah.ada"}, "grant_role sudah.ada admin_daerah --agency 1276"),
        ({"code": "1276", "admin_username": "tidak boleh"}, ""),
        ({"code": "3500", "kind": "provinsi"}, "bukan kode"),
        ({"code": "35"}, "bukan kode"),
        ({"code": "1276", "name": "pemerintah kota MEDAN"}, "sudah ada dengan kode 1271"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(changes, words):
    AgencyFactory()
    UserFactory(username="sudah.ada")
    with pytest.raises(CommandError) as refusal:
        create(**({"code": "1271"} | changes))

    assert words in str(refusal.value)
    assert Agency.objects.count() == 1
    assert not User.objects.filter(username="tidak boleh").exists()


def test_an_agency_without_a_schedule_gets_one_and_is_analysed_when_it_is_due():
    agency = AgencyFactory()
    dispatch_schedules()
    with agency_scope(agency):
        assert AnalysisSchedule.objects.get().next_on == date(2027, 1, 1)
        assert not Run.objects.exists()

    with time_machine.travel("2027-01-02 03:00+07:00", tick=False):
        dispatch_schedules()

    with agency_scope(agency):
        assert Run.objects.get().parameters["as_of"] == "2027-01-02"
        assert AnalysisSchedule.objects.get().next_on == date(2027, 4, 1)
