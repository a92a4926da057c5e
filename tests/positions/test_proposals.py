"""A formation proposal from draft to decree: completeness, flow, figures, versions, exports."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from python_calamine import CalamineWorkbook

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions import exports, models
from positions.queries import formation
from positions.services import analysis as analyses
from positions.services import proposals
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    IncumbencyFactory,
    JobFactory,
    NeedsAnalysisFactory,
    NeedsResultFactory,
    PositionFactory,
    RecommendationLineFactory,
    SeatFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
PARAMETERS = {
    "values": {"needs.submit_months": {"value": 12}, "supply.legal_status": {"value": ["01"]}},
    "overlay": {},
}


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture(autouse=True)
def scope(agency):
    with agency_scope(agency):
        yield


@pytest.fixture
def staff(agency):
    return with_access(user_with(agency, "staf_bkd"), agency)


@pytest.fixture
def ppk(agency):
    return with_access(user_with(agency, "ppk"), agency)


@pytest.fixture
def analysis(staff):
    return NeedsAnalysisFactory(
        parameters=PARAMETERS, basis_year=2026, frozen_by=staff, frozen_at=timezone.now(), totals={"need": 3}
    )


@pytest.fixture
def proposal(agency, analysis):
    return models.FormationProposal.objects.create(agency=agency, year=2026, analysis=analysis)


@pytest.fixture
def line(agency, analysis, proposal):
    unit = UnitFactory(parent=UnitFactory(code="R", name="Kota"))
    position = PositionFactory(unit=unit, job=JobFactory(name="Perawat Terampil", group="fungsional"))
    task = WorkloadTaskFactory(workload=WorkloadFactory(position=position))
    need = {"source": "ABK", "state": "disahkan", "measured_on": "2026-02-01", "workload": task.workload_id}
    result = NeedsResultFactory(analysis=analysis, position=position, evidence={"need": need}, k_used=3, b=0)
    return models.FormationLine.objects.create(
        agency=agency, proposal=proposal, position=position, formation=3, proposed=2, field="nakes",
        line=RecommendationLineFactory(result=result),
    )  # fmt: skip


@pytest.fixture
def education():
    return models.Education.objects.order_by("pk").first()


def complete(line, staff, education, **changes):
    facts = {
        "intake": "PPPK", "field": "nakes", "education_ids": [education.siasn_id], "placement": line.position.unit,
        "income_min": Decimal(3_000_000), "income_max": Decimal(4_500_000),
    }  # fmt: skip
    return proposals.complete_line(line=line, actor=staff, **facts | changes)


def submitted(line, staff, ppk, education):
    complete(line, staff, education)
    return proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)


def to_ministry(proposal, staff):
    for step in ("verifikasi_bkn", "terbitkan_pertek", "validasi_menpanrb"):
        proposal = proposals.advance(proposal=proposal, step=step, actor=staff)
    return proposal


def test_an_incomplete_line_is_named_with_what_it_lacks(line, ppk):
    with pytest.raises(RuleBroken) as refused:
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)

    for word in (line.position.code, "jenis pengadaan", "pendidikan", "unit penempatan", "rentang penghasilan"):
        assert word in str(refused.value)
    line.proposal.refresh_from_db()
    assert line.proposal.state == "draft"


def test_a_line_on_an_old_workload_is_not_submitted(line, staff, ppk, education):
    complete(line, staff, education)
    line.line.result.evidence["need"]["measured_on"] = "2025-01-01"
    line.line.result.save()

    with pytest.raises(RuleBroken, match="lebih tua dari 12 bulan"):
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)


def test_page_api_and_refusal_give_one_answer(client, agency, line, staff, education):
    """A line that is filled in may still be blocked, here by an ABK older than 12 months."""
    complete(line, staff, education)
    line.line.result.evidence["need"]["measured_on"] = "2025-01-01"
    line.line.result.save()
    officer = user_with(agency, "staf_bkd")
    client.force_login(officer)

    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        listed = client.get(f"/api/v1/formation-proposals/{line.proposal_id}/incomplete/").json()
        page = client.get(f"/usul-formasi/{line.proposal_id}/").content.decode()
        wanting = client.get(f"/usul-formasi/{line.proposal_id}/?pilih=belum").content.decode()

    why = "ABK lebih tua dari 12 bulan menurut analisis per 22 November 2026"
    assert [(row["line_id"], row["missing"]) for row in listed] == [(line.pk, [why])]
    for body in (page, wanting):
        assert "ABK lebih tua dari 12 bulan" in body
        assert "belum lengkap</span>" in body


def other_line(line, analysis, *, k, b=0, quantity):
    """Put a line of another analysis on the position in the proposal, as an approval of that one does."""
    result = NeedsResultFactory(
        analysis=analysis, position=line.position, evidence=line.line.result.evidence, k_used=k, b=b, row=9
    )
    line.line = RecommendationLineFactory(result=result, quantity=quantity)
    line.formation, line.proposed = k - b, quantity
    line.save()


def test_a_line_of_another_run_is_judged_and_rebased_by_the_frozen_analysis(line, staff, ppk, education):
    """The basis of August says 3 short; November said 5, and 4 were approved from it."""
    later = NeedsAnalysisFactory(parameters=PARAMETERS, as_of=date(2026, 11, 25))
    other_line(line, later, k=5, quantity=4)
    complete(line, staff, education)

    with pytest.raises(RuleBroken, match=f"{line.position.code}: usulan 4 melebihi kekurangan 3"):
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)

    complete(line, staff, education, proposed=2)
    proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)
    line.refresh_from_db()
    assert (line.formation, line.proposed) == (3, 2)


def test_a_newer_analysis_takes_the_place_of_the_basis_while_nothing_is_submitted(
    client, agency, line, staff, ppk, education, analysis
):
    """The frozen basis rests on last year's ABK, the line was approved from a later one on this year's: page, API,
    refusal and the line's own basis name one analysis, and freezing the later one is the way out."""
    need = line.line.result.evidence["need"]
    analysis.results.update(evidence={"need": {**need, "measured_on": "2025-06-01"}})
    later = NeedsAnalysisFactory(parameters=PARAMETERS, as_of=date(2026, 11, 25))
    other_line(line, later, k=5, quantity=3)
    line.line.result.evidence = {"need": {**need, "measured_on": "2026-10-01"}}
    line.line.result.save()
    complete(line, staff, education)
    page, api = f"/usul-formasi/{line.proposal_id}/", f"/api/v1/formation-proposals/{line.proposal_id}/"
    client.force_login(user_with(agency, "staf_bkd"))

    def said():
        with time_machine.travel("2026-11-25 03:00+07:00", tick=False):
            listed = client.get(f"/api/v1/formation-lines/?proposal={line.proposal_id}").json()["results"]
            return client.get(page).content.decode(), client.get(api).json()["analysis_id"], listed[0]["analysis_id"]

    why = "ABK lebih tua dari 12 bulan menurut analisis per 22 November 2026"
    with pytest.raises(RuleBroken, match=why) as refused:
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)
    assert "Analisis per 25 November 2026 lebih baru dan dapat ditetapkan" in str(refused.value)
    body, *basis = said()
    assert basis == [analysis.pk, analysis.pk]
    assert why in body
    assert "Analisis per 22 November 2026, dasar usulan 2026" in body
    assert f'href="/analisis/{analysis.pk}/' in body
    assert f'href="/analisis/{later.pk}/dasar-usulan/?tahun=2026"' in body

    analyses.freeze(analysis=later, year=2026, actor=staff)

    analysis.refresh_from_db()
    line.refresh_from_db()
    assert (analysis.basis_year, line.formation, line.proposed) == (None, 5, 3)
    body, *basis = said()
    assert basis == [later.pk, later.pk]
    assert "Analisis per 25 November 2026, dasar usulan 2026" in body
    assert "dasar-usulan/" not in body
    assert f'href="/analisis/{later.pk}/' in body
    assert proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY).analysis_id == later.pk

    newest = NeedsAnalysisFactory(parameters=PARAMETERS, as_of=date(2026, 11, 26))
    with pytest.raises(RuleBroken, match="sudah diajukan dengan dasar Analisis per 25 November 2026"):
        analyses.freeze(analysis=newest, year=2026, actor=staff)


def test_an_older_analysis_never_takes_the_place_of_the_basis(staff, analysis):
    older = NeedsAnalysisFactory(parameters=PARAMETERS, as_of=date(2026, 8, 22))

    with pytest.raises(RuleBroken, match="sudah ditetapkan: Analisis per 22 November 2026"):
        analyses.freeze(analysis=older, year=2026, actor=staff)


def test_a_position_that_the_frozen_analysis_does_not_know_is_refused_by_name(line, staff, ppk, education):
    later = NeedsAnalysisFactory(parameters=PARAMETERS, as_of=date(2026, 11, 20))
    need = line.line.result.evidence["need"]
    position = PositionFactory(unit=line.position.unit)
    result = NeedsResultFactory(analysis=later, position=position, evidence={"need": need}, k_used=1, b=0)
    new = models.FormationLine.objects.create(
        agency=line.agency, proposal=line.proposal, position=position, formation=1, proposed=1,
        line=RecommendationLineFactory(result=result),
    )  # fmt: skip
    complete(line, staff, education)
    complete(new, staff, education)

    with pytest.raises(RuleBroken, match=f"{position.code}: jabatan ini tidak ada dalam analisis per 22 November 2026"):
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)


def test_what_was_decreed_since_the_analysis_is_not_proposed_again(agency, line, staff, ppk, education):
    """usulan ≤ formasi − F, with F of the day of submission."""
    decided = models.FormationProposal.objects.create(
        agency=agency, year=2025, state="ditetapkan", decree="KEP 9/2026", decree_on=date(2026, 9, 1)
    )
    models.FormationLine.objects.create(
        agency=agency, proposal=decided, position=line.position, formation=3, proposed=2, recommended=2, decided=2
    )
    complete(line, staff, education)

    with pytest.raises(RuleBroken, match="usulan 2 melebihi formasi 3 − 2 yang sudah ditetapkan"):
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)

    complete(line, staff, education, proposed=1)
    assert proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY).state == "diajukan"


def test_a_proposal_needs_its_frozen_analysis(line, staff, ppk, education, analysis):
    complete(line, staff, education)
    models.NeedsAnalysis.objects.update(basis_year=None, frozen_by=None, frozen_at=None)

    with pytest.raises(RuleBroken, match="dasar usulan 2026"):
        proposals.submit(proposal=line.proposal, actor=ppk, day=TODAY)


def test_the_whole_way_to_a_decree_that_cuts(line, staff, ppk, education, analysis):
    proposal = to_ministry(submitted(line, staff, ppk, education), staff)
    proposals.record_recommendations(proposal=proposal, figures={line.pk: 2}, actor=staff)

    cuts = proposals.determine(
        proposal=proposal, figures={line.pk: 1}, decree="KEP 12/2026", decree_on=TODAY, actor=staff, day=TODAY
    )

    assert [(cut.proposed, cut.decided) for cut in cuts] == [(2, 1)]
    line.refresh_from_db()
    line.proposal.refresh_from_db()
    assert (line.recommended, line.decided, line.proposal.state) == (2, 1, "ditetapkan")
    states = models.FormationVersion.objects.order_by("pk").values_list("from_state", "to_state")
    assert list(states)[0] == ("draft", "diajukan")
    assert list(states)[-1] == ("menpanrb_validasi", "ditetapkan")
    proposals.record_filled(line=line, filled=1, actor=staff)
    with pytest.raises(RuleBroken, match="paling banyak 1"):
        proposals.record_filled(line=line, filled=2, actor=staff)


def test_a_return_keeps_the_old_figures_as_a_version(line, staff, ppk, education):
    proposal = submitted(line, staff, ppk, education)
    proposal = proposals.advance(proposal=proposal, step="verifikasi_bkn", actor=staff)
    proposals.record_recommendations(proposal=proposal, figures={line.pk: 1}, actor=staff)

    proposal = proposals.send_back(proposal=proposal, actor=staff, reason="Lengkapi ABK")

    kept = models.FormationVersion.objects.order_by("-pk").first()
    assert (proposal.state, proposal.version, kept.version, kept.reason) == ("draft", 2, 1, "Lengkapi ABK")
    assert [(row["proposed"], row["recommended"]) for row in kept.figures] == [(2, 1)]
    line.refresh_from_db()
    assert (line.proposed, line.recommended) == (2, None)
    complete(line, staff, education, proposed=1)


def test_figures_above_the_step_before_are_refused_by_name(line, staff, ppk, education):
    proposal = to_ministry(submitted(line, staff, ppk, education), staff)

    with pytest.raises(RuleBroken, match=line.position.code):
        proposals.record_recommendations(proposal=proposal, figures={line.pk: 3}, actor=staff)
    with pytest.raises(RuleBroken, match=line.position.code):
        proposals.determine(
            proposal=proposal, figures={line.pk: 3}, decree="KEP 1", decree_on=TODAY, actor=staff, day=TODAY
        )
    with pytest.raises(RuleBroken, match="bukan bagian"):
        proposals.record_recommendations(proposal=proposal, figures={line.pk + 1: 1}, actor=staff)
    with pytest.raises(RuleBroken, match="Nomor penetapan"):
        proposals.determine(proposal=proposal, figures={}, decree=" ", decree_on=TODAY, actor=staff, day=TODAY)


@pytest.mark.parametrize(
    ("decree_on", "words"),
    [(date(2030, 1, 1), "sesudah hari ini"), (TODAY + timedelta(days=1), "sesudah hari ini"),
     (date(2024, 12, 31), "terlalu awal")],
)  # fmt: skip
def test_a_decree_is_of_its_time(decree_on, words, line, staff, ppk, education):
    proposal = to_ministry(submitted(line, staff, ppk, education), staff)

    with pytest.raises(RuleBroken, match=words):
        proposals.determine(
            proposal=proposal, figures={line.pk: 1}, decree="KEP 1", decree_on=decree_on, actor=staff, day=TODAY
        )


def test_steps_that_the_flow_does_not_know_are_refused(line, staff, ppk, education):
    proposal = line.proposal
    with pytest.raises(RuleBroken, match="Konsep"):
        proposals.advance(proposal=proposal, step="verifikasi_bkn", actor=staff)
    with pytest.raises(RuleBroken, match="langkah maju"):
        proposals.advance(proposal=proposal, step="tetapkan", actor=staff)
    with pytest.raises(RuleBroken, match="Konsep"):
        proposals.determine(proposal=proposal, figures={}, decree="1", decree_on=TODAY, actor=staff, day=TODAY)
    submitted(line, staff, ppk, education)
    with pytest.raises(RuleBroken, match="sudah diajukan"):
        complete(line, staff, education)
    with pytest.raises(RuleBroken, match="Diajukan"):
        proposals.submit(proposal=proposal, actor=ppk, day=TODAY)
    with pytest.raises(RuleBroken, match="alasan"):
        proposals.reject(proposal=proposal, actor=staff, reason="")
    assert proposals.reject(proposal=proposal, actor=staff, reason="Anggaran").state == "ditolak"


def test_only_the_ppk_signs_and_only_staff_completes(agency, line, staff, education):
    bureau = with_access(user_with(agency, "bagian_organisasi"), agency)
    with pytest.raises(NotAllowed):
        complete(line, bureau, education)
    complete(line, staff, education)
    with pytest.raises(NotAllowed):
        proposals.submit(proposal=line.proposal, actor=staff, day=TODAY)


def test_a_line_keeps_to_the_invariants_and_to_known_education(line, staff, education):
    with pytest.raises(ValidationError, match="usulan ≤ formasi"):
        complete(line, staff, education, proposed=4)
    with pytest.raises(RuleBroken, match="tidak dikenal: XX"):
        complete(line, staff, education, education_ids=["XX"])
    with pytest.raises(ValidationError, match="Penghasilan"):
        complete(line, staff, education, income_max=Decimal(1))


def sheets_of(response):
    """Return rows by name of sheet; calamine leaves empty rows at the top out."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_planning_sheet_has_the_columns_of_siasn(line, staff, education):
    complete(line, staff, education)

    (rows,) = sheets_of(exports.siasn_planning(line.proposal)).values()

    heading = next(place for place, row in enumerate(rows) if row[0] == "jenis_pengadaan")
    columns = (
        "jenis_pengadaan jenis_jabatan_umum nama_jabatan nama_sub_jabatan cpns_guru cpns_nakes cpns_teknis"
        " pppk_guru pppk_nakes pppk_teknis unit_penempatan penghasilan_min penghasilan_max pendidikan_id"
        " pendidikan_nama"
    )
    assert rows[heading] == columns.split()
    assert rows[heading + 1][2] == "Perawat Terampil"
    assert rows[heading + 1][8] == 2
    assert any("DATA CONTOH" in str(cell) for row in rows[:heading] for cell in row)


def test_e_formasi_is_a_tree_of_units_and_positions(line, staff, education):
    complete(line, staff, education)

    rows = list(formation.formasi_rows(line.proposal, line.proposal.analysis))

    assert [row.id[0] for row in rows] == ["U", "U", "P"]
    assert [row.level for row in rows] == [1, 2, 3]
    assert rows[2].parent_id == rows[1].id
    assert (rows[2].abk, rows[2].riil, rows[2].aju_total, rows[2].aju_pns, rows[2].aju_pppk) == (3, 0, 2, 0, 2)
    assert (rows[2].k, rows[2].n) == (1, 0)
    csv = b"".join(exports.e_formasi(line.proposal, kind="csv").streaming_content).decode("utf-8-sig").splitlines()
    assert csv[0] == "DATA CONTOH"
    assert csv[1].startswith("id,parent_id,kode,level,indeks,posisi_id,nama,kelas,abk,riil,currentpns")


def test_files_take_the_tree_and_the_names_of_the_day(agency, line, analysis):
    """A unit closed since is there under its name and parent of then; one closed before, or founded later, is not."""
    root, unit = line.position.unit.parent, line.position.unit
    day = analysis.as_of
    later = UnitFactory(parent=root, code="LATER", starts_on=day + timedelta(days=1))
    gone = UnitFactory(parent=root, code="GONE", starts_on=date(2015, 1, 1))
    models.UnitPeriod.objects.filter(unit=gone).update(ends_on=day)
    models.Unit.objects.filter(pk=gone.pk).update(ends_on=day)
    was = unit.name
    models.UnitPeriod.objects.filter(unit=unit).update(ends_on=day + timedelta(days=1))
    models.UnitPeriod.objects.create(
        agency=agency, unit=unit, name="Nama baru", parent=later, starts_on=day + timedelta(days=1)
    )

    rows = list(formation.formasi_rows(line.proposal, analysis))

    units = {row.kode: row for row in rows if row.id.startswith("U")}
    assert set(units) == {"R", unit.code}
    assert (units[unit.code].nama, units[unit.code].parent_id) == (was, f"U{root.pk}")


def test_who_holds_a_head_seat_by_duty_is_in_its_row(agency, line, analysis):
    unit = line.position.unit
    head = PositionFactory(unit=unit, by_duty=True, is_head=True)
    NeedsResultFactory(analysis=analysis, position=head, managerial=True, k_used=1, b=1)
    holder = IncumbencyFactory(position=line.position, starts_on=date(2024, 1, 1))
    IncumbencyFactory(
        position=head, employee=holder.employee, kind="tugas_tambahan", starts_on=date(2024, 1, 1),
        seat=SeatFactory(position=head, kind="tugas_tambahan", starts_on=date(2024, 1, 1)),
    )  # fmt: skip

    rows = {row.posisi_id: row for row in formation.formasi_rows(line.proposal, analysis)}

    own = rows[str(head.pk)]
    assert (own.riil, own.currentpns + own.currentcpns + own.currentpppk) == (1, 1)


def test_the_map_goes_down_the_tree_and_by_class(line, analysis):
    root, unit = line.position.unit.parent, line.position.unit
    first = UnitFactory(parent=unit, code="A-BELOW", name="Zz")
    made = {}
    for place, job_class, head in ((unit, 9, True), (unit, 12, False), (unit, None, False), (first, 15, False),
                                   (root, 14, True)):  # fmt: skip
        position = PositionFactory(unit=place)
        NeedsResultFactory(analysis=analysis, position=position, job_class=job_class, managerial=head)
        made[position.pk] = (place.code, job_class)
    listed = [made[row.position_id] for row in formation.map_rows(analysis) if row.position_id in made]

    assert listed == [("R", 14), (unit.code, 9), (unit.code, 12), (unit.code, None), ("A-BELOW", 15)]


def test_the_bundle_holds_letter_statement_lines_workload_and_map(line, staff, education):
    complete(line, staff, education)

    sheets = sheets_of(exports.bundle(line.proposal, day=TODAY))

    assert list(sheets) == ["Surat Usulan", "SPTJM", "Rincian Usulan", "ABK", "Peta Jabatan"]
    assert {rows[0][0] for rows in sheets.values()} == {"DATA CONTOH"}
    assert [row[5] for row in sheets["ABK"] if row[0] == line.position.unit.name] == [250]
    assert [row[4:8] for row in sheets["Peta Jabatan"] if row[1] == line.position.code] == [[0, "", 3, -3]]


def test_files_for_other_systems_wait_for_every_line(line, staff, education):
    """An incomplete line would count its seats in no column (needs-analysis.md 6); one that proposes nothing may."""
    complete(line, staff, education, intake="")
    for file in (exports.siasn_planning, exports.e_formasi):
        with pytest.raises(RuleBroken, match=f"lengkapi dahulu rincian ini. {line.position.code}: jenis pengadaan."):
            file(line.proposal)

    complete(line, staff, education, intake="", proposed=0)
    assert sheets_of(exports.siasn_planning(line.proposal))


def test_a_line_past_draft_that_lacks_something_is_named_too(line, staff, ppk, education):
    proposal = submitted(line, staff, ppk, education)
    assert proposals.incomplete(proposal, TODAY) == []

    models.FormationLine.objects.filter(pk=line.pk).update(income_max=None)

    assert [each.missing for each in proposals.incomplete(proposal, TODAY)] == [("rentang penghasilan",)]
    with pytest.raises(RuleBroken, match="rentang penghasilan"):
        exports.siasn_planning(proposal)


def test_the_bundle_of_an_incomplete_proposal_is_marked_and_names_the_lines(line):
    response = exports.bundle(line.proposal, day=TODAY)

    assert "usul-formasi-2026-konsep-contoh.xlsx" in response["Content-Disposition"]
    sheets = sheets_of(response)
    assert {rows[1][0] for rows in sheets.values()} == {"KONSEP: 1 rincian belum lengkap, belum dapat diajukan"}
    assert any(str(row[0]).startswith(f"{line.position.code}: jenis pengadaan,") for row in sheets["Surat Usulan"])
    assert "jenis pengadaan, pendidikan" in sheets["Rincian Usulan"][-1][-1]


@pytest.mark.parametrize("rows", [1, 15])
def test_the_cost_of_the_files_is_flat(rows, line, staff, analysis, django_assert_num_queries):
    for _ in range(rows):
        position = PositionFactory(unit=line.position.unit)
        NeedsResultFactory(analysis=analysis, position=position)
        models.FormationLine.objects.create(
            agency=line.agency, proposal=line.proposal, position=position, formation=1, proposed=1
        )

    with django_assert_num_queries(5):
        list(formation.formasi_rows(line.proposal, analysis))
    with django_assert_num_queries(1):
        formation.planning_rows(line.proposal)
    with django_assert_num_queries(1):
        assert len(proposals.unfilled(line.proposal)) == rows + 1
