"""Structures (JSON) are told in words: every part that the product writes has a name, in both languages."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import translation

from asnhr import part_words, queries, registry, structures, told
from asnhr.adminbase import site
from asnhr.audit.declared import FULL, audited
from asnhr.imports import codes
from asnhr.imports.framework import ImportResult
from asnhr.models import AuditProof, ImportJob, Run
from asnhr.notifications import catalogue
from asnhr.privacy import owndata
from asnhr.privacy.declared import holdings
from asnhr.scope import agency_scope
from positions.models import FormationVersion, NeedsAnalysis
from positions.pages.analysis import totals_basis
from positions.pages.imports import ImportForm
from positions.queries.needs import decision
from positions.services import proposals
from tests import page_world
from tests.asnhr.test_translations import catalogue as translated

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
# Arguments, attributes and parts of answers that become a column of that name.
WRITTEN = {"parameters": "asnhr.Run.parameters", "counts": "asnhr.Run.counts", "options": "asnhr.ImportJob.options",
           "totals": "positions.NeedsAnalysis.totals"}  # fmt: skip


def columns() -> dict[str, models.Field]:
    """Return every JSON column of ours by its name."""
    return {
        str(field): field
        for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ("asnhr", "positions")
        for field in model._meta.concrete_fields
        if isinstance(field.base_field if isinstance(field, ArrayField) else field, models.JSONField)
    }  # fmt: skip


def parts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            # A parameter is told as its value and unit.
            if not (isinstance(each, Mapping) and "value" in each):
                yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def unnamed(value: Any, column: str) -> set[str]:
    """Return the parts of a stored structure that would be shown as they are stored."""
    if column not in registry.structures:
        return {key for key in parts(value) if told.named(key, column) is None}
    with translation.override("id"):
        shaped = registry.structures.get(column)(value)
    if not isinstance(shaped, Mapping):
        return set()
    inner = {key for each in shaped.values() for key in parts(each) if told.named(key, column) is None}
    return inner | (set(shaped) & set(value))


def test_the_lists_name_columns_that_there_are():
    known = set(columns())
    named = part_words.FREE | part_words.UNTOLD | set(part_words.OF)
    named |= {code.partition(":")[0] for code, _tell in registry.structures.items()}
    assert named - known == set()
    assert {"asnhr.Run.parameters", "asnhr.Event.data", "positions.Competency.levels"} <= known


def test_what_is_not_told_is_shown_by_neither_admin_nor_trail_nor_own_copy():
    for name in part_words.UNTOLD:
        field = columns()[name]
        page = site._registry.get(field.model)
        assert page is None or field.name in (page.exclude or ()), name
        declared = audited.get(field.model._meta.label)
        assert declared.mode != FULL or field.name in declared.skipped, name
        held = holdings.get(field.model._meta.label)
        followed = held.is_personal and (held.person or held.login)
        assert not followed or field.name not in owndata.shown_columns(held), name


def unnamed_in_rows() -> tuple[dict[str, set[str]], int]:
    """Return the parts without a name in all rows of the open scope, by column, and how many structures there are."""
    raw: dict[str, set[str]] = {}
    seen = 0
    for name, field in columns().items():
        if name not in part_words.FREE | part_words.UNTOLD:
            for value in field.model._base_manager.values_list(field.name, flat=True):
                seen += bool(value)
                if value and (found := unnamed(value, name)):
                    raw.setdefault(name, set()).update(found)
    return raw, seen


def test_every_part_in_rows_of_every_model_has_a_name():
    made = page_world.build()
    with agency_scope(made.agency):
        raw, seen = unnamed_in_rows()
        assert raw == {}
        assert seen > 50
        # It would be found.
        Run.objects.create(agency=made.agency, kind="map", parameters={"not_named": 1}, fingerprint="e" * 64)
        assert unnamed_in_rows()[0] == {"asnhr.Run.parameters": {"not_named"}}


# What the code writes


def written() -> Iterator[tuple[str, str, str]]:
    """Yield (column, key, place) of dict displays that the code hands to a column, at once or by a name of the same
    function."""
    for app in ("asnhr", "positions"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"migrations", "calculators"} & set(path.parts):
                for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(function, ast.FunctionDef):
                        for column, key in _handed(function):
                            yield column, key, f"{path.relative_to(ROOT)} {function.name}"


def _handed(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    names: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(function):
        for name, value in _given(node):
            for key in _keys(value, names):
                yield WRITTEN[name], key


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Call):
        yield from ((each.arg, each.value) for each in node.keywords if each.arg in WRITTEN)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        if node.targets[0].attr in WRITTEN:
            yield node.targets[0].attr, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in WRITTEN:
                yield key.value, value


def _keys(value: ast.expr, names: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    whole = [
        value,
        *(each for node in ast.walk(value) if isinstance(node, ast.Name) for each in names.get(node.id, ())),
    ]
    for each in whole:
        for node in ast.walk(each):
            if isinstance(node, ast.Dict):
                yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and type(key.value) is str)


def test_every_part_that_the_code_writes_has_a_name():
    found = list(written())
    assert {(column, key) for column, key, _place in found} >= {
        ("asnhr.Run.parameters", "colour"), ("asnhr.Run.parameters", "stored_as"), ("asnhr.Run.counts", "letters"),
    }  # fmt: skip
    assert [each for each in found if told.named(each[1], each[0]) is None] == []


def test_parts_that_are_written_otherwise_have_names():
    """By SQL, by dataclasses, by forms."""
    counted = set(re.findall(r"'(\w+)', (?:coalesce|count|jsonb|%)", decision.TOTALS))
    assert {"need", "outflow", "duty_holder_counts_once"} <= counted
    figures = proposals._figures(dict.fromkeys(proposals.FIGURES))
    wanted = {
        "positions.NeedsAnalysis.totals": counted, "positions.NeedsRollup.totals": counted,
        "asnhr.ImportJob.totals": set(ImportResult("employees").totals),
        "asnhr.Run.counts": set(ImportResult("employees").totals) | set(codes.CHANGES) | counted,
        "asnhr.ImportJob.options": set(ImportForm.base_fields) - {"kind", "file"} | {"unit_paths"},
        "asnhr.DestructionLine.basis": {each.name for each in fields(queries.Value)},
        str(FormationVersion._meta.get_field("figures")): set(figures),
    }  # fmt: skip
    assert {(name, key) for name, keys in wanted.items() for key in keys if told.named(key, name) is None} == set()


def test_every_fact_of_an_event_is_told_by_its_name_and_its_code_by_its_words():
    for code, kind in catalogue.kinds.items():
        sample = {fact.name: next(iter(fact.choices())) if fact.choices else 7 for fact in kind.facts if
                  fact.what != catalogue.DAY}  # fmt: skip
        sample |= {fact.name: "2027-01-01" for fact in kind.facts if fact.what == catalogue.DAY}
        with translation.override("id"):
            said = catalogue.data_in_words(sample)
            assert len(said) == len(sample), code
            for fact in kind.facts:
                value = said[str(fact.about).partition(";")[0]]
                if fact.what == catalogue.DAY:
                    assert value == "1 Januari 2027", code
                if fact.choices:
                    assert value != sample[fact.name] or value in map(str, fact.choices().values()), (code, fact.name)
    with translation.override("id"):
        assert catalogue.data_in_words({"of_old": "x"}) == {"of_old": "x"}


# What is read


def test_words_of_parts_are_translated():
    sources = {message.source for message in translated()}
    words = [*part_words.PARTS.values(), *(word for each in part_words.OF.values() for word in each.values())]
    with translation.override("id"):
        assert {str(word) for word in words} - sources == set()


MAP = {"unit": 1775, "day": "2026-03-15", "colour": "selisih", "language": "en"}
EVENT = {
    "act": "position_change_withdrawn", "decree": "ORG/1", "starts_on": "2027-01-01", "unit_id": 1039, "positions": 1,
    "people": 2,
}  # fmt: skip
BROKEN = [{"code": "BERKAS_RUSAK", "message": "Buku kerja rusak dan tidak dapat dibuka."}]


@pytest.mark.parametrize(
    ("column", "value", "indonesian", "english"),
    [
        ("asnhr.Run.parameters", MAP,
         "nomor unit: 1775; tanggal: 15 Maret 2026; warna peta: Selisih; bahasa: English",
         "unit number: 1775; date: 15 March 2026; map colour: Difference; language: English"),
        ("asnhr.Run.parameters", {"file": "b.xlsx", "kind": "predicates"},
         "nama berkas: b.xlsx; jenis impor: Riwayat predikat kinerja",
         "file name: b.xlsx; kind of import: Performance predicates (history)"),
        ("asnhr.Run.parameters", {"path": "/pegawai/", "query": "q=1"}, "daftar: Daftar pegawai; saringan: q=1",
         None),
        ("asnhr.Run.counts", {"units": 775, "affected": 3117},
         "unit: 775; pegawai dengan temuan indikator: 3.117",
         "unit: 775; employees with a finding of an indicator: 3,117"),
        ("asnhr.Run.problems", BROKEN, "Buku kerja rusak dan tidak dapat dibuka.",
         "The workbook is damaged and cannot be opened."),
        ("asnhr.ImportJob.totals", {"warned": 0, "skipped": 1}, "diterima dengan catatan: 0; dilewati: 1",
         "accepted with a note: 0; skipped: 1"),
        ("asnhr.ImportJob.options", {"confirm_corrections": True, "decree_on": "2026-01-31"},
         "terima koreksi tanpa TMT baru: ya; tanggal keputusan: 31 Januari 2026",
         "accept corrections without a new effective date: yes; decree date: 31 January 2026"),
        ("asnhr.Event.data", EVENT,
         "perubahan: keputusan atas jabatan dibatalkan; nomor keputusan: ORG/1; berlaku mulai: 1 Januari 2027; "
         "nomor unit: 1039; jabatan yang dipindahkan: 1; pegawai yang ikut: 2", None),
        ("positions.Competency.levels", {"1": {"name": "Dasar", "text": "A", "indicator": "B"}},
         "Level 1: nama: Dasar; uraian: A; indikator perilaku: B",
         "Level 1: name: Dasar; description: A; behaviour indicators: B"),
        ("positions.NeedsAnalysis.parameters",
         {"compared": {"analysis": 3, "as_of": "2025-08-23"}, "values": {"x.y": {"value": {"day": 250}, "unit": ""}}},
         "analisis pembanding: nomor analisis: 3; per tanggal: 23 Agustus 2025; nilai: x.y: hari: 250",
         "compared analysis: analysis number: 3; as of: 23 August 2025; value: x.y: day: 250"),
        ("positions.QualityIndex.weights", {"accuracy": "0.30"}, "Akurasi: 0,3", "Accuracy: 0.3"),
        ("positions.FormationVersion.figures", [{"line": 1234, "intake": "pns", "field": "guru", "decided": 2}],
         "nomor rincian: 1234; jenis pengadaan: pns; rumpun: Guru; penetapan: 2", None),
        ("positions.SiasnRecord.facts", {"sex": "M", "birth_date": "1980-01-02", "title_before": "dr."},
         "Jenis kelamin: Laki-laki; Tanggal lahir: 2 Januari 1980; Gelar depan: dr.", None),
        ("positions.Finding.raw", {"UNIT_KERJA": "2020-01-01"}, "UNIT_KERJA: 2020-01-01", "UNIT_KERJA: 2020-01-01"),
    ],
)  # fmt: skip
def test_a_structure_is_told_in_words(column, value, indonesian, english):
    with translation.override("id"):
        assert told.structure(value, column) == indonesian
    if english is not None:
        with translation.override("en"):
            assert told.structure(value, column) == english


def test_faults_of_a_proof_and_a_basis_of_destruction_are_told():
    faults = [{"kind": "rantai", "sentence": "Mata rantai %(number)s hilang.", "said": {"number": 7}}]
    assert str(AuditProof._meta.get_field("faults")) in registry.structures
    assert structures.proof_faults(faults) == "Mata rantai 7 hilang."
    value = queries.Value("retention.copy_days", "Masa simpan", 1500, "hari", "", "D", queries.NATIONAL)
    with translation.override("id"):
        assert told.part("origin", "asnhr.DestructionLine.basis") == "asal nilai"
        shown = str(told.table(value.as_json(), "asnhr.DestructionLine.basis"))
    assert "<td>nasional</td>" in shown
    assert "<td>1.500</td>" in shown
    assert "may set" not in shown


def test_an_import_is_called_by_what_its_file_holds():
    with translation.override("id"):
        job = ImportJob(pk=22, kind="predicates", filename="b.xlsx")
        assert str(job) == "Riwayat predikat kinerja b.xlsx"
        assert audited.get("asnhr.ImportJob").called(job) == "Riwayat predikat kinerja #22"


@pytest.fixture
def world(client):
    made = page_world.build()
    client.force_login(made.user)
    with agency_scope(made.agency):
        run = Run.objects.create(agency=made.agency, kind="map", parameters=MAP, fingerprint="f" * 64)
        run.counts, run.problems, run.state = {"sheets": 3, "without_post": 7}, BROKEN, Run.State.FAILED
        run.save()
    return made, run


@pytest.mark.parametrize(
    ("language", "told_words"),
    [
        ("id", ("nomor unit", "warna peta", "tanpa jabatan", "15 Maret 2026", "Buku kerja rusak")),
        ("en", ("unit number", "map colour", "without position", "15 March 2026", "The workbook is damaged")),
    ],
)
def test_pages_of_a_run_name_its_parts(language, told_words, client, world):
    _made, run = world
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for address in (
        reverse("admin:asnhr_run_change", args=[run.pk]), reverse("audit-history", args=["asnhr_run", run.pk]),
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        shown = answer.content.decode()
        assert [word for word in told_words if word not in shown] == [], address
        assert [key for key in ("without post", "message:", ">colour<", "2026-03-15") if key in shown] == [], address


def test_the_basis_of_an_analysis_tells_the_day_of_comparison_in_words():
    analysis = NeedsAnalysis(as_of=date(2026, 8, 23), parameters={"compared": {"analysis": 3, "as_of": "2025-08-23"}})
    for language, day in (("id", "23 Agustus 2025"), ("en", "23 August 2025")):
        with translation.override(language):
            assert totals_basis(analysis)["inputs"][2][1] == day
