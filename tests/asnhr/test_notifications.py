"""The outbox, who is told by which channel, the centre, preferences, digests over a real mail server."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from asnhr import registry, services
from asnhr.models import (
    Event,
    MailDigest,
    Notification,
    NotificationChoice,
    NotificationSetting,
    RoleAssignment,
    Run,
    WebhookEndpoint,
)
from asnhr.notifications import catalogue, digests, retention, service
from asnhr.notifications.catalogue import EventKind, Fact
from asnhr.scope import agency_scope
from tests import api_world
from tests.asnhr.webhook_receiver import mail_server
from tests.conftest import ROOT
from tests.factories.asnhr import UserFactory
from tests.factories.positions import UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)  # a Monday
MAIL = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1",
    "PUBLIC_URL": "https://asnhr.example.go.id",
}  # fmt: skip
FAILED = {"data": {"run_id": 7}, "url": "/pekerjaan/7/"}


@pytest.fixture
def medan():
    return api_world.medan()


def told(agency):
    """Who was told of what: {(kind, user id)}."""
    with agency_scope(agency):
        return set(Notification.objects.values_list("event__kind", "user_id"))


def tell(agency, kind="import.failed", **about):
    with agency_scope(agency):
        service.notify(kind, agency_id=agency.pk, **({"data": {"run_id": 7}} | about))


# The outbox


def test_an_event_is_kept_with_the_change_or_not_at_all(medan):
    class Undone(Exception):
        pass

    def change_and_fail():
        with agency_scope(medan):
            service.notify("import.failed", agency_id=medan.pk, **FAILED)
            raise Undone

    with pytest.raises(Undone):
        change_and_fail()
    tell(medan)

    with agency_scope(medan):
        assert Event.objects.count() == 1
    assert told(medan) == set()  # nothing is told before the worker comes


def test_facts_that_are_not_declared_do_not_leave_the_house(medan):
    for data in ({}, {"run_id": 1, "name": "Siti"}, {"run_id": "tujuh"}):
        with pytest.raises(ValueError, match=r"import\.failed"):
            tell(medan, data=data)


def test_no_fact_of_any_kind_speaks_of_a_person():
    names = {fact.name for _code, kind in catalogue.kinds.items() for fact in kind.facts}

    assert not names & {"nip", "nik", "person", "employee", "full_name", "email", "phone", "user", "filename"}
    # The only name is that of an endpoint, told to who manages endpoints and to no other system.
    speaking = [kind for _code, kind in catalogue.kinds.items() if "name" in {fact.name for fact in kind.facts}]
    assert [kind.code for kind in speaking if kind.webhook] == []


def test_every_kind_stands_in_the_document_with_its_facts():
    document = (ROOT / "docs" / "peristiwa.md").read_text()
    rows = {row[0].strip("` "): row for line in document.splitlines() if (row := line.strip("| ").split(" | "))[1:]}

    for code, kind in catalogue.kinds.items():
        if code.startswith("test."):
            continue
        assert rows[code][2] == (", ".join(f"`{fact.name}` {fact.what}" for fact in kind.facts) or "–")
        assert (rows[code][4], rows[code][5]) == ("ya" if kind.webhook else "tidak", "ya" if kind.mail else "tidak")


def test_a_key_is_told_once_and_other_agencies_see_nothing(medan):
    jambi = api_world.jambi()
    for _ in range(2):
        tell(medan, key="2026-11-22")
    with agency_scope(medan):
        assert Event.objects.count() == 1
    with agency_scope(jambi):
        assert Event.objects.count() == 0
        assert service.spread(jambi.pk, TODAY) == 0


def test_holders_are_told_in_their_reach_and_never_the_actor(medan):
    kind = "structure.decided"
    data = {
        "act": "unit_added",
        "decree": "1/2026",
        "starts_on": "2026-01-01",
        "unit_id": 1,
        "positions": 0,
        "people": 0,
    }
    with agency_scope(medan):
        here, there = UnitFactory(agency=medan), UnitFactory(agency=medan)
        below = UnitFactory(agency=medan, parent=here)
    whole, actor = user_with(medan, "bagian_organisasi"), user_with(medan, "admin_daerah")
    keeper, other = user_with(medan, "admin_unit", here), user_with(medan, "admin_unit", there)
    user_with(medan, "auditor")
    user_with(medan, "bagian_organisasi", is_active=False)
    gone = user_with(medan, "bagian_organisasi")
    with agency_scope(medan):
        RoleAssignment.objects.filter(user=gone).update(ends_on=TODAY)
    foreign = user_with(api_world.jambi(), "bagian_organisasi")
    with agency_scope(medan):
        service.notify(kind, agency_id=medan.pk, data=data, actor=actor, unit_path=below.path, people=[foreign.pk])

    assert service.spread(medan.pk, TODAY) == 1
    assert told(medan) == {(kind, whole.pk), (kind, keeper.pk)}
    assert other.pk not in {user for _kind, user in told(medan)}
    assert service.spread(medan.pk, TODAY) == 0


def test_handing_on_costs_the_same_for_any_number(medan):
    for _ in range(3):
        user_with(medan, "staf_bkd")
    costs = []
    for n in (1, 20):
        for _ in range(n):
            tell(medan, "analysis.failed")
        with CaptureQueriesContext(connection) as queries:
            service.spread(medan.pk, TODAY)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 25


def test_an_event_of_an_earlier_release_stops_nothing(medan):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan):
        Event.objects.create(agency=medan, kind="tidak.ada", people=[user.pk])
    tell(medan, people=[user.pk])

    assert service.spread(medan.pk, TODAY) == 2
    assert told(medan) == {("import.failed", user.pk)}
    assert catalogue.words_of("tidak.ada", {}) == "tidak.ada"


def test_a_run_that_fails_tells_who_asked(medan):
    user = user_with(medan, "staf_bkd")
    if "notify-test" not in registry.run_tasks:
        registry.run_tasks.register("notify-test", "tests.asnhr.test_notifications.breaks")
        catalogue.register(
            EventKind("test.failed", "Uji", "Uji %(run_id)s", (Fact("run_id", catalogue.NUMBER, "nomor pekerjaan"),),
                      fails_run="notify-test", webhook=False)
        )  # fmt: skip
    with agency_scope(medan):
        run, _new = services.request_run(agency=medan, kind="notify-test", parameters={}, actor=user)
    services.execute(agency_id=medan.pk, run_id=run.pk, heartbeat=False)
    service.spread(medan.pk, TODAY)

    assert told(medan) == {("test.failed", user.pk)}
    with agency_scope(medan):
        assert Run.objects.get().state == Run.State.FAILED


def breaks(run, progress):
    raise ZeroDivisionError


# Preferences


def test_choices_decide_the_channels_and_defaults_are_not_kept(medan):
    user = user_with(medan, "staf_bkd")
    with agency_scope(medan, user.pk):
        me = with_access(user, medan)
        service.prefer(
            me, digest="mingguan", language="en",
            wanted={("analysis.failed", "aplikasi"): False, ("analysis.failed", "surel"): True,
                    ("import.failed", "aplikasi"): False, ("import.failed", "surel"): False,
                    ("webhook.disabled", "aplikasi"): False, ("tidak.ada", "surel"): True},
        )  # fmt: skip
        kept = set(NotificationChoice.objects.values_list("kind", "channel", "wanted"))
        setting, chosen = service.preferences(me)
    tell(medan, "analysis.failed", people=[user.pk])
    tell(medan, people=[user.pk])
    service.spread(medan.pk, TODAY)

    assert kept == {("analysis.failed", "aplikasi", False), ("import.failed", "aplikasi", False),
                    ("import.failed", "surel", False)}  # fmt: skip
    assert (setting.digest, setting.language, chosen["analysis.failed", "aplikasi"]) == ("mingguan", "en", False)
    with agency_scope(medan):
        row = Notification.objects.get()
        assert (row.event.kind, row.in_app, row.by_mail) == ("analysis.failed", False, True)
        # Chosen back: the default holds again.
        service.prefer(me, digest="harian", language="id", wanted={("analysis.failed", "aplikasi"): True})
        assert not NotificationChoice.objects.filter(kind="analysis.failed").exists()


# Pages


def test_the_centre_shows_the_readers_own_and_the_bell_costs_no_query(client, medan):
    me, other = user_with(medan, "staf_bkd"), user_with(medan, "staf_bkd")
    client.force_login(me)
    client.get(reverse("notification-list"))
    costs = []
    for n in (0, 3, 120):
        for _ in range(n):
            tell(medan, people=[me.pk], url="/pekerjaan/7/")
        tell(medan, people=[other.pk])
        service.spread(medan.pk, TODAY)
        with CaptureQueriesContext(connection) as queries:
            home = client.get("/pekerjaan/")
        costs.append(len(queries))
        assert (b'class="count"' in home.content) == bool(n)
    shown = client.get(reverse("notification-list"))

    assert len(set(costs)) == 1
    assert b"99+" in home.content
    assert b"123" in shown.content
    assert shown.content.count(b"Impor gagal; tidak ada") >= 25
    assert b"Impor gagal; tidak ada" not in client.get("/pemberitahuan/?keadaan=dibaca").content
    assert client.get("/pemberitahuan/?jenis=import.failed&hal=3").status_code == 200


def test_opening_marks_as_read_and_leads_to_the_object(client, medan):
    me, other = user_with(medan, "pegawai"), user_with(medan, "pegawai")
    tell(medan, people=[me.pk, other.pk], url="/pekerjaan/7/")
    tell(medan, people=[me.pk], url="//jahat.example/")
    service.spread(medan.pk, TODAY)
    with agency_scope(medan):
        good, bad = Notification.objects.filter(user=me).order_by("pk")
        theirs = Notification.objects.get(user=other)
    client.force_login(me)

    assert client.get(reverse("notification-open", args=[good.pk])).status_code == 405
    assert client.post(reverse("notification-open", args=[good.pk]))["Location"] == "/pekerjaan/7/"
    assert client.post(reverse("notification-open", args=[bad.pk]))["Location"] == "/pemberitahuan/"
    assert client.post(reverse("notification-open", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("notification-open", args=[good.pk]), {"belum": "1"})["Location"] == "/pemberitahuan/"
    with agency_scope(medan):
        good.refresh_from_db()
        assert good.read_at is None
    client.post(reverse("notification-read-all"))
    with agency_scope(medan):
        assert set(Notification.objects.filter(read_at__isnull=True)) == {theirs}


def test_preferences_are_kept_by_the_page(client, medan):
    me = user_with(medan, "staf_bkd", email="bkd@contoh.example")
    client.force_login(me)
    page = client.get(reverse("notification-settings"))
    sent = {"digest": "tidak", "language": "en", "mau": ["analysis.finished|aplikasi"]}

    assert b"analysis.finished|surel" in page.content
    assert b"webhook.disabled" not in page.content  # not theirs
    assert client.post(reverse("notification-settings"), {"digest": "selalu"}).status_code == 422
    assert client.post(reverse("notification-settings"), sent).status_code == 302
    with agency_scope(medan):
        assert NotificationSetting.objects.get(user=me).digest == "tidak"
        assert NotificationChoice.objects.get(user=me, kind="analysis.finished", channel="surel").wanted is False
        assert not NotificationChoice.objects.filter(user=me, kind="analysis.finished", channel="aplikasi").exists()


def test_words_follow_the_readers_language(medan):
    data = {"role": "staf_bkd", "starts_on": "2026-01-31"}

    assert "Staf BKD" in catalogue.words_of("role.granted", data)
    with translation.override("en"):
        for _code, kind in catalogue.kinds.items():
            if kind.code != "test.failed":
                assert str(kind.name)
        assert "31 January 2026" in catalogue.words_of("role.granted", data)


# The API


def test_the_api_lists_marks_and_keeps_choices(client, medan):
    me, other = user_with(medan, "pegawai"), user_with(medan, "pegawai")
    for _ in range(2):
        tell(medan, people=[me.pk, other.pk])
    service.spread(medan.pk, TODAY)
    client.force_login(me)
    listed = client.get("/api/v1/notifications/?unread=true").json()["results"]

    assert len(listed) == 2
    assert (listed[0]["kind"], listed[0]["data"]) == ("import.failed", {"run_id": 7})
    one = f"/api/v1/notifications/{listed[0]['id']}/"
    assert client.post(f"{one}read/", {}, content_type="application/json").json()["read_at"]
    assert len(client.get("/api/v1/notifications/?unread=true").json()["results"]) == 1
    assert client.post(f"{one}read/", {"read": False}, content_type="application/json").json()["read_at"] is None
    assert client.post("/api/v1/notifications/read-all/").json() == {"count": 2}
    with agency_scope(medan):
        theirs = Notification.objects.filter(user=other).first()
    assert client.get(f"/api/v1/notifications/{theirs.pk}/").status_code == 404
    wanted = {"digest": "mingguan", "language": "en", "choices": [
        {"kind": "import.failed", "channel": "surel", "wanted": False}]}  # fmt: skip
    kept = client.put("/api/v1/notification-preferences/", wanted, content_type="application/json").json()
    assert kept["digest"] == "mingguan"
    assert {"kind": "import.failed", "channel": "surel", "wanted": False} in kept["choices"]
    codes = {kind["code"] for kind in client.get("/api/v1/event-kinds/").json()}
    assert {"import.finished", "structure.decided"} <= codes


# Digests


@pytest.fixture
def mail():
    with mail_server() as (box, port), override_settings(**MAIL, EMAIL_PORT=port):
        yield box


def test_a_digest_reaches_the_mail_box_in_the_readers_language(medan, mail):
    me = user_with(medan, "staf_bkd", email="bkd@contoh.example", first_name="Siti", last_name="Rahasia")
    english = user_with(medan, "staf_bkd", email="en@contoh.example")
    user_with(medan, "staf_bkd")  # without an address
    with agency_scope(medan):
        NotificationSetting.objects.create(agency=medan, user=english, language="en", digest="mingguan")
    tell(medan, "analysis.failed", url="/pekerjaan/7/")
    tell(medan, people=[me.pk])
    service.spread(medan.pk, TODAY)

    assert digests.compose(medan.pk, TODAY) == 2
    assert digests.compose(medan.pk, TODAY) == 0
    assert digests.send_due(medan.pk) == 2
    assert digests.send_due(medan.pk) == 0
    by_reader = {message["To"]: message for message in mail.messages}
    own, foreign = by_reader["bkd@contoh.example"], by_reader["en@contoh.example"]
    text, page = own.get_body(("plain",)).get_content(), own.get_body(("html",)).get_content()
    assert own["Subject"] == "[ASNHR] 2 pemberitahuan baru"
    assert "1 new notification" in foreign["Subject"]
    assert foreign["Content-Language"] == "en"
    for shown in (text, page):
        assert "https://asnhr.example.go.id/pekerjaan/7/" in shown
        assert "DATA CONTOH" in shown
        assert "Rahasia" not in shown
    assert "Position needs analysis failed" in foreign.get_body(("plain",)).get_content()
    with agency_scope(medan):
        assert set(MailDigest.objects.values_list("state", "attempts")) == {("terkirim", 1)}


def test_what_was_read_or_not_wanted_is_not_mailed(medan, mail):
    me = user_with(medan, "staf_bkd", email="bkd@contoh.example")
    never = user_with(medan, "staf_bkd", email="tidak@contoh.example")
    weekly = user_with(medan, "staf_bkd", email="senin@contoh.example")
    with agency_scope(medan):
        NotificationSetting.objects.create(agency=medan, user=never, digest="tidak")
        NotificationSetting.objects.create(agency=medan, user=weekly, digest="mingguan")
    tell(medan, people=[me.pk, never.pk, weekly.pk])
    service.spread(medan.pk, TODAY)
    tuesday = TODAY + timedelta(days=1)

    assert digests.compose(medan.pk, tuesday) == 1  # neither never nor on a Tuesday
    with agency_scope(medan):
        service.mark(with_access(me, medan))
    assert digests.send_due(medan.pk) == 0
    assert mail.messages == []
    with agency_scope(medan):
        assert MailDigest.objects.count() == 0


def test_a_mail_server_that_is_away_or_refuses(medan, mail):
    me = user_with(medan, "staf_bkd", email="bkd@contoh.example")
    tell(medan, people=[me.pk])
    service.spread(medan.pk, TODAY)
    digests.compose(medan.pk, TODAY)
    with override_settings(EMAIL_PORT=1):
        assert digests.send_due(medan.pk) == 0
    with agency_scope(medan):
        row = MailDigest.objects.get()
        assert (row.state, row.attempts) == ("menunggu", 1)
        assert row.next_at > timezone.now()
        assert row.error.startswith(digests.AWAY)
        MailDigest.objects.update(next_at=timezone.now())
    mail.refusal = "550 tidak dikenal"
    assert digests.send_due(medan.pk) == 0
    with agency_scope(medan):
        assert set(MailDigest.objects.values_list("state", "error")) == {("gagal", f"{digests.REFUSED} · 550")}


def test_a_digest_cut_off_is_sent_again_under_the_same_id(medan, mail, monkeypatch):
    me = user_with(medan, "staf_bkd", email="bkd@contoh.example")
    tell(medan, people=[me.pk])
    service.spread(medan.pk, TODAY)
    digests.compose(medan.pk, TODAY)

    class Crash(BaseException):
        pass

    def crash(*arguments):
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(digests, "_record", crash)
        with pytest.raises(Crash):
            digests.send_due(medan.pk)
    assert digests.send_due(medan.pk) == 0  # the lease holds
    with agency_scope(medan):
        MailDigest.objects.update(next_at=timezone.now())
    assert digests.send_due(medan.pk) == 1
    assert len({message["Message-ID"] for message in mail.messages}) == 1
    assert len(mail.messages) == 2


# Retention


def test_what_is_past_its_time_goes_and_what_waits_stays(medan):
    me = UserFactory()
    tell(medan)
    tell(medan)
    with agency_scope(medan):
        old, waiting = Event.objects.order_by("pk")
        long_ago = timezone.now() - timedelta(days=500)
        Event.objects.update(happened_at=long_ago)
        Event.objects.filter(pk=old.pk).update(spread_at=long_ago)
        Notification.objects.create(agency=medan, event=waiting, user=me, read_at=long_ago)
        WebhookEndpoint.objects.create(agency=medan, name="x", url="https://x.example", secret="whsec_eA==",
                                       old_secret="whsec_eB==", old_secret_until=long_ago)  # fmt: skip

    assert retention.purge(medan.pk) == 2
    with agency_scope(medan):
        assert list(Event.objects.all()) == [waiting]
        assert Notification.objects.count() == 0
        assert WebhookEndpoint.objects.get().old_secret == ""


@pytest.mark.parametrize("user_role", ["pusat"])
def test_who_has_a_role_of_the_nation_only_has_an_empty_centre(user_role, client, medan):
    client.force_login(user_with(medan, user_role))

    assert client.get("/pemberitahuan/").status_code == 200
    with transaction.atomic():
        assert client.get("/webhook/").status_code == 403
