"""The structure's maxima: told before a unit is founded, moved or converted, never refused."""

import re
from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Unit
from positions.queries.structure_maxima import excesses
from positions.rules.structure_maxima import MOST, Excess, exceeded
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

TODAY = date(2026, 11, 22)
PERDA = {"starts_on": "2027-02-01", "decree": "Perda 3/2026", "decree_on": "2026-11-09"}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.mark.parametrize(
    ("kind", "above", "below", "expected"),
    [
        ("dinas", "pemda", {"bidang": 4, "sekretariat": 1, "upt": 20}, []),
        ("dinas", "pemda", {"bidang": 5}, [Excess("bidang", 5, 4)]),
        ("bidang", "dinas", {"seksi": 4}, [Excess("seksi", 4, 3)]),
        ("kecamatan", "pemda", {"seksi": 5, "kelurahan": 12}, []),
        ("sekretariat", "dinas", {"subbagian": 3}, []),
        ("sekretariat", "kecamatan", {"subbagian": 3}, [Excess("subbagian", 3, 2)]),
        ("sekretariat", "pemda", {"asisten": 4, "bagian": 5}, [Excess("asisten", 4, 3), Excess("bagian", 5, 4)]),
    ],
)
def test_what_exceeds_the_maxima(kind, above, below, expected):
    assert exceeded(kind, above, below) == expected


def test_the_table_names_kinds_of_units():
    assert {kind for pair in MOST for kind in pair} <= set(Unit.Kind.values)


@pytest.fixture
def medan(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def office(medan):
    root = make.UnitFactory(agency=medan, name="Kota Medan", kind="pemda")
    office = make.UnitFactory(agency=medan, name="Dinas Pasar", parent=root, kind="dinas")
    for number in range(4):
        make.UnitFactory(agency=medan, name=f"Bidang {number}", parent=office, kind="bidang")
    return office


@pytest.fixture
def browser(client, medan):
    client.force_login(with_access(user_with(medan, "bagian_organisasi"), medan))
    return client


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def test_a_fifth_division_is_told_with_its_source_and_may_be_founded(browser, office):
    where, form = f"{reverse('unit-new')}?di={office.pk}", {"code": "B-5", "name": "Bidang Lima", **PERDA}

    seen = browser.post(where, form | {"kind": "bidang"})
    other = browser.post(where, form | {"kind": "upt"})
    mark = re.search(r'name="tanda" value="(\w+)"', seen.content.decode())[1]
    saved = browser.post(where, form | {"kind": "bidang", "tanda": mark, "langkah": "simpan"})

    assert "Dinas Pasar akan punya 5 bidang; paling banyak 4 untuk tipe A (PP 18/2016" in text(seen)
    assert "tanda [M]" in text(seen)
    assert "akan punya" not in text(other)
    assert saved.status_code == 302


def test_a_division_that_comes_and_one_that_changes_its_kind_are_told(medan, browser, office):
    root = office.parent
    coming = make.UnitFactory(agency=medan, name="Bidang Lain", parent=root, kind="bidang")
    inside = make.UnitFactory(agency=medan, name="UPT Pasar", parent=office, kind="upt")

    moved = browser.post(f"{reverse('unit-move', args=[coming.pk])}?ke={office.pk}", {"name": "Bidang Lain", **PERDA})
    form = {"code": "B-9", "name": "Bidang Pasar", "kind": "bidang", **PERDA}
    converted = browser.post(reverse("unit-convert", args=[inside.pk]), form)

    assert "akan punya 5 bidang" in text(moved)
    assert "akan punya 5 bidang" in text(converted)


def test_a_new_name_says_nothing_of_numbers(medan, browser, office):
    fifth = make.UnitFactory(agency=medan, name="Bidang Lima", parent=office, kind="bidang")

    renamed = browser.post(reverse("unit-rename", args=[fifth.pk]), {"name": "Bidang Parkir", **PERDA})

    assert "Pratinjau keadaan" in text(renamed)
    assert "akan punya" not in text(renamed)


def test_it_costs_the_same_for_many_and_says_nothing_of_a_province(medan, office, django_assert_max_num_queries):
    for number in range(4, 20):
        last = make.UnitFactory(agency=medan, name=f"Bidang {number}", parent=office, kind="bidang")

    with django_assert_max_num_queries(4):
        assert excesses(last, TODAY) == [("Dinas Pasar", Excess("bidang", 20, 4))]
    medan.kind = "provinsi"
    medan.save()
    assert excesses(last, TODAY) == []
