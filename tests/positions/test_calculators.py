"""Calculators through the API: every worked example of establishment.md that the inputs can express, and attacks."""

import json
from decimal import Decimal

import pytest

from asnhr import registry
from asnhr.throttling import PublicThrottle

pytestmark = pytest.mark.django_db
URL = "/api/v1/calculators/"


@pytest.fixture(autouse=True)
def _without_limit(monkeypatch):
    monkeypatch.setattr(PublicThrottle, "THROTTLE_RATES", {"calculators": None})


def post(client, code, data, **headers):
    body = data if isinstance(data, str | bytes) else json.dumps(data)
    return client.post(f"{URL}{code}/", body, content_type="application/json", **headers)


def tasks(*rows, per="year"):
    return [{"volume": volume, "per": each_per, "minutes": minutes} for volume, minutes, each_per in
            [(*row, per)[:3] if len(row) == 2 else row for row in rows]]  # fmt: skip


E01 = tasks((240, 90), (1200, 30), (12, 600), (50, 300))
E03 = tasks((8, 15, "day"), (5, 120, "week"), (20, 150, "month"), (3, 1500, "semester"))
UNIT = [(79_800, 1), (187_500, 3), (60_000, 1), (150_000, 2)]
CASES = [
    ("E01", "workload", {"tasks": E01}, {
        "task_minutes": ["21600", "36000", "7200", "15000"], "total_minutes": "79800", "need": "1.0640", "staff": 1,
        "effectiveness": None, "grade": None, "status": None, "warnings": [],
    }),
    ("E02", "workload", {"tasks": E01, "minutes_per_year": 72_000, "rounding": "ceil"}, {"need": "1.1083", "staff": 2}),
    ("E02", "workload", {"tasks": E01, "minutes_per_year": "72000", "rounding": "half_up"}, {"staff": 1}),
    ("E02", "workload", {"tasks": E01, "as_of": "2019-12-31"}, {"need": "1.1083", "staff": 1}),
    ("E03", "workload", {"tasks": E03}, {
        "task_minutes": ["30000", "30000", "36000", "9000"], "total_minutes": "105000", "need": "1.4000", "staff": 1,
    }),
    ("E04", "workload", {"tasks": tasks((1, 112_500))}, {"need": "1.5000", "staff": 2}),
    ("E04", "workload", {"tasks": tasks((1, 180_000))}, {"need": "2.4000", "staff": 2}),
    ("E04", "workload", {"tasks": tasks((1, 187_499))}, {"need": "2.5000", "staff": 2}),
    ("E04", "workload", {"tasks": tasks((1, 187_500))}, {"staff": 3}),
    ("E05", "workload", {"tasks": tasks((1, 187_500)), "holders": 2}, {"effectiveness": "1.2500", "grade": "A"}),
    ("E05", "workload", {"tasks": tasks((1, 187_500)), "holders": 3}, {"effectiveness": "0.8333", "grade": "C"}),
    ("E05", "workload", {"tasks": tasks((1, 187_500)), "holders": 4}, {"effectiveness": "0.6250", "grade": "D"}),
    ("E05", "workload", {"tasks": tasks((1, 187_500)), "holders": 0},
     {"effectiveness": None, "grade": None, "status": "kosong"}),
    ("manajerial", "workload", {"tasks": tasks((1, 187_500)), "managerial": True}, {"staff": 1, "need": "2.5000"}),
    ("gabungkan", "workload", {"tasks": tasks((1, "7500.5"))},
     {"staff": 0, "total_minutes": "7500.5", "warnings": ["GABUNGKAN_JABATAN"]}),
    ("E06", "unit-effectiveness", {"posts": [{"minutes": m, "holders": h} for m, h in UNIT]},
     {"effectiveness": "0.9091", "grade": "B", "staff": [1, 3, 1, 2]}),
    ("E06 kosong", "unit-effectiveness", {"posts": [{"minutes": 1, "holders": 0}]},
     {"effectiveness": None, "grade": None, "staff": [0]}),
    ("E07", "position-map",
     {"posts": [{"need": k, "holders": b} for k, b in ((1, 1), (2, 3), (4, 1), (3, 2))]},
     {"differences": [0, 1, -3, -1], "shortage": 4, "surplus": 1}),
    ("E08", "workload-health",
     {"tasks": [{"output": 12_000, "minutes": 5}, {"output": 3_000, "minutes": 12}], "support_minutes": [1200, 1800]},
     {
         "standards": ["14400.0000", "6000.0000"], "main_staff": "1.3333", "support_percent": "4.1667",
         "support_factor": "1.0435", "need": "1.3913", "staff": 1,
     }),
    ("E09", "projection",
     {
         "need": 12, "growth": 0.02, "holders": 9, "retiring": [1, 2, 0, 1, 1], "leaving": [0, 0, 1, 0, 0],
         "joining": [1, 0, 0, 0, 0],
     },
     {
         "need": [12, 12, 13, 13, 13], "holders": [9, 7, 6, 5, 4], "shortage": [3, 5, 7, 8, 9],
         "surplus": [0, 0, 0, 0, 0],
     }),
    ("E09", "projection",
     {
         "need": 12, "growth": 0.02, "holders": 9, "retiring": [1, 2, 0, 1, 1], "leaving": [0, 0, 1, 0, 0],
         "joining": [1, 0, 0, 0, 0], "rounding": "ceil",
     },
     {
         "need": [13, 13, 13, 13, 14], "holders": [9, 7, 6, 5, 4], "shortage": [4, 6, 7, 8, 10],
         "surplus": [0, 0, 0, 0, 0],
     }),
    ("E10", "job-class", {"kind": "structural", "levels": [1, 1, 1, 2, 1, 3, 1]}, {"points": 1455, "job_class": 9}),
    ("E10", "job-class", {"kind": "structural", "levels": [2, 2, 1, 2, 2, 4, 2]}, {"points": 2255, "job_class": 12}),
    ("E11", "job-class", {"kind": "functional", "levels": [5, 2, 2, 2, 2, 2, 2, 1, 1]},
     {"points": 1235, "job_class": 8}),
    ("E11", "job-class", {"kind": "functional", "levels": [3, 2, 1, 1, 1, 1, 1, 1, 1]},
     {"points": 590, "job_class": 5}),
    ("E11", "job-class", {"kind": "functional", "levels": [1] * 9}, {"points": 190, "job_class": 1}),
    ("E12", "job-person-match",
     {"required": [3] * 9, "actual": [3, 3, 2, 3, 4, 2, 3, 3, 3], "purpose": "appointment"},
     {"percent": "92.59", "percent_compensated": "96.30", "category": "MS", "gaps": [0, 0, -1, 0, 1, -1, 0, 0, 0]}),
    ("E12", "job-person-match", {"required": [3] * 9, "actual": [3, 3, 2, 3, 4, 2, 3, 3, 3], "purpose": "mapping"},
     {"category": "OPTIMAL"}),
    ("E13", "job-person-match", {"required": [4] * 9, "actual": [3] * 9, "purpose": "appointment"},
     {"percent": "75.00", "category": "MMS"}),
    ("E13", "job-person-match", {"required": [4] * 9, "actual": [3] * 9, "purpose": "mapping"},
     {"percent": "75.00", "category": "KURANG_OPTIMAL"}),
    ("belum dinilai", "job-person-match", {"required": [3, 3], "actual": [3, None], "purpose": "mapping"},
     {"percent": None, "percent_compensated": None, "category": "BELUM_LENGKAP", "gaps": [0, None]}),
    ("E14a", "retirement", {"birth_date": "1967-06-15", "level": "PENGAWAS"},
     {
         "age": 58, "reaches_on": "2025-06-15", "retires_on": "2025-07-01", "last_active_day": "2025-06-30",
         "warnings": [],
     }),
    ("E14b", "retirement", {"birth_date": "1967-06-01", "level": "PELAKSANA"}, {"retires_on": "2025-07-01"}),
    ("E14c", "retirement", {"birth_date": "1966-12-31", "level": "ADMINISTRATOR"}, {"retires_on": "2025-01-01"}),
    ("E14d", "retirement", {"birth_date": "1968-02-29", "level": "AHLI_MUDA"},
     {"retires_on": "2026-03-01", "reaches_on": "2026-02-28"}),
    ("E14e", "retirement", {"birth_date": "1965-09-10", "level": "JPT_PRATAMA"},
     {"age": 60, "retires_on": "2025-10-01"}),
    ("E14f", "retirement", {"birth_date": "1960-11-03", "level": "AHLI_UTAMA", "job_title": "Dokter"},
     {"age": 65, "retires_on": "2025-12-01", "warnings": []}),
    ("E15a", "retirement", {"birth_date": "1966-08-20", "level": "AHLI_PERTAMA", "job_title": "Guru Ahli Pertama"},
     {"age": 60, "retires_on": "2026-09-01", "warnings": []}),
    ("E15b", "retirement", {"birth_date": "1967-02-03", "level": "PELAKSANA", "released_on": "2026-05-20"},
     {"retires_on": "2026-06-01", "last_active_day": "2026-05-31"}),
    ("BUP perorangan", "retirement", {"birth_date": "1967-06-15", "level": "PENGAWAS", "age": 60},
     {"age": 60, "retires_on": "2027-07-01"}),
    ("SIASN", "retirement", {"birth_date": "1967-06-15", "level": "AHLI_UTAMA", "job_title": "Penghulu"},
     {"age": 65, "warnings": ["BUP_SIASN_BERBEDA"]}),
    ("E16", "nip", {"nip": "198609262015051001"}, {
        "valid": True, "kind": "PNS", "errors": [], "warnings": [], "birth_date": "1986-09-26", "appointed": "2015-05",
        "sex": "M", "serial": 1,
    }),
    ("E16", "nip", {"nip": "19900913 202524 2 014"}, {
        "valid": True, "kind": "PPPK", "errors": [], "warnings": [], "birth_date": "1990-09-13", "appointed": "2025",
        "sex": "F", "serial": 14,
    }),
    ("E16", "nip", {"nip": "198502302010011003"}, {"valid": False, "errors": ["N2"], "birth_date": None}),
    ("E16", "nip", {"nip": "198501012010130001"}, {"valid": False, "errors": ["N3", "N4"], "kind": None, "sex": None}),
    ("E16", "nip", {"nip": "19780714200312200"}, {"valid": False, "errors": ["N1"]}),
    ("angka Arab", "nip", {"nip": "١٩٨٦٠٩٢٦٢٠١٥٠٥١٠٠١"}, {"valid": False, "errors": ["N1"]}),
    ("N6", "nip", {"nip": "200009262015051001"}, {"valid": True, "warnings": ["N6"]}),
    ("E17", "rank-fit", {"echelon": "II.b", "rank": "IV/b"}, {"code": "sesuai", "warnings": []}),
    ("E17", "rank-fit", {"echelon": "II.b", "rank": "IV/a"}, {"code": "satu_tingkat_di_bawah", "warnings": ["ACC_10"]}),
    ("E17", "rank-fit", {"echelon": "II.b", "rank": "III/d"}, {"code": "di_bawah_minimum", "warnings": ["ACC_10"]}),
    ("E17", "rank-fit", {"echelon": "IV.a", "rank": "III/b"}, {"code": "satu_tingkat_di_bawah", "warnings": []}),
    ("E17", "rank-fit", {"echelon": "III.b", "rank": "IV/b"}, {"code": "di_atas_maksimum", "warnings": []}),
    *(
        ("E18", "rank-promotion", {"rank": "III/a", "rank_since": since, "kind": "regular"},
         {"next_rank": "III/b", "promotes_on": day, "closed": None})
        for since, day in (("2021-04-01", "2025-04-01"), ("2021-03-01", "2025-04-01"), ("2021-11-01", "2025-11-01"),
                           ("2019-04-01", "2023-04-01"))
    ),
    ("E19", "rank-promotion", {"rank": "III/b", "rank_since": "2021-04-01", "kind": "regular", "education": "D-III"},
     {"next_rank": "III/c", "closed": None}),
    ("struktural", "rank-promotion",
     {"rank": "III/d", "rank_since": "2025-01-01", "kind": "structural", "below_minimum": True},
     {"next_rank": "IV/a", "promotes_on": "2026-01-01"}),
    *(
        ("eselon", "rank-promotion",
         {"rank": rank, "rank_since": "2023-08-01", "kind": kind, "echelon": "III.a"} | more,
         {"next_rank": above, "promotes_on": day})
        for rank, kind, more, above, day in (
            ("III/d", "structural", {}, "IV/a", "2024-08-01"), ("IV/a", "structural", {}, "IV/b", "2027-08-01"),
            ("IV/b", "structural", {}, None, None), ("IV/b", "regular", {}, "IV/c", "2027-08-01"),
            # The echelon tells more than what was ticked.
            ("IV/a", "structural", {"below_minimum": True}, "IV/b", "2027-08-01"),
        )
    ),
    ("fungsional", "rank-promotion", {"rank": "III/a", "rank_since": "2024-04-01", "kind": "functional"},
     {"promotes_on": "2026-04-01"}),
    ("E20", "service-in-scale", {"from_rank": "II/d", "to_rank": "III/a", "years": 15, "months": 7},
     {"years": 10, "months": 7}),
    ("E20", "salary", {"scheme": "PNS", "grade": "II/d", "years": 15}, {"amount": 3_120_900}),
    ("E20", "salary", {"scheme": "PNS", "grade": "III/a", "years": 10}, {"amount": 3_252_900, "step": 10}),
    ("E21", "salary-increment", {"grade": "III/b", "service_months": 54, "reference_date": "2025-04-01"},
     {"next_on": "2026-10-01", "letter_on": "2026-08-01", "step": 6, "status": None}),
    ("E21", "salary-increment", {"grade": "II/c", "service_months": 60, "reference_date": "2024-10-01"},
     {"next_on": "2026-10-01", "step": 7}),
    ("E21", "salary-increment", {"grade": "II/a", "service_months": 0, "reference_date": "2024-03-01"},
     {"next_on": "2025-03-01", "step": 1}),
    ("maksimum", "salary-increment", {"grade": "IV/e", "service_months": 384, "reference_date": "2024-03-01"},
     {"next_on": None, "letter_on": None, "step": None, "status": "mencapai MKG maksimum"}),
    ("E22", "salary", {"scheme": "PNS", "grade": "II/b", "years": 1}, {"amount": 2_385_000}),
    ("E22", "salary", {"scheme": "PNS", "grade": "IV/e", "years": 35}, {"amount": 6_373_200}),
    ("E22", "salary", {"scheme": "PNS", "grade": "III/a", "years": 0, "cpns": True}, {"amount": 2_228_560, "step": 0}),
    ("E22", "salary", {"scheme": "PPPK", "grade": "IX", "years": 0}, {"amount": 3_203_600, "step": 0}),
    ("E22", "salary", {"scheme": "PPPK", "grade": "V", "years": 2}, {"amount": 2_551_100, "step": 1}),
    ("E22", "salary", {"scheme": "PPPK", "grade": "XI", "years": 7}, {"amount": 3_819_600, "step": 6}),
    ("E23", "data-quality", {"employees": 1000, "counts": {"COM_2": 100}}, {
        "dimensions": {"completeness": "97.50", "timeliness": "100.00", "accuracy": "100.00", "consistency": "100.00"},
        "total": "99.30",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("code", "data", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_worked_examples(client, code, data, expected):
    response = post(client, code, data)

    assert response.status_code == 200, response.content
    answer = response.json()
    assert set(answer) == {"result", "steps", "parameters", "legal_basis"}
    assert {name: answer["result"][name] for name in expected} == expected
    assert answer["steps"]
    assert answer["legal_basis"]
    assert all(isinstance(value, str) for value in answer["parameters"].values())


@pytest.mark.parametrize(
    ("rank", "education"), [("III/b", "SLTA"), ("III/d", "S1"), ("IV/e", None)], ids=["E19", "E19", "IV/e"]
)
def test_a_closed_promotion_says_why(client, rank, education):
    data = {"rank": rank, "rank_since": "2021-04-01", "kind": "regular"}
    result = post(client, "rank-promotion", data | ({"education": education} if education else {})).json()["result"]

    assert (result["next_rank"], result["promotes_on"]) == (None, None)
    assert result["closed"]


def test_the_list_describes_all_of_them(client):
    codes = [
        "nip", "retirement", "workload", "workload-health", "unit-effectiveness", "position-map", "projection",
        "job-class", "job-person-match", "rank-fit", "rank-promotion", "service-in-scale", "salary",
        "salary-increment", "data-quality",
    ]  # fmt: skip
    found = client.get(URL).json()

    assert [each["code"] for each in found] == codes == [code for code, _ in registry.calculators.items()]
    for each in found:
        assert each["title"]
        assert each["input"]
        assert each["output"]
        assert each["legal_basis"]


@pytest.mark.parametrize("code", [code for code, _ in registry.calculators.items()])
def test_its_example_works_and_its_outputs_are_those_it_lists(client, code):
    calculator = registry.calculators.get(code)
    answer = post(client, code, dict(calculator.example)).json()
    assert set(answer["result"]) == {each.name for each in calculator.outputs}


@pytest.mark.parametrize(
    ("code", "data", "parameters", "laws"),
    [
        ("salary", {"scheme": "PNS", "grade": "IV/e", "years": 35}, {"salary.table": "PP 5/2024"}, ["PP 7/1977"]),
        ("salary", {"scheme": "PPPK", "grade": "IX", "years": 0}, {"salary.table": "Perpres 11/2024"},
         ["Perpres 98/2020"]),
        ("salary-increment", {"grade": "IX", "service_months": 400, "reference_date": "2025-04-01"},
         {"salary.last_step": "32"}, ["Perpres 11/2024", "Kenaikan gaji berkala PPPK", "Langkah terakhir: Perpres"]),
        ("rank-promotion", {"rank": "IV/e", "rank_since": "2021-04-01", "kind": "regular"}, {"rank.highest": "IV/e"},
         ["Peraturan BKN", "Bulan pada enam periode", "Batas menurut", "Pangkat tertinggi"]),
        ("rank-promotion", {"rank": "IV/b", "rank_since": "2021-04-01", "kind": "structural", "echelon": "III.a"},
         {"promotion.echelon": "IV/b"},
         ["Peraturan BKN", "Bulan pada enam periode", "Batas menurut", "PP 100/2000", "Pangkat tertinggi eselon"]),
    ],
)  # fmt: skip
def test_every_answer_names_what_decided_by_the_laws_of_its_scheme(client, code, data, parameters, laws):
    answer = post(client, code, data).json()

    assert answer["parameters"] == parameters
    allowed = (*laws, "Tabel gaji: " + laws[0])
    assert [law for law in answer["legal_basis"] if not law.startswith(allowed)] == []


def test_the_rulebook_in_force_decides(client):
    from asnhr.models import Parameter

    Parameter.objects.filter(code="bup.PENGAWAS").update(value=59)
    answer = post(client, "retirement", {"birth_date": "1967-06-15", "level": "PENGAWAS"}).json()
    assert answer["result"]["retires_on"] == "2026-07-01"
    assert answer["parameters"] == {"bup.PENGAWAS": "59"}
    assert any("[V2]" in text for text in answer["legal_basis"])


def test_an_agency_s_own_value_is_not_taken(client):
    from asnhr.models import AgencyParameter
    from asnhr.scope import agency_scope
    from tests.factories.asnhr import AgencyFactory

    agency = AgencyFactory()
    with agency_scope(agency):
        AgencyParameter.objects.create(
            agency=agency, code="abk.minutes_per_year", value=72_000, starts_on="2020-01-01", decree="K"
        )
    assert post(client, "workload", {"tasks": E01}).json()["parameters"]["abk.minutes_per_year"] == "75000"


# Attacks

REFUSED = [
    ("workload", {}, "tasks"),
    ("workload", {"tasks": []}, "tasks"),
    ("workload", {"tasks": None}, "tasks"),
    ("workload", {"tasks": "x"}, "tasks"),
    ("workload", {"tasks": {"0": {}}}, "tasks"),
    ("workload", {"tasks": [1]}, "tasks"),
    ("workload", {"tasks": [[]]}, "tasks"),
    ("workload", {"tasks": [{}]}, "tasks"),
    ("workload", {"tasks": tasks((0, 5))}, "tasks"),
    ("workload", {"tasks": tasks((-1, 5))}, "tasks"),
    ("workload", {"tasks": tasks(("1e5", 5))}, "tasks"),
    ("workload", {"tasks": tasks(("١٢", 5))}, "tasks"),
    ("workload", {"tasks": tasks(("1_000", 5))}, "tasks"),
    ("workload", {"tasks": tasks((True, 5))}, "tasks"),
    ("workload", {"tasks": tasks(("NaN", 5))}, "tasks"),
    ("workload", {"tasks": tasks(("1" * 400, 5))}, "tasks"),
    ("workload", {"tasks": tasks((1, 5, "decade"))}, "tasks"),
    ("workload", {"tasks": tasks((1, 5)) * 501}, "tasks"),
    ("workload", {"tasks": [{"volume": 1, "per": "year", "minutes": 5, "x": 1}]}, "tasks"),
    ("workload", {"tasks": E01, "holders": -1}, "holders"),
    ("workload", {"tasks": E01, "holders": 1.5}, "holders"),
    ("workload", {"tasks": E01, "minutes_per_year": 0}, "minutes_per_year"),
    ("workload", {"tasks": E01, "rounding": "floor"}, "rounding"),
    ("workload", {"tasks": E01, "rounding": ["ceil"]}, "rounding"),
    ("workload", {"tasks": E01, "managerial": "ya"}, "managerial"),
    ("workload", {"tasks": E01, "as_of": "2010-01-01"}, "as_of"),
    ("workload", {"tasks": E01, "<b>x</b>": 1}, "<b>x</b>"),
    ("workload-health", {"tasks": [{"output": 1, "minutes": 1}], "support_minutes": [72_000]}, "support_minutes"),
    ("workload-health", {"tasks": [{"output": 1, "minutes": 1}], "support_minutes": [-1]}, "support_minutes"),
    ("workload-health", {"tasks": [{"output": 1, "minutes": 1}]}, "support_minutes"),
    ("unit-effectiveness", {"posts": [{"minutes": -1, "holders": 0}]}, "posts"),
    ("position-map", {"posts": [{"need": -1, "holders": 0}]}, "posts"),
    ("position-map", {"posts": [{"need": 1, "holders": 0}] * 1001}, "posts"),
    ("projection", {"need": 1, "holders": 1, "retiring": [0] * 4, "leaving": [0] * 5, "joining": [0] * 5}, "retiring"),
    ("projection", {"need": 1, "holders": 1, "retiring": [-1, 0, 0, 0, 0], "leaving": [0] * 5, "joining": [0] * 5},
     "retiring"),
    ("projection", {"need": 1, "growth": -1, "holders": 1, "retiring": [0] * 5, "leaving": [0] * 5,
                    "joining": [0] * 5}, "growth"),
    ("projection", {"need": 1, "rounding": "floor", "holders": 1, "retiring": [0] * 5, "leaving": [0] * 5,
                    "joining": [0] * 5}, "rounding"),
    ("job-class", {"kind": "structural", "levels": [1] * 9}, "levels"),
    ("job-class", {"kind": "structural", "levels": [9] * 7}, "levels"),
    ("job-class", {"kind": "functional", "levels": [0] * 9}, "levels"),
    ("job-class", {"kind": "x", "levels": [1] * 9}, "kind"),
    ("job-person-match", {"required": [3], "actual": [3, 3], "purpose": "mapping"}, "actual"),
    ("job-person-match", {"required": [None], "actual": [3], "purpose": "mapping"}, "required"),
    ("job-person-match", {"required": [0], "actual": [0], "purpose": "mapping"}, "required"),
    ("retirement", {"birth_date": "1985-02-30", "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": "1985-2-3", "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": "0001-01-01", "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": "9999-12-31", "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": "2100-12-31", "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": 19850203, "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": "1985-02-03T00:00:00", "level": "PENGAWAS"}, "birth_date"),
    ("retirement", {"birth_date": "1985-02-03", "level": "pengawas"}, "level"),
    ("retirement", {"birth_date": "1985-02-03", "level": "PENGAWAS", "age": 200}, "age"),
    ("retirement", {"birth_date": "1985-02-03", "level": "PENGAWAS", "released_on": "1980-01-01"}, "released_on"),
    ("retirement", {"birth_date": "1985-02-03", "level": "PENGAWAS", "job_title": "x" * 201}, "job_title"),
    ("retirement", {"birth_date": "1985-02-03", "level": "PENGAWAS", "job_title": "Guru\x00"}, "job_title"),
    ("retirement", {"birth_date": "1985-02-03", "level": "PENGAWAS", "as_of": "1999-01-01"}, "as_of"),
    ("nip", {"nip": 198609262015051001}, "nip"),
    ("nip", {"nip": ""}, "nip"),
    ("nip", {"nip": "1" * 101}, "nip"),
    ("rank-fit", {"echelon": "VI.a", "rank": "IV/a"}, "echelon"),
    ("rank-fit", {"echelon": "II.b", "rank": "IV/f"}, "rank"),
    ("rank-promotion", {"rank": "III/a", "rank_since": "2021-04-31", "kind": "regular"}, "rank_since"),
    ("rank-promotion", {"rank": "III/a", "rank_since": "2021-04-01", "kind": "regular", "education": "S4"},
     "education"),
    ("service-in-scale", {"from_rank": "III/a", "to_rank": "II/d", "years": 1, "months": 0}, "to_rank"),
    ("service-in-scale", {"from_rank": "II/d", "to_rank": "III/a", "years": 1, "months": 12}, "months"),
    ("service-in-scale", {"from_rank": "II/d", "to_rank": "III/a", "years": -1, "months": 0}, "years"),
    ("salary", {"scheme": "PNS", "grade": "IX", "years": 1}, "grade"),
    ("salary", {"scheme": "PPPK", "grade": "IX", "years": 1, "cpns": True}, "cpns"),
    ("salary", {"scheme": "PNS", "grade": "III/a", "years": 1, "as_of": "2023-12-31"}, "as_of"),
    ("salary-increment", {"grade": "III/a", "service_months": 1, "reference_date": "2025-04-15"}, "reference_date"),
    ("salary-increment", {"grade": "X/a", "service_months": 1, "reference_date": "2024-01-01"}, "grade"),
    ("salary-increment", {"grade": "III/a", "service_months": -1, "reference_date": "2024-01-01"}, "service_months"),
    ("data-quality", {"employees": 0, "counts": {}}, "employees"),
    ("data-quality", {"employees": 10, "counts": {"COM_1": 11}}, "counts"),
    ("data-quality", {"employees": 10, "counts": {"COM_9": 1}}, "counts"),
    ("data-quality", {"employees": 10, "counts": {"COM_1": -1}}, "counts"),
    ("data-quality", {"employees": 10, "counts": []}, "counts"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "data", "name"), REFUSED)
def test_nonsense_is_refused_by_field(client, code, data, name):
    response = post(client, code, data)

    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    errors = response.json()["errors"]
    assert list(errors) == [name]
    assert all(isinstance(text, str) and text for text in errors[name])


VOLUME = '{"tasks": [{"volume": %s, "per": "year", "minutes": 5}]}'


@pytest.mark.parametrize(
    "body",
    [
        VOLUME % "NaN", VOLUME % "-Infinity", VOLUME % "1e999", VOLUME % "1e99999999999999999999",
        VOLUME % "1e-99999999", VOLUME % "0e99999999", VOLUME % ("9" * 5000), VOLUME % "0.0000000000001",
        VOLUME % "1.5.5",
        VOLUME % "1" + "x", "", "null", "[]", "[[]]", "1", '"x"', "{", "[" * 100_000, '{"a":' * 5000 + "1" + "}" * 5000,
        '{"\\ud800": 1}', '{"tasks": "\\ud800"}', b"\xff\xfe", b"{\"tasks\": \"\xff\"}",
        json.dumps({f"k{n}": 1 for n in range(5000)}),
    ],
)  # fmt: skip
def test_broken_bodies_are_refused(client, body):
    response = post(client, "workload", body)

    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert 0 < len(response.json()["errors"]) <= 25


@pytest.mark.parametrize("code", [code for code, _ in registry.calculators.items()])
@pytest.mark.parametrize(
    "value", [None, True, -1, 0, 10**40, 1.5, "", "x", "\ud800", "<script>", "' OR 1=1 --", [], [None], [[]], {}, [{}]]
)
def test_no_value_breaks_any_field(client, code, value):
    calculator = registry.calculators.get(code)
    for field in calculator.fields:
        body = json.dumps(dict(calculator.example) | {field.name: value})
        assert post(client, code, body).status_code in (200, 400), (field.name, value)


@pytest.mark.parametrize("day", ["1900-01-01", "1904-02-29", "2150-12-31", "2024-02-29"])
def test_the_ends_of_the_calendar(client, day):
    for code, calculator in registry.calculators.items():
        for field in calculator.fields:
            if field.kind == "date":
                response = post(client, code, dict(calculator.example) | {field.name: day})
                assert response.status_code in (200, 400), (code, field.name)


def test_large_bodies_are_not_read(client):
    assert post(client, "workload", "[" + " " * 300_000 + "]").status_code == 413


def test_other_kinds_of_bodies_and_methods(client):
    assert client.post(f"{URL}nip/", {"nip": "1"}).status_code == 415
    assert client.get(f"{URL}nip/").status_code == 405
    assert post(client, "tidak-ada", {}).status_code == 404
    assert post(client, "nip", {"nip": "x"}, HTTP_AUTHORIZATION="Bearer salah").status_code == 200


def test_english_answers_on_request(client):
    steps = post(client, "salary", {"scheme": "PNS", "grade": "III/a", "years": 10}, HTTP_ACCEPT_LANGUAGE="en").json()
    assert "Table PP 5/2024" in steps["steps"][0]


def test_numbers_are_exact(client):
    flows = '"retiring": [0,0,0,0,0], "leaving": [0,0,0,0,0], "joining": [0,0,0,0,0]'
    data = f'{{"need": 0.1, "growth": 0.1, "holders": 0, {flows}}}'
    assert post(client, "projection", data).status_code == 200
    answer = post(client, "workload", VOLUME % "0.1").json()
    assert Decimal(answer["result"]["total_minutes"]) == Decimal("0.5")


def test_a_projection_tells_of_more_leavers_than_people(client):
    flows = {"retiring": [0, 5, 5, 5, 5], "leaving": [0] * 5, "joining": [0] * 5}

    answer = post(client, "projection", {"need": 12, "growth": 0, "holders": 6, **flows}).json()
    whole = post(client, "projection", {"need": 12, "growth": 0, "holders": 21, **flows}).json()

    assert answer["result"]["holders"] == [6, 1, -4, -9, -14]
    assert answer["steps"][-1].startswith("Mulai tahun 3 lebih banyak orang keluar")
    assert (len(answer["steps"]), len(whole["steps"])) == (6, 5)


def test_the_projection_rounds_as_asked_or_as_the_rulebook_says_and_tells_it(client):
    flows = {name: [0] * 5 for name in ("retiring", "leaving", "joining")}
    data = {"need": "1.0640", "growth": 0, "holders": 2, **flows}

    by_book, up = (
        post(client, "projection", data).json(),
        post(client, "projection", data | {"rounding": "ceil"}).json(),
    )

    assert (by_book["result"]["need"], up["result"]["need"]) == ([1] * 5, [2] * 5)
    assert "dibulatkan setengah ke atas 1;" in by_book["steps"][0]
    assert "dibulatkan selalu ke atas 2;" in up["steps"][0]


def test_who_asks_too_fast_waits(client, monkeypatch):
    monkeypatch.setattr(PublicThrottle, "THROTTLE_RATES", {"calculators": "3/min"})
    address = "203.0.113.77"
    statuses = [post(client, "nip", {"nip": "x"}, REMOTE_ADDR=address).status_code for _ in range(4)]
    refused = post(client, "nip", {"nip": "x"}, REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR="1.2.3.4")

    assert statuses == [200, 200, 200, 429]
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert refused["Content-Type"] == "application/problem+json"
    assert post(client, "nip", {"nip": "x"}, REMOTE_ADDR="203.0.113.78").status_code == 200


@pytest.mark.parametrize(
    ("code", "given", "one"),
    [
        ("salary", {"scheme": "PNS", "grade": "II/a", "years": 1}, "Service 1 year: step 1 year, "),
        ("service-in-scale", {"from_rank": "I/d", "to_rank": "II/a", "years": 7, "months": 1}, "1 year 1 month"),
        (
            "workload", {"tasks": [{"volume": 75000, "per": "year", "minutes": 1}]},
            "75,000 × 1 × 1 minute = 75,000 minutes a year.",
        ),
        ("workload", {"tasks": [{"volume": 75000, "per": "year", "minutes": 1}]}, ": 1 person."),
    ],
)  # fmt: skip
def test_one_thing_is_told_as_one_in_english(client, code, given, one):
    answer = post(client, code, given, headers={"Accept-Language": "en"}).json()

    assert one in " ".join(answer["steps"])
