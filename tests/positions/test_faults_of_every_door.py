"""The same faulty row is refused by the officer's page, the API and the import; the same sound one is taken by all."""

import io
import json
from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from asnhr import registry
from asnhr.imports import service
from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions import models
from positions.api.histories import ROUTES
from positions.imports._histories import HistoryImporter
from positions.services.histories import KINDS
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
NIP = "199005022018011001"
TODAY = date(2026, 1, 2)
ROUTE_OF = {kind: route for route, _name, kind, _of_day in ROUTES}
DECREE = {"decree": "nomor sk", "decree_on": "tanggal sk"}
# Of each history with an importer: its kind, a sound row as page and API take it, and what the file calls its columns.
SOUND = {
    "golongan": (
        "ranks", {"rank": "33", "kind": "101", "starts_on": "2025-10-01", "decree": "821/9", "decree_on": "2025-09-15"},
        {"rank": "golongan id", "kind": "jenis kp id", "starts_on": "tmt golongan", "service_months": "mkg bulan",
         "service_years": "mkg tahun", "pay_group": "gol id", "bkn_on": "tanggal pertek", **DECREE},
    ),
    "kgb": (
        "increments", {"starts_on": "2025-06-01", "service_years": "6", "service_months": "0"},
        {"starts_on": "tmt kgb", "service_years": "mkg tahun", "service_months": "mkg bulan", **DECREE},
    ),
    "jabatan-luar": (
        "position_history",
        {"agency_name": "Kabupaten Karo", "job_name": "Analis", "group": "pelaksana", "assignment": "PLT",
         "starts_on": "2018-02-01", "ends_on": "2019-06-30"},
        {"agency_name": "instansi", "job_name": "jabatan", "group": "jenis jabatan", "assignment": "jenis penugasan",
         "starts_on": "tmt", "ends_on": "sampai", "inaugurated_on": "tmt pelantikan", **DECREE},
    ),
    "pendidikan": (
        "educations", {"level": "40", "name": "Hukum", "graduated": "2012"},
        {"level": "tk pendidikan id", "name": "pendidikan nama", "graduated": "tahun lulus", "school": "nama sekolah",
         "graduated_on": "tanggal lulus"},
    ),
    "diklat": (
        "trainings", {"kind": "3", "name": "Arsip", "year": "2024", "starts_on": "2024-03-01", "ends_on": "2024-03-05"},
        {"kind": "jenis diklat id", "name": "nama diklat", "year": "tahun", "starts_on": "tanggal mulai",
         "ends_on": "tanggal selesai", "hours": "jumlah jam", "organiser": "penyelenggara"},
    ),
    "disiplin": (
        "discipline",
        {"sanction": "24", "state": "berlaku", "decree": "X/2", "decree_on": "2025-01-05", "starts_on": "2025-01-10",
         "years": "0", "months": "0", "regulation": "PP 94/2021"},
        {"sanction": "jenis hukuman", "state": "keadaan", "starts_on": "tmt hukuman", "years": "masa tahun",
         "months": "masa bulan", "regulation": "nomor pp", "ends_on": "sampai", "revoked_decree": "nomor sk pembatalan",
         "revoked_on": "tanggal sk pembatalan", **DECREE},
    ),
    "cltn": (
        "unpaid_leave", {"starts_on": "2019-01-01", "ends_on": "2019-12-31"},
        {"starts_on": "mulai", "ends_on": "sampai", "returned_on": "tanggal aktif", "return_decree": "nomor sk aktif",
         "return_decree_on": "tanggal sk aktif", "bkn_on": "tanggal pertek", **DECREE},
    ),
    "penugasan": (
        "secondments",
        {"kind": "dpk", "direction": "keluar", "agency_name": "KPU", "starts_on": "2025-01-01"},
        {"kind": "jenis", "direction": "arah", "agency_name": "instansi", "job_name": "jabatan", "starts_on": "mulai",
         "ends_on": "sampai", **DECREE},
    ),
    "kinerja": (
        "predicates", {"year": "2024", "result": "2", "behaviour": "2", "predicate": "2", "appraiser_status": "ASN"},
        {"year": "tahun", "result": "hasil kerja", "behaviour": "perilaku kerja", "predicate": "predikat",
         "points": "nilai", "appraiser_status": "status penilai", "appraiser_name": "nama penilai"},
    ),
}  # fmt: skip
LONG = "x" * 600
FAULTS = [
    # Ranks: Ani has III/b since 1 April 2025.
    ("golongan", {"rank": "31"}),
    ("golongan", {"rank": "24", "kind": ""}),
    ("golongan", {"rank": "34", "starts_on": "2024-04-01"}),
    ("golongan", {"starts_on": "2017-12-01", "rank": "31"}),
    ("golongan", {"starts_on": "2028-01-01"}),
    ("golongan", {"starts_on": "1925-01-01", "rank": "11"}),
    ("golongan", {"starts_on": "2025-04-01"}),
    ("golongan", {"decree_on": "1895-01-01"}),
    ("golongan", {"bkn_on": "2035-01-01"}),
    ("golongan", {"rank": "", "pay_group": "9"}),
    ("golongan", {"rank": ""}),
    ("golongan", {"kind": "999"}),
    ("golongan", {"service_years": "5", "service_months": "12"}),
    ("golongan", {"decree": LONG}),
    ("kgb", {"starts_on": "2028-06-01"}),
    ("kgb", {"starts_on": "1929-06-01"}),
    ("kgb", {"service_months": "12"}),
    ("kgb", {"service_years": "61"}),
    ("kgb", {"decree": "KGB/1", "decree_on": "2031-01-01"}),
    ("jabatan-luar", {"starts_on": "1928-02-01"}),
    ("jabatan-luar", {"starts_on": "2028-02-01", "ends_on": ""}),
    ("jabatan-luar", {"ends_on": "2018-01-01"}),
    ("jabatan-luar", {"starts_on": "1989-01-01"}),
    ("jabatan-luar", {"inaugurated_on": "2033-01-01"}),
    ("jabatan-luar", {"decree": "Y", "decree_on": "1901-01-01"}),
    ("jabatan-luar", {"job_name": LONG}),
    ("jabatan-luar", {"assignment": "D", "ends_on": "2020-06-30"}),
    ("pendidikan", {"graduated": "1999"}),
    ("pendidikan", {"graduated": "2031"}),
    ("pendidikan", {"graduated": "1949"}),
    ("pendidikan", {"graduated_on": "2031-01-01", "graduated": "2031"}),
    ("pendidikan", {"school": LONG}),
    ("pendidikan", {"level": "99"}),
    ("diklat", {"hours": "9000"}),
    ("diklat", {"year": "2031", "starts_on": "", "ends_on": ""}),
    ("diklat", {"year": "1949", "starts_on": "", "ends_on": ""}),
    ("diklat", {"year": "1985", "starts_on": "", "ends_on": ""}),
    ("diklat", {"ends_on": "2024-02-01"}),
    ("diklat", {"year": "2023"}),
    ("diklat", {"year": "2025"}),
    ("diklat", {"year": "2025", "ends_on": ""}),
    ("diklat", {"year": "2025", "starts_on": ""}),
    ("diklat", {"kind": "99"}),
    ("diklat", {"name": LONG}),
    ("disiplin", {"decree_on": "2025-01-11"}),
    ("disiplin", {"decree_on": "1899-01-01"}),
    ("disiplin", {"starts_on": "2028-01-10"}),
    ("disiplin", {"starts_on": "1929-01-10", "decree_on": "1928-01-01"}),
    ("disiplin", {"starts_on": "1989-01-10", "decree_on": "1989-01-01"}),
    ("disiplin", {"ends_on": "2025-01-01"}),
    ("disiplin", {"ends_on": "2199-01-01"}),
    ("disiplin", {"years": "101", "ends_on": "2030-01-01"}),
    ("disiplin", {"sanction": "99"}),
    ("disiplin", {"sanction": "23", "months": "12"}),
    ("disiplin", {"sanction": "23", "years": "1"}),
    ("disiplin", {"sanction": "27", "months": "6"}),
    ("disiplin", {"starts_on": "2017-12-31", "decree_on": "2017-12-01"}),
    ("disiplin", {"starts_on": "2026-12-01", "decree_on": "2026-12-01"}),
    ("disiplin", {"state": "dibatalkan", "revoked_decree": "Z", "revoked_on": "2026-12-01"}),
    ("disiplin", {"decree": ""}),
    ("disiplin", {"state": "dibatalkan"}),
    ("disiplin", {"state": "dibatalkan", "revoked_decree": "Z", "revoked_on": "1899-01-01"}),
    ("cltn", {"ends_on": "2018-01-01"}),
    ("cltn", {"ends_on": "2024-01-01"}),
    ("cltn", {"ends_on": ""}),
    # Ani was appointed on 1 January 2018.
    ("cltn", {"starts_on": "2017-12-31", "ends_on": "2018-06-30"}),
    ("cltn", {"starts_on": "1929-01-01", "ends_on": "1929-06-01"}),
    ("cltn", {"starts_on": "1989-01-01", "ends_on": "1989-06-01"}),
    ("cltn", {"starts_on": "2028-01-01", "ends_on": "2028-06-01"}),
    ("cltn", {"starts_on": "2021-06-01", "ends_on": "2021-12-31"}),
    ("cltn", {"returned_on": "2018-06-01", "return_decree": "K"}),
    ("cltn", {"decree": "K", "decree_on": "1899-01-01"}),
    ("penugasan", {"ends_on": "2024-01-01"}),
    ("penugasan", {"starts_on": "1929-01-01"}),
    ("penugasan", {"starts_on": "1989-01-01"}),
    ("penugasan", {"starts_on": "2028-01-01"}),
    ("penugasan", {"ends_on": "2199-01-01"}),
    ("penugasan", {"kind": "xyz"}),
    ("penugasan", {"decree": "K", "decree_on": "2031-01-01"}),
    ("penugasan", {"starts_on": "2022-03-01", "ends_on": "2022-06-30"}),
    ("penugasan", {"agency_name": LONG}),
    ("kinerja", {"year": "2031"}),
    ("kinerja", {"year": "1949"}),
    ("kinerja", {"year": "1985"}),
    ("kinerja", {"result": "7"}),
    ("kinerja", {"predicate": "9"}),
    ("kinerja", {"predicate": "4"}),
    ("kinerja", {"points": "121"}),
    ("kinerja", {"points": "-1"}),
]
ALLOWED = [
    # One step lower that is no promotion of any kind: a sanction of the older rules (decision 0022).
    ("golongan", {"rank": "31", "kind": ""}),
    ("diklat", {"year": "2025", "ends_on": "2025-01-03"}),
    ("diklat", {"year": "2023", "starts_on": "2023-12-20", "ends_on": "2024-03-05"}),
    ("diklat", {"year": "2023", "starts_on": ""}),
    ("cltn", {"starts_on": "2018-01-01"}),
]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(f"{TODAY} 08:00 +0700", tick=False):
        yield


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def ani(medan):
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan)
        position = make.PositionFactory(agency=medan, unit=unit)
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name="Ani", nip=NIP, rank=32, rank_since=date(2025, 4, 1), status="PNS",
            cpns_on=date(2018, 1, 1), birth_date=date(1990, 5, 2),
        )  # fmt: skip
        make.IncumbencyFactory(agency=medan, position=position, employee=person, starts_on=date(2020, 1, 1))
        own = {"agency": medan, "employee": person}
        models.RankRecord.objects.create(**own, rank=32, starts_on=date(2025, 4, 1))
        models.UnpaidLeave.objects.create(**own, starts_on=date(2021, 1, 1), ends_on=date(2021, 7, 1))
        models.Secondment.objects.create(
            **own, kind="dpk", agency_name="Bawaslu", starts_on=date(2022, 1, 1), ends_on=date(2023, 1, 1)
        )
        return person


def by_page(client, person, kind, facts):
    return client.post(reverse("history-new", args=[person.pk, kind]), facts).status_code == 302


def by_api(client, person, kind, facts):
    columns = {"level": "level_id"} if kind == "pendidikan" else {}
    asked = {"employee_id": person.pk} | {columns.get(name, name): value for name, value in facts.items() if value}
    answer = client.post(f"/api/v1/{ROUTE_OF[kind]}/", json.dumps(asked), content_type="application/json")
    assert answer.status_code in (201, 400, 404, 409), answer.content
    return answer.status_code == 201


def cell(name, value):
    is_day = name == "starts_on" or name.endswith("_on")
    return "-".join(reversed(value.split("-"))) if is_day and value else value


def by_file(client, person, kind, facts):
    importer, _facts, columns = SOUND[kind]
    names = [name for name in columns if name in facts or name in ("decree", "decree_on")]
    words = {"assignment": {"PLT": "plt", "D": "definitif"}}
    cells = [cell(name, words.get(name, {}).get(facts.get(name, ""), facts.get(name, ""))) for name in names]
    text = f"nip;{';'.join(columns[name] for name in names)}\n{NIP};{';'.join(cells)}\n"
    result = run(
        service.importer_of(importer),
        io.BytesIO(text.encode()),
        agency_id=person.agency_id,
        options=Options(today=TODAY),
    )
    assert result.refused is None, result.refused
    assert result.rows[-1].outcome in ("accepted", "warned", "rejected")
    return result.written


DOORS = {"page": by_page, "api": by_api, "import": by_file}


def taken_by(client, person, kind, facts) -> dict[str, bool]:
    """Offer a row to every door, each as if it were the first; return which took it."""
    client.force_login(user_with(person.agency, "staf_bkd"))
    found = {}
    for name, door in DOORS.items():
        with transaction.atomic():
            found[name] = door(client, person, kind, facts)
            transaction.set_rollback(True)
    return found


def test_every_history_with_an_importer_is_tried():
    kinds = {code for code, importer in registry.importers.items() if issubclass(importer, HistoryImporter)}
    assert kinds | {"position_history"} == {importer for importer, _facts, _columns in SOUND.values()}
    assert {kind for kind, _fault in FAULTS} == set(SOUND) <= set(KINDS)


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_row_is_taken_by_every_door(client, ani, kind):
    assert taken_by(client, ani, kind, SOUND[kind][1]) == dict.fromkeys(DOORS, True)


@pytest.mark.parametrize(("kind", "fault"), FAULTS, ids=lambda each: str(each)[:60])
def test_a_faulty_row_is_taken_by_no_door(client, ani, kind, fault):
    assert taken_by(client, ani, kind, SOUND[kind][1] | fault) == dict.fromkeys(DOORS, False)


@pytest.mark.parametrize(("kind", "facts"), ALLOWED)
def test_what_the_rules_let_be_is_taken_by_every_door(client, ani, kind, facts):
    assert taken_by(client, ani, kind, SOUND[kind][1] | facts) == dict.fromkeys(DOORS, True)
