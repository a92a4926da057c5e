"""The budget warning of a formation proposal (UU 1/2022 art. 146): rules, page, API; it never refuses."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import FormationProposal
from positions.queries.budget import INPUTS, PERSON_COST, PERSONNEL, TOTAL, budget_of, with_budget
from positions.rules.budget import personnel_share
from tests import api_world
from tests.factories.asnhr import AgencyParameterFactory
from tests.factories.positions import UnitFactory
from tests.roles import user_with

DAY = date(2026, 11, 22)
LIMIT = Decimal("0.30")


def share(total, personnel, cost, people):
    figures = [None if each is None else Decimal(each) for each in (total, personnel, cost)]
    return personnel_share(*figures, people, LIMIT)


@pytest.mark.parametrize(
    ("given", "now", "proposed", "over"),
    [
        (("1000", "290", "1", 10), "0.29", "0.3", (False, False)),  # at the limit is not over it
        (("1000", "290", "1", 11), "0.29", "0.301", (False, True)),
        (("1000", "300.01", "0.5", 0), "0.30001", "0.30001", (True, True)),
        (("3", "1", None, 0), "0.3333333333", "0.3333333333", (True, True)),  # nobody costs nothing
        (("1000", "290", None, 1), "0.29", None, (False, False)),
        (("1000", None, "1", 1), None, None, (False, False)),
        ((None, "290", "1", 1), None, None, (False, False)),
    ],
)
def test_shares_and_the_limit(given, now, proposed, over):
    found = share(*given)
    assert found.now == (None if now is None else Decimal(now))
    assert found.proposed == (None if proposed is None else Decimal(proposed))
    assert (found.is_over_now, found.is_over_proposed) == over


@pytest.mark.parametrize("given", [("0", "1", "1", 1), ("1", "-1", "1", 1), ("1", "1", "-1", 1), ("1", "1", "1", -1)])
def test_figures_that_cannot_be_are_refused(given):
    with pytest.raises(ValueError, match="must"):
        share(*given)


@pytest.fixture
def medan(db):
    return api_world.medan()


@pytest.fixture
def proposal(medan):
    """A line of two people of five."""
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
        line = api_world.IN_UNIT["formation-lines"](medan, unit)
        line.proposal.lines.filter(pk=line.pk).update(formation=5, proposed=2)
        return line.proposal


def say(agency, **values):
    codes = {"total": TOTAL, "personnel": PERSONNEL, "cost": PERSON_COST}
    with agency_scope(agency):
        for name, value in values.items():
            AgencyParameterFactory(
                agency=agency, code=codes[name], value=value, starts_on=date(2026, 1, 1), decree="Perda APBD 2026"
            )


def api(client, proposal, status=200):
    answer = client.get(f"/api/v1/formation-proposals/{proposal.pk}/budget/")
    assert answer.status_code == status, answer.content
    return answer.json()


def read(proposal):
    return budget_of(with_budget(FormationProposal.objects.all(), DAY).get(pk=proposal.pk))


def page(client, proposal):
    return client.get(reverse("proposal-detail", args=[proposal.pk])).content.decode()


def test_without_inputs_it_says_which_lack(client, medan, proposal):
    client.force_login(user_with(medan, "staf_bkd"))

    found = api(client, proposal)
    assert found["missing"] == list(INPUTS)
    assert (found["share"], found["share_with_proposal"], found["warning"]) == (None, None, False)
    body = page(client, proposal)
    assert "Belum diisi: Jumlah APBD setahun, Belanja pegawai dalam APBD setahun, Biaya rata-rata" in body
    assert "batas berlaku mulai" not in body


def test_the_warning_has_its_basis_and_mark(client, medan, proposal):
    say(medan, total="7000000", personnel="2099900", cost="90.5")
    client.force_login(user_with(medan, "staf_bkd"))

    found = api(client, proposal)

    assert (found["people"], found["missing"], found["warning"]) == (2, [], True)
    assert (found["share"], found["share_with_proposal"]) == ("0.2999857143", "0.3000115714")
    assert (Decimal(found["limit"]), found["legal_basis"], found["mark"]) == (LIMIT, "UU 1/2022 pasal 146", "M")
    body = page(client, proposal)
    assert "Dengan usul ini belanja pegawai melebihi 30,00\u00a0% APBD" in body
    assert "UU 1/2022 pasal 146 [M]" in body
    assert "Perda APBD 2026" in body


def test_below_the_limit_nothing_warns(client, medan, proposal):
    client.force_login(user_with(medan, "staf_bkd"))
    say(medan, total="7000000", personnel="2000000", cost="90")
    assert "tidak melebihi 30,00" in page(client, proposal)
    assert "batas berlaku mulai" not in page(client, proposal)


def test_over_the_limit_before_anything_is_proposed(client, medan, proposal):
    client.force_login(user_with(medan, "staf_bkd"))
    say(medan, total="7000000", personnel="2500000")
    body = page(client, proposal)
    assert "Belanja pegawai sekarang sudah melebihi 30,00" in body
    assert "Belum diisi: Biaya rata-rata" in body


def test_a_decided_proposal_counts_what_was_decided_on_the_day_of_its_decree(medan, proposal):
    say(medan, total="7000000", personnel="2000000")
    with agency_scope(medan):
        proposal.lines.update(recommended=2, decided=1)
        assert read(proposal).people == 1
        FormationProposal.objects.filter(pk=proposal.pk).update(
            state="ditetapkan", decree="SK 1", decree_on=date(2025, 12, 31)
        )
        assert [value.code for value in read(proposal).missing] == list(INPUTS)


def test_only_who_sees_the_whole_agency_sees_it(client, medan, proposal):
    say(medan, total="7000000", personnel="2500000", cost="90")
    with agency_scope(medan):
        unit = proposal.lines.get().position.unit
    client.force_login(user_with(medan, "admin_unit", unit))
    api(client, proposal, 403)
    body = page(client, proposal)
    assert "anggaran-judul" not in body
    client.force_login(user_with(medan, "pegawai"))
    api(client, proposal, 403)
    client.force_login(user_with(api_world.jambi(), "staf_bkd"))
    api(client, proposal, 404)


def test_the_warning_comes_with_the_proposal_in_one_query(medan, proposal, django_assert_num_queries):
    say(medan, total="7000000", personnel="7000000", cost="90")
    with agency_scope(medan), django_assert_num_queries(1):
        found = read(proposal)
    assert found.share.is_over_now
