"""Every page over a large register, many of everything under one: at most 100 KB of HTML, whatever the role.

The addresses come from the URL resolver as in `tests/test_matrix.py`, so a new page is weighed the day it is added.
"""

import logging
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from asnhr.models import ImportJob
from asnhr.scope import agency_scope
from positions import models
from tests import api_world
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.positions.needs_pages import analyse
from tests.positions.test_admin_lists import MAKE_IN_AGENCY, MAKE_IN_UNIT
from tests.roles import user_with
from tests.test_matrix import EVERY, OPEN_TO_STRANGERS, Address

pytestmark = pytest.mark.django_db

MOST = 100 * 1024
MANY = 110
UNITS = 230
LONG = "Pelayanan Administrasi Kependudukan dan Pencatatan Sipil Wilayah Utara"
DAY = date(2026, 11, 22)
PROBLEM = {"severity": "error", "column": "nip", "value": "1", "code": "NIP_SALAH", "cause": LONG}


@pytest.fixture(autouse=True)
def quiet():
    """Refusals of pages that a role may not open would each write a line."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def rows(agency, in_november):
    """The row behind each part of an address: the one with the most below it."""
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        office = make.UnitFactory(agency=agency, name=f"Dinas {LONG}", parent=root)
        found = {kind: build(agency, office) for kind, build in (MAKE_IN_UNIT | MAKE_IN_AGENCY).items()}
        for number in range(UNITS):
            below = make.UnitFactory(
                agency=agency, name=f"Bidang {LONG} {number}", parent=office if number % 2 else root
            )
            if number % 2 == 0:
                make.IncumbencyFactory(
                    agency=agency, position=make.PositionFactory(agency=agency, unit=below, job=found["job"])
                )
        sheet, campaign = api_world._sheet(agency, office), api_world._campaign(agency)
        goal = make.GoalFactory(agency=agency, unit=office, level="program", text=LONG)
        crowded = make.PositionFactory(agency=agency, unit=office, job=found["job"])
        for number in range(MANY):
            position = make.PositionFactory(
                agency=agency, unit=office, job=make.JobFactory(agency=agency, name=f"Penelaah {LONG} {number}")
            )
            make.GoalFactory(agency=agency, unit=office, parent=goal if number % 2 else None, text=f"{LONG} {number}")
            position.goal_links.create(agency=agency, goal=goal, starts_on=DAY)
            work = make.WorkloadFactory(agency=agency, sheet=sheet, position=position)
            for _task in range(4):
                make.WorkloadTaskFactory(agency=agency, workload=work, goal=goal, task=f"Menyusun {LONG}")
            make.IncumbencyFactory(agency=agency, position=crowded)
            found["contract"] = api_world._contract(agency, office)
            found["finding"] = api_world._finding(agency, office)
            found["namemapping"] = api_world._mapping(agency)
            found["siasnrecord"] = api_world.siasn_record(agency, office)
            RunFactory(agency=agency, counts={"a": 1})
            found["followup"] = api_world._follow_up(agency, office)
        problems = [{"row": number, "problems": [PROBLEM]} for number in range(2000)]
        ImportJob.objects.filter(pk=found["importjob"].pk).update(
            report=[{**each, "outcome": "rejected", "codes": ["NIP_SALAH"], "messages": [LONG]} for each in problems]
        )
    with connection.cursor() as cursor:
        # As after an import: the planner takes fresh tables for empty.
        cursor.execute("SELECT positions_refresh_statistics()")
    analysis = analyse(agency, DAY)
    with agency_scope(agency):
        proposal = models.FormationProposal.objects.create(agency=agency, year=2031, state="menpanrb_validasi")
        for position in models.Position.objects.filter(agency=agency, unit=office):
            found["formationline"] = models.FormationLine.objects.create(
                agency=agency, proposal=proposal, position=position, formation=3, proposed=2
            )
        results = models.NeedsResult.objects.filter(analysis=analysis)
        found |= {
            "unit": office, "position": crowded, "goal": goal, "workloadsheet": sheet, "campaign": campaign,
            "needsanalysis": analysis, "needsresult": results.get(position=crowded), "formationproposal": proposal,
        }  # fmt: skip
    return found | {"root": root, "agency": agency}


def url_of(address: Address, rows: dict, changed: dict) -> str | None:
    values = {}
    for part, kind in address.kinds().items():
        if kind.startswith("="):
            values[part] = rows["agency"].code if kind == "=agency code" else kind[1:]
        else:
            name, _dot, attribute = kind.partition(".")
            row = (rows | changed).get(name)
            if row is None:
                return None
            values[part] = getattr(row, attribute or "pk")
    return reverse(address.name, kwargs=values)


def test_no_page_is_larger_than_100_kb(client, agency, rows):
    pages = [
        each for each in EVERY
        if not each.is_api and not each.is_admin and each.name not in OPEN_TO_STRANGERS | {"agency-choose"}
        and not each.name.endswith(("-svg", "-pdf"))  # files, not pages
    ]  # fmt: skip
    large, opened = {}, set()
    for role in ("staf_bkd", "bagian_organisasi", "admin_daerah", "ppk", "auditor"):
        client.force_login(user_with(agency, role))
        for address in pages:
            # The page of the office, and of the root where its address names a unit.
            for url in dict.fromkeys(url_of(address, rows, changed) for changed in ({}, {"unit": rows["root"]})):
                answer = client.get(url) if url else None
                if answer is None or answer.status_code != 200 or answer.streaming:
                    continue
                opened.add(address.name)
                if len(answer.content) > MOST:
                    large[f"{address.name} {url}"] = len(answer.content)

    proposal = rows["formationproposal"]
    with agency_scope(agency):
        proposal.lines.update(recommended=2, decided=1)
        models.FormationProposal.objects.filter(pk=proposal.pk).update(state="ditetapkan", decree="SK 1", decree_on=DAY)
    client.force_login(user_with(agency, "staf_bkd"))
    filled = client.get(reverse("proposal-filled", args=[proposal.pk]))
    assert filled.status_code == 200
    assert len(filled.content) <= MOST
    assert large == {}
    details = {"analysis-unit", "analysis-detail", "proposal-figures", "unit-detail", "goal-list", "workload-sheet"}
    # The nation's list; and the heads', which are the lists of employees and results with fewer columns.
    others = {"rollup-list", "subordinate-list", "removal-candidate-list"}
    assert opened >= details | {each.name for each in pages if each.name.endswith("-list")} - others


def test_no_page_of_the_admin_is_larger_than_100_kb(client, agency, rows):
    client.force_login(user_with(agency, "admin_daerah"))
    large = {}
    for address in EVERY:
        if address.is_admin and address.name.endswith(("_changelist", "_change", "_add")):
            url = url_of(address, rows, {})
            answer = client.get(url) if url else None
            if answer is not None and answer.status_code == 200 and len(answer.content) > MOST:
                large[f"{address.name} {url}"] = len(answer.content)

    assert large == {}
