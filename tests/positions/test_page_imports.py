"""The page "Impor": upload, outcome, problems row by row, saving after checking; who may what."""

from datetime import timedelta
from io import BytesIO

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from asnhr import services
from asnhr.imports import retention
from asnhr.models import ImportJob, Run
from asnhr.scope import agency_scope
from positions.models import Unit
from positions.pages.imports import judged_words
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

GOOD = "kode,kode_induk,nama,jenis\n1271,,Pemerintah Kota Medan,Pemda\n1271.02,1271,Dinas Kesehatan,Dinas\n"


@pytest.fixture
def agency(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    return AgencyFactory()


def sign_in(client, agency, role, *units):
    user = user_with(agency, role, *units)
    client.force_login(user)
    return user


def upload(client, content, kind="units", name="unit.csv", **options):
    file = SimpleUploadedFile(name, content.encode(), "text/csv")
    return client.post(reverse("import-new"), {"kind": kind, "file": file, **options})


def work(agency):
    """Do what the worker would: execute every open run."""
    with agency_scope(agency):
        runs = list(Run.objects.filter(kind="import", state="antre").values_list("pk", flat=True))
    for pk in runs:
        services.execute(agency_id=agency.pk, run_id=pk, heartbeat=False)


def job_of(agency) -> ImportJob:
    with agency_scope(agency):
        return ImportJob.objects.order_by("-pk").first()


def units(agency) -> set[str]:
    with agency_scope(agency):
        return set(Unit.objects.values_list("name", flat=True))


def test_a_file_is_checked_first_and_then_saved(client, agency):
    sign_in(client, agency, "staf_bkd")

    response = upload(client, GOOD, dry_run="on")
    detail = response["Location"]
    assert 'hx-trigger="every 1s"' in client.get(detail).content.decode()
    work(agency)

    body = client.get(detail).content.decode()
    assert "belum ada yang disimpan" in body
    assert "Yang akan berubah dalam register" in body
    assert units(agency) == set()
    saved = client.post(reverse("import-save", args=[job_of(agency).pk]))
    work(agency)
    body = client.get(saved["Location"]).content.decode()
    assert "Tersimpan." in body
    assert units(agency) == {"Pemerintah Kota Medan", "Dinas Kesehatan"}


def test_every_problem_is_shown_and_in_the_workbook(client, agency):
    sign_in(client, agency, "staf_bkd")
    upload(client, GOOD + "1271.03,1271,,Dinas\n1271.04,TIDAK-ADA,Unit Yatim,Dinas\n")
    work(agency)
    job = job_of(agency)

    body = client.get(reverse("import-detail", args=[job.pk])).content.decode()
    assert "Tidak ada yang disimpan" in body
    assert "<code>WAJIB</code>" in body
    assert '<span class="total">2 baris</span>' in body
    client.cookies["django_language"] = "en"
    assert '<span class="total">2 rows</span>' in client.get(reverse("import-detail", args=[job.pk])).text
    assert units(agency) == set()
    response = client.get(reverse("import-problems", args=[job.pk]))
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    flat = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert "WAJIB" in flat


@pytest.mark.parametrize(("name", "sheet"), [("import-problems", "Masalah"), ("import-changes", "Baru")])
def test_the_workbook_of_a_long_file_is_written_by_a_run(name, sheet, client, agency, settings):
    sign_in(client, agency, "staf_bkd")
    upload(client, GOOD + "1271.03,1271,Dinas Satu,Dinas\n1271.04,TIDAK-ADA,Unit Yatim,Dinas\n", dry_run="on")
    work(agency)
    url = reverse(name, args=[job_of(agency).pk])
    at_once = b"".join(client.get(url).streaming_content)
    settings.LIST_ROWS_AT_ONCE = 1

    asked = client.get(url, follow=True)
    assert asked.redirect_chain == [(f"{url}?format=xlsx", 302)]
    assert "dibuat di latar belakang" in asked.text
    started = client.post(f"{url}?format=xlsx")
    pk = int(started["Location"].rstrip("/").rpartition("/")[2])
    services.execute(agency_id=agency.pk, run_id=pk, heartbeat=False)
    file = b"".join(client.get(reverse("list-file", args=[pk])).streaming_content)

    assert [cells(file, sheet), len(cells(file, sheet)) > 1] == [cells(at_once, sheet), True]
    assert client.post(url).status_code == 405


def cells(file, sheet):
    return python_calamine.CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_name(sheet).to_python()


def test_a_wrong_file_is_refused_in_words(client, agency):
    sign_in(client, agency, "staf_bkd")

    upload(client, "satu,dua\n1,2\n")
    work(agency)

    body = client.get(reverse("import-detail", args=[job_of(agency).pk])).content.decode()
    assert "Berkas ditolak, tidak ada yang disimpan." in body
    assert "Baris judul kolom tidak ditemukan" in body


def test_a_form_without_a_file_says_so(client, agency):
    sign_in(client, agency, "staf_bkd")

    body = client.post(reverse("import-new"), {"kind": "units"}).content.decode()

    assert "error-summary" in body
    assert client.get(reverse("import-new")).status_code == 200


def test_the_form_offers_the_kinds_of_the_role_and_takes_no_other(client, agency):
    sign_in(client, agency, "bagian_organisasi")

    body = client.get(reverse("import-new"), {"jenis": "employees"}).content.decode()

    assert '<option value="units"' in body
    assert '<option value="goals"' in body
    assert '<option value="employees"' not in body
    assert upload(client, GOOD, kind="employees").status_code == 403
    assert upload(client, GOOD, kind="rahasia").status_code == 200
    assert job_of(agency) is None


def test_another_roles_kind_is_seen_but_neither_saved_nor_downloaded(client, agency):
    sign_in(client, agency, "staf_bkd")
    upload(client, "NIP BARU,NAMA,GOL AKHIR NAMA,JABATAN NAMA\n1,Budi,III/a,Analis\n", kind="employees", dry_run="on")
    work(agency)
    pk = job_of(agency).pk
    assert client.get(reverse("import-problems", args=[pk])).status_code == 200

    sign_in(client, agency, "bagian_organisasi")
    body = client.get(reverse("import-detail", args=[pk])).content.decode()

    assert "Budi" not in body
    assert "Simpan sekarang" not in body
    assert "Buku kerja masalah" not in body
    assert client.get(reverse("import-problems", args=[pk])).status_code == 403
    assert client.post(reverse("import-save", args=[pk])).status_code == 403


def test_a_page_says_until_when_the_file_is_kept_and_when_it_went(client, agency, django_assert_max_num_queries):
    sign_in(client, agency, "staf_bkd")
    upload(client, GOOD + "1271.03,TIDAK-ADA,Unit Yatim,Dinas\n", dry_run="on")
    work(agency)
    job = job_of(agency)
    url = reverse("import-detail", args=[job.pk])
    with django_assert_max_num_queries(15):
        body = client.get(url).content.decode()
    assert "Berkas disimpan terenkripsi sampai" in body
    assert "Unit Yatim" not in body
    assert "TIDAK-ADA" in body

    with agency_scope(agency):
        ImportJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=40))
    retention.purge(agency)

    body = client.get(url).content.decode()
    assert "Berkas sudah dihapus sesuai masa simpan" in body
    assert "TIDAK-ADA" not in body
    assert "Simpan sekarang" not in body
    for answer in (
        client.get(reverse("import-problems", args=[job.pk]), follow=True),
        client.post(reverse("import-save", args=[job.pk]), follow=True),
    ):
        assert "Berkas sudah dihapus sesuai masa simpan; unggah lagi." in answer.content.decode()
    assert client.get(reverse("import-list")).status_code == 200


@pytest.mark.parametrize("rows", [1, 20])
def test_import_list_cost_is_flat(rows, client, agency, django_assert_max_num_queries):
    user = sign_in(client, agency, "staf_bkd")
    with agency_scope(agency):
        for number in range(rows):
            ImportJob.objects.create(
                agency=agency, kind="units", filename=f"{number}.csv", stored_as="x", sha256="0" * 64, created_by=user
            )

    with django_assert_max_num_queries(15):
        body = client.get(reverse("import-list")).content.decode()

    assert body.count('<th scope="row"') == rows


def test_wrong_roles_users_and_agencies_stay_outside(client, agency):
    sign_in(client, agency, "staf_bkd")
    upload(client, GOOD)
    work(agency)
    detail = reverse("import-detail", args=[job_of(agency).pk])

    sign_in(client, agency, "auditor")
    assert client.get(detail).status_code == 200
    assert upload(client, GOOD).status_code == 403
    sign_in(client, agency, "pegawai")
    assert client.get(reverse("import-list")).status_code == 403
    with agency_scope(agency):
        unit = UnitFactory(agency=agency)
    sign_in(client, agency, "admin_unit", unit)
    assert client.get(detail).status_code == 404
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    sign_in(client, jambi, "staf_bkd")
    assert client.get(detail).status_code == 404
    assert client.get(reverse("import-problems", args=[job_of(agency).pk])).status_code == 404
    assert client.post(reverse("import-save", args=[job_of(agency).pk])).status_code == 404


def test_every_line_of_the_changes_can_be_downloaded_by_who_may_import(client, agency):
    sign_in(client, agency, "staf_bkd")
    upload(client, GOOD + "".join(f"1271.9{n:03},1271,Unit {n},Dinas\n" for n in range(60)), dry_run="on")
    work(agency)
    job = job_of(agency)
    url = reverse("import-changes", args=[job.pk])

    body = client.get(reverse("import-detail", args=[job.pk])).content.decode()
    assert url in body
    assert "dan 1" in body
    assert len(job.changes["details"]["new"]) == 50

    answer = client.get(url)
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_name("Baru").to_python()
    assert rows[0] == ["Baris", "Kode", "Nama"]
    assert len(rows) == 1 + job.changes["lines"]["new"] > 60

    sign_in(client, agency, "pegawai")
    assert client.get(url).status_code == 403
    with agency_scope(agency):
        ImportJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=40))
    retention.purge(agency)
    with agency_scope(agency):
        assert ImportJob.objects.get(pk=job.pk).details == {}


def test_what_is_missing_says_of_what_the_file_speaks(client, agency):
    sign_in(client, agency, "staf_bkd")
    upload(client, GOOD)
    work(agency)

    detail = upload(client, GOOD.rpartition("1271.02")[0], dry_run="on")["Location"]
    work(agency)

    assert job_of(agency).changes["changes"]["missing"] == 1
    body = client.get(detail).content.decode()
    assert "<dt>Tidak ada lagi di berkas</dt><dd>1<br>" in body
    assert "Yang dinilai: seluruh instansi." in body
    told = client.get(f"/api/v1/imports/{job_of(agency).pk}/").json()["changes"]
    assert told["judged"] == {"by": "agency", "names": [], "count": 0}


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (None, ""),
        ({"by": "offices", "names": ["Dinas A", "Dinas B"], "count": 2}, "perangkat daerah yang disebut berkas, yaitu"
         " Dinas A, Dinas B."),
        ({"by": "offices", "names": ["A", "B", "C", "D", "E"], "count": 12}, "A, B, C, D, E dan 7 lainnya."),
        ({"by": "units", "names": ["A"], "count": 1}, "hanya unit yang disebut berkas, yaitu A."),
        ({"by": "trees", "names": ["A"], "count": 1}, "unit ini dengan bawahannya, yaitu A."),
        ({"by": "people", "names": [], "count": 1200}, "riwayat 1.200 pegawai yang ada di berkas."),
    ],
)  # fmt: skip
def test_the_sentence_names_a_few_and_counts_the_rest(judged, said):
    assert judged_words(judged).endswith(said)
    assert bool(judged_words(judged)) is (judged is not None)
