"""The job-analysis document (anjab): completeness, versions, what the register fills, who writes, judges, reviews."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions import job_analysis_document, models
from positions.models import JobAnalysis
from positions.queries import job_analysis as queries
from positions.queries.document_workload import newer_of
from positions.rules import job_analysis as rules
from positions.services import job_analysis as services
from positions.services.job_analysis import EntryInput
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
LINES = {
    4: [EntryInput("tugas", "Menyusun rencana kerja")],
    5: [EntryInput("hasil", "Rencana kerja", "dokumen")],
    6: [EntryInput("bahan", "Rencana strategis", "Menyusun rencana kerja")],
    7: [EntryInput("perangkat", "Komputer", "Mengetik")],
    8: [EntryInput("tanggung_jawab", "Kebenaran data")],
    9: [EntryInput("wewenang", "Meminta data kepada unit lain")],
    10: [EntryInput("korelasi", "Sekretaris", "Sekretariat", "Pelaporan")],
    11: [EntryInput("kondisi_lingkungan", "Di dalam ruangan", code="01")],
    12: [EntryInput("risiko", "Kelelahan mata", "Menatap layar")],
    13: [EntryInput("bakat", code="G"), EntryInput("bakat", code="Q"), EntryInput("minat", code="Ko")],
    14: [EntryInput("prestasi", "12 laporan setahun")],
}  # fmt: skip


# Rules


def test_completeness_is_the_share_of_fifteen_elements_with_an_entry():
    half = rules.completeness(own=[2, 8, 8, 9], derived=[1, 3, 15])

    assert half.filled == (1, 2, 3, 8, 9, 15)
    assert half.missing == (4, 5, 6, 7, 10, 11, 12, 13, 14)
    assert half.percent == Decimal("40.0")
    assert rules.completeness([], []).percent == Decimal("6.7")
    assert rules.completeness(range(1, 16), []).percent == 100


def test_the_class_alone_does_not_keep_a_unit_from_submitting():
    assert rules.completeness(range(2, 15), []).unready == ()
    assert rules.completeness(range(3, 15), []).unready == (2,)


def test_every_element_but_those_of_the_register_has_parts_and_every_state_a_way():
    assert {n for n in rules.ELEMENTS if not rules.parts_of(n)} == {1, 2, 15}
    assert set(rules.SHAPES) == set(rules.Part)
    assert {state for state in rules.State if not rules.steps_from(state)} == {rules.State.APPROVED}
    assert rules.OPEN == set(rules.State) - {rules.State.APPROVED}
    assert rules.EDITABLE < rules.OPEN


def test_a_review_is_due_a_year_later_and_that_day_is_in_time():
    due = rules.review_due(date(2024, 2, 29), 12)

    assert due == date(2025, 2, 28)
    assert not rules.is_late(date(2024, 2, 29), 12, due)
    assert rules.is_late(date(2024, 2, 29), 12, date(2025, 3, 1))


def test_the_national_lists_have_the_codes_of_the_specification():
    lists = {}
    for row in models.JobAnalysisCode.objects.filter(is_current=True).order_by("list", "order"):
        lists.setdefault(row.list, []).append(row.code)

    assert lists["bakat"] == list("GVNSPQKFECM")
    assert lists["temperamen"] == list("DFIJMPRSTV")
    assert lists["minat"] == ["R", "I", "A", "S", "K", "Ko"]
    assert [len(lists[f"fungsi_{what}"]) for what in ("data", "orang", "benda")] == [7, 9, 8]
    assert [len(lists[what]) for what in ("upaya_fisik", "kondisi_lingkungan", "kondisi_fisik")] == [26, 9, 6]
    assert set(lists) == {part.value for part, shape in rules.SHAPES.items() if shape.coded}
    assert models.JobAnalysisCode.objects.filter(list="minat", is_current=False).count() == 10
    assert not models.JobAnalysisCode.objects.filter(source="").exists()


# A world: a post with its workload, the unit's officer, the organisation bureau


class World:
    def __init__(self):
        self.agency = api_world.medan()
        with agency_scope(self.agency):
            self.unit = make.UnitFactory(agency=self.agency, name="Dinas Sosial")
            self.other = make.UnitFactory(agency=self.agency, name="Dinas Kesehatan")
            self.job = make.JobFactory(
                agency=self.agency, name="Pengolah Data", education_level_id="40", job_class=None
            )
            of = {"agency": self.agency, "unit": self.unit}
            self.head = make.PositionFactory(**of, is_head=True, job__name="Kepala Dinas Sosial", job__job_class=14)
            self.position = make.PositionFactory(**of, job=self.job)
        self.writer = self.user("admin_unit", self.unit)
        self.bureau = self.user("bagian_organisasi")

    def user(self, role, *units, **fields):
        user = user_with(self.agency, role, *units, **fields)
        with agency_scope(self.agency, user.pk):
            return with_access(user, self.agency)

    def workload(self, *tasks, year=2026, state="disahkan", method="ABK"):
        """Tasks: words, unit of output, volume, period, minutes and, where it is none of the main ones, the part."""
        sheet = make.WorkloadSheetFactory(agency=self.agency, unit=self.unit, campaign__year=year, state=state)
        workload = make.WorkloadFactory(agency=self.agency, sheet=sheet, position=self.position, method=method)
        for number, (text, output, volume, per, minutes, *part) in enumerate(tasks, 1):
            make.WorkloadTaskFactory(
                agency=self.agency, workload=workload, number=number, task=text, output=output, volume=volume, per=per,
                minutes=minutes, part=part[0] if part else "pokok",
            )  # fmt: skip
        return workload

    def filled(self, position=None, *, actor=None, skip=()):
        """A draft with every element that its unit fills."""
        actor = actor or self.writer
        analysis = services.start(actor=actor, position=position or self.position, day=DAY)
        services.save_element(actor=actor, analysis=analysis, element=2, summary="Mengolah data sosial.")
        for element, lines in LINES.items():
            if element not in skip:
                analysis = services.save_element(actor=actor, analysis=analysis, element=element, entries=lines)
        return analysis

    def approved(self, position=None, starts_on=DAY, day=DAY, **more):
        analysis = self.filled(position, **more) if not isinstance(position, JobAnalysis) else position
        services.take_step(actor=self.writer, analysis=analysis, step="submit", day=day)
        return services.take_step(
            actor=self.bureau, analysis=analysis, step="approve", day=day, decree="060/1",
            decree_on=min(day, starts_on), starts_on=starts_on,
        )  # fmt: skip


@pytest.fixture
def world():
    made = World()
    with agency_scope(made.agency, made.writer.pk):
        yield made


def refused_by_database(write):
    def at_once():
        with transaction.atomic():
            write()
            connection.check_constraints()

    with pytest.raises((IntegrityError, DatabaseError)) as refusal:
        at_once()
    return getattr(refusal.value.__cause__.diag, "constraint_name", "")


# What the register fills


def test_tasks_and_loads_come_from_the_workload_and_only_results_are_named_beside_their_units(world):
    world.workload(("Mendata", "data", 240, "year", 90), ("Melapor", "laporan", 20, "month", 150))
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)

    facts = queries.facts_of(analysis.position, DAY)

    assert [(task.task, task.yearly, task.need) for task in facts.tasks] == [
        ("Mendata", "240", "0.288"), ("Melapor", "240", "0.48"),
    ]  # fmt: skip
    assert (facts.year, facts.need, facts.staff) == (2026, "0.768", 1)
    assert facts.derived == {1, 3, 4, 5, 14}
    assert (facts.superior, facts.units) == ("Kepala Dinas Sosial", ["Dinas Sosial"])
    with pytest.raises(RuleBroken, match="ABK"):
        services.save_element(actor=world.writer, analysis=analysis, element=4, entries=LINES[4])
    named = [EntryInput("hasil", "Daftar penerima bantuan", "data", "Mendata")]
    analysis = services.save_element(actor=world.writer, analysis=analysis, element=5, entries=named)
    section = job_analysis_document.sections(analysis, facts, queries.entries_of(analysis))[4]
    assert [block.rows for block in section.blocks] == [
        [["Daftar penerima bantuan", "data", "240", "Mendata"], ["belum bernama", "laporan", "240", "Melapor"]],
    ]  # fmt: skip


def test_results_are_matched_to_tasks_however_spaced_and_what_names_none_stands_apart(world):
    world.workload(("Mendata  warga", "data", 240, "year", 90), ("Melapor", "", 20, "month", 150))
    entries = [
        EntryInput("hasil", "Rekap", "lembar", "melapor tahunan"),
        EntryInput("hasil", "Daftar warga", "", "mendata WARGA"),
        EntryInput("hasil", "Peta warga", "peta", "Mendata warga"),
    ]  # fmt: skip
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)
    analysis = services.save_element(actor=world.writer, analysis=analysis, element=5, entries=entries)
    facts, kept = queries.facts_of(analysis.position, DAY), queries.entries_of(analysis)

    blocks = job_analysis_document.sections(analysis, facts, kept)[4].blocks
    proposed = job_analysis_document.proposed_outputs(facts, kept, most=60)
    few = job_analysis_document.proposed_outputs(facts, kept, most=3)

    assert [block.rows for block in blocks] == [
        [["Daftar warga; Peta warga", "data", "240", "Mendata  warga"], ["belum bernama", "", "240", "Melapor"]],
        [["Rekap", "lembar", "melapor tahunan"]],
    ]  # fmt: skip
    assert [(line.text, line.detail, line.subject) for line in proposed] == [
        ("Daftar warga", "", "mendata WARGA"), ("Peta warga", "peta", "Mendata warga"), ("", "", "Melapor"),
        ("Rekap", "lembar", "melapor tahunan"),
    ]  # fmt: skip
    # A full form proposes nothing, and keeps what is stored.
    assert [line.text for line in few] == ["Daftar warga", "Peta warga", "Rekap"]
    assert analysis.entries.count() == 3


HEALTH = (
    ("Memeriksa", "pasien", 12_000, "year", 5), ("Merawat", "tindakan", 250, "month", 12),
    ("Melapor", "laporan", 12, "year", 100, "penunjang"), ("Rapat", "kali", 6, "month", 25, "penunjang"),
)  # fmt: skip


def test_a_health_post_shows_each_step_of_abk_kes_to_the_sum(world):
    # The example of the specification (E08): SBK 14,400 and 6,000, JKT 1.3333, FTP 4.1667 %, STP 1.0435, need 1.3913.
    world.workload(*HEALTH, method="ABK_KES")
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)
    facts = queries.facts_of(analysis.position, DAY)

    main, support, need = job_analysis_document.sections(analysis, facts, queries.entries_of(analysis))[3].blocks

    assert [row[2:] for row in main.rows] == [
        ["12.000", "5", "72.000", "14.400,00", "0,8333"], ["3.000", "12", "72.000", "6.000,00", "0,5000"],
        ["", "", "", "", "1,3333"],
    ]  # fmt: skip
    assert [row[2:] for row in support.rows] == [
        ["12", "100", "1.200", "1,6667"], ["72", "25", "1.800", "2,5000"], ["", "", "", "4,1667"],
    ]  # fmt: skip
    assert main.has_total
    assert support.has_total
    assert [value for _label, value in need.rows] == [
        "72.000 menit setahun", "1,3333", "4,1667 %", "1,0435", "1,3913; dibulatkan 1 pegawai",
    ]  # fmt: skip
    assert (facts.need, facts.staff, len(facts.tasks)) == ("1.3913043478", 1, 4)


@pytest.mark.parametrize(
    "tasks",
    [HEALTH[2:], (*HEALTH[:2], ("Rapat", "kali", 12, "month", 500, "penunjang"))],
    ids=["no main", "all support"],
)
def test_a_health_post_whose_need_cannot_be_computed_shows_none(world, tasks):
    world.workload(*tasks, method="ABK_KES")
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)

    facts = queries.facts_of(analysis.position, DAY)
    (block,) = job_analysis_document.sections(analysis, facts, queries.entries_of(analysis))[3].blocks

    assert (facts.need, facts.staff, facts.main_staff) == ("", None, "")
    assert len(block.rows) == len(tasks)
    assert len(block.headings) == 4


# On which workload a document rests


def test_the_latest_approved_workload_counts_and_only_without_one_the_latest(world):
    first = world.workload(("Mendata", "data", 240, "year", 90), year=2024)
    assert queries.workload_of(world.position) == first
    draft = world.workload(("Mendata", "data", 480, "year", 90), year=2026, state="diverifikasi")
    assert queries.workload_of(world.position) == first
    assert newer_of(world.position, 2024) == draft
    models.WorkloadSheet.objects.filter(pk=first.sheet_id).update(state="diisi", approved_on=None)
    assert queries.workload_of(world.position) == draft


def test_what_nobody_approved_is_shown_and_submitted_but_no_decision_rests_on_it(world):
    workload = world.workload(("Mendata", "data", 240, "year", 90), state="diverifikasi")
    analysis = world.filled(skip=(4, 5))
    facts = queries.facts_of(analysis.position, DAY)
    assert facts.rests_on_draft
    assert job_analysis_document.sections(analysis, facts, {})[3].blocks[0].origin == "ABK 2026 (belum disahkan)"
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    decree = {"decree": "060/1", "decree_on": DAY, "starts_on": DAY}

    with pytest.raises(RuleBroken, match=r"ABK 2026 Dinas Sosial belum disahkan.*Diverifikasi"):
        services.take_step(actor=world.bureau, analysis=analysis, step="approve", day=DAY, **decree)
    analysis.refresh_from_db()
    assert (analysis.state, analysis.facts, analysis.workload_id) == ("diajukan", None, None)

    models.WorkloadSheet.objects.filter(pk=workload.sheet_id).update(state="disahkan", approved_on=DAY)
    done = services.take_step(actor=world.bureau, analysis=analysis, step="approve", day=DAY, **decree)
    assert (done.workload, done.facts["sheet_state"], done.facts["need"]) == (workload, "disahkan", "0.288")


def test_an_approved_version_that_kept_less_reports_no_change_of_what_it_never_said(world):
    world.workload(*HEALTH, method="ABK_KES")
    now = queries.facts_of(world.position, DAY)
    kept = now.as_json()
    for name in ("method", "main_staff", "support_percent", "support_factor", "need", "sheet_state", "sheet_unit"):
        kept[name] = ""
    kept |= {"staff": None, "minutes_a_year": None, "sheet_id": None}
    names = ("number", "task", "output", "yearly", "minutes", "effective")
    kept["tasks"] = [{name: task[name] for name in names} for task in kept["tasks"]]
    earlier = queries.Facts.of_json(kept)

    assert queries.changed_since(earlier, now) == []
    assert not earlier.rests_on_draft
    kept["tasks"][0]["yearly"] = "11000"
    assert queries.changed_since(queries.Facts.of_json(kept), now) == ["tasks"]


def test_a_head_names_who_stands_below_and_the_head_above(world):
    below = make.UnitFactory(agency=world.agency, parent=world.unit, name="Bidang")
    head = make.PositionFactory(agency=world.agency, unit=below, is_head=True, job__name="Kepala Bidang")
    make.PositionFactory(agency=world.agency, unit=below, job__name="Arsiparis")

    assert queries.facts_of(head, DAY).superior == "Kepala Dinas Sosial"
    assert queries.facts_of(head, DAY).below == ["Arsiparis"]
    assert queries.facts_of(world.head, DAY).below == ["Kepala Bidang", "Pengolah Data"]
    assert queries.facts_of(world.head, DAY).superior == ""


def test_facts_cost_a_fixed_number_of_queries(world):
    world.workload(*[(f"Tugas {n}", "berkas", 10, "year", 60) for n in range(12)])
    position = models.Position.objects.select_related("job__education_level", "unit").get(pk=world.position.pk)

    with CaptureQueriesContext(
        connection,
    ) as seen:
        queries.facts_of(position, DAY)

    assert len(seen) <= 7


# Writing


def test_an_element_is_written_anew_and_coded_lines_keep_their_number(world):
    analysis = world.filled()
    services.save_element(
        actor=world.writer, analysis=analysis, element=13,
        entries=[EntryInput("bakat", code="Q"), EntryInput("keterampilan", "Mengetik"), EntryInput("bakat", code="V")],
    )  # fmt: skip

    rows = analysis.entries.filter(part__in=["bakat", "minat", "keterampilan"]).order_by("part", "number")

    assert [(row.part, row.number, row.code and row.code.code) for row in rows] == [
        ("bakat", 2, "V"), ("bakat", 6, "Q"), ("keterampilan", 1, None),
    ]  # fmt: skip
    analysis.refresh_from_db()
    assert analysis.elements == [2, *range(4, 15)]
    emptied = services.save_element(actor=world.writer, analysis=analysis, element=12, entries=[])
    assert 12 not in emptied.elements


@pytest.mark.parametrize(
    ("element", "entry", "words"),
    [
        (13, EntryInput("bakat", code="Z"), "kode"),
        (8, EntryInput("tanggung_jawab", "  "), "beruraian"),
        (8, EntryInput("wewenang", "Menegur"), "bukan milik"),
        (11, EntryInput("kondisi_lingkungan", "", code="01"), "beruraian"),
        (15, EntryInput("prestasi", "x"), "register"),
    ],
)
def test_what_is_no_line_of_the_element_is_refused(world, element, entry, words):
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)

    with pytest.raises(RuleBroken, match=words):
        services.save_element(actor=world.writer, analysis=analysis, element=element, entries=[entry])


def test_a_document_is_submitted_complete_returned_with_a_reason_and_approved_with_a_decree(world):
    analysis = world.filled(skip=(12,))
    with pytest.raises(RuleBroken, match="12"):
        services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    services.save_element(actor=world.writer, analysis=analysis, element=12, entries=LINES[12])
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    with pytest.raises(RuleBroken, match="diajukan"):
        services.save_element(actor=world.writer, analysis=analysis, element=12, entries=[])
    with pytest.raises(RuleBroken, match="diperbaiki"):
        services.take_step(actor=world.bureau, analysis=analysis, step="return", day=DAY, note=" ")
    services.take_step(actor=world.bureau, analysis=analysis, step="return", day=DAY, note="Lengkapi korelasi.")
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    with pytest.raises(RuleBroken, match="keputusan"):
        services.take_step(actor=world.bureau, analysis=analysis, step="approve", day=DAY)
    with pytest.raises(RuleBroken, match=r"21 November 2026.*22 November 2026.*tidak berlaku surut"):
        services.take_step(
            actor=world.bureau, analysis=analysis, step="approve", day=DAY, decree="060/7", decree_on=DAY,
            starts_on=DAY - timedelta(days=1),
        )  # fmt: skip
    done = services.take_step(
        actor=world.bureau, analysis=analysis, step="approve", day=DAY, decree="060/7", decree_on=DAY, starts_on=DAY
    )

    assert (done.state, done.starts_on, done.review_by) == ("disetujui", DAY, date(2027, 11, 22))
    # The class was not decided: everything else is there.
    assert done.elements == list(range(1, 15))
    assert [step.kind for step in done.steps.order_by("pk")] == [
        "mulai", "ajukan", "kembalikan", "ajukan", "setujui",
    ]  # fmt: skip
    assert AuditEntry.objects.filter(table_name="positions_jobanalysis").exists()


def test_a_new_version_starts_from_the_last_and_ends_it(world):
    first = world.approved(starts_on=date(2026, 1, 1))
    second = services.start(actor=world.writer, position=world.position, day=DAY)
    with pytest.raises(RuleBroken, match="sedang disusun"):
        services.start(actor=world.writer, position=world.position, day=DAY)

    world.approved(second, starts_on=date(2026, 12, 1))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.version, second.based_on, second.summary) == (2, first, first.summary)
    assert second.entries.count() == first.entries.count() > 10
    assert (first.ends_on, second.ends_on) == (date(2026, 12, 1), None)
    again = services.start(actor=world.writer, position=world.position, day=DAY)
    with pytest.raises(RuleBroken, match="sebelumnya"):
        world.approved(again, starts_on=date(2026, 12, 1))


def test_a_document_may_start_from_a_post_of_the_same_job_or_the_one_it_follows(world):
    of = {"agency": world.agency, "unit": world.other}
    source = world.approved()
    same = make.PositionFactory(**of, job=world.job)
    follower = make.PositionFactory(**of, starts_on=DAY)
    models.Position.objects.filter(pk=world.position.pk).update(successor=follower)

    assert services.start(actor=world.bureau, position=same, day=DAY, source=source).entries.count() > 10
    assert services.start(actor=world.bureau, position=follower, day=DAY).based_on == source
    with pytest.raises(RuleBroken, match="jabatan sama"):
        services.start(actor=world.bureau, position=world.head, day=DAY, source=source)


def test_what_was_approved_keeps_what_the_register_said_then(world):
    world.workload(("Mendata", "data", 240, "year", 90))
    done = world.approved(skip=(4, 5))
    models.WorkloadTask.objects.filter(workload__position=world.position).update(volume=480)
    models.JobClassPeriod.objects.create(
        agency=world.agency, job=world.job, job_class=6, decree="061/1", starts_on=DAY
    )  # fmt: skip

    kept = queries.facts_for(done, DAY)
    now = queries.facts_of(models.Position.objects.select_related("job", "unit").get(pk=world.position.pk), DAY)

    assert (kept.tasks[0].yearly, kept.job_class) == ("240", None)
    assert set(queries.changed_since(kept, now)) == {"tasks", "need", "staff", "job_class"} - (
        {"staff"} if kept.staff == now.staff else set()
    )


def test_a_document_approved_in_english_is_read_in_the_readers_language_and_claims_no_change(world):
    with translation.override("en"):
        done = world.approved()
    position = models.Position.objects.select_related("job", "unit").get(pk=world.position.pk)

    assert (done.facts["group"], done.facts["level"]) == (world.job.group, world.job.level)
    for language in ("id", "en"):
        with translation.override(language):
            kept = queries.facts_for(done, DAY)
            sections = job_analysis_document.sections(done, kept, queries.entries_of(done))
            shown = dict(sections[0].blocks[0].rows)
            assert f"{world.job.get_group_display()} · {world.job.get_level_display()}" in shown.values()
            assert queries.changed_since(kept, queries.facts_of(position, DAY)) == []


def test_what_versions_kept_in_words_of_either_language_is_the_same_code(world):
    for name in ("group", "level"):
        choices = models.Job._meta.get_field(name).choices
        for language in ("id", "en"):
            with translation.override(language):
                old = {str(words): code for code, words in choices}
            for words, code in old.items():
                assert getattr(queries.Facts.of_json({name: words}), name) == code
                assert getattr(queries.Facts.of_json({name: code}), name) == code
    assert queries.Facts.of_json({"level": "jenjang lama"}).level == "jenjang lama"


def test_a_past_day_shows_what_was_in_force_then_without_the_drafts_of_today(world):
    done = world.approved()
    services.start(actor=world.writer, position=world.position, day=DAY)
    services.start(actor=world.writer, position=world.head, day=DAY)

    rows = queries.with_documents(models.Position.objects.visible_to(world.bureau).on(DAY), DAY, drafts=False)
    found = {row.pk: (row.document, row.state, row.filled) for row in rows}

    assert found == {
        world.position.pk: (done.pk, "disetujui", len(done.elements)),
        world.head.pk: (None, "belum", None),
    }
    assert [(row["current_n"], row["draft_n"], row["none_n"]) for row in queries.board(rows, DAY)] == [(1, 0, 1)]


# Who may


def test_nobody_judges_the_own_draft_or_the_own_post(world):
    of_bureau = world.filled(actor=world.bureau)
    services.take_step(actor=world.bureau, analysis=of_bureau, step="submit", day=DAY)
    holder = make.IncumbencyFactory(
        agency=world.agency, position=world.position, employee__nip="197805052005011001", starts_on=date(2020, 1, 1)
    )
    held = world.user("bagian_organisasi", nip=holder.employee.nip)
    approve = {"decree": "060/1", "decree_on": DAY, "starts_on": DAY}

    with pytest.raises(NotAllowed, match="disusun sendiri"):
        services.take_step(actor=world.bureau, analysis=of_bureau, step="approve", day=DAY, **approve)
    with pytest.raises(NotAllowed, match="jabatan sendiri"):
        services.take_step(actor=held, analysis=of_bureau, step="approve", day=DAY, **approve)
    with pytest.raises(NotAllowed, match="jabatan sendiri"):
        services.take_step(actor=held, analysis=of_bureau, step="return", day=DAY, note="x")

    facts = {"state": "disetujui", "facts": {}, "reviewed_on": DAY, "review_by": date(2027, 1, 1), **approve}
    rows = JobAnalysis.objects.filter(pk=of_bureau.pk)
    own_draft = refused_by_database(lambda: rows.update(approved_by=world.bureau, **facts))
    assert own_draft == "job_analysis_not_own_draft"
    assert refused_by_database(lambda: rows.update(approved_by=held, **facts)) == "job_analysis_not_own_post"


def test_scope_and_role_decide_who_writes_judges_and_reads(world):
    theirs = make.PositionFactory(agency=world.agency, unit=world.other)
    analysis = world.filled()
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    auditor, elsewhere = world.user("auditor"), world.user("admin_unit", world.other)

    with pytest.raises(NotAllowed):
        services.start(actor=world.writer, position=theirs, day=DAY)
    for nobody in (world.writer, elsewhere, auditor):
        with pytest.raises(NotAllowed):
            services.take_step(actor=nobody, analysis=analysis, step="return", day=DAY, note="x")
    assert not JobAnalysis.objects.visible_to(elsewhere).exists()
    assert JobAnalysis.objects.visible_to(auditor).get() == analysis
    with agency_scope(api_world.jambi()):
        assert not JobAnalysis.objects.exists()


def test_the_database_keeps_what_was_approved(world):
    done = world.approved()
    rows, entries = JobAnalysis.objects.filter(pk=done.pk), done.entries.all()

    assert refused_by_database(lambda: rows.update(summary="Lain")) == "job_analysis_approved_stays"
    assert refused_by_database(rows.delete) in {"job_analysis_approved_stays", "job_analysis_entry_while_draft"}
    assert refused_by_database(lambda: entries.update(detail="")) == "job_analysis_entry_while_draft"
    assert refused_by_database(lambda: done.steps.update(note="x")) == "job_analysis_step_stays"
    draft = services.start(actor=world.writer, position=world.position, day=DAY)
    of = {"agency": world.agency, "analysis": draft}
    code = models.JobAnalysisCode.objects.get(list="minat", code="R")
    create = models.JobAnalysisEntry.objects.create
    wrong = refused_by_database(lambda: create(**of, part="bakat", number=30, code=code))
    assert wrong == "job_analysis_entry_code_of_list"
    assert refused_by_database(lambda: create(**of, part="risiko", number=30)) == "job_analysis_entry_says_something"
    # An upsert of the services passes the same walls (of the draft that is under way, one a position).
    second = {"agency": world.agency, "position": world.position, "version": 9, "created_by": world.writer}
    assert refused_by_database(lambda: JobAnalysis.objects.create(**second)) == "job_analysis_one_open"


# Reviews


def test_a_review_that_changes_nothing_moves_the_day_and_a_late_one_is_found(world):
    done = world.approved()
    late_day = date(2027, 11, 23)
    assert list(queries.overdue(world.bureau, date(2027, 11, 22))) == []
    assert list(queries.overdue(world.bureau, late_day)) == [done]

    with pytest.raises(NotAllowed):
        services.review(actor=world.user("auditor"), analysis=done, day=late_day)
    services.review(actor=world.writer, analysis=done, day=late_day, note="Tetap")

    done.refresh_from_db()
    assert (done.reviewed_on, done.review_by) == (late_day, date(2028, 11, 23))
    assert not queries.overdue(world.bureau, late_day).exists()
    with pytest.raises(RuleBroken, match="hari itu"):
        services.review(actor=world.writer, analysis=done, day=late_day)
    services.start(actor=world.writer, position=world.position, day=late_day)
    with pytest.raises(RuleBroken, match="Versi baru"):
        services.review(actor=world.writer, analysis=done, day=date(2028, 1, 1))


def test_each_position_stands_in_the_list_once_with_its_document_and_the_board_counts_them(world):
    done, day = world.approved(), date(2027, 12, 1)
    late = queries.with_documents(models.Position.objects.visible_to(world.bureau).on(day), day).filter(is_late=True)
    assert [row.pk for row in late] == [world.position.pk]
    draft = services.start(actor=world.writer, position=world.position, day=DAY)
    services.start(actor=world.writer, position=world.head, day=DAY)

    rows = queries.with_documents(models.Position.objects.visible_to(world.bureau).on(day), day)
    found = {row.pk: row for row in rows}
    board = list(queries.board(rows, day))

    assert len(rows) == 2
    mine = found[world.position.pk]
    assert (mine.document, mine.state, mine.version, mine.review_by) == (draft.pk, "draf", 2, done.review_by)
    # The draft: 12 lines of its own, its identity and what the catalogue says of education.
    assert (mine.filled, found[world.head.pk].filled) == (14, 2)
    assert [(row["positions_n"], row["current_n"], row["draft_n"], row["none_n"], row["late_n"]) for row in board] == [
        (2, 1, 2, 0, 0)
    ]


def test_a_draft_is_thrown_away_and_a_submitted_one_is_not(world):
    analysis = world.filled()
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    with pytest.raises(RuleBroken):
        services.discard(actor=world.writer, analysis=analysis)
    services.take_step(actor=world.bureau, analysis=analysis, step="return", day=DAY, note="Ulang dari awal.")

    services.discard(actor=world.writer, analysis=analysis)

    assert not JobAnalysis.objects.exists()
