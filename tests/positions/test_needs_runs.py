"""The analysis as a run: asked once, done by a real worker, taken up after a kill, printed, scheduled, frozen."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from asnhr import services as runs
from asnhr.access import system_access
from asnhr.dates import today
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, Run, User
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from positions import models, tasks
from positions.models import NeedsAnalysis, NeedsResult, NeedsRollup
from positions.queries import analysis as reads
from positions.queries import register as lists
from positions.services import analysis
from tests.conftest import ROOT
from tests.factories.asnhr import AgencyFactory, AgencyParameterFactory
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    NeedsAnalysisFactory,
    PositionFactory,
    SeatFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with, with_access

DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def frozen_day(monkeypatch):
    """Analyses of DAY are not in the future, whatever day the tests run on."""
    monkeypatch.setattr(analysis.timezone, "localdate", lambda *_: DAY + timedelta(days=2))


def register(agency, positions=2):
    """A root, an office, and positions with a holder and a workload."""
    unit = UnitFactory(agency=agency, parent=UnitFactory(agency=agency))
    sheet = WorkloadSheetFactory(agency=agency, unit=unit)
    for _ in range(positions):
        position = PositionFactory(agency=agency, unit=unit)
        IncumbencyFactory(agency=agency, position=position)
        workload = WorkloadFactory(agency=agency, position=position, sheet=sheet)
        WorkloadTaskFactory(agency=agency, workload=workload, volume=500)


def ask(agency, actor=None, day=DAY, overlay=None):
    with agency_scope(agency):
        if actor is not None:
            with_access(actor, agency)
        return analysis.request_analysis(agency, day, actor, overlay)


def done(agency, run, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with agency_scope(agency):
            run.refresh_from_db()
        if not run.is_open:
            return run
        time.sleep(0.2)
    raise AssertionError(f"run is still {run.state}")


@pytest.mark.django_db
class TestAsking:
    def test_two_identical_requests_share_one_run(self):
        agency = AgencyFactory()
        first, is_new = ask(agency, user_with(agency, "staf_bkd"))
        again, again_new = ask(agency, user_with(agency, "bagian_organisasi"))
        other, _ = ask(agency, day=DAY - timedelta(days=1))

        assert (is_new, again_new, first.pk == again.pk, first.pk == other.pk) == (True, False, True, False)

    @pytest.mark.parametrize("role", ["petugas_pdp", "auditor", "admin_unit", "pegawai", "pengelola_kepegawaian"])
    def test_other_roles_may_not_ask(self, role):
        agency = AgencyFactory()

        with pytest.raises(NotAllowed):
            ask(agency, user_with(agency, role))

    def test_a_day_too_far_ahead_and_an_unknown_scenario_are_refused(self):
        agency = AgencyFactory()

        with pytest.raises(RuleBroken, match="paling jauh lima tahun, sampai 22 November 2031"):
            ask(agency, day=date(2031, 11, 23))
        with agency_scope(agency):
            PositionFactory(agency=agency, starts_on=date(2018, 1, 1))
        with pytest.raises(RuleBroken, match="yang pertama berlaku sejak 1 Januari 2018"):
            ask(agency, day=date(2017, 12, 31))
        with pytest.raises(RuleBroken, match="tidak dikenal: projection"):
            ask(agency, overlay={"projection": "2026-01-01"})
        with pytest.raises(RuleBroken, match="tidak dikenal: units"):
            ask(agency, overlay={"units": []})
        with pytest.raises(RuleBroken, match="tidak dikenal: needs.nonsense"):
            ask(agency, overlay={"parameters": {"needs.nonsense": 1}})
        with pytest.raises(RuleBroken, match=r"needs\.vacancy_days.*bilangan bulat 1 sampai dengan 3\.650"):
            ask(agency, overlay={"parameters": {"needs.vacancy_days": -5}})


@pytest.mark.django_db
class TestProjection:
    """A day to come: the register as known on the day of the request, without those who leave until then."""

    def projected(self, agency, day):
        run, _ = ask(agency, day=day)
        runs.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
        return run

    def test_who_leaves_until_then_is_out_and_the_seat_vacant_since(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            unit = UnitFactory(agency=agency)
            position = PositionFactory(agency=agency, unit=unit)
            for born in (date(1969, 5, 2), date(1968, 5, 2), date(1985, 1, 1)):  # 1 June 2027, overdue, staying
                person = EmployeeFactory(agency=agency, birth_date=born, unit=unit)
                IncumbencyFactory(
                    agency=agency, position=position, employee=person, starts_on=date(2015, 1, 1),
                    seat=SeatFactory(agency=agency, position=position),
                )  # fmt: skip

        runs_of = [self.projected(agency, day) for day in (date(2027, 5, 31), date(2027, 6, 1), date(2028, 1, 1))]

        with agency_scope(agency):
            found = [NeedsAnalysis.objects.get(run=run) for run in runs_of]
            results = [analysis.results.get() for analysis in found]
            assert [analysis.known_on for analysis in found] == [DAY + timedelta(days=2)] * 3
            assert [result.b for result in results] == [3, 2, 2]
            assert [result.outflow[0] for result in results] == [2, 1, 1]
            assert results[2].evidence["inputs"]["vacant_days"] == (date(2028, 1, 1) - date(2027, 6, 1)).days

    def test_rank_and_standing_recorded_ahead_hold_from_their_day(self, monkeypatch):
        """Ani goes on unpaid leave, Budi comes back from it, Cici is promoted beyond the post, all on one day ahead;
        counted from the database's own clock, which says what has come."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT positions_today()")
            now = cursor.fetchone()[0]
        monkeypatch.setattr(analysis.timezone, "localdate", lambda *_: now)
        agency, day = AgencyFactory(), now + timedelta(days=100)
        with agency_scope(agency):
            unit, job = UnitFactory(agency=agency), JobFactory(agency=agency, group="fungsional", level="AHLI_MUDA")
            position = PositionFactory(agency=agency, unit=unit, job=job)
            people = {}
            for name, held in (("Ani", "01"), ("Budi", "02"), ("Cici", "01")):
                people[name] = EmployeeFactory(
                    agency=agency, name=name, unit=unit, legal_status=held, rank=34, rank_since=date(2020, 4, 1)
                )
                IncumbencyFactory(
                    agency=agency, position=position, employee=people[name], starts_on=date(2015, 1, 1),
                    seat=SeatFactory(agency=agency, position=position),
                )  # fmt: skip
            ahead = {"agency": agency, "starts_on": day}
            models.StandingRecord.objects.create(**ahead, employee=people["Ani"], standing="02")
            models.RankRecord.objects.create(**ahead, employee=people["Cici"], rank=41)

        def results():
            runs_of = [self.projected(agency, each) for each in (now, day - timedelta(days=1), day)]
            with agency_scope(agency):
                found = [NeedsAnalysis.objects.get(run=run).results.get() for run in runs_of]
                shown = [lists.with_figures(models.Position.objects.all(), made.analysis.as_of).get() for made in found]
                assert [row.b for row in shown] == [made.b for made in found]
            return [(made.b, made.evidence["facts"]["rank_misfits"]) for made in found]

        assert results() == [(2, 0), (2, 0), (1, 1)]
        with agency_scope(agency):
            models.StandingRecord.objects.create(**ahead, employee=people["Budi"], standing="01")
        assert results() == [(2, 0), (2, 0), (2, 1)]

    def test_it_is_kept_apart_and_never_becomes_the_basis(self):
        agency = AgencyFactory()
        staff = user_with(agency, "staf_bkd")
        with agency_scope(agency):
            register(agency)
        run = self.projected(agency, date(2027, 1, 1))

        with agency_scope(agency):
            made = NeedsAnalysis.objects.get(run=run)
            user = with_access(staff, agency)
            assert not reads.analyses(user).exists()
            assert reads.readable(user).get().known_on == made.known_on
            assert not NeedsRollup.objects.exists()
            assert reads.as_document(agency.code, made)["projection"] == "2026-11-22"
            with pytest.raises(RuleBroken, match="Proyeksi tidak dapat"):
                analysis.freeze(analysis=made, year=2027, actor=user)
            values = parameters_on(agency, date(2028, 6, 1))
            assert analysis.comparable(agency.pk, date(2028, 6, 1), values) is None

    def test_workload_is_as_old_as_it_is_now(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=1)

        run = self.projected(agency, date(2031, 1, 1))

        with agency_scope(agency):
            assert NeedsResult.objects.get(analysis__run=run).reason != "ABK_KEDALUWARSA"


@pytest.mark.django_db
class TestWork:
    def run(self, agency, overlay=None, day=DAY):
        run, _ = ask(agency, day=day, overlay=overlay)
        runs.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
        with agency_scope(agency):
            run.refresh_from_db()
            assert run.problems == []
            return run, models.NeedsAnalysis.objects.get(run=run)

    def test_it_ends_complete_with_its_totals(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=3)

        run, made = self.run(agency)

        assert (run.state, made.is_complete, made.as_of) == ("selesai", True, DAY)
        assert {key: made.totals[key] for key in ("need", "holders", "shortage", "surplus")} == {
            "need": 6, "holders": 3, "shortage": 3, "surplus": 0,
        }  # fmt: skip
        assert run.counts["positions"] == 3

    def test_the_same_data_give_the_same_bytes(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=4)

        kept = []
        for _ in range(2):
            _run, made = self.run(agency)
            with agency_scope(agency), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT code, evidence::text, signals::text, need::text FROM positions_needsresult"
                    " WHERE analysis_id = %s ORDER BY code",
                    [made.pk],
                )
                kept.append(cursor.fetchall())
                cursor.execute(
                    "SELECT array_agg(l.inputs_hash ORDER BY r.code, l.number) FROM positions_recommendationline l"
                    " JOIN positions_needsresult r ON r.id = l.result_id WHERE r.analysis_id = %s",
                    [made.pk],
                )
                kept[-1].append(cursor.fetchone())

        assert kept[0] == kept[1]

    def test_limits_of_the_agency_are_used_and_named(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=1)
            AgencyParameterFactory(agency=agency, code="needs.shortage_urgent", value="0.90")

        _run, made = self.run(agency)

        with agency_scope(agency):
            result = models.NeedsResult.objects.get(analysis=made)
        assert (result.row, result.priority) == (9, 2)
        assert result.evidence["decision"]["limits"]["needs.shortage_urgent"] == "instansi"
        assert made.parameters["values"]["needs.shortage_urgent"]["decree"] == "Keputusan 1/2020"

    def test_a_what_if_analysis_uses_the_supposed_value_and_is_never_the_one_compared_with(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=1)

        _run, supposed = self.run(agency, {"parameters": {"needs.shortage_urgent": "0.90"}}, DAY - timedelta(days=400))
        _run, made = self.run(agency)

        with agency_scope(agency):
            assert models.NeedsResult.objects.get(analysis=supposed).priority == 2
            assert models.NeedsResult.objects.get(analysis=made).priority == 1
        assert made.parameters["compared"] is None

    def test_a_rejected_line_does_not_return_unless_its_inputs_changed(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=2)
        _run, first = self.run(agency)
        with agency_scope(agency):
            models.RecommendationLine.objects.filter(result__analysis=first).update(state="tolak")

        _run, second = self.run(agency, day=DAY + timedelta(days=1))
        with agency_scope(agency):
            changed = models.Position.objects.order_by("pk").first()
            IncumbencyFactory(agency=agency, position=changed, starts_on=date(2026, 1, 1))
            models.WorkloadTask.objects.filter(workload__position=changed).update(volume=900)
        _run, third = self.run(agency, day=DAY + timedelta(days=1))

        def repeats(made):
            lines = models.RecommendationLine.objects.filter(result__analysis=made).order_by("result__position_id")
            return list(lines.values_list("repeats_rejected", flat=True))

        with agency_scope(agency):
            assert (repeats(first), repeats(second), repeats(third)) == ([False] * 2, [True] * 2, [False, True])

    def test_one_analysis_a_year_is_frozen_by_those_who_may(self):
        agency = AgencyFactory()
        staff, organisation = user_with(agency, "staf_bkd"), user_with(agency, "bagian_organisasi")
        with agency_scope(agency):
            with_access(staff, agency)
            with_access(organisation, agency)
            made = NeedsAnalysisFactory(agency=agency, parameters={"overlay": {}})
            unfinished = NeedsAnalysisFactory(agency=agency, is_complete=False)
            another = NeedsAnalysisFactory(agency=agency, parameters={"overlay": {}}, as_of=date(2026, 8, 22))

            with pytest.raises(NotAllowed):
                analysis.freeze(analysis=made, year=2026, actor=organisation)
            with pytest.raises(RuleBroken, match="belum selesai"):
                analysis.freeze(analysis=unfinished, year=2026, actor=staff)
            for year in (2025, 2028, 2099):
                with pytest.raises(RuleBroken, match="dasar usulan 2026 atau 2027"):
                    analysis.freeze(analysis=made, year=year, actor=staff)
            frozen = analysis.freeze(analysis=made, year=2026, actor=staff)
            assert (frozen.basis_year, frozen.frozen_by) == (2026, staff)
            with pytest.raises(RuleBroken, match="sudah ditetapkan"):
                analysis.freeze(analysis=another, year=2026, actor=staff)
            with pytest.raises(RuleBroken, match="sudah menjadi"):
                analysis.freeze(analysis=made, year=2027, actor=staff)


@pytest.mark.django_db
class TestSchedule:
    def test_a_due_schedule_asks_once_and_moves_on(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            schedule = models.AnalysisSchedule.objects.create(agency=agency, next_on=DAY - timedelta(days=200))
            analysis.run_due_schedule(agency=agency, today=DAY)
            again = analysis.run_due_schedule(agency=agency, today=DAY)
            schedule.refresh_from_db()

            assert again is None
            assert schedule.next_on == date(2027, 2, 4)
            assert Run.objects.filter(agency=agency, kind="needs").count() == 1

    def test_beat_knows_the_tasks_of_an_installation(self):
        found = dict(PeriodicTask.objects.exclude(task__startswith="celery.").values_list("task", "enabled"))

        assert found == {
            "positions.tasks.dispatch_schedules": True,
            "positions.tasks.turn_day": True,
            "positions.tasks.dispatch_quality": True,
            "positions.tasks.dispatch_reminders": True,
            "positions.tasks.dispatch_agenda": True,
            "positions.tasks.tidy_documents": True,
            "asnhr.tasks.purge_idempotency_keys": True,
            "asnhr.tasks.dispatch_notifications": True,
            "asnhr.tasks.compose_digests": True,
            "asnhr.tasks.purge_notifications": True,
            "asnhr.tasks.requeue_silent_runs": True,
            "asnhr.tasks.purge_imports": True,
            "asnhr.tasks.seal_audit": True,
            "asnhr.tasks.digest_audit": True,
            "asnhr.tasks.find_overdue_data": True,
            "asnhr.tasks.purge_expired": True,
        }

    def test_the_task_asks_for_every_agency_that_is_due(self, monkeypatch):
        monkeypatch.undo()
        agencies = [AgencyFactory(code=code, name=code) for code in ("1271", "1571", "1671")]
        for agency, active in zip(agencies, (True, True, False), strict=True):
            with agency_scope(agency):
                models.AnalysisSchedule.objects.create(agency=agency, next_on=today(), is_active=active)

        tasks.dispatch_schedules()
        tasks.dispatch_schedules()

        asked = []
        for agency in agencies:
            with agency_scope(agency):
                asked.append(Run.objects.filter(agency=agency, kind="needs").count())
        assert asked == [1, 1, 0]


@pytest.mark.django_db(transaction=True)
class TestDoors:
    def test_the_command_prints_json_alone(self):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency, positions=1)
        out = StringIO()

        call_command("analyse_needs", agency="1271", as_of=DAY, json=True, stdout=out)

        document = json.loads(out.getvalue())
        assert list(document) == ["agency", "as_of", "run", "totals", "positions"]
        (position,) = document["positions"]
        assert (
            list(position)
            == (
                "code unit job source need k k_decided b f effectiveness grade outflow k_year b_year signals row"
                " recommendation quantity priority reason"
            ).split()
        )
        assert (position["need"], position["k"], position["b"]) == ("2.0000", 2, 1)
        assert (position["row"], position["recommendation"], position["quantity"]) == (9, "USUL_FORMASI", 1)

    @pytest.mark.parametrize("wrong", ["2026-13-01", "besok"])
    def test_a_day_that_is_none_is_named_in_a_sentence(self, wrong):
        AgencyFactory(code="1271")
        with pytest.raises(CommandError, match=f"Tanggal “{wrong}” bukan tanggal"):
            call_command("analyse_needs", "--agency", "1271", "--as-of", wrong)

    def test_the_command_refuses_an_unknown_agency(self):
        with pytest.raises(CommandError, match="9999"):
            call_command("analyse_needs", agency="9999", as_of=DAY, json=True)

    def test_a_real_worker_does_it(self, celery_worker_process):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency)

        run, _ = ask(agency)

        assert done(agency, run).state == "selesai"
        with agency_scope(agency):
            assert models.NeedsResult.objects.filter(analysis__run=run).count() == 2

    def test_a_killed_worker_loses_nothing_and_doubles_nothing(self, celery_worker_process, owner_connection):
        agency = AgencyFactory()
        with agency_scope(agency):
            register(agency)
            run = Run.objects.create(
                agency=agency, kind="needs", fingerprint="0" * 64,
                parameters={"as_of": DAY.isoformat(), "overlay": {}},
            )  # fmt: skip
        # A worker that is killed in the middle of the work: it waits on a table that we hold.
        with owner_connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE positions_recommendationline IN ACCESS EXCLUSIVE MODE")
            code = (
                "import django; django.setup(); from asnhr import services;"
                f" services.execute(agency_id={agency.pk}, run_id={run.pk})"
            )
            victim = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ.copy())
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                with agency_scope(agency):
                    run.refresh_from_db()
                if run.state == Run.State.RUNNING and "Menulis hasil" in run.step:
                    break
                time.sleep(0.1)
            assert "Menulis hasil" in run.step
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
            cursor.execute("COMMIT")
        with agency_scope(agency):
            assert not models.NeedsAnalysis.objects.exists()
            silent = timezone.now() - timedelta(seconds=61)
            Run.objects.filter(agency=agency, pk=run.pk).update(heartbeat_at=silent)

        assert runs.requeue_silent(Agency.objects.get(pk=agency.pk)) == 1

        assert done(agency, run).state == "selesai"
        assert run.attempts == 2
        with agency_scope(agency):
            assert models.NeedsAnalysis.objects.filter(is_complete=True).count() == 1
            assert models.NeedsResult.objects.count() == 2


def test_the_system_acts_for_the_whole_agency():
    operator = User(username="sistem")
    operator.access = system_access(1)
    assert analysis.permissions.may_run_analysis(operator)
