"""Why a row of specific personal data is corrected or taken back: a code of a fixed list, in every door."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions import models
from positions.services import histories, reasons
from positions.services.histories import KIND_OF, KINDS
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
D = date
SAID = "Anaknya bukan anak kandung"
ROWS = {
    "keluarga": (models.FamilyMember, {"relation": "anak", "child_kind": "kandung", "name": "Rini"}),
    "disiplin": (
        models.Discipline, {"sanction": "23", "decree": "RH/1", "decree_on": D(2024, 1, 1), "starts_on": D(2024, 1, 8),
         "ends_on": D(2024, 7, 8)},
    ),
    "kgb": (models.SalaryIncrement, {"starts_on": D(2024, 1, 1), "decree": "KGB/1", "service_years": 4}),
    "cltn": (models.UnpaidLeave, {"starts_on": D(2024, 1, 1), "ends_on": D(2024, 6, 1), "decree": "C/1"}),
    "kinerja": (models.YearlyPredicate, {"year": 2024, "result": 2, "behaviour": 2, "predicate": 2}),
    "kedudukan-hukum": (models.StandingRecord, {"standing": "03", "starts_on": D(2024, 1, 1)}),
}  # fmt: skip
ROUTES = {
    "keluarga": "family-members", "disiplin": "disciplines", "kgb": "increments", "cltn": "unpaid-leaves",
    "kinerja": "predicates", "kedudukan-hukum": "standing-records",
}  # fmt: skip


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


@pytest.fixture
def ani(medan, unit):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, unit=unit, name="Ani")


@pytest.fixture
def officer(medan):
    return user_with(medan, "staf_bkd", username="petugas")


def row_of(medan, person, kind):
    model, facts = ROWS[kind]
    with agency_scope(medan):
        return model.objects.create(agency=medan, employee=person, **facts)


def told(medan):
    with agency_scope(medan):
        return set(AuditEntry.objects.values_list("reason", flat=True))


def test_kinds_with_specific_data_take_a_code_and_no_other():
    assert {kind.slug for kind in KINDS.values() if kind.is_coded} == ROWS.keys()
    # What a column's declaration calls specific is told by these kinds alone.
    assert all(KIND_OF[model].is_coded for model, _facts in ROWS.values())
    assert all(len(code) <= 30 and code == code.lower() for code in reasons.REASONS)


@pytest.mark.parametrize("kind", ROWS)
def test_free_text_is_refused_by_the_service_and_never_reaches_the_trail(kind, medan, ani, officer):
    row = row_of(medan, ani, kind)
    with agency_scope(medan, officer.pk):
        actor = with_access(officer, medan)
        for why in (SAID, "salah ketik", "Salah-Ketik"):
            with pytest.raises(RuleBroken, match="dipilih dari daftar"):
                histories.correct(actor=actor, row=row, why=why, facts={})
            with pytest.raises(RuleBroken, match="dipilih dari daftar"):
                histories.take_back(actor=actor, row=row, why=why)
        with pytest.raises(RuleBroken, match="wajib disebut"):
            histories.take_back(actor=actor, row=row, why=" ")
        histories.take_back(actor=actor, row=row, why="data-ganda")
    assert "data-ganda" in told(medan)
    assert SAID not in told(medan)


@pytest.mark.parametrize("kind", ROWS)
def test_the_page_offers_the_list(kind, client, medan, ani, officer):
    row = row_of(medan, ani, kind)
    client.force_login(officer)
    for name in ("history-edit", "history-take-back"):
        page = reverse(name, args=[kind, row.pk])
        text = client.get(page).content.decode()
        assert 'value="milik-orang-lain"' in text
        assert '<textarea name="why"' not in text
        assert client.post(page, {"why": SAID}).status_code == 422
    assert client.post(reverse("history-take-back", args=[kind, row.pk]), {"why": "data-ganda"}).status_code == 302
    assert "data-ganda" in told(medan)
    assert SAID not in told(medan)


@pytest.mark.parametrize("kind", ROWS)
def test_the_api_takes_a_code(kind, client, medan, ani, officer):
    row = row_of(medan, ani, kind)
    client.force_login(officer)
    url = f"/api/v1/{ROUTES[kind]}/{row.pk}/"
    for answer in (
        client.patch(url, {"why": SAID}, content_type="application/json"),
        client.post(f"{url}take-back/", {"why": SAID}, content_type="application/json"),
    ):
        assert answer.status_code == 409
        assert "dipilih dari daftar" in answer.content.decode()
    assert client.patch(url, {"why": "salah-ketik"}, content_type="application/json").status_code == 200
    gone = client.post(f"{url}take-back/", {"why": "milik-orang-lain"}, content_type="application/json")
    assert gone.status_code == 204
    assert SAID not in told(medan)


def test_the_admin_takes_a_code(client, medan, unit, ani):
    row = row_of(medan, ani, "cltn")
    client.force_login(user_with(medan, "admin_daerah"))
    url = reverse("admin:positions_unpaidleave_change", args=[row.pk])
    assert 'value="milik-orang-lain"' in client.get(url).content.decode()
    facts = {"starts_on": "2024-01-01", "ends_on": "2024-07-01", "decree": "C/1"}
    for why, said in ((SAID, "pilihan yang tersedia"), ("", "Alasan perubahan wajib")):
        assert said in client.post(url, facts | {"why": why}, follow=True).content.decode()
        with agency_scope(medan):
            row.refresh_from_db()
            assert row.ends_on == D(2024, 6, 1)
    assert client.post(url, facts | {"why": "salah-ketik"}).status_code == 302
    with agency_scope(medan):
        row.refresh_from_db()
        assert row.ends_on == D(2024, 7, 1)
    assert "salah-ketik" in told(medan)
    assert SAID not in told(medan)


def test_other_kinds_keep_their_own_words(medan, ani, officer):
    with agency_scope(medan, officer.pk):
        award = models.Award.objects.create(agency=medan, employee=ani, name="Satyalancana", year=2020)
        histories.correct(actor=with_access(officer, medan), row=award, why="Piagam asli", facts={"year": 2021})
    assert "Piagam asli" in told(medan)


def test_who_may_not_write_the_kind_gains_nothing_by_a_code(client, medan, unit, ani):
    row = row_of(medan, ani, "keluarga")
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
    refused = (
        (user_with(medan, "admin_unit", unit, username="unit"), 404), (user_with(medan, "admin_unit", other), 404),
        (user_with(medan, "auditor"), 403), (user_with(medan, "pegawai", nip=ani.nip), 403),
        (user_with(api_world.jambi(), "staf_bkd"), 404),
    )  # fmt: skip
    for user, status in refused:
        client.force_login(user)
        page = reverse("history-take-back", args=["keluarga", row.pk])
        assert client.post(page, {"why": "data-ganda"}).status_code == status, user
    with agency_scope(medan):
        assert models.FamilyMember.objects.filter(pk=row.pk).exists()
        actor = with_access(user_with(medan, "admin_unit", unit, username="lain"), medan)
        with pytest.raises(NotAllowed):
            histories.take_back(actor=actor, row=row, why="data-ganda")
