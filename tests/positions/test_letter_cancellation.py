"""Letters of increments are cancelled as a batch: with a reason, while nothing rests on them; their file says so."""

import io
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr import services
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import storage
from asnhr.models import AuditEntry, Run
from asnhr.scope import agency_scope
from positions import models
from positions.models import AgendaItem, LetterBatch
from positions.queries import letters as queries
from positions.services import agenda, letters
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_agenda import DAY, shown, text_of
from tests.positions.test_letters import due, issue
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan, name="Dinas Kesehatan")


@pytest.fixture
def officer(medan):
    return user_with(medan, "staf_bkd")


@pytest.fixture
def batch(medan, unit, officer):
    with agency_scope(medan):
        due(medan, unit, numbers=2)
    return issue(medan, officer)


def cancel(agency, user, batch, reason="salah-ketik"):
    with agency_scope(agency, user.pk):
        return letters.cancel(batch=batch, reason=reason, actor=with_access(user, agency))


def pages_of(agency, name):
    with storage.opened(agency.code, name, letters.AREA) as file:
        return text_of(io.BytesIO(b"".join(file)).getvalue())


def test_a_cancelled_letter_says_so_on_every_page_and_the_issued_file_stays(medan, officer, batch):
    done = cancel(medan, officer, batch)

    assert (done.cancelled_on, done.cancelled_by, done.cancel_reason) == (DAY, officer, "salah-ketik")
    assert (done.stored_as, done.sha256) == (batch.stored_as, batch.sha256)
    stamped = pages_of(medan, done.cancelled_as)
    assert stamped.count("DIBATALKAN") == 2
    assert stamped.count("22 November 2026 · nomor ini tidak berlaku") == 2
    assert "800.1.11.13/41/BKD" in stamped
    assert "DIBATALKAN" not in pages_of(medan, done.stored_as)
    with agency_scope(medan):
        assert set(letters.kept_files(medan)) == {done.stored_as, done.cancelled_as}


def test_the_trail_names_the_reason_by_its_code(medan, officer, batch):
    cancel(medan, officer, batch, "data-ganda")

    with agency_scope(medan):
        entries = AuditEntry.objects.filter(agency=medan, table_name="positions_letterbatch", user_id=officer.pk)
        assert entries.filter(reason="data-ganda", kind=AuditEntry.Kind.UPDATE).exists()


def test_numbers_stay_taken_and_people_may_have_new_letters(medan, officer, batch):
    cancel(medan, officer, batch)

    with agency_scope(medan):
        states = set(AgendaItem.objects.filter(pk__in=batch.people).values_list("state", flat=True))
    with pytest.raises(RuleBroken, match="sudah dipakai"):
        issue(medan, officer, first_number=41)
    again = issue(medan, officer, first_number=None)

    # Making letters moved no case, so cancelling them moves none.
    assert states == {"belum"}
    assert (again.first_number, len(again.people), again.left_out) == (43, 2, [])
    with agency_scope(medan):
        batch.refresh_from_db()
        assert batch.replaced == []


def test_letters_of_before_do_not_come_back(medan, officer, batch):
    second = issue(medan, officer, reissue=True, first_number=None)

    cancel(medan, officer, second)

    with agency_scope(medan):
        assert queries.holders(queries.of_month(medan.pk, batch.month)) == set()
    with pytest.raises(RuleBroken, match="sudah diganti"):
        cancel(medan, officer, batch)


def decree(agency, officer, item, number):
    for state in ("berkas", "diusulkan", "sk"):
        agenda.move(item=item, to=state, day=DAY, actor=with_access(officer, agency), number=number)


def test_it_stays_once_an_increment_was_decreed_or_recorded_from_it(medan, officer, batch):
    with agency_scope(medan, officer.pk):
        item = AgendaItem.objects.select_related("employee").get(pk=batch.people[1])
        decree(medan, officer, item, "800.1.11.13/42/BKD")

    with pytest.raises(RuleBroken, match=f"1 orang sudah ditetapkan atau tercatat .*{item.employee.name}"):
        cancel(medan, officer, batch)

    with agency_scope(medan, officer.pk):
        AgendaItem.objects.filter(pk=item.pk).delete()
    with pytest.raises(RuleBroken, match="sudah ditetapkan atau tercatat"):
        cancel(medan, officer, batch)
    with agency_scope(medan):
        models.SalaryIncrement.objects.all().delete()
    assert cancel(medan, officer, batch).cancelled_on == DAY


@pytest.mark.parametrize("many", [False, True])
def test_no_case_is_decreed_by_a_cancelled_letter(medan, officer, batch, many):
    cancel(medan, officer, batch)

    with agency_scope(medan, officer.pk):
        item = AgendaItem.objects.select_related("employee").get(pk=batch.people[0])
        actor = with_access(officer, medan)
        for state in ("berkas", "diusulkan"):
            agenda.move(item=item, to=state, day=DAY, actor=actor)
        if many:
            number, refused = agenda.move_many(
                items=[item], to="sk", day=DAY, actor=actor, number="800.1.11.13/41/BKD"
            )  # fmt: skip
            assert (number, len(refused)) == (0, 1)
            assert "sudah dibatalkan" in refused[0]
        else:
            with pytest.raises(RuleBroken, match="800.1.11.13/41/BKD sudah dibatalkan"):
                agenda.move(item=item, to="sk", day=DAY, actor=actor, number="800.1.11.13/41/BKD")
        agenda.move(item=item, to="sk", day=DAY, actor=actor, number="800.1.11.13/42/BKD-B")
        assert models.SalaryIncrement.objects.filter(employee=item.employee_id).count() == 1


def test_it_happens_once_and_needs_a_reason_of_the_list(medan, officer, batch):
    for reason, words in ((" ", "wajib disebut"), ("karena Siti sakit", "dipilih dari daftar")):
        with pytest.raises(RuleBroken, match=words) as refused:
            cancel(medan, officer, batch, reason)
        assert list(refused.value.fields) == ["reason"]
    cancel(medan, officer, batch)
    with pytest.raises(RuleBroken, match="sudah dibatalkan pada 22 November 2026"):
        cancel(medan, officer, batch)


def test_the_database_wants_a_cancellation_whole(medan, officer, batch):
    with agency_scope(medan, officer.pk):
        for facts in ({"cancelled_on": DAY}, {"cancel_reason": "data-ganda"}, {"cancelled_as": "x"}):
            with pytest.raises(IntegrityError, match="letters_cancelled_whole"), transaction.atomic():
                LetterBatch.objects.filter(pk=batch.pk).update(**facts)


def test_many_are_marked_by_a_run_and_meanwhile_nobody_reads_the_others(client, medan, unit, officer, monkeypatch):
    with agency_scope(medan):
        due(medan, unit, numbers=2)
    batch = issue(medan, officer)
    monkeypatch.setattr(letters, "AT_ONCE", 1)
    client.force_login(officer)

    sent = client.post(reverse("letter-cancel", args=[batch.pk]), {"reason": "salah-ketik"})

    with agency_scope(medan):
        run = Run.objects.get(kind="letters")
    assert sent["Location"] == reverse("run-detail", args=[run.pk])
    assert client.get(reverse("letter-file", args=[batch.pk])).status_code == 404
    assert "Sedang ditulis" in client.get(reverse("letter-detail", args=[batch.pk])).text
    services.execute(agency_id=medan.pk, run_id=run.pk, heartbeat=False)
    with agency_scope(medan):
        batch.refresh_from_db()
    assert pages_of(medan, batch.cancelled_as).count("DIBATALKAN") == 2
    answer = client.get(reverse("letter-file", args=[batch.pk]))
    assert "-batal" in answer["Content-Disposition"]
    assert "DIBATALKAN" in text_of(b"".join(answer.streaming_content))


def test_letters_still_being_written_wait_and_failed_ones_are_not_written_any_more(medan, unit, officer, monkeypatch):
    with agency_scope(medan):
        due(medan, unit)
    monkeypatch.setattr(letters, "AT_ONCE", 0)
    batch = issue(medan, officer)

    with pytest.raises(RuleBroken, match="masih ditulis"):
        cancel(medan, officer, batch)

    with agency_scope(medan, officer.pk):
        Run.objects.filter(pk=batch.run_id).update(state=Run.State.FAILED)
        done = letters.cancel(batch=batch, reason="salah-ketik", actor=with_access(officer, medan))
        assert (done.stored_as, done.cancelled_as, done.cancelled_on) == ("", "", DAY)
        with pytest.raises(RuleBroken, match="dibatalkan sebelum ditulis"):
            letters.try_again(batch=done, actor=with_access(officer, medan))


def test_the_page_asks_why_cancels_and_says_so(client, medan, officer, batch):
    client.force_login(officer)
    detail, where = reverse("letter-detail", args=[batch.pk]), reverse("letter-cancel", args=[batch.pk])

    with CaptureQueriesContext(connection) as cost:
        assert where in client.get(detail).text
        assert "Dibatalkan pada" not in client.get(reverse("letter-list")).text.split("<tbody", 1)[1]
        form = shown(client.get(where))
    empty = client.post(where, {"reason": ""})
    saved = client.post(where, {"reason": "data-ganda"}, follow=True)

    assert len(cost) <= 45
    assert "800.1.11.13/41/BKD sampai 800.1.11.13/42/BKD" in form
    assert empty.status_code == 422
    assert 'href="#id_reason"' in empty.text
    text = shown(saved)
    assert "2 surat dibatalkan." in text
    assert "<strong>DIBATALKAN</strong> pada 22 November 2026" in text
    assert "Alasan: Data ganda" in text
    assert where not in saved.text
    assert "Dibatalkan pada 22 November 2026" in shown(client.get(reverse("letter-list")))
    refused = client.post(where, {"reason": "data-ganda"})
    assert (refused.status_code, "sudah dibatalkan pada" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("role", "status"), [("auditor", 403), ("bagian_organisasi", 403), ("pegawai", 403), ("pyb", 200)]
)
def test_only_who_makes_letters_cancels_them(client, medan, officer, batch, role, status):
    user = user_with(medan, role, username="lain")
    client.force_login(user)

    assert client.get(reverse("letter-cancel", args=[batch.pk])).status_code == status
    if status == 403:
        assert client.post(reverse("letter-cancel", args=[batch.pk]), {"reason": "data-ganda"}).status_code == 403
        with pytest.raises(NotAllowed):
            cancel(medan, user, batch)


def test_another_unit_and_another_agency_find_no_batch(client, medan, officer, batch):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
    part = user_with(medan, "admin_unit", other, username="bagian")
    for user, status in ((part, 403), (user_with(api_world.jambi(), "staf_bkd", username="jambi"), 404)):
        client.force_login(user)
        answer = client.post(reverse("letter-cancel", args=[batch.pk]), {"reason": "data-ganda"})
        assert answer.status_code == status
    with pytest.raises(NotAllowed):
        cancel(medan, part, batch)


@pytest.mark.django_db(transaction=True)
def test_of_a_decree_and_a_cancellation_at_once_one_is_refused(medan, officer, batch):
    with agency_scope(medan, officer.pk):
        item = AgendaItem.objects.select_related("employee").get(pk=batch.people[0])
        for state in ("berkas", "diusulkan"):
            agenda.move(item=item, to=state, day=DAY, actor=with_access(officer, medan))
    said, gate = [], threading.Barrier(2)

    def attempt(act):
        try:
            with agency_scope(medan, officer.pk):
                actor = with_access(officer, medan)
                gate.wait(10)
                act(actor)
                said.append("done")
        except RuleBroken:
            said.append("refused")
        finally:
            connection.close()

    acts = (
        lambda actor: letters.cancel(batch=batch, reason="data-ganda", actor=actor),
        lambda actor: agenda.move(item=item, to="sk", day=DAY, actor=actor, number="800.1.11.13/41/BKD"),
    )
    threads = [threading.Thread(target=attempt, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert sorted(said) == ["done", "refused"]
