"""Pages of runs: who sees which, what the progress part says, cost of the list."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from asnhr.models import Run
from asnhr.pages import runs
from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.factories.positions import UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def officer(client, agency):
    user = user_with(agency, "staf_bkd")
    client.force_login(user)
    return user


def make(agency, **fields):
    with agency_scope(agency):
        return RunFactory(agency=agency, **fields)


@pytest.mark.parametrize("rows", [1, 20])
def test_run_list_cost_is_flat(rows, client, agency, officer, django_assert_max_num_queries):
    with agency_scope(agency):
        RunFactory.create_batch(rows, agency=agency, requested_by=officer)

    with django_assert_max_num_queries(13):
        response = client.get(reverse("run-list"))

    assert response.content.decode().count("<tr>") == rows + 1


def test_a_stranger_is_sent_to_the_login(client, agency):
    run = make(agency)

    for url in (reverse("run-list"), reverse("run-detail", args=[run.pk])):
        assert client.get(url).status_code == 302


def test_runs_of_another_agency_are_not_there(client, officer):
    other = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    run = make(other)

    assert client.get(reverse("run-detail", args=[run.pk])).status_code == 404
    assert f"#{run.pk}" not in client.get(reverse("run-list")).content.decode()


def test_a_unit_admin_sees_own_runs_only(client, agency):
    with agency_scope(agency):
        unit = UnitFactory(agency=agency)
    admin = user_with(agency, "admin_unit", unit)
    client.force_login(admin)
    foreign, own = make(agency), make(agency, requested_by=admin)

    assert client.get(reverse("run-detail", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("run-detail", args=[own.pk])).status_code == 200


def test_an_employee_without_the_register_sees_no_runs(client, agency):
    run = make(agency)
    client.force_login(user_with(agency, "pegawai"))

    assert client.get(reverse("run-detail", args=[run.pk])).status_code == 404


def test_an_open_run_asks_again_and_a_finished_one_links_its_result(client, agency, officer):
    now = timezone.now()
    run = make(agency, state=Run.State.RUNNING, done=300, total=900, step="Membaca baris", started_at=now)
    url = reverse("run-detail", args=[run.pk])

    part = client.get(url, headers={"HX-Request": "true"})
    body = part.content.decode()
    assert "<html" not in body
    assert 'hx-trigger="every 1s"' in body
    assert "300 dari 900" in body
    assert "HX-Refresh" not in part

    with agency_scope(agency):
        Run.objects.filter(pk=run.pk).update(state=Run.State.DONE, finished_at=now, result_path="/analisis/1/")
    part = client.get(url, headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    assert 'href="/analisis/1/"' in part.content.decode()
    assert 'hx-trigger="every' not in client.get(url).content.decode()


def test_a_failed_run_says_why_in_words(client, agency, officer):
    run = make(agency, state=Run.State.FAILED, problems=[{"message": "Unit <b>tidak</b> dikenal."}])

    body = client.get(reverse("run-detail", args=[run.pk])).content.decode()

    assert "Unit &lt;b&gt;tidak&lt;/b&gt; dikenal." in body


def test_progress_tells_rate_and_time_left():
    start = timezone.now()
    run = Run(pk=1, state=Run.State.RUNNING, done=200, total=1000, started_at=start)

    context = runs.progress_context(run, start + timedelta(seconds=10))

    assert (context["rate"], context["left"]) == (20, 40)
