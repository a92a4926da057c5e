"""The bench measures what it says, at a small size: no time is asserted, only that what is compared is equal."""

import os

import pytest

from bench import __main__ as bench
from bench import agenda, audit, histories, imports, lists, needs, quality, web

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"units": 45, "positions": 300, "employees": 1500, "tasks": 10}


@pytest.fixture
def register():
    return bench.fill(os.environ["DATABASE_OWNER_URL"], SMALL)


def check_shape(results):
    for name, row in results.items():
        assert {"ours", "reference", "ratio", "bar"} <= row.keys(), name
        assert row["ours"] is not None, name


def test_analysis_and_the_sql_written_by_hand_say_the_same(register, owner_connection):
    agency, _user = register
    # The older one gives changes of need.
    needs.ours(agency, needs.OLDER)
    _seconds, own = needs.ours(agency, needs.DAY)
    values = needs.values_for(agency, needs.DAY, own)
    assert values["compared"] is not None
    needs.reference(owner_connection, values)

    assert needs.differences(owner_connection, own.pk, values["analysis"]) == {}
    with owner_connection.cursor() as cursor:
        cursor.execute(
            'SELECT count(*), count(DISTINCT "row") FROM positions_needsresult WHERE analysis_id = %s', [own.pk]
        )
        positions, rows = cursor.fetchone()
        assert positions == SMALL["positions"]
        assert rows >= 8
        # A difference would be seen.
        cursor.execute("UPDATE positions_needsresult SET b = b + 1 WHERE analysis_id = %s AND b = 0", [own.pk])
        assert cursor.rowcount > 0
    assert needs.differences(owner_connection, own.pk, values["analysis"]).keys() == {"results"}


def test_agenda_part(register):
    """Raises where the reference says otherwise of a case."""
    check_shape(agenda.measure(register[0], os.environ["DATABASE_OWNER_URL"], print, turns=1))


def test_needs_part(register):
    results = needs.measure(register[0], os.environ["DATABASE_OWNER_URL"], print, turns=1)

    check_shape(results)
    assert sum(results["needs_analysis"]["rows_fired"].values()) == SMALL["positions"]


def test_quality_and_the_sql_written_by_hand_say_the_same(register, owner_connection):
    agency, _user = register
    # One of each kind that the large register has none of.
    with owner_connection.cursor() as cursor:
        cursor.execute(
            "UPDATE positions_employee SET status = 'PPPK', cpns_on = NULL, email = 'a@b.id', phone = '08'"
            " WHERE id % 7 = 0"
        )
        cursor.execute("UPDATE positions_employee SET unit_id = NULL, pns_on = cpns_on WHERE id % 5 = 0")

    results = quality.measure(agency, os.environ["DATABASE_OWNER_URL"], print, turns=1)

    check_shape(results)
    assert results["quality_first"]["rows"]["problems"] > SMALL["employees"]
    assert results["quality_first"]["rows"]["index"] > 10
    # A difference would be seen.
    values = quality.values_for(agency)
    with pytest.raises(RuntimeError, match="says otherwise"):
        quality.compare(agency, owner_connection, values | {"codes": values["codes"][::-1]})


def test_lists_and_web_parts(register):
    results = lists.measure(register[1], requests=2)
    check_shape(results)
    assert {name for name in results if not name.endswith("changelist")} == set(lists.LISTS)
    for name in lists.LISTS:
        assert results[name]["queries"] <= 15
        assert results[name]["bytes"] <= 100_000
        # The bare view runs every statement of the page but those it executes by itself.
        assert 0 < len(lists.urls.RECORDED[name]) < results[name]["queries"]

    past = lists.measure_past(register[1], requests=2)
    check_shape(past)
    assert set(past) == {f"{name}_of_the_past" for name in lists.OF_PAST}

    check_shape(web.measure(register[1]))


def test_imports_part(monkeypatch, tmp_path):
    monkeypatch.setattr(imports, "ROWS", 40)

    results = imports.measure(*imports.target(), tmp_path)

    check_shape(results)
    assert results["import_20000_siasn"]["totals"]["accepted"] + results["import_20000_siasn"]["totals"]["warned"] == 40


def test_histories_part(monkeypatch, tmp_path):
    monkeypatch.setattr(imports, "ROWS", 40)

    results = histories.measure(*histories.target("9904"), tmp_path)

    check_shape(results)
    assert results["import_20000_ranks"]["totals"]["accepted"] == 40


def test_audit_part(monkeypatch, tmp_path):
    monkeypatch.setattr(imports, "ROWS", 40)

    results = audit.measure(os.environ["DATABASE_OWNER_URL"], tmp_path, order=(False, True))

    check_shape(results)
    row = results["audit_on_import_20000"]
    assert row["values"] >= 40
    # The clock beside the CPU, which is a part of it.
    assert row["elapsed_s"] > 0 < row["elapsed_reference_s"]
    assert len(row["elapsed_turns"]["True"]) == len(row["turns"]["True"]) == 1


@pytest.mark.parametrize(("order", "left"), [((False,), True), ((True,), False)])
def test_audit_part_says_when_the_switch_did_nothing(order, left, monkeypatch, tmp_path):
    """A trail that stayed on, or off, would be measured against itself."""
    monkeypatch.setattr(imports, "ROWS", 30)
    turned = audit.switch

    def stuck(owner_url, *, on):
        turned(owner_url, on=left)

    monkeypatch.setattr(audit, "switch", stuck)
    try:
        with pytest.raises(AssertionError, match=str(order[0])):
            audit.measure(os.environ["DATABASE_OWNER_URL"], tmp_path, order=order)
    finally:
        turned(os.environ["DATABASE_OWNER_URL"], on=True)


@pytest.mark.parametrize(
    ("row", "over"),
    [
        ({"ours": 9, "ratio": 2.1, "bar": 2.0}, True),
        ({"ours": 301, "ratio": 1.5, "bar": 3.0, "asked_ms": 300.0}, True),
        ({"ours": 299, "ratio": 1.5, "bar": 3.0, "asked_ms": 300.0}, False),
        ({"ours": 299, "ratio": 3.1, "bar": 3.0, "asked_ms": 300.0}, True),
        ({"ours": 9, "ratio": 1.9, "bar": 2.0}, False),
        ({"ours": 14.4, "ratio": None, "bar": 10}, True),
        ({"ours": 1, "ratio": None, "bar": 0}, True),
        ({"ours": 1, "ratio": 9.0, "bar": None}, False),
    ],
)
def test_a_missed_bar_is_told_for_ratios_and_absolute_figures(row, over):
    assert bench.is_over(row) is over
