"""Job evaluation (FES): the rule's cases, versions with their flow and who may what, the page, the list, its export."""

from datetime import date
from io import BytesIO

import pytest
import python_calamine
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.models import Job, JobClassPeriod, JobEvaluation
from positions.rules import job_class as rules
from positions.services import job_evaluation as services
from positions.services.day import turn
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import IncumbencyFactory, JobFactory, PositionFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
TODAY = date(2026, 11, 22)
# E11 of the specification: 1,235 points, class 8; the second 590, class 5.
CLASS_8 = (5, 2, 2, 2, 2, 2, 2, 1, 1)
CLASS_5 = (3, 2, 1, 1, 1, 1, 1, 1, 1)


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


class World:
    """An agency with a job of class 8, its writer (Bagian Organisasi) and who decides (PyB)."""

    def __init__(self):
        self.agency = AgencyFactory()
        with agency_scope(self.agency):
            self.unit = UnitFactory(agency=self.agency, code="DIN", name="Dinas Kominfo")
            self.job = JobFactory(agency=self.agency, name="Pranata Komputer", job_class=8)
        self.writer = self.person("bagian_organisasi")
        self.decider = self.person("pyb")

    def person(self, role, *units, **fields):
        user = user_with(self.agency, role, *units, **fields)
        with agency_scope(self.agency):
            return with_access(user, self.agency)

    def version(self, levels=CLASS_8, submitted=True, job=None):
        """A version with these levels, submitted by the writer. The scope must be open."""
        found = services.start(actor=self.writer, job=job or self.job)
        found = services.score(actor=self.writer, evaluation=found, scores=scores(levels))
        return services.submit(actor=self.writer, evaluation=found) if submitted else found

    def decide(self, version, found, actor=None, starts_on=date(2026, 11, 1), reason=""):
        return services.decide(
            actor=actor or self.decider, evaluation=version, decided_class=found, decree="188.44/9/2026",
            decree_on=date(2026, 10, 30), starts_on=starts_on, day=TODAY, reason=reason,
        )  # fmt: skip


def scores(levels, kind=rules.Kind.FUNCTIONAL):
    return [services.Score(factor.code, level) for factor, level in zip(rules.FACTORS[kind], levels, strict=False)]


@pytest.fixture
def world():
    return World()


def test_special_situations_raise_a_low_level_of_structural_factor_six():
    levels = [1, 1, 1, 2, 1, 3, 1]

    plain, raised = (
        rules.job_class(rules.Kind.STRUCTURAL, levels, special_situations=n) for n in (2, 3)
    )  # fmt: skip

    assert (plain.points, plain.job_class, raised.points) == (1455, 9, 1455 - 310 + 575)
    high = rules.job_class(rules.Kind.STRUCTURAL, [*levels[:-1], 4], special_situations=9)
    assert high.by_factor[-1] == 1120
    assert rules.job_class_so_far(rules.Kind.STRUCTURAL, {"F1": 1}) is None


def test_versions_go_from_draft_to_decree_and_the_class_follows(world):
    with agency_scope(world.agency):
        draft = world.version(CLASS_8[:-1], submitted=False)
        assert (draft.points, draft.computed_class) == (None, None)
        with pytest.raises(RuleBroken, match="Semua faktor"):
            services.submit(actor=world.writer, evaluation=draft)
        services.score(actor=world.writer, evaluation=draft, scores=scores(CLASS_8))
        first = services.submit(actor=world.writer, evaluation=draft)
        with pytest.raises(RuleBroken, match="belum ditetapkan"):
            services.start(actor=world.writer, job=world.job)
        with pytest.raises(RuleBroken, match="sebutkan alasannya"):
            world.decide(first, 9)
        with pytest.raises(RuleBroken, match=r"29 Oktober 2026.*30 Oktober 2026.*tidak berlaku surut"):
            world.decide(first, 8, starts_on=date(2026, 10, 29))
        first = world.decide(first, 9, reason="Daftar validasi KemenPANRB")

        assert (first.points, first.computed_class, first.decided_class) == (1235, 8, 9)
        assert Job.objects.get(pk=world.job.pk).job_class == 9
        told = AuditEntry.objects.filter(table_name="positions_job", kind="ubah").get()
        assert (told.reason, told.user_id) == ("188.44/9/2026, 30-10-2026", world.decider.pk)

        second = world.version(CLASS_5)
        assert second.version == 2
        with pytest.raises(RuleBroken, match="pilih tanggal sesudahnya"):
            world.decide(second, 5)
        world.decide(second, 5, starts_on=date(2026, 11, 20))
        first.refresh_from_db()
        assert first.ends_on == date(2026, 11, 20)
        assert Job.objects.get(pk=world.job.pk).job_class == 5


def test_a_class_decided_for_a_coming_day_holds_from_that_day(world):
    first, later = date(2026, 11, 1), date(2027, 1, 1)
    with agency_scope(world.agency):
        world.decide(world.version(), 8, starts_on=first)
        coming = world.decide(world.version(CLASS_5), 5, starts_on=later)
        assert (coming.state, coming.starts_on) == ("ditetapkan", later)
        # Nothing follows before the day; then the job does.
        assert Job.objects.get(pk=world.job.pk).job_class == 8
        turn(world.agency.pk, date(2026, 12, 31))
        assert Job.objects.get(pk=world.job.pk).job_class == 8
        turn(world.agency.pk, later)
        assert Job.objects.get(pk=world.job.pk).job_class == 5
        rows = JobClassPeriod.objects.filter(job=world.job).order_by("pk")
        assert list(rows.values_list("job_class", "decree_on", "starts_on", "ends_on")) == [
            (8, None, None, first), (8, date(2026, 10, 30), first, later), (5, date(2026, 10, 30), later, None),
        ]  # fmt: skip
        third = world.version()
        with pytest.raises(RuleBroken, match="pilih tanggal sesudahnya"):
            world.decide(third, 8, starts_on=date(2026, 12, 1))


def test_a_decree_that_is_not_decided_yet_is_not_recorded(world):
    with agency_scope(world.agency):
        version = world.version()
        with pytest.raises(RuleBroken, match="Tanggal keputusan belum terjadi"):
            services.decide(
                actor=world.decider, evaluation=version, decided_class=8, decree="1", decree_on=date(2026, 11, 23),
                starts_on=date(2026, 12, 1), day=TODAY,
            )  # fmt: skip
        assert JobClassPeriod.objects.get(job=world.job).starts_on is None


def test_who_scores_does_not_decide_and_nobody_decides_on_the_own_job(world):
    with agency_scope(world.agency):
        position = PositionFactory(agency=world.agency, unit=world.unit, job=world.job)
        holder = IncumbencyFactory(agency=world.agency, position=position).employee
    own = world.person("pyb", nip=holder.nip)
    unit_admin, staff = world.person("admin_unit", world.unit), world.person("staf_bkd")
    with agency_scope(world.agency):
        version = world.version()
        for actor, words in ((own, "Kelas jabatan sendiri"), (world.writer, "Peran Anda"), (staff, "Peran Anda")):
            with pytest.raises(NotAllowed, match=words):
                world.decide(version, 8, actor=actor)
        with pytest.raises(NotAllowed):
            services.start(actor=unit_admin, job=JobFactory(agency=world.agency))
        JobEvaluation.objects.filter(pk=version.pk).update(submitted_by=world.decider)
        with pytest.raises(NotAllowed, match="Anda nilai atau ajukan"):
            world.decide(version, 8)


def test_the_database_keeps_what_was_decided_whatever_the_door(world):
    with agency_scope(world.agency):
        version = world.decide(world.version(), 8)
        for statement in (
            "UPDATE positions_jobevaluation SET decided_class = 12 WHERE id = %s",
            "DELETE FROM positions_jobevaluation WHERE id = %s",
            "UPDATE positions_jobevaluationfactor SET level = 9 WHERE evaluation_id = %s",
            "DELETE FROM positions_jobevaluationfactor WHERE evaluation_id = %s",
            "INSERT INTO positions_jobevaluation SELECT (v).* FROM (SELECT jsonb_populate_record(v, jsonb_build_object("
            "'id', 999999, 'version', 7, 'ends_on', null)) v FROM positions_jobevaluation v WHERE id = %s) x",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, [version.pk])


def test_the_page_saves_levels_keeps_what_was_typed_and_refuses_an_older_view(client, world):
    with agency_scope(world.agency):
        draft = world.version(CLASS_8[:2], submitted=False)
    page, save = reverse("job-evaluation", args=[draft.pk]), reverse("job-evaluation-save", args=[draft.pk])
    client.force_login(world.writer)
    body = client.get(page).content.decode()
    token = body.split('name="versi" value="')[1].split('"')[0]
    typed = {f"tingkat-F{n}": str(level) for n, level in enumerate(CLASS_8, start=1)} | {"versi": token}

    refused = client.post(save, typed | {"tingkat-F8": "9", "dasar-F1": "Butir uraian 3"})
    assert refused.status_code == 422
    assert "Faktor F8 memiliki tingkat 1 sampai 3." in refused.content.decode()
    assert 'value="Butir uraian 3"' in refused.content.decode()
    assert client.post(save, typed | {"dasar-F1": "Butir uraian 3"}).status_code == 302
    outdated = client.post(save, typed | {"dasar-F1": "Yang kedua"}).content.decode()
    assert "sesudah Anda membukanya" in outdated
    assert 'value="Yang kedua"' in outdated

    move = reverse("job-evaluation-move", args=[draft.pk])
    assert client.post(move, {"langkah": "submit"}).status_code == 302
    assert "data-evaluation" not in client.get(page).content.decode()
    assert client.post(move, {"langkah": "decide"}).status_code in (403, 422)
    client.force_login(world.decider)
    asked = client.get(page).content.decode()
    # Not "may be left empty" beside "required if the class differs".
    assert 'Alasan perbedaan <span class="optional">(wajib bila kelas berbeda)</span>' in asked
    body = client.post(move, {"langkah": "decide", "decided_class": "7", "decree": "188/1", "decree_on": "2026-11-01",
                              "starts_on": "2026-11-01"}).content.decode()  # fmt: skip
    assert "sebutkan alasannya" in body
    assert client.post(move, {"langkah": "return", "note": "F3 belum tepat"}).status_code == 302
    client.force_login(world.writer)
    assert "F3 belum tepat" in client.get(page).content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_shows_differences_at_a_flat_cost(rows, client, world, django_assert_max_num_queries):
    with agency_scope(world.agency):
        for n in range(rows):
            world.version(CLASS_5, job=JobFactory(agency=world.agency, name=f"Beda Kelas {n}", job_class=7))
        world.version(CLASS_8)
        JobFactory(agency=world.agency, name="Tanpa Evaluasi")
    client.force_login(world.person("auditor"))

    with django_assert_max_num_queries(15):
        body = client.get(reverse("job-evaluation-list"), {"beda": "true"}).content.decode()

    assert body.count('<th scope="row"') == rows
    assert "−2" in body
    answer = client.get(reverse("job-evaluation-list"), {"beda": "true", "format": "xlsx"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    cells = [cell for row in sheet.to_python() for cell in row]
    assert sum(str(cell).startswith("Beda Kelas") for cell in cells) == rows
    assert cells.count(-2) == rows
    body = client.get(reverse("job-evaluation-list"), {"keadaan": "belum"}).content.decode()
    assert "Tanpa Evaluasi" in body
    assert "Pranata Komputer" not in body


def test_another_agency_finds_nothing_and_readers_cannot_write(client, world):
    with agency_scope(world.agency):
        draft = world.version(submitted=False)
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    client.force_login(user_with(jambi, "bagian_organisasi"))
    assert client.get(reverse("job-evaluation", args=[draft.pk])).status_code == 404
    assert client.post(reverse("job-evaluation-move", args=[draft.pk]), {"langkah": "discard"}).status_code == 404
    client.force_login(world.person("auditor"))
    assert client.get(reverse("job-evaluation", args=[draft.pk])).status_code == 200
    assert client.post(reverse("job-evaluation-save", args=[draft.pk]), {"tingkat-F1": "1"}).status_code == 403


def test_the_api_goes_the_whole_way_with_the_same_services(client, world):
    client.force_login(world.writer)
    send = {"content_type": "application/json"}
    opened = client.post("/api/v1/job-evaluations/", {"job_id": world.job.pk}, **send).json()
    address = f"/api/v1/job-evaluations/{opened['id']}/"
    factors = [{"factor": each.factor, "level": each.level} for each in scores(CLASS_5)]

    wrong = client.put(f"{address}factors/", {"factors": [*factors[:-1], {"factor": "F9", "level": 4}]}, **send)
    assert (wrong.status_code, "F9" in wrong.content.decode()) == (409, True)
    scored = client.put(f"{address}factors/", {"factors": factors}, **send).json()
    assert (scored["points"], scored["computed_class"], scored["job_class"]) == (590, 5, 8)
    assert client.post(f"{address}submit/", **send).json()["state"] == "diajukan"
    decree = {"decided_class": 8, "decree": "188/2", "decree_on": "2026-11-01", "starts_on": "2026-11-01"}
    assert client.post(f"{address}decide/", decree, **send).status_code == 403
    client.force_login(world.decider)
    decided = client.post(f"{address}decide/", decree | {"reason": "Daftar kementerian"}, **send)
    assert decided.json()["decided_class"] == 8
    listed = client.get("/api/v1/job-evaluations/?differs=true&state=ditetapkan").json()["results"]
    assert [row["id"] for row in listed] == [opened["id"]]
