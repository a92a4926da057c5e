"""National reference data: education, functional and executive jobs, competencies. Origins: positions/data/ORIGIN.md."""

import csv
import io
import re
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"

# SIASN id -> order; equal orders count as equal (D-IV and S-1), as positions.rules.levels says.
EDUCATION_ORDER = {
    "05": 1, "10": 2, "12": 2, "15": 3, "17": 3, "18": 3, "20": 4, "25": 5, "30": 6, "35": 7, "40": 7, "42": 8,
    "45": 9, "47": 9, "49": 10, "50": 11,
}  # fmt: skip
# Code letters of SIASN's functional levels. The 21 rows with XX, NU and TU (all deleted or old) have no level.
LEVELS = {
    "PM": "PEMULA", "TR": "TERAMPIL", "MH": "MAHIR", "PY": "PENYELIA", "PT": "AHLI_PERTAMA", "MU": "AHLI_MUDA",
    "MA": "AHLI_MADYA", "UT": "AHLI_UTAMA",
}  # fmt: skip
# The level that a name begins with: "S-1 ", "S-1/A-IV ", "D-IV/S-1 ", "A-III ", "SMK/MAK ", "PROFESI ".
_ONE = r"(?:S ?-? ?[123]|[DA] ?-? ?(?:IV|I{1,3}|[1234]))"
PREFIX = re.compile(
    rf"^(?:{_ONE}(?:\s*/\s*{_ONE})*|S\.M\.?|SARMUD|SLTA KEJURUAN\s*-|SLTA|SMA/SMK|SMK/MAK|SMK|SMA|PROFESI)"
    r"(?:\s+|\s*[-.]\s*)(?=\S)"
)
JF_SOURCE = "SIASN (salinan rumahASN 266fed3a dan ws-siasn-php 9cb35485)"
EXECUTIVE_SOURCE = "KepmenPANRB 11/2024 (salinan rumahASN 266fed3a; id SIASN dari ws-siasn-php 9cb35485)"
BATCH = 2000


def rows_of(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def field_of(name):
    """Return the field of study in capitals without the level: "S-1/A-IV TEKNIK INFORMATIKA" -> "TEKNIK INFORMATIKA"."""
    text = " ".join(name.upper().split())
    return PREFIX.sub("", text, count=1) or text


def fill(apps, schema_editor):
    fill_education(apps, schema_editor)
    fill_functional(apps)
    fill_executive(apps)
    fill_competencies(apps)


def fill_education(apps, schema_editor):
    level = apps.get_model("positions", "EducationLevel")
    level.objects.bulk_create(
        level(code=row["id"], name=row["nama"], order=EDUCATION_ORDER[row["id"]])
        for row in rows_of("siasn_tingkat_pendidikan.csv")
    )
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows_of("siasn_pendidikan.csv"):
        writer.writerow([row["id"], row["tingkat_pendidikan_id"], row["nama"], field_of(row["nama"])])
    buffer.seek(0)
    table = apps.get_model("positions", "Education")._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        # 26,869 rows: a national table without row security, so COPY is allowed and costs under a second.
        cursor.copy_expert(f"COPY {table} (siasn_id, level_id, name, field) FROM STDIN WITH (FORMAT csv)", buffer)


def fill_functional(apps):
    own, usual = {}, {}
    for row in rows_of("jabatan_fungsional_kelas.csv"):
        # The first row of a job counts: Perencana Ahli Madya stands twice, 12 in the ministry's letter, then 11.
        if row["jabatan_fungsional"] == "(umum)":
            usual.setdefault(row["jenjang"], row["kelas_jabatan"])
        else:
            own.setdefault(
                f"{row['jabatan_fungsional']} {row['jenjang']}".upper(), (row["kelas_jabatan"], row["sumber"])
            )
    job = apps.get_model("positions", "ReferenceJob")
    found = []
    for row in rows_of("jabatan_fungsional.csv"):
        name = " ".join(row["nama"].split())
        # The letter shortens what SIASN writes out.
        job_class, class_source = own.get(name.upper().replace("SUMBER DAYA MANUSIA", "SDM"), (None, ""))
        if job_class is None and row["jenjang"] in usual:
            job_class, class_source = usual[row["jenjang"]], "nilai baku jenjang, tabel Pemprov Riau"
        found.append(
            job(
                siasn_id=row["id"],
                name=name,
                level=LEVELS.get(row["kode_jenjang"], ""),
                family=row["kelompok"],
                job_class=job_class,
                # 0 is a defect of the source, not an age.
                siasn_retirement_age=int(row["bup"]) or None,
                classification=row["kategori"],
                is_current=row["status"] == "N",
                source=f"{JF_SOURCE}; kelas: {class_source}"[:200] if class_source else JF_SOURCE,
            )
        )
    job.objects.bulk_create(found, batch_size=BATCH)


def fill_executive(apps):
    job = apps.get_model("positions", "ReferenceJob")
    job.objects.bulk_create(
        job(
            siasn_id=row["siasn_id"],
            name=row["nama"],
            level="PELAKSANA",
            job_class=row["kelas_jabatan"] or None,
            siasn_retirement_age=58,
            classification=row["klasifikasi"],
            source=f"{EXECUTIVE_SOURCE}; kelas: {row['asal_kelas']}"[:200] if row["asal_kelas"] else EXECUTIVE_SOURCE,
        )
        for row in rows_of("jabatan_pelaksana_kepmenpanrb11_2024.csv")
    )


def fill_competencies(apps):
    levels = {}
    for row in rows_of("kompetensi_manajerial_sosiokultural.csv"):
        levels.setdefault(row["kode"], {})[row["level"]] = {
            "name": row["nama_level"],
            "text": row["deskripsi_level"],
            # In our own words, unlike the two above.
            "indicator": row["indikator_ringkas"],
        }
    competency = apps.get_model("positions", "Competency")
    competency.objects.bulk_create(
        competency(
            code=row["kode"], name=row["kompetensi"], kind=row["jenis"], definition=row["definisi"],
            levels=levels[row["kode"]],
        )
        for row in rows_of("kompetensi_definisi.csv")
    )  # fmt: skip


def empty(apps, schema_editor):
    """Agencies' jobs and people that point at these rows keep them: the keys then refuse the way back."""
    for name in ("Competency", "ReferenceJob", "Education", "EducationLevel"):
        schema_editor.execute(f"DELETE FROM {apps.get_model('positions', name)._meta.db_table}")  # noqa: S608 - our own names


class Migration(migrations.Migration):
    dependencies = [("positions", "0002_walls")]

    operations = [migrations.RunPython(fill, empty, elidable=False)]
