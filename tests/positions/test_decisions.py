"""Decisions: who may, on what, with which reason, and where an approved line goes."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions import models
from positions.services import decisions
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    NeedsAnalysisFactory,
    NeedsResultFactory,
    PositionFactory,
    RecommendationLineFactory,
    UnitFactory,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
BASIS = {"values": {"needs.submit_months": {"value": 12}}, "overlay": {}}


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def scope(agency):
    with agency_scope(agency):
        yield


@pytest.fixture
def root(scope):
    return UnitFactory(code="R")


@pytest.fixture
def analysis(scope):
    return NeedsAnalysisFactory(parameters=BASIS)


@pytest.fixture
def staff(agency, scope):
    return with_access(user_with(agency, "staf_bkd"), agency)


@pytest.fixture
def line_of(analysis, root):
    """Make a line: `line_of("LEPAS", row=11, quantity=2)`."""

    def make(recommendation="USUL_FORMASI", *, row=9, quantity=1, position=None, **facts):
        position = position or PositionFactory(unit=UnitFactory(parent=root))
        result = NeedsResultFactory(
            analysis=analysis, position=position, row=row, recommendation=recommendation, quantity=quantity, **facts
        )
        return RecommendationLineFactory(result=result, recommendation=recommendation, quantity=quantity)

    return make


@pytest.mark.parametrize(
    ("recommendation", "row", "where"),
    [
        ("ISI", 1, "pengisian"), ("ISI", 3, "pengisian"), ("TERIMA", 8, "redistribusi"), ("LEPAS", 11, "redistribusi"),
        ("HAPUS", 5, "peta_jabatan"), ("GABUNG", 6, "peta_jabatan"), ("KEMBANGKAN", 12, "pengembangan"),
        ("KEMBANGKAN", 15, "pengembangan"), ("TINJAU_BEBAN", 4, "perbaikan_abk"), ("PERTAHANKAN", 16, None),
    ],
)  # fmt: skip
def test_an_approved_line_goes_to_its_list(line_of, staff, recommendation, row, where):
    line = line_of(recommendation, row=row, quantity=2)

    decision = decisions.decide(line=line, verdict="setuju", reason="Sesuai hasil", actor=staff)

    line.refresh_from_db()
    assert (line.state, decision.decided_by) == ("setuju", staff)
    assert list(models.FollowUp.objects.values_list("list", "quantity", "state")) == (
        [(where, 2, "terbuka")] if where else []
    )
    assert not models.FormationLine.objects.exists()


def test_an_approved_proposal_stands_on_the_formation_list_of_the_year(line_of, staff):
    line = line_of("USUL_FORMASI", quantity=2, k_used=4, b=1, f=1)

    decisions.decide(line=line, verdict="setuju", reason="Sesuai hasil", actor=staff)

    proposed = models.FormationLine.objects.select_related("proposal").get()
    assert (proposed.proposal.year, proposed.proposal.state) == (2026, "draft")
    assert (proposed.formation, proposed.proposed, proposed.field) == (3, 2, "teknis")
    assert not models.FollowUp.objects.exists()


def test_a_decided_formation_is_listed_without_proposing_it_again(line_of, staff):
    line = line_of("ISI", row=7, quantity=2, k_used=3, b=1, f=2)

    decisions.decide(line=line, verdict="setuju", reason="Selesaikan pengadaan", actor=staff)

    assert models.FormationLine.objects.values_list("formation", "proposed").get() == (2, 0)


def test_a_proposal_under_way_is_left_alone_and_the_next_year_takes_the_line(agency, line_of, staff):
    models.FormationProposal.objects.create(agency=agency, year=2026, state="diajukan")

    decisions.decide(line=line_of(), verdict="setuju", reason="Sesuai", actor=staff)

    assert models.FormationLine.objects.get().proposal.year == 2027


def test_changing_an_approval_withdraws_what_is_open(line_of, staff):
    released, proposed = line_of("LEPAS", row=11), line_of()
    decisions.decide_many(lines=[released.pk, proposed.pk], verdict="setuju", reason="Sesuai", actor=staff)

    decisions.decide_many(lines=[released.pk, proposed.pk], verdict="tunda", reason="Menunggu anggaran", actor=staff)

    assert models.FollowUp.objects.get().state == "ditarik"
    assert not models.FormationLine.objects.exists()
    assert released.decisions.count() == 2
    decisions.decide(line=released, verdict="setuju", reason="Anggaran ada", actor=staff)
    assert models.FollowUp.objects.get().state == "terbuka"


def test_an_approval_stands_once_its_follow_up_is_done_or_submitted(agency, line_of, staff):
    released, proposed = line_of("LEPAS", row=11), line_of()
    decisions.decide_many(lines=[released.pk, proposed.pk], verdict="setuju", reason="Sesuai", actor=staff)
    models.FollowUp.objects.update(state="selesai")
    models.FormationProposal.objects.update(state="diajukan")

    for line in (released, proposed):
        with pytest.raises(RuleBroken, match=line.result.code):
            decisions.decide(line=line, verdict="tolak", reason="Berubah", actor=staff)


def test_a_newer_line_replaces_the_open_follow_up_of_an_older_analysis(line_of, staff):
    older = line_of("LEPAS", row=11, quantity=1)
    decisions.decide(line=older, verdict="setuju", reason="Sesuai", actor=staff)
    newer_analysis = NeedsAnalysisFactory(parameters=BASIS)
    result = NeedsResultFactory(analysis=newer_analysis, position=older.result.position, row=11)
    newer = RecommendationLineFactory(result=result, recommendation="LEPAS", quantity=2)

    decisions.decide(line=newer, verdict="setuju", reason="Sesuai", actor=staff)

    states = dict(models.FollowUp.objects.values_list("line_id", "state"))
    assert states == {older.pk: "ditarik", newer.pk: "terbuka"}


def superseding(analysis, position, *, days=30, recommendation="LEPAS", row=11, **facts):
    """Return the line of a later analysis on the same post."""
    later = NeedsAnalysisFactory(parameters=BASIS, as_of=analysis.as_of + timedelta(days=days))
    result = NeedsResultFactory(analysis=later, position=position, row=row, recommendation=recommendation, **facts)
    return RecommendationLineFactory(result=result, recommendation=recommendation, quantity=facts.get("quantity", 1))


def test_a_superseded_analysis_is_not_decided_on(line_of, staff, analysis):
    older, proposed = line_of("LEPAS", row=11), line_of()
    newer = superseding(analysis, older.result.position)
    decisions.decide(line=newer, verdict="setuju", reason="Sesuai", actor=staff)

    for line in (older, proposed):
        for verdict in ("setuju", "tunda", "tolak"):
            with pytest.raises(RuleBroken, match=f"lebih baru.*{line.result.code}"):
                decisions.decide(line=line, verdict=verdict, reason="Terlambat", actor=staff)

    assert dict(models.FollowUp.objects.values_list("line_id", "state")) == {newer.pk: "terbuka"}
    assert not models.FormationLine.objects.exists()


def test_a_later_what_if_or_unfinished_analysis_supersedes_nothing(line_of, staff, analysis):
    line = line_of("LEPAS", row=11)
    NeedsAnalysisFactory(parameters={"overlay": {"parameters": {"needs.load_high": "1.1"}}}, as_of=date(2026, 12, 1))
    NeedsAnalysisFactory(parameters=BASIS, is_complete=False, as_of=date(2026, 12, 1))

    assert decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=staff).pk


def test_an_approval_of_a_superseded_analysis_may_be_withdrawn(line_of, staff, analysis):
    older = line_of("LEPAS", row=11)
    decisions.decide(line=older, verdict="setuju", reason="Sesuai", actor=staff)
    superseding(analysis, older.result.position)

    decisions.decide(line=older, verdict="tolak", reason="Tidak lagi perlu", actor=staff)

    assert models.FollowUp.objects.get().state == "ditarik"


def frozen(analysis, staff, year=2026):
    models.NeedsAnalysis.objects.filter(pk=analysis.pk).update(
        basis_year=year, frozen_by=staff, frozen_at=timezone.now()
    )


def test_the_basis_of_the_proposal_is_still_decided_on_for_the_formation_list(line_of, staff, analysis):
    released, proposed = line_of("LEPAS", row=11), line_of(quantity=2, k_used=3, b=1)
    frozen(analysis, staff)
    superseding(analysis, released.result.position)

    decisions.decide(line=proposed, verdict="setuju", reason="Sesuai dasar usulan", actor=staff)
    with pytest.raises(RuleBroken, match="lebih baru"):
        decisions.decide(line=released, verdict="setuju", reason="Sesuai", actor=staff)

    assert models.FormationLine.objects.get().line == proposed


def test_a_basis_whose_proposal_is_under_way_is_superseded_too(agency, line_of, staff, analysis):
    proposed = line_of(quantity=2, k_used=3, b=1)
    frozen(analysis, staff)
    superseding(analysis, proposed.result.position)
    models.FormationProposal.objects.create(agency=agency, year=2026, state="diajukan")

    with pytest.raises(RuleBroken, match="lebih baru"):
        decisions.decide(line=proposed, verdict="setuju", reason="Sesuai", actor=staff)

    assert not models.FormationLine.objects.exists()


def test_a_draft_line_of_a_later_analysis_is_not_overwritten(line_of, staff, analysis):
    older = line_of(quantity=3, k_used=4, b=1)
    frozen(analysis, staff)
    newer = superseding(analysis, older.result.position, recommendation="USUL_FORMASI", row=9, k_used=2, b=1)
    decisions.decide(line=newer, verdict="setuju", reason="Sesuai", actor=staff)

    with pytest.raises(RuleBroken, match=f"lebih baru.*{older.result.code}"):
        decisions.decide(line=older, verdict="setuju", reason="Sesuai", actor=staff)

    assert models.FormationLine.objects.values_list("line", "proposed").get() == (newer.pk, 1)


def test_a_decision_needs_a_reason_and_must_change_something(line_of, staff):
    line = line_of("LEPAS", row=11)

    with pytest.raises(RuleBroken, match="alasan"):
        decisions.decide(line=line, verdict="setuju", reason="  ", actor=staff)
    decisions.decide(line=line, verdict="tolak", reason="Tidak sesuai", actor=staff)
    with pytest.raises(RuleBroken, match="Sudah diputuskan"):
        decisions.decide(line=line, verdict="tolak", reason="Sekali lagi", actor=staff)
    with pytest.raises(RuleBroken, match="tidak dikenal"):
        decisions.decide(line=line, verdict="entah", reason="Sekali lagi", actor=staff)


@pytest.mark.parametrize("role", ["admin_daerah", "bagian_organisasi", "auditor", "admin_unit", "pegawai", "pusat"])
def test_other_roles_may_not_decide(agency, line_of, role):
    line = line_of()
    user = with_access(user_with(agency, role, *([line.result.unit] if role == "admin_unit" else [])), agency)

    with pytest.raises(NotAllowed):
        decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=user)


@pytest.mark.parametrize("role", ["staf_bkd", "pyb", "ppk"])
def test_these_roles_decide(agency, line_of, role):
    user = with_access(user_with(agency, role), agency)

    assert decisions.decide(line=line_of(), verdict="setuju", reason="Sesuai", actor=user).pk


def test_a_line_of_another_agency_does_not_exist(agency, line_of):
    line = line_of()
    other = AgencyFactory(code="1571", name="Kota Jambi")
    stranger = user_with(other, "staf_bkd")

    with agency_scope(other):
        with_access(stranger, other)
        with pytest.raises(RuleBroken, match="tidak ditemukan"):
            decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=stranger)


def test_nobody_decides_on_the_own_post(agency, line_of):
    position = PositionFactory()
    employee = EmployeeFactory(unit=position.unit)
    IncumbencyFactory(position=position, employee=employee)
    line = line_of("LEPAS", row=11, position=position)
    holder = with_access(user_with(agency, "staf_bkd", nip=employee.nip), agency)

    with pytest.raises(NotAllowed, match="jabatannya sendiri"):
        decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=holder)
    with pytest.raises(IntegrityError, match="jabatannya sendiri"), transaction.atomic():
        models.Decision.objects.create(agency=agency, line=line, verdict="setuju", reason="Curang", decided_by=holder)


def test_many_are_decided_all_or_none(line_of, staff):
    lines = [line_of("LEPAS", row=11) for _ in range(3)]
    decisions.decide(line=lines[0], verdict="tolak", reason="Tidak", actor=staff)

    with pytest.raises(RuleBroken):
        decisions.decide_many(lines=[line.pk for line in lines], verdict="tolak", reason="Tidak", actor=staff)

    assert models.Decision.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 20])
def test_the_cost_of_deciding_is_flat(line_of, staff, rows, django_assert_max_num_queries):
    lines = [line_of("LEPAS", row=11).pk for _ in range(rows)] + [line_of().pk for _ in range(rows)]

    with django_assert_max_num_queries(19) as captured:
        decisions.decide_many(lines=lines, verdict="setuju", reason="Sesuai", actor=staff)

    assert len(captured) == 19


def test_a_what_if_line_cannot_be_decided(line_of, staff, analysis):
    analysis.parameters = {"overlay": {"parameters": {"needs.vacancy_days": 1}}}
    analysis.save()

    with pytest.raises(RuleBroken, match="pengandaian"):
        decisions.decide(line=line_of(), verdict="setuju", reason="Sesuai", actor=staff)


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("need", "refused"),
    [
        ({"source": "ABK", "state": "disahkan", "measured_on": "2025-11-22"}, ""),
        ({"source": "ABK", "state": "disahkan", "measured_on": "2025-11-21"}, "lebih tua"),
        ({"source": "ABK_KES", "state": "diisi", "measured_on": "2026-11-01"}, "belum disahkan"),
        ({"source": "FORMULA_JF", "formula_decree_on": "2026-01-02"}, ""),
        ({"source": "PETA_DITETAPKAN", "decree_on": "2025-12-31"}, "bukan dari keputusan tahun 2026"),
        ({"source": "PETA_DITETAPKAN", "printed": True}, "bukan dari keputusan"),
    ],
)
def test_removal_merging_and_proposals_need_a_fresh_basis(need, refused):
    for kind in ("HAPUS", "GABUNG", "USUL_FORMASI"):
        found = decisions.submit_refusal(kind, need, TODAY, 12)
        assert (refused in found) if refused else found == ""
    assert decisions.submit_refusal("LEPAS", need, TODAY, 12) == ""


def test_a_map_change_is_finished_by_bagian_organisasi_on_a_fresh_basis(agency, line_of, staff):
    organisation = with_access(user_with(agency, "bagian_organisasi"), agency)
    old = {"need": {"source": "ABK", "state": "disahkan", "measured_on": "2024-01-01"}}
    line = line_of("HAPUS", row=5, evidence=old)
    decisions.decide(line=line, verdict="setuju", reason="Sesuai", actor=staff)
    follow_up = models.FollowUp.objects.get()

    with pytest.raises(NotAllowed):
        decisions.finish(follow_up=follow_up, note="Perwal 5/2026", actor=staff, day=TODAY)
    with pytest.raises(RuleBroken, match="lebih tua"):
        decisions.finish(follow_up=follow_up, note="Perwal 5/2026", actor=organisation, day=TODAY)
    line.result.evidence["need"]["measured_on"] = "2026-01-01"
    line.result.save()
    with pytest.raises(RuleBroken, match="nomor dan tanggal keputusannya"):
        decisions.finish(follow_up=follow_up, note="ok", actor=organisation, day=TODAY)
    by = {"decree": "Perwal 5/2026", "actor": organisation, "day": TODAY}
    for wrong, words in ((TODAY + timedelta(days=1), "sesudah hari ini"), (date(2026, 1, 1), "mendahului analisis")):
        with pytest.raises(RuleBroken, match=words):
            decisions.finish(follow_up=follow_up, note="ok", decree_on=wrong, **by)
    acting = IncumbencyFactory(position=line.result.position, kind="plt", starts_on=date(2026, 10, 1))
    with pytest.raises(RuleBroken, match="masih dipangku 1 orang"):
        decisions.finish(follow_up=follow_up, note="ok", decree_on=TODAY, **by)
    acting.delete()

    done = decisions.finish(follow_up=follow_up, note="Digabung ke seksi lain", decree_on=TODAY, **by)

    assert (done.state, "Perwal 5/2026 tanggal 22-11-2026" in done.note) == ("selesai", True)
    position = models.Position.objects.get(pk=line.result.position_id)
    assert position.ends_on == TODAY


def test_the_trigger_stands_whatever_the_door(agency, line_of):
    """Raw SQL cannot decide on the own post either."""
    position = PositionFactory(job=JobFactory())
    employee = EmployeeFactory(unit=position.unit)
    IncumbencyFactory(position=position, employee=employee, starts_on=timezone.localdate())
    holder = user_with(agency, "ppk", nip=employee.nip)
    line = line_of("LEPAS", row=11, position=position)

    with agency_scope(agency), connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(
            "INSERT INTO positions_decision (agency_id, line_id, verdict, reason, decided_by_id, decided_at)"
            " VALUES (%s, %s, 'setuju', 'x', %s, now())",
            [agency.pk, line.pk, holder.pk],
        )
