"""Webhooks over a real HTTP server: signatures, retries, replay, rotation, the guard of addresses, who manages them."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from asnhr.celery import app
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditValue, Event, Notification, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from asnhr.notifications import digests, guard, service, webhooks
from asnhr.scope import agency_scope
from tests import api_world
from tests import notification_rows as rows
from tests.asnhr.webhook_receiver import receiving
from tests.conftest import ROOT
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
HERE = ["127.0.0.0/8"]


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def receiver():
    with receiving() as (found, url), override_settings(WEBHOOK_NETWORKS=HERE):
        found.url = url
        yield found


@pytest.fixture
def admin(medan):
    return user_with(medan, "admin_daerah")


def add(medan, admin, url, **about):
    with agency_scope(medan, admin.pk):
        return webhooks.add_endpoint(actor=with_access(admin, medan), **({"name": "SIMPEG", "url": url} | about))


def tell(medan, kind="import.failed", n=1):
    with agency_scope(medan):
        for _ in range(n):
            service.notify(kind, agency_id=medan.pk, data={"run_id": 7}, url="/pekerjaan/7/", object_id=7)
    service.spread(medan.pk, TODAY)


def due(medan, **about):
    """Let what waits be due now, as if the time had passed."""
    with agency_scope(medan):
        WebhookDelivery.objects.filter(state="menunggu").update(next_at=timezone.now())
        WebhookEndpoint.objects.update(next_at=None, **about)


def states(medan):
    with agency_scope(medan):
        return sorted(WebhookDelivery.objects.values_list("state", "attempts", "tries"))


def verified(secret, received):
    headers, body = received
    return Webhook(secret).verify(body, headers)


# Signed and delivered


def test_a_delivery_is_signed_as_standard_webhooks_says(medan, admin, receiver):
    endpoint, secret = add(medan, admin, receiver.url)
    tell(medan)

    assert webhooks.deliver(medan.pk, endpoint.pk) == 1
    headers, body = receiver.got[0]
    payload = verified(secret, receiver.got[0])
    with agency_scope(medan):
        event, attempt = Event.objects.get(), WebhookAttempt.objects.get()
    assert headers["webhook-id"] == str(event.uid)
    assert payload["type"] == "import.failed"
    assert payload["data"] == {"agency": "1271", "object_id": 7, "path": "/pekerjaan/7/", "run_id": 7}
    assert datetime.fromisoformat(payload["timestamp"]) == event.happened_at
    assert (attempt.status, attempt.address, attempt.error, attempt.answer) == (204, "127.0.0.1", "", "")
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"1271", b"1571"), headers)
    assert states(medan) == [("terkirim", 1, 1)]
    assert webhooks.deliver(medan.pk, endpoint.pk) == 0


def test_the_documented_scheme_and_its_own_example():
    # The example of the specification: https://github.com/standard-webhooks/standard-webhooks
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body, moment = b'{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)

    headers = webhooks.headers_of("msg_p5jXN8AQM9LWM0D4loKWxJek", body, [key], moment)

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_only_the_kinds_asked_for_go_to_active_endpoints(medan, admin, receiver):
    every, _ = add(medan, admin, receiver.url)
    few, _ = add(medan, admin, receiver.url, name="Sedikit", kinds=["import.finished"])
    off, _ = add(medan, admin, receiver.url, name="Mati")
    with agency_scope(medan):
        webhooks.set_active(actor=with_access(admin, medan), endpoint=off, active=False)
        service.notify("role.granted", agency_id=medan.pk, data={"role": "pegawai", "starts_on": "2026-01-01"})
    tell(medan)

    with agency_scope(medan):
        found = set(WebhookDelivery.objects.values_list("endpoint_id", "event__kind"))
    assert found == {(every.pk, "import.failed")}
    assert few.kinds == ["import.finished"]


# Failing


def test_a_failure_is_tried_again_on_schedule_and_then_given_up(medan, admin, receiver):
    endpoint, secret = add(medan, admin, receiver.url)
    receiver.answers = [500]
    tell(medan)
    waits = []
    for _ in range(len(webhooks.SCHEDULE) + 1):
        due(medan)
        before = timezone.now()
        assert webhooks.deliver(medan.pk, endpoint.pk) == 1
        with agency_scope(medan):
            row = WebhookDelivery.objects.get()
        waits.append(round((row.next_at - before).total_seconds()))

    assert waits[:-1] == list(webhooks.SCHEDULE)
    assert states(medan) == [("gagal", 10, 10)]
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len({body for _headers, body in receiver.got}) == 1
    with agency_scope(medan):
        assert WebhookAttempt.objects.filter(status=500, error=guard.ANSWERED).count() == 10
        # Sent again by hand it begins anew, under the same id.
        webhooks.replay(actor=with_access(admin, medan), delivery=row)
    receiver.answers = [200]
    due(medan)
    assert webhooks.deliver(medan.pk, endpoint.pk) == 1
    assert states(medan) == [("terkirim", 11, 1)]
    assert verified(secret, receiver.got[-1])["type"] == "import.failed"


def test_a_dead_address_is_knocked_at_once_however_much_waits(medan, admin, receiver):
    endpoint, _secret = add(medan, admin, receiver.url)
    receiver.answers = [503]
    receiver.headers = {"Retry-After": "600"}
    tell(medan, n=3)

    assert webhooks.deliver(medan.pk, endpoint.pk) == 1
    assert webhooks.deliver(medan.pk, endpoint.pk) == 0
    with agency_scope(medan):
        endpoint.refresh_from_db()
    assert (endpoint.next_at - timezone.now()).total_seconds() > 590
    receiver.answers = [200]
    due(medan)
    assert webhooks.deliver(medan.pk, endpoint.pk) == 3


@pytest.mark.parametrize(("answer", "since"), [(410, timedelta()), (500, webhooks.DISABLE_AFTER)])
def test_an_endpoint_that_keeps_failing_is_switched_off_and_its_keepers_are_told(answer, since, medan, admin, receiver):
    endpoint, _secret = add(medan, admin, receiver.url)
    tell(medan, n=2)
    receiver.answers = [answer]
    if since:
        due(medan, failures=webhooks.DISABLE_FAILURES, failing_since=timezone.now() - since)

    webhooks.deliver(medan.pk, endpoint.pk)
    service.spread(medan.pk, TODAY)

    with agency_scope(medan):
        endpoint.refresh_from_db()
        told = list(Notification.objects.filter(event__kind="webhook.disabled").values_list("user_id", flat=True))
    assert (endpoint.is_active, told) == (False, [admin.pk])
    due(medan)
    assert webhooks.deliver(medan.pk, endpoint.pk) == 0
    # Switched on again, what waited goes; what happened meanwhile goes by replay.
    tell(medan)
    receiver.answers = [200]
    with agency_scope(medan):
        actor = with_access(admin, medan)
        webhooks.set_active(actor=actor, endpoint=endpoint, active=True)
        assert webhooks.replay_since(actor=actor, endpoint=endpoint, since=timezone.now() - timedelta(days=1)) == 1
    due(medan)
    assert webhooks.deliver(medan.pk, endpoint.pk) == 3


def test_redirects_are_not_followed(medan, admin, receiver):
    endpoint, _secret = add(medan, admin, receiver.url)
    receiver.answers, receiver.headers = [302], {"Location": receiver.url}
    tell(medan)

    webhooks.deliver(medan.pk, endpoint.pk)

    assert len(receiver.got) == 1
    with agency_scope(medan):
        assert WebhookAttempt.objects.get().error == guard.REDIRECTED


def test_a_crash_between_sending_and_writing_down_sends_it_again(medan, admin, receiver, monkeypatch):
    endpoint, _secret = add(medan, admin, receiver.url)
    tell(medan)

    class Crash(BaseException):
        pass

    def crash(*arguments):
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(webhooks, "_record", crash)
        with pytest.raises(Crash):
            webhooks.deliver(medan.pk, endpoint.pk)
    assert webhooks.deliver(medan.pk, endpoint.pk) == 0  # the lease holds
    due(medan)
    assert webhooks.deliver(medan.pk, endpoint.pk) == 1

    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert states(medan) == [("terkirim", 2, 2)]
    with agency_scope(medan):
        assert WebhookAttempt.objects.filter(finished_at=None).count() == 1


def test_no_transaction_is_open_while_the_other_side_answers(medan, admin, receiver, monkeypatch):
    endpoint, _secret = add(medan, admin, receiver.url)
    tell(medan, n=2)
    send, depth, seen = guard.post, len(connection.savepoint_ids), []

    def watched(*arguments):
        seen.append(len(connection.savepoint_ids) - depth)
        return send(*arguments)

    monkeypatch.setattr(guard, "post", watched)
    webhooks.deliver(medan.pk, endpoint.pk)

    assert seen == [0, 0]


def test_a_slow_drip_is_cut_off(monkeypatch):
    monkeypatch.setattr(guard, "TOTAL_SECONDS", 0.6)
    monkeypatch.setattr(guard, "CONNECT_SECONDS", 0.4)
    listener = socket.create_server(("127.0.0.1", 0))

    def drip():
        peer, _ = listener.accept()
        with peer:
            for letter in "HTTP/1.1 200 OK\r\nX: " + "x" * 200:
                try:
                    peer.sendall(letter.encode())
                except OSError:
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    begun = time.monotonic()
    answer = guard.post(guard.Target("http", "x", listener.getsockname()[1], "/", "127.0.0.1"), b"{}", {})
    listener.close()
    thread.join(5)

    assert time.monotonic() - begun < 3
    assert (answer.status, answer.error) == (None, guard.LATE)


# The guard


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254",
     "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[::1]", "[::]",  # noqa: S104
     "[fe80::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
     "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
     "[::127.0.0.1]", "[2001:db8::1]", "localhost"],
)  # fmt: skip
def test_internal_addresses_are_refused(host):
    with pytest.raises(guard.Refused):
        guard.resolve(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    ["ftp://1.1.1.1/", "https:///x", "https://a:b@1.1.1.1/", "https://1.1.1.1:22/", "https://1.1.1.1/\r\nX: y",
     "https://1.1.1.1/ a", "javascript:alert(1)", "https://exämple.id/", "https://1.1.1.1:99999/", "http://1.1.1.1/"],
)  # fmt: skip
def test_addresses_that_no_webhook_has_are_refused(url):
    with pytest.raises(guard.Refused):
        guard.resolve(url)


def test_a_public_address_passes_and_is_pinned(monkeypatch):
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "10.0.0.1"]])

    def lookup(host, port, **_more):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(guard.socket, "getaddrinfo", lookup)

    target = guard.resolve("https://mitra.example.id:8443/a?b=c")
    assert (target.address, target.host, target.port, target.path) == (
        "93.184.216.34",
        "mitra.example.id",
        8443,
        "/a?b=c",
    )
    # The next look-up of the same name leads inside: refused, and so is one that leads to both.
    for _ in range(2):
        with pytest.raises(guard.Refused):
            guard.resolve("https://mitra.example.id/")


def test_the_connection_goes_where_was_looked_and_the_name_does_not_matter(receiver):
    port = int(receiver.url.split(":")[2].split("/")[0])

    answer = guard.post(guard.Target("http", "tidak-ada.invalid", port, "/y", "127.0.0.1"), b"{}", {})

    assert answer.status == 204
    assert receiver.got[0][0]["Host"] == f"tidak-ada.invalid:{port}"


def test_an_address_that_turns_internal_later_is_not_called(medan, admin, receiver):
    endpoint, _secret = add(medan, admin, receiver.url)
    tell(medan)
    with override_settings(WEBHOOK_NETWORKS=[]):
        webhooks.deliver(medan.pk, endpoint.pk)

    assert receiver.got == []
    with agency_scope(medan):
        assert "jaringan internal" in WebhookAttempt.objects.get().error


def test_tls_proves_the_name(receiver):
    port = int(receiver.url.split(":")[2].split("/")[0])

    answer = guard.post(guard.Target("https", "localhost", port, "/", "127.0.0.1"), b"{}", {})

    assert answer.status is None
    assert answer.error.startswith(guard.TLS)
    assert receiver.got == []


# Secrets


def test_rotation_signs_with_both_for_a_day_and_the_trail_keeps_hashes(medan, admin, receiver):
    endpoint, old = add(medan, admin, receiver.url)
    with agency_scope(medan, admin.pk):
        new = webhooks.rotate_secret(actor=with_access(admin, medan), endpoint=endpoint)
        trail = " ".join(AuditValue.objects.values_list("change", flat=True))
    tell(medan)
    webhooks.deliver(medan.pk, endpoint.pk)

    assert verified(old, receiver.got[0])
    assert verified(new, receiver.got[0])
    assert old not in trail
    assert new not in trail
    with connection.cursor() as cursor, agency_scope(medan):
        cursor.execute("SELECT secret || old_secret FROM asnhr_webhookendpoint")
        assert "whsec_" not in cursor.fetchone()[0]
        WebhookEndpoint.objects.update(old_secret_until=timezone.now())
    tell(medan)
    webhooks.deliver(medan.pk, endpoint.pk)
    with pytest.raises(WebhookVerificationError):
        verified(old, receiver.got[1])
    assert verified(new, receiver.got[1])


# Who manages


def test_only_who_manages_webhooks_of_the_agency(medan, admin, receiver):
    endpoint, _secret = add(medan, admin, receiver.url)
    tell(medan)
    jambi = api_world.jambi()
    foreign, staff = user_with(jambi, "admin_daerah"), user_with(medan, "staf_bkd")
    with agency_scope(medan):
        delivery = WebhookDelivery.objects.get()
        acts = [
            lambda actor: webhooks.rotate_secret(actor=actor, endpoint=endpoint),
            lambda actor: webhooks.set_active(actor=actor, endpoint=endpoint, active=False),
            lambda actor: webhooks.remove_endpoint(actor=actor, endpoint=endpoint),
            lambda actor: webhooks.ping(actor=actor, endpoint=endpoint),
            lambda actor: webhooks.replay(actor=actor, delivery=delivery),
            lambda actor: webhooks.add_endpoint(actor=actor, name="X", url=receiver.url),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act(with_access(staff, medan))
    with agency_scope(jambi):
        for act in acts[:4]:
            with pytest.raises(RuleBroken):
                act(with_access(foreign, jambi))
        assert not WebhookEndpoint.objects.exists()


def test_endpoints_are_refused_with_words(medan, admin, receiver):
    add(medan, admin, receiver.url)
    for about in ({"kinds": ["tidak.ada"]}, {"kinds": ["role.granted"]}, {"url": "https://10.0.0.1/"}):
        with pytest.raises(RuleBroken), transaction.atomic():
            add(medan, admin, **({"url": receiver.url, "name": "Lain"} | about))
    with agency_scope(medan):
        assert WebhookEndpoint.objects.count() == 1


def test_the_pages_manage_an_endpoint(client, medan, admin, receiver):
    client.force_login(admin)
    refused = client.post(reverse("webhook-new"), {"name": "A", "url": "https://127.0.0.2.nip.invalid/"})
    made = client.post(reverse("webhook-new"), {"name": "Mitra", "url": receiver.url, "kinds": ["import.failed"]})
    twice = client.post(reverse("webhook-new"), {"name": "Mitra", "url": receiver.url})
    with agency_scope(medan):
        endpoint = WebhookEndpoint.objects.get()
    here = reverse("webhook-detail", args=[endpoint.pk])

    assert (refused.status_code, made.status_code, twice.status_code) == (422, 200, 422)
    assert endpoint.secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert "Nama ini sudah dipakai" in twice.content.decode()
    assert client.post(reverse("webhook-test", args=[endpoint.pk])).status_code == 302
    webhooks.deliver(medan.pk, endpoint.pk)
    assert json.loads(receiver.got[0][1])["type"] == "webhook.test"
    shown = client.get(here).content.decode()
    assert "Kiriman uji" in shown
    assert endpoint.secret not in shown
    with agency_scope(medan):
        delivery = WebhookDelivery.objects.get()
    detail = client.get(reverse("webhook-delivery", args=[delivery.pk])).content.decode()
    assert "127.0.0.1" in detail
    with agency_scope(medan):
        assert str(Event.objects.get(kind="webhook.test").uid) in detail
    assert client.post(reverse("webhook-delivery-replay", args=[delivery.pk])).status_code == 302
    rotated = client.post(reverse("webhook-rotate", args=[endpoint.pk])).content.decode()
    assert "whsec_" in rotated
    edit = {"name": "Mitra 2", "url": receiver.url, "kinds": []}
    assert client.post(reverse("webhook-edit", args=[endpoint.pk]), edit).status_code == 302
    assert client.post(reverse("webhook-replay", args=[endpoint.pk]), {"since": "2026-01-01"}).status_code == 302
    assert client.post(reverse("webhook-replay", args=[endpoint.pk]), {"since": "kapan"}).status_code == 302
    client.post(reverse("webhook-switch", args=[endpoint.pk]))
    assert "Mati sejak" in client.get(here).content.decode()
    client.post(reverse("webhook-switch", args=[endpoint.pk]), {"aktif": "1"})
    assert client.get(reverse("webhook-list")).status_code == 200
    client.post(reverse("webhook-remove", args=[endpoint.pk]))
    assert client.get(here).status_code == 404


def test_the_api_manages_an_endpoint(client, medan, admin, receiver):
    client.force_login(admin)
    root, kind = "/api/v1/webhook-endpoints/", "application/json"
    made = client.post(root, {"name": "Mitra", "url": receiver.url}, content_type=kind)
    one = f"{root}{made.json()['id']}/"

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert "secret" not in client.get(one).json()
    assert "secret" not in client.get(root).json()["results"][0]
    assert client.post(root, {"name": "B", "url": "https://10.1.1.1/"}, content_type=kind).status_code == 409
    changed = client.patch(one, {"kinds": ["import.failed"], "is_active": True}, content_type=kind)
    assert changed.json()["kinds"] == ["import.failed"]
    assert client.post(f"{one}test/").status_code == 202
    webhooks.deliver(medan.pk, made.json()["id"])
    sent = client.get("/api/v1/webhook-deliveries/?state=terkirim").json()["results"]
    assert sent[0]["webhook_id"] == receiver.got[0][0]["webhook-id"]
    detail = client.get(f"/api/v1/webhook-deliveries/{sent[0]['id']}/").json()
    assert [each["status"] for each in detail["tried"]] == [204]
    assert client.post(f"/api/v1/webhook-deliveries/{sent[0]['id']}/replay/").json()["state"] == "menunggu"
    assert client.post(f"{one}rotate-secret/").json()["secret"].startswith("whsec_")
    since = {"since": "2026-01-01T00:00:00Z"}
    assert client.post(f"{one}replay/", since, content_type=kind).status_code == 202
    assert client.delete(one).status_code == 204
    client.force_login(user_with(medan, "staf_bkd"))
    assert client.get(root).status_code == 403
    assert client.post(root, {"name": "C", "url": receiver.url}, content_type=kind).status_code == 403


# The real worker


@pytest.fixture(scope="module")
def receiver_of_the_worker():
    before = os.environ.get("ASNHR_WEBHOOK_NETWORKS")
    os.environ["ASNHR_WEBHOOK_NETWORKS"] = HERE[0]
    with receiving() as (found, url):
        found.url = url
        yield found
    if before is None:
        del os.environ["ASNHR_WEBHOOK_NETWORKS"]
    else:
        os.environ["ASNHR_WEBHOOK_NETWORKS"] = before


WITHOUT_A_BROKER = """
import sys, django
django.setup()
from asnhr.notifications import service, tasks
from asnhr.scope import agency_scope
with agency_scope(int(sys.argv[1])):
    service.notify(
        "import.failed", agency_id=int(sys.argv[1]), data={"run_id": 7}, people=[int(sys.argv[2])]
    )
print("told")
try:
    tasks.dispatch_notifications()
except Exception:
    print("unreachable")
"""


def until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same(owner_connection, settings):
    medan = api_world.medan()
    admin = user_with(medan, "admin_daerah", email="a@contoh.example")
    settings.WEBHOOK_NETWORKS = HERE
    with receiving() as (found, url):
        endpoint, _secret = add(medan, admin, url)
        with agency_scope(medan):
            service.notify("import.failed", agency_id=medan.pk, data={"run_id": 7}, people=[admin.pk])
        owner_connection.autocommit = False
        with owner_connection.cursor() as other:
            # Another worker has the event, the endpoint and the digest in hand: nobody waits for it, nobody repeats it.
            other.execute("SELECT FROM asnhr_event FOR UPDATE")
            assert service.spread(medan.pk, TODAY) == 0
            owner_connection.rollback()
            assert service.spread(medan.pk, TODAY) == 1
            assert digests.compose(medan.pk, TODAY) == 1
            other.execute("SELECT FROM asnhr_webhookendpoint FOR UPDATE")
            other.execute("SELECT FROM asnhr_maildigest FOR UPDATE")
            assert webhooks.deliver(medan.pk, endpoint.pk) == 0
            assert digests.send_due(medan.pk) == 0
            owner_connection.rollback()
        assert webhooks.deliver(medan.pk, endpoint.pk) == 1
        assert digests.send_due(medan.pk) == 1
        assert len(found.got) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_hands_on_and_delivers_and_a_broker_that_was_down_loses_nothing(
    receiver_of_the_worker, celery_worker_process, settings
):
    medan = api_world.medan()
    admin = user_with(medan, "admin_daerah")
    settings.WEBHOOK_NETWORKS = HERE
    _endpoint, secret = add(medan, admin, receiver_of_the_worker.url)
    # A process that finds no broker: the change goes through, what it tells waits in the outbox.
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_BROKER, str(medan.pk), str(admin.pk)],
        env=os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0"}, cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["told", "unreachable"], done.stderr[-2000:]
    assert receiver_of_the_worker.got == []

    app.send_task("asnhr.tasks.dispatch_notifications")

    until(lambda: receiver_of_the_worker.got)
    assert verified(secret, receiver_of_the_worker.got[0])["data"]["run_id"] == 7
    until(lambda: states(medan) == [("terkirim", 1, 1)])
    with agency_scope(medan):
        assert Notification.objects.get().user_id == admin.pk
    # Killed while it sends: the lease ends, another worker sends it again under the same id.
    receiver_of_the_worker.before = lambda: os.killpg(celery_worker_process.pid, signal.SIGKILL)
    with agency_scope(medan):
        service.notify("import.failed", agency_id=medan.pk, data={"run_id": 8})
    app.send_task("asnhr.tasks.dispatch_notifications")
    until(lambda: len(receiver_of_the_worker.got) == 2)
    until(lambda: celery_worker_process.poll() is not None)
    receiver_of_the_worker.before = None
    with agency_scope(medan):
        assert WebhookAttempt.objects.filter(finished_at=None).count() == 1
    due(medan)
    assert webhooks.deliver(medan.pk, _endpoint.pk) == 1
    ids = [headers["webhook-id"] for headers, _body in receiver_of_the_worker.got]
    assert ids[1] == ids[2]
    assert states(medan) == [("terkirim", 1, 1), ("terkirim", 2, 2)]


@pytest.mark.parametrize(
    "address",
    ["/pemberitahuan/", "/webhook/", "/webhook/{endpoint}/", "/api/v1/notifications/", "/api/v1/webhook-endpoints/",
     "/api/v1/webhook-deliveries/", "/admin/asnhr/webhookdelivery/"],
)  # fmt: skip
def test_the_cost_of_a_list_is_flat(address, client, medan, admin):
    client.force_login(admin)
    with agency_scope(medan):
        endpoint = rows.endpoint(medan, None)
    url, costs = address.format(endpoint=endpoint.pk), []
    client.get(url)
    for n in (1, 19):
        with agency_scope(medan):
            for _ in range(n):
                rows.notification(medan, None, admin)
                rows.attempt(medan, None)
                WebhookDelivery.objects.create(
                    agency=medan, endpoint=endpoint, event=rows.event(medan, None), next_at=timezone.now()
                )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 15
