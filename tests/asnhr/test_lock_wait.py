"""Who writes does not wait without end for a row that another holds: a web worker is free again, nothing is kept."""

import threading

import psycopg2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from asnhr import scope
from asnhr.idempotency import claim
from asnhr.models import User
from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "kata-sandi-untuk-uji-9"


@pytest.fixture
def held(monkeypatch):
    """Somebody whose row another transaction changes, and does not end."""
    monkeypatch.setattr(scope, "LOCK_WAIT", "300ms")
    user = user_with(AgencyFactory(is_sample=True), "staf_bkd", username="ditunggu")
    user.set_password(PASSWORD)
    user.save()
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with other.cursor() as cursor:
        cursor.execute("UPDATE asnhr_user SET first_name = 'Lain' WHERE id = %s", [user.pk])
    yield other
    other.rollback()
    other.close()


def test_a_login_that_waits_for_another_is_told_so(held):
    answer = Client().post("/akun/login/", {"login": "ditunggu", "password": PASSWORD})

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "sedang diubah orang lain" in answer.content.decode()


def test_once_the_other_is_done_it_goes_through(held, monkeypatch):
    monkeypatch.setattr(scope, "LOCK_WAIT", "20s")
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(Client().post("/akun/login/", {"login": "ditunggu", "password": PASSWORD}))
    )
    waiting.start()
    waiting.join(1)
    assert waiting.is_alive()
    held.rollback()
    waiting.join(20)

    assert answers[0].status_code == 302


@pytest.mark.parametrize(("method", "has_limit"), [("get", False), ("post", True)])
def test_only_who_writes_has_a_limit(method, has_limit, client):
    with CaptureQueriesContext(connection) as queries:
        getattr(client, method)("/akun/login/", {"login": "x", "password": "y"})

    assert any("lock_timeout" in query["sql"] for query in queries) is has_limit


def test_an_idempotency_key_leaves_the_limit_as_it_was():
    agency = AgencyFactory(is_sample=True)
    with agency_scope(agency):
        claim(agency=agency, user=user_with(agency, "staf_bkd"), client="", key="k", request_hash="h")
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '7s', true)")
            claim(agency=agency, user=User.objects.get(), client="", key="m", request_hash="h")
            cursor.execute("SELECT current_setting('lock_timeout')")
            assert cursor.fetchone() == ("7s",)
