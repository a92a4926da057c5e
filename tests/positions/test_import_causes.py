"""What an import found wrong is kept as a sentence of ours with its values apart, and told in the reader's language."""

import ast
import csv
import io
import json
from io import BytesIO
from pathlib import Path

import pytest
import python_calamine
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from asnhr import imports as framework_package
from asnhr import registry, services, told
from asnhr.imports import service
from asnhr.imports.codes import CHANGES
from asnhr.imports.framework import Options, run, told_problem, told_row
from asnhr.models import ImportJob, Run
from asnhr.scope import agency_scope
from positions import imports as importers_package
from positions.import_words import heading
from positions.imports.position_history import _OutsidePosts
from positions.pages.imports import option_words
from tests.asnhr.test_translations import catalogue, indonesian
from tests.positions.test_import_histories import BUDI, CITRA, DEWI, TODAY, R
from tests.positions.test_import_histories import agency as agency_of_histories
from tests.positions.test_page_imports import upload
from tests.roles import user_with

agency = agency_of_histories
# What turns into an exception of a door rather than into a cause.
DOORS = {"service.py", "storage.py", "workbook.py"}
MARKERS = {"_", "gettext", "gettext_lazy"}


def modules():
    for package in (framework_package, importers_package):
        for path in sorted(Path(package.__file__).parent.glob("*.py")):
            if path.name not in DOORS:
                yield path


def is_marked(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKERS


def test_no_importer_pours_a_value_into_a_sentence():
    """Neither by %, + or format, nor in SQL: a flag's value has a place of its own."""
    poured = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_sum = isinstance(node, ast.BinOp) and (is_marked(node.left) or is_marked(node.right))
            is_format = isinstance(node, ast.Call) and is_marked(getattr(node.func, "value", None))
            if is_sum or is_format:
                poured.append(f"{path.name}:{node.lineno}")
            if is_marked(node) and isinstance(node.args[0], ast.Constant) and "%s" in node.args[0].value:
                poured.append(f"{path.name}:{node.lineno}: a value without a name")
    assert poured == []


def test_every_flag_with_a_value_has_its_place_and_no_other_has():
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "flag" and is_marked(node.args[2]):
                sentence = ast.unparse(node.args[2])
                has_value = any(keyword.arg == "detail" for keyword in node.keywords)
                if has_value is not ("%(value)s" in sentence):
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


# What is to stand in a cell is Indonesian in every language.
QUOTES_A_CELL = (
    "enter yes (ya)", "unknown status; for example:", "length of service cannot be read; for example:",
    "kind: definitif, ", "extension: belum (", "direction: keluar (", "level: visi (",
)  # fmt: skip
JUNK = ("31-02-2016", "x" * 700, "99999999999,123456", "=A1", "5 Brumaire 2020", "-", "2020")


def bad_files():
    """Yield (kind, file) for every kind and layout: each column holds junk of every sort."""
    for kind, importer in registry.importers.items():
        for layout in importer.layouts:
            headers = [column.headers[0] for column in layout.columns]
            rows = [headers, *[[junk] * len(headers) for junk in JUNK]]
            rows += [[BUDI if column.field == "nip" else junk for column in layout.columns] for junk in JUNK]
            text = io.StringIO()
            csv.writer(text, delimiter=";").writerows(rows)
            yield pytest.param(kind, text.getvalue(), id=f"{kind}-{layout.code}")


def sentences() -> set[str]:
    return {message.source for message in catalogue()}


@pytest.mark.parametrize(("kind", "text"), list(bad_files()))
def test_every_kind_keeps_causes_that_each_language_can_tell(agency, kind, text):
    with translation.override("en"):
        result = run(
            service.importer_of(kind), io.BytesIO(text.encode()), agency_id=agency.pk,
            options=Options(today=TODAY, decree="x" * 50, dry_run=True),
        )  # fmt: skip
    kept = json.loads(json.dumps([row.kept() for row in result.rows]))
    problems = [problem for row in kept for problem in row.get("problems", ())]
    if result.refused:
        problems.append({"cause": result.refused["message"], "values": result.refused.get("values")})
    assert problems, "a file of nothing but faults has some"
    assert {problem["cause"] for problem in problems} <= sentences()
    with translation.override("en"):
        said = {told_problem(problem)["cause"] for problem in problems}
    assert indonesian([text for text in said if not text.startswith(QUOTES_A_CELL)]) == []
    assert not any("%(" in text for text in said)


def named_in(tree, method):
    """Yield what calls of a method name: their second argument, and the keys of `fields`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == method:
            fields = [keyword.value for keyword in node.keywords if keyword.arg == "fields"]
            yield node.args[1], [key for each in fields if isinstance(each, ast.Dict) for key in each.keys]


def test_every_change_and_every_fact_of_a_report_has_english_words():
    changes, facts = set(), set()
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for method in ("listed", "list_changes"):
            for name, keys in named_in(tree, method):
                changes |= {name.value} if isinstance(name, ast.Constant) else set()
                facts |= {key.value for key in keys if isinstance(key, ast.Constant)}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "plan":
                dicts = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
                changes |= {key.value for each in dicts if isinstance(each, ast.Dict) for key in each.keys}
    for importer in (*(each for _code, each in registry.importers.items()), _OutsidePosts):
        facts |= {fact.label for fact in getattr(importer, "facts", ())}
    assert {"new", "missing", "dropped", "moved"} <= changes
    assert changes <= set(CHANGES)
    with translation.override("en"):
        assert sorted(name for name in facts if str(heading(name)) == name) == []
        assert indonesian([str(heading(name)) for name in facts] + [str(CHANGES[name]) for name in changes]) == []


RANKS = (
    "NIP;Golongan;TMT Golongan;Nomor SK\n"
    f"{BUDI};III/a;01-01-2011;821/1\n"
    f"{DEWI};III/a;01-02-2025;821/2\n"
    f"{CITRA};III/a;01-02-2014;821/3\n"
    f"{CITRA};III/a;01-02-2014;{'9' * 121}\n"
)
SAID = {
    "id": [
        "TMT golongan mendahului TMT CPNS 1 Januari 2012",
        "golongan PNS untuk PNS dan CPNS, golongan PPPK untuk PPPK; pegawai ini PPPK",
        "paling banyak 120 huruf, di sini 121",
    ],
    "en": [
        "the effective date of the grade is before that of CPNS, 1 January 2012",
        "a PNS grade for PNS and CPNS, a PPPK grade for PPPK; this employee is PPPK",
        "at most 120 characters, here 121",
    ],
}


@pytest.fixture
def job(client, agency):
    client.force_login(user_with(agency, "staf_bkd"))
    upload(client, RANKS, kind="ranks", name="golongan.csv", dry_run="on")
    with agency_scope(agency):
        run_pk = Run.objects.get(kind="import").pk
    services.execute(agency_id=agency.pk, run_id=run_pk, heartbeat=False)
    with agency_scope(agency):
        return ImportJob.objects.get()


def test_a_report_keeps_values_apart_and_no_sentence_with_them(job):
    first = next(row for row in job.report if row.get("problems"))

    assert "messages" not in first
    assert first["problems"][0]["cause"] == "TMT golongan mendahului TMT CPNS %(value)s"
    assert first["problems"][0]["values"] == {"value": {"date": "2012-01-01"}}


@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_files_and_api_tell_causes_in_the_language_of_the_reader(client, job, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    url = reverse("import-detail", args=[job.pk])

    page = client.get(url).content.decode()
    listed = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    book = python_calamine.CalamineWorkbook.from_filelike(
        BytesIO(b"".join(client.get(reverse("import-problems", args=[job.pk])).streaming_content))
    )
    cells = {str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    answer = client.get(f"/api/v1/imports/{job.pk}/", headers={"Accept-Language": language}).json()
    causes = [problem["cause"] for row in answer["report"] for problem in row.get("problems", ())]
    messages = " ".join(message for row in answer["report"] for message in row["messages"])

    for sentence in SAID[language]:
        assert sentence in page
        assert sentence in listed
        assert sentence in cells
        assert sentence in causes
        assert sentence in messages


def test_reports_of_earlier_releases_are_told_as_they_were(client, agency, job):
    old = {"column": "TMT", "value": "01-01-2011", "code": "TMT_SEBELUM_CPNS", "severity": "error"}
    with agency_scope(agency):
        job.report = [
            {"row": 2, "outcome": "rejected", "codes": ["X"], "messages": ["kalimat lama"], "problems": [
                old | {"cause": "TMT golongan mendahului TMT CPNS 01-12-2008"}, old | {"cause": "wajib diisi"}]},
            {"row": 3, "outcome": "warned", "codes": ["X"], "messages": ["kalimat lama"]},
        ]  # fmt: skip
        job.save(update_fields=["report"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    page = client.get(reverse("import-detail", args=[job.pk])).content.decode()

    assert "TMT golongan mendahului TMT CPNS 01-12-2008" in page
    assert "is required" in page
    assert told_row(job.report[1])["messages"] == ["kalimat lama"]


def test_a_refused_file_is_told_in_the_language_of_the_reader(client, agency):
    client.force_login(user_with(agency, "staf_bkd"))
    upload(client, "a;b\n1;2\n", kind="ranks")
    with agency_scope(agency):
        run_pk = Run.objects.get(kind="import").pk
    services.execute(agency_id=agency.pk, run_id=run_pk, heartbeat=False)
    with agency_scope(agency):
        job = ImportJob.objects.get()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    answer = client.get(f"/api/v1/imports/{job.pk}/", headers={"Accept-Language": "en"}).json()["changes"]["refused"]

    assert job.changes["refused"]["values"] == {"known": {"layouts": "ranks"}}
    kept = job.changes["refused"]
    with translation.override("id"):
        said = told.filled(kept["message"], kept["values"])
    with translation.override("en"):
        english = told.filled(kept["message"], kept["values"])
    assert said != english == answer["message"]
    for url in (reverse("import-detail", args=[job.pk]), reverse("run-detail", args=[run_pk])):
        assert english.split(":")[0] in client.get(url).content.decode()


HISTORY = f"ID,NIP,Golongan,TMT Golongan\n{R}1,{BUDI},III/a,01-01-2012\n"


def test_changes_are_told_in_english_with_days_and_grades_as_people_write_them(client, agency):
    client.force_login(user_with(agency, "staf_bkd"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for text in (HISTORY, HISTORY.replace("III/a,01-01-2012", "III/b,01-02-2012")):
        upload(client, text, kind="ranks", **({"dry_run": "on"} if "III/b" in text else {}))
        with agency_scope(agency):
            run_pk = Run.objects.filter(kind="import").latest("pk").pk
        services.execute(agency_id=agency.pk, run_id=run_pk, heartbeat=False)
    with agency_scope(agency):
        job = ImportJob.objects.latest("pk")

    page = client.get(reverse("import-detail", args=[job.pk])).content.decode()
    book = python_calamine.CalamineWorkbook.from_filelike(
        BytesIO(b"".join(client.get(reverse("import-changes", args=[job.pk])).streaming_content))
    )
    cells = {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}

    for words in ("III/a", "III/b", "1 January 2012", "1 February 2012", "effective date (TMT)"):
        assert words in page, words
        assert words in cells, words
    assert "differs from what is on record (1 January 2012); confirm it as a correction" in page


@pytest.mark.parametrize(("language", "day"), [("id", "2 Januari 2026"), ("en", "2 January 2026")])
def test_options_are_told_with_days_as_people_write_them(language, day):
    with translation.override(language):
        said = dict(option_words({"decree_on": "2026-01-02", "decree": "188/9", "dry_run": True, "unit_paths": ["1"]}))

        assert sorted(said.values()) == sorted([day, "188/9", "ya" if language == "id" else "yes"])
