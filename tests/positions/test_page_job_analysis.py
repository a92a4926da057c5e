"""Pages of the job-analysis documents: list, board, document, elements, steps, files."""

import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from asnhr.scope import agency_scope
from positions import models
from positions.models import JobAnalysis
from positions.queries import job_analysis as queries
from positions.services import job_analysis as services
from tests.factories import positions as make
from tests.positions.test_job_analysis import DAY, HEALTH, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)
    made = World()
    with agency_scope(made.agency, made.writer.pk):
        yield made


def page(client, user, name, *parts, query="", **data):
    client.force_login(user)
    address = reverse(name, args=parts) + query
    return client.post(address, data) if data else client.get(address)


def fill(client, world, analysis):
    """Every element by its form, as a person would."""
    typed = {
        2: {"summary": "Mengolah data sosial."},
        3: {"pengalaman": "Pernah mengolah data\n\n Pernah melapor "},
        4: {"tugas": "Menyusun rencana kerja\nMelapor"},
        5: {"hasil-rows": 2, "hasil-0-text": "Laporan", "hasil-0-detail": "naskah", "hasil-0-subject": "Melapor"},
        6: {"bahan-rows": 1, "bahan-0-text": "Data", "bahan-0-detail": "Diolah"},
        7: {"perangkat-rows": 1, "perangkat-0-text": "Komputer", "perangkat-0-detail": "Mengetik"},
        8: {"tanggung_jawab": "Kebenaran data"},
        9: {"wewenang": "Meminta data"},
        10: {"korelasi-rows": 1, "korelasi-0-text": "Sekretaris", "korelasi-0-subject": "Pelaporan"},
        11: {"kondisi_lingkungan-01": "Di dalam ruangan", "kondisi_lingkungan-07": "Tenang"},
        12: {"risiko-rows": 1, "risiko-0-text": "Lelah mata", "risiko-0-detail": "Layar"},
        13: {"bakat": ["G", "Q"], "minat": ["Ko"], "upaya_fisik": ["03"], "kondisi_fisik-02": "Tidak disyaratkan"},
        14: {"prestasi": "12 laporan setahun"},
    }
    for element, data in typed.items():
        response = page(client, world.writer, "job-analysis-element", analysis.pk, element, **data)
        assert response.status_code == 302, (element, response.context["form"].errors)


def test_a_document_is_begun_filled_submitted_approved_and_printed(client, world):
    begun = page(client, world.writer, "job-analysis-start", world.position.pk, source="")
    analysis = JobAnalysis.objects.get()
    assert begun.url == reverse("job-analysis-detail", args=[analysis.pk])
    fill(client, world, analysis)
    assert list(analysis.entries.filter(part="pengalaman").order_by("number").values_list("text", flat=True)) == [
        "Pernah mengolah data", "Pernah melapor",
    ]  # fmt: skip

    page(client, world.writer, "job-analysis-step", analysis.pk, "ajukan", note="Siap")
    blank = page(client, world.bureau, "job-analysis-step", analysis.pk, "setujui", decree="060/1", note="")
    page(
        client, world.bureau, "job-analysis-step", analysis.pk, "setujui", decree="060/1", decree_on="2026-11-20",
        starts_on="2026-12-01",
    )  # fmt: skip
    shown = page(client, world.bureau, "job-analysis-detail", analysis.pk).content.decode()
    pdf = page(client, world.bureau, "job-analysis-file", analysis.pk, "pdf")
    word = page(client, world.bureau, "job-analysis-file", analysis.pk, "docx")

    assert blank.status_code == 422
    assert "14 dari 15 unsur" in shown
    assert "060/1" in shown
    said = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.content)).pages)
    for words in ("INFORMASI JABATAN", "Kebenaran data", "Kepala Dinas Sosial", "060/1", "15. KELAS JABATAN", "naskah"):
        assert words in said
    assert pdf["Content-Disposition"].endswith('.pdf"')
    from docx import Document

    read = Document(io.BytesIO(word.content))
    cells = {cell.text for table in read.tables for row in table.rows for cell in row.cells}
    assert {"Meminta data"} <= {line.text.partition(". ")[2] for line in read.paragraphs}
    assert {"Komputer", "Pelaporan", "Tenang", "Laporan", "naskah", "Melapor", "Satuan hasil"} <= cells
    assert [line.text for line in read.paragraphs if line.style.name == "Heading 2"][3] == "4. TUGAS POKOK"


def test_an_element_form_adds_rows_keeps_errors_and_tells_of_another_save(client, world):
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)
    typed = {"risiko-rows": 2, "risiko-0-text": "Lelah", "risiko-1-detail": "Layar"}

    more = page(client, world.writer, "job-analysis-element", analysis.pk, 12, **typed, tambah="risiko")
    bad = page(client, world.writer, "job-analysis-element", analysis.pk, 12, **typed)
    other = page(client, world.writer, "job-analysis-element", analysis.pk, 8, tanggung_jawab="A", versi="2020-01-01")

    assert 'name="risiko-2-text"' in more.content.decode()
    assert bad.status_code == 422
    assert "Lelah" in bad.content.decode()
    assert "disimpan orang lain" in other.content.decode()
    assert not analysis.entries.exists()


def test_the_list_and_the_board_show_every_post_within_sight_and_lead_to_what_is_late(client, world):
    make.PositionFactory(agency=world.agency, unit=world.other, job__name="Perawat")
    done = world.approved()
    JobAnalysis.objects.filter(pk=done.pk).update(reviewed_on=date(2025, 1, 1), review_by=date(2026, 1, 1))

    mine = page(client, world.writer, "job-analysis-list").content.decode()
    late = page(client, world.bureau, "job-analysis-list", query="?tinjauan=terlambat").content.decode()
    never = page(client, world.bureau, "job-analysis-list", query="?keadaan=belum&lengkap=kurang").content.decode()
    sheet = page(client, world.bureau, "job-analysis-list", query="?format=csv")
    board = page(client, world.bureau, "job-analysis-board", query="?urut=-terlambat").content.decode()
    home = page(client, world.writer, "home").content.decode()

    assert "Kepala Dinas Sosial" in mine
    assert "Perawat" not in mine
    assert ("Pengolah Data" in late, "Perawat" in late) == (True, False)
    assert "Pengolah Data" not in never
    assert "14 / 15" in b"".join(sheet.streaming_content).decode()
    assert "tinjauan=terlambat" in board
    assert "terlambat ditinjau" in home


@pytest.mark.parametrize("name", ["job-analysis-list", "job-analysis-board"])
def test_lists_cost_a_few_queries_however_many_posts(name, client, world):
    counts = []
    page(client, world.bureau, name)
    for _round in range(2):
        for _number in range(6):
            post = make.PositionFactory(agency=world.agency, unit=world.unit)
            services.start(actor=world.writer, position=post, day=DAY)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(name))
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 15


def test_the_document_costs_a_fixed_number_of_queries(client, world):
    done = world.approved()
    page(client, world.bureau, "job-analysis-detail", done.pk)
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("job-analysis-detail", args=[done.pk]))

    assert len(seen) <= 24


def test_who_does_not_fill_or_judge_sees_no_buttons_and_is_refused(client, world):
    analysis = world.filled()
    auditor, elsewhere = world.user("auditor"), world.user("admin_unit", world.other)

    shown = page(client, auditor, "job-analysis-detail", analysis.pk).content.decode()

    assert "/langkah/" not in shown
    assert "/unsur/" not in shown
    assert page(client, auditor, "job-analysis-step", analysis.pk, "ajukan", note="x").status_code == 403
    assert page(client, auditor, "job-analysis-element", analysis.pk, 8, tanggung_jawab="A").status_code == 403
    for name, parts in (
        ("job-analysis-detail", ()),
        ("job-analysis-file", ("pdf",)),
        ("job-analysis-step", ("buang",)),
    ):
        assert page(client, elsewhere, name, analysis.pk, *parts).status_code == 404
    assert page(client, world.bureau, "job-analysis-element", analysis.pk, 15).status_code == 404
    own = page(client, world.writer, "job-analysis-step", analysis.pk, "setujui", decree="1", decree_on="2026-11-20",
               starts_on="2026-12-01")  # fmt: skip
    assert own.status_code == 403
    page(client, world.writer, "job-analysis-step", analysis.pk, "buang", note="Salah")
    assert not JobAnalysis.objects.exists()


def test_a_document_tells_that_the_register_moved_on(client, world):
    world.workload(("Mendata", "data", 240, "year", 90))
    done = world.approved(skip=(4, 5))
    before = page(client, world.bureau, "job-analysis-detail", done.pk).content.decode()
    models.Job.objects.filter(pk=world.job.pk).update(job_class=7)

    after = page(client, world.bureau, "job-analysis-detail", done.pk).content.decode()

    assert "register berubah" not in before
    assert "register berubah pada: kelas jabatan" in after
    assert "0,2880" in after


def test_page_pdf_and_word_of_a_health_post_show_every_step_to_the_sum(client, world):
    world.workload(*HEALTH, method="ABK_KES")
    analysis = world.filled(skip=(4, 5))
    shown = page(client, world.bureau, "job-analysis-detail", analysis.pk).content.decode()
    pdf = page(client, world.bureau, "job-analysis-file", analysis.pk, "pdf")
    word = page(client, world.bureau, "job-analysis-file", analysis.pk, "docx")
    from docx import Document

    read = Document(io.BytesIO(word.content))
    cells = {cell.text for table in read.tables for row in table.rows for cell in row.cells}
    said = " ".join("\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.content)).pages).split())

    for words in ("72.000", "14.400,00", "0,8333", "1,3333", "4,1667", "1,0435", "1,3913; dibulatkan 1 pegawai"):
        assert words in shown
        assert words in said
        assert any(words in cell for cell in cells)


def test_results_are_proposed_from_the_tasks_and_kept_when_saved(client, world):
    world.workload(("Mendata", "data", 240, "year", 90), ("Melapor", "laporan", 20, "month", 150))
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)

    shown = page(client, world.writer, "job-analysis-element", analysis.pk, 5)
    before = page(client, world.writer, "job-analysis-detail", analysis.pk).content.decode()
    page(
        client, world.writer, "job-analysis-element", analysis.pk, 5, **{
            "hasil-rows": 2, "hasil-0-text": "Daftar warga", "hasil-0-detail": "data", "hasil-0-subject": "Mendata",
            "hasil-1-text": "Laporan bulanan", "hasil-1-detail": "laporan", "hasil-1-subject": "Melapor",
        }
    )  # fmt: skip
    after = page(client, world.writer, "job-analysis-detail", analysis.pk).content.decode()

    form = shown.context["form"]
    assert [form[f"hasil-1-{name}"].initial for name in ("text", "detail", "subject")] == [
        "Laporan", "laporan", "Melapor",
    ]  # fmt: skip
    assert ("belum bernama" in before, "belum bernama" in after) == (True, False)
    assert "Laporan bulanan" in after


def test_a_draft_workload_is_named_on_the_page_and_in_the_step_and_keeps_approval_back(client, world):
    workload = world.workload(("Mendata", "data", 240, "year", 90), state="diisi")
    analysis = world.filled(skip=(4, 5))
    words = "ABK 2026 Dinas Sosial belum disahkan"

    shown = page(client, world.writer, "job-analysis-detail", analysis.pk).content.decode()
    asked = page(client, world.writer, "job-analysis-step", analysis.pk, "ajukan").content.decode()
    page(client, world.writer, "job-analysis-step", analysis.pk, "ajukan", note="Siap")
    told = client.get(reverse("job-analysis-detail", args=[analysis.pk])).content.decode()
    refused = page(
        client, world.bureau, "job-analysis-step", analysis.pk, "setujui", decree="060/1", decree_on="2026-11-20",
        starts_on="2026-11-22",
    )  # fmt: skip

    assert all(words in text for text in (shown, asked, told))
    assert f"/abk/{workload.sheet_id}/" in shown
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert JobAnalysis.objects.get().state == "diajukan"


def test_a_draft_on_an_approved_workload_tells_of_the_newer_one(client, world):
    world.workload(("Mendata", "data", 240, "year", 90), year=2025)
    newer = world.workload(("Mendata", "data", 480, "year", 90), state="diverifikasi")
    analysis = services.start(actor=world.writer, position=world.position, day=DAY)

    shown = page(client, world.writer, "job-analysis-detail", analysis.pk).content.decode()

    assert "ABK 2026 belum disahkan (diverifikasi)" in shown
    assert f"/abk/{newer.sheet_id}/" in shown
    assert "0,2880" in shown


def test_a_step_that_is_not_the_users_is_refused_already_when_it_is_opened(client, world):
    analysis = world.filled()
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)

    for name in ("setujui", "kembalikan"):
        assert page(client, world.writer, "job-analysis-step", analysis.pk, name).status_code == 403
        assert page(client, world.bureau, "job-analysis-step", analysis.pk, name).status_code == 200
    for name in ("ajukan", "buang"):
        assert page(client, world.user("auditor"), "job-analysis-step", analysis.pk, name).status_code == 403
        assert page(client, world.writer, "job-analysis-step", analysis.pk, name).status_code == 200


def test_a_document_ends_with_its_post_and_lives_again_where_that_is_withdrawn(client, world, monkeypatch):
    done, late, ended = world.approved(), date(2028, 1, 5), date(2027, 6, 1)
    monkeypatch.setattr("asnhr.dates.today", lambda: late)
    post = models.Position.objects.filter(pk=world.position.pk)

    def seen():
        shown = page(client, world.bureau, "job-analysis-detail", done.pk).content.decode()
        row = call(client, world.bureau, "get", f"job-analyses/{done.pk}/").json()
        listed = call(client, world.bureau, "get", "job-analyses/").json()["results"][0]
        assert listed["ends_on"] == row["ends_on"]
        queue = queries.overdue(world.bureau, late).count()
        return "Tinjauan tahunan terlambat" in shown, "langkah/tinjau" in shown, row["ends_on"], queue

    assert seen() == (True, True, None, 1)
    post.update(ends_on=ended)
    assert seen() == (False, False, "2027-06-01", 0)
    refused = call(client, world.bureau, "post", f"job-analyses/{done.pk}/review/", note="Tetap")
    assert (refused.status_code, "berakhir 1 Juni 2027" in refused.json()["detail"]) == (409, True)
    begun = page(client, world.writer, "job-analysis-start", world.position.pk)
    assert begun["Location"] == reverse("position-detail", args=[world.position.pk])
    post.update(ends_on=None)
    assert seen() == (True, True, None, 1)


@pytest.mark.parametrize(
    ("ends_on", "drafted", "is_due"),
    [
        (None, False, True), (date(2027, 11, 22), False, False), (date(2027, 11, 23), False, True),
        (date(2027, 6, 1), False, False), (None, True, False),
    ],
)  # fmt: skip
def test_every_door_has_one_rule_of_what_is_to_be_reviewed(client, world, monkeypatch, ends_on, drafted, is_due):
    """Due on 22 November 2027; the post ends before, on that day, the day after or never."""
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)
    done, post = world.approved(), models.Position.objects.filter(pk=world.position.pk)
    post.update(ends_on=ends_on)
    if drafted:
        services.start(actor=world.writer, position=world.position, day=DAY)

    def due_before(day):
        return [row["id"] for row in call(client, world.bureau, "get", f"job-analyses/?review_before={day}").json()[
            "results"]]  # fmt: skip

    def admin(**query):
        client.force_login(world.user("admin_daerah"))
        page = client.get("/admin/positions/jobanalysis/", {"state": "disetujui", **query})
        (row,) = page.context["cl"].result_list or [None]
        return row, page.content.decode()

    assert due_before("2027-11-23") == ([done.pk] if is_due else [])
    assert due_before("2027-11-22") == []
    detail = page(client, world.bureau, "job-analysis-detail", done.pk).content.decode()
    assert ("Ditinjau lagi paling lambat" in detail) == (is_due or drafted)
    rows = page(client, world.bureau, "job-analysis-list").context["page"].rows
    (row,) = [each for each in rows if each.pk == world.position.pk]
    assert row.review_by == (date(2027, 11, 22) if is_due or drafted else None)
    board = page(client, world.bureau, "job-analysis-board").context["page"].rows
    assert board[0]["next_review"] == row.review_by
    row, text = admin()
    assert row.held_until == ends_on
    assert bool(re.search("field-due_by[^>]*>22 November 2027", text)) == (is_due or drafted)
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2027, 11, 25))
    late = ends_on is None and not drafted
    assert due_before("2027-11-25") == ([done.pk] if late else [])
    assert admin(tinjauan="terlambat")[0] == (done if late else None)
    assert queries.overdue(world.bureau, date(2027, 11, 25)).exists() == late
    detail = page(client, world.bureau, "job-analysis-detail", done.pk).content.decode()
    assert ("Tinjauan tahunan terlambat" in detail) == late


def test_no_document_begins_to_hold_on_a_post_that_ended_before(client, world):
    analysis = world.filled()
    services.take_step(actor=world.writer, analysis=analysis, step="submit", day=DAY)
    models.Position.objects.filter(pk=world.position.pk).update(ends_on=DAY)
    decree = {"decree": "060/1", "decree_on": "2026-11-20", "starts_on": "2026-11-22"}

    answer = call(client, world.bureau, "post", f"job-analyses/{analysis.pk}/approve/", **decree)

    assert (answer.status_code, "tidak berlaku" in answer.json()["detail"]) == (409, True)


# API


def call(client, user, method, path, **body):
    client.force_login(user)
    more = {"HTTP_IF_MATCH": "*"} if method == "put" else {}
    return getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json", **more)


def test_the_api_begins_fills_and_takes_steps(client, world):
    begun = call(client, world.writer, "post", "job-analyses/", position_id=world.position.pk)
    path = f"job-analyses/{begun.json()['id']}/"
    line = {"part": "tanggung_jawab", "text": "Kebenaran data"}
    written = call(client, world.writer, "put", f"{path}element/", element=8, entries=[line])
    derived = call(client, world.writer, "put", f"{path}element/", element=15, entries=[])
    early = call(client, world.writer, "post", f"{path}submit/")
    judged = call(client, world.writer, "post", f"{path}return/", note="x")
    codes = call(client, world.writer, "get", "job-analysis-codes/?list=minat&is_current=true").json()["results"]

    assert (begun.status_code, begun.json()["version"]) == (201, 1)
    assert written.json()["entries"] == [{**line, "number": 1, "code": "", "detail": "", "subject": ""}]
    assert written.json()["completeness"] == {
        "filled": [1, 3, 8], "missing": [2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15], "percent": "20.0",
    }  # fmt: skip
    assert [answer.status_code for answer in (derived, early, judged)] == [409, 409, 403]
    assert "Unsur yang belum terisi" in early.json()["detail"]
    assert [row["code"] for row in codes] == ["R", "I", "A", "S", "K", "Ko"]


def test_the_api_judges_and_reviews(client, world, monkeypatch):
    analysis = world.filled()
    path = f"job-analyses/{analysis.pk}/"
    decree = {"decree": "060/1", "decree_on": "2026-11-20", "starts_on": "2026-11-22"}
    call(client, world.writer, "post", f"{path}submit/")
    back = call(client, world.bureau, "post", f"{path}return/", note="Lengkapi")
    call(client, world.writer, "post", f"{path}submit/")
    done = call(client, world.bureau, "post", f"{path}approve/", **decree).json()
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2027, 10, 1))
    reviewed = call(client, world.writer, "post", f"{path}review/", note="Tetap").json()
    due = call(client, world.bureau, "get", "job-analyses/?review_before=2028-10-02&state=disetujui").json()["results"]

    assert back.json()["state"] == "dikembalikan"
    assert (done["state"], done["facts"]["name"], done["approved_by_id"]) == (
        "disetujui", "Pengolah Data", world.bureau.pk,
    )  # fmt: skip
    assert (reviewed["reviewed_on"], reviewed["review_by"]) == ("2027-10-01", "2028-10-01")
    assert [row["id"] for row in due] == [analysis.pk]
    assert call(client, world.writer, "delete", path).status_code == 409
