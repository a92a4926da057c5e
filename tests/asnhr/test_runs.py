"""Runs: one for two identical requests, claimed once, all or nothing, taken up when silent."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from asnhr import registry, services
from asnhr.errors import RuleBroken
from asnhr.models import Run
from asnhr.run_names import KINDS, reason_of
from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db


def work(run, progress):
    progress.at("menghitung", done=2, total=2)
    if run.parameters.get("rule"):
        UserFactory(username="tertinggal")
        raise RuleBroken("Berkas tidak lengkap.")
    if run.parameters.get("crash"):
        raise ZeroDivisionError
    return {"counts": {"rows": 2}, "result_path": "/hasil/"}


if "test" not in registry.run_tasks:
    registry.run_tasks.register("test", "tests.asnhr.test_runs.work")


@pytest.fixture
def agency():
    return AgencyFactory()


def request(agency, **parameters):
    with agency_scope(agency):
        return services.request_run(agency=agency, kind="test", parameters=parameters, actor=None)


def reload(run):
    with agency_scope(run.agency_id):
        run.refresh_from_db()
    return run


def test_two_identical_requests_make_one_run_until_it_is_done(agency):
    first, is_new = request(agency, a=1)
    again, again_new = request(agency, a=1)
    other, _new = request(agency, a=2)

    assert (is_new, again_new, first == again, first == other) == (True, False, True, False)
    services.execute(agency_id=agency.pk, run_id=first.pk, heartbeat=False)
    later, later_new = request(agency, a=1)
    assert later_new
    assert later != first


def test_a_run_ends_with_its_counts_and_result(agency):
    run, _new = request(agency)

    services.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)

    assert (reload(run).state, run.counts, run.result_path, run.percent) == ("selesai", {"rows": 2}, "/hasil/", 100)


@pytest.mark.parametrize(
    ("parameters", "sentence"), [({"rule": 1}, "Berkas tidak lengkap."), ({"crash": 1}, "kesalahan pada sistem")]
)
def test_a_failed_run_says_why_and_leaves_nothing(agency, parameters, sentence):
    from asnhr.models import User

    run, _new = request(agency, **parameters)

    services.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)

    assert reload(run).state == Run.State.FAILED
    assert sentence in run.problems[0]["message"]
    assert not User.objects.filter(username="tertinggal").exists()


def test_a_run_is_claimed_by_one_worker_and_again_only_when_that_one_is_silent(agency):
    run, _new = request(agency)

    assert services.claim(agency.pk, run.pk)
    assert services.claim(agency.pk, run.pk) is None
    with agency_scope(agency):
        Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=61))
    assert services.claim(agency.pk, run.pk)
    assert reload(run).attempts == 2


def test_silent_and_forgotten_runs_are_sent_again(agency):
    silent, _new = request(agency, a=1)
    forgotten, _new = request(agency, a=2)
    request(agency, a=3)
    services.claim(agency.pk, silent.pk)
    long_ago = timezone.now() - timedelta(seconds=90)
    with agency_scope(agency):
        Run.objects.filter(pk=silent.pk).update(heartbeat_at=long_ago)
        Run.objects.filter(pk=forgotten.pk).update(requested_at=long_ago)

    assert services.requeue_silent(agency) == 2


def test_a_run_that_keeps_dying_is_given_up(agency):
    run, _new = request(agency)
    with agency_scope(agency):
        Run.objects.filter(pk=run.pk).update(attempts=services.MOST_ATTEMPTS)

    services.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)

    assert reload(run).state == Run.State.FAILED


def test_the_trail_names_a_run_in_indonesian_whoever_asked():
    # Tests register kinds of their own.
    assert {kind for kind, _task in registry.run_tasks.items() if not kind.endswith("test")} <= set(KINDS)
    with translation.override("en"):
        assert reason_of("destruction", 4) == "Pemusnahan data pribadi #4"
