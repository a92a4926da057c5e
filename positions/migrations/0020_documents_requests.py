"""Documents, contacts and the photo of a personnel file, and the corrections that people propose to their own."""

from datetime import date
from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql

TASK = "Pemindaian dan kerapian berkas kepegawaian"
TABLES = ("ChangeRequest", "EmployeeDocument", "EmployeePhoto", "EmployeeContact")

# Code, name, SIASN's id (establishment.md 8.1: dokumen), permission that specific personal data ask, forms. Decrees come
# as PDF.
ANY, PDF = ["pdf", "jpeg", "png"], ["pdf"]
KINDS = (
    ("sk_cpns", "SK CPNS", "889", "", PDF),
    ("sk_pns", "SK PNS", "887", "", PDF),
    ("kontrak_pppk", "SK dan perjanjian kerja PPPK", "", "", PDF),
    ("spmt", "Surat pernyataan melaksanakan tugas (SPMT)", "888", "", ANY),
    ("sk_pangkat", "SK kenaikan pangkat", "", "", PDF),
    ("sk_kgb", "SK kenaikan gaji berkala", "", "", PDF),
    ("sk_jabatan", "SK jabatan", "872", "", PDF),
    ("pelantikan", "Berita acara pelantikan", "873", "", PDF),
    ("ijazah", "Ijazah", "", "", ANY),
    ("transkrip", "Transkrip nilai", "", "", ANY),
    ("gelar", "Surat pencantuman gelar", "", "", PDF),
    ("sertifikat_diklat", "Sertifikat diklat", "874", "", ANY),
    ("sertifikat_kursus", "Sertifikat kursus", "881", "", ANY),
    ("pak", "Dokumen penetapan angka kredit (PAK)", "879", "", PDF),
    ("sk_pak", "SK penetapan angka kredit", "880", "", PDF),
    ("skp", "Sasaran kinerja pegawai (SKP)", "891", "", PDF),
    ("evaluasi", "Evaluasi kinerja", "890", "", PDF),
    ("penghargaan", "Piagam penghargaan", "892", "", ANY),
    ("cltn", "SK cuti di luar tanggungan negara", "", "", PDF),
    ("tubel", "SK tugas belajar", "", "", PDF),
    ("karpeg", "Kartu pegawai", "", "", ANY),
    ("hukdis", "Keputusan hukuman disiplin", "882", "view_discipline", PDF),
    ("ktp", "KTP", "", "view_nik", ANY),
    ("kk", "Kartu keluarga", "", "view_family", ANY),
    ("akta_lahir", "Akta kelahiran", "", "view_family", ANY),
    ("akta_nikah", "Akta nikah atau cerai", "", "view_family", ANY),
    ("npwp", "NPWP", "", "view_nik", ANY),
    ("kesehatan", "Surat keterangan kesehatan", "", "view_nik", ANY),
    ("lain", "Dokumen lain", "", "", ANY),
)
# An officer brings them, the person does not prove anything with them.
NO_EVIDENCE = {"hukdis"}
LIMITS = (
    ("files.document_mb", "Ukuran terbesar dokumen pegawai", 5, "MB", 20),
    ("files.document_pages", "Halaman terbanyak dokumen pegawai", 50, "halaman", 500),
    ("files.photo_mb", "Ukuran terbesar foto pegawai yang diunggah", 2, "MB", 10),
)

# Nobody decides on the own file, whatever the login; who asks asks for the own file; what is decided stays.
GUARD = """
CREATE FUNCTION positions_changerequest_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own_nip text;
BEGIN
    SELECT nip INTO own_nip FROM positions_employee WHERE agency_id = NEW.agency_id AND id = NEW.employee_id;
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM asnhr_user WHERE id = NEW.requested_by_id AND nip = own_nip) THEN
        RAISE EXCEPTION 'Usul perbaikan diajukan oleh pemilik datanya.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_request_own_file';
    END IF;
    IF EXISTS (SELECT FROM asnhr_user WHERE id = NEW.decided_by_id AND nip = own_nip) THEN
        RAISE EXCEPTION 'Usul sendiri diputuskan oleh orang lain.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_request_not_own';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'menunggu'
        AND (NEW.state, NEW.employee_id, NEW.target, NEW.object_id, NEW.decided_by_id, NEW.decided_at, NEW.reason)
            IS DISTINCT FROM
            (OLD.state, OLD.employee_id, OLD.target, OLD.object_id, OLD.decided_by_id, OLD.decided_at, OLD.reason) THEN
        RAISE EXCEPTION 'Usul yang sudah diputuskan tidak diubah lagi.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'change_request_decided_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_request_guard BEFORE INSERT OR UPDATE ON positions_changerequest
    FOR EACH ROW EXECUTE FUNCTION positions_changerequest_guard();
"""
GUARD_BACK = """
DROP TRIGGER change_request_guard ON positions_changerequest;
DROP FUNCTION positions_changerequest_guard();
"""
# table, secret columns (=: compared and hashed by the other), columns left out; as positions/audit.py says
AUDITED = (
    ("positions_changerequest", "before proposed", ""),
    ("positions_employeedocument", "", ""),
    ("positions_employeephoto", "", ""),
    ("positions_employeecontact", "value=value_hash", "value_hash"),
)


def fill(apps, schema_editor):
    apps.get_model("positions", "DocumentKind").objects.bulk_create(
        apps.get_model("positions", "DocumentKind")(
            code=code, name=name, siasn_id=siasn, sensitivity="spesifik" if asks else "umum", permission=asks, formats=formats,
            as_evidence=code not in NO_EVIDENCE, order=order,
        )
        for order, (code, name, siasn, asks, formats) in enumerate(KINDS, start=1)
    )  # fmt: skip
    for code, name, value, unit, highest in LIMITS:
        apps.get_model("asnhr", "Parameter").objects.get_or_create(
            code=code,
            starts_on=date(2015, 1, 1),
            defaults={
                "name": name, "value": value, "unit": unit, "kind": "bulat", "lowest": Decimal(1),
                "highest": Decimal(highest), "legal_basis": "Pengaturan produk: batas berkas yang diunggah", "mark": "D",
                "agency_may_set": True,
            },
        )  # fmt: skip
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="30", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=TASK, defaults={"task": "positions.tasks.tidy_documents", "crontab": crontab}
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=TASK).delete()
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=[row[0] for row in LIMITS]).delete()


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, secrets, skipped in AUDITED:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [table, secrets.split(), skipped.split()],
            )


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, *_rest in AUDITED:
            cursor.execute("SELECT audit_detach(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0019_search"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=40, verbose_name="data")),
                ("object_id", models.BigIntegerField(blank=True, null=True, verbose_name="baris riwayat")),
                ("before", asnhr.sql.EncryptedTextField(blank=True, default="", verbose_name="sebelumnya")),
                ("proposed", asnhr.sql.EncryptedTextField(blank=True, default="", verbose_name="usul")),
                ("explanation", models.TextField(verbose_name="penjelasan")),
                ("finding", models.CharField(blank=True, max_length=20, verbose_name="temuan")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("menunggu", "Menunggu"),
                            ("diterima", "Diterima"),
                            ("ditolak", "Ditolak"),
                            ("ditarik", "Ditarik"),
                        ],
                        default="menunggu",
                        max_length=8,
                        verbose_name="keadaan",
                    ),
                ),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="diusulkan pada")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="diputuskan pada")),
                ("reason", models.TextField(blank=True, verbose_name="alasan keputusan")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diputuskan oleh",
                    ),
                ),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_requests",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diusulkan oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "usul perbaikan data",
                "verbose_name_plural": "usul perbaikan data",
            },
        ),
        migrations.CreateModel(
            name="DocumentKind",
            fields=[
                ("code", models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name="kode")),
                ("name", models.CharField(max_length=100, verbose_name="nama")),
                ("siasn_id", models.CharField(blank=True, max_length=10, verbose_name="id SIASN")),
                (
                    "sensitivity",
                    models.CharField(
                        choices=[("umum", "data pribadi umum"), ("spesifik", "data pribadi spesifik")],
                        max_length=8,
                        verbose_name="sifat",
                    ),
                ),
                ("permission", models.CharField(blank=True, max_length=30, verbose_name="izin")),
                (
                    "formats",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), size=None, verbose_name="bentuk berkas"
                    ),
                ),
                ("as_evidence", models.BooleanField(default=True, verbose_name="dapat menjadi bukti usul")),
                ("order", models.PositiveSmallIntegerField(verbose_name="urutan")),
            ],
            options={
                "verbose_name": "jenis dokumen",
                "verbose_name_plural": "jenis dokumen",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sensitivity", "spesifik"), _negated=True),
                            models.Q(("permission", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="document_kind_specific_asks",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployeeContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("alamat", "Alamat tempat tinggal"),
                            ("alamat_ktp", "Alamat menurut KTP"),
                            ("hp", "Nomor HP"),
                            ("telepon", "Telepon rumah"),
                            ("surel", "Surel pribadi"),
                            ("telepon_dinas", "Telepon dinas"),
                            ("surel_dinas", "Surel dinas"),
                            ("darurat", "Kontak darurat"),
                        ],
                        max_length=14,
                        verbose_name="jenis",
                    ),
                ),
                ("value", asnhr.sql.EncryptedTextField(verbose_name="isi")),
                ("value_hash", models.CharField(editable=False, max_length=64, verbose_name="sidik isi")),
                (
                    "sensitivity",
                    models.CharField(
                        choices=[("umum", "untuk semua pembaca register"), ("terbatas", "terbatas")],
                        max_length=8,
                        verbose_name="sifat",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=100, verbose_name="keterangan")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
            ],
            options={
                "verbose_name": "kontak pegawai",
                "verbose_name_plural": "kontak pegawai",
            },
        ),
        migrations.CreateModel(
            name="EmployeeDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=120, verbose_name="nomor dokumen")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="tanggal dokumen")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="keterangan")),
                ("filename", models.CharField(max_length=200, verbose_name="nama berkas")),
                (
                    "format",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")], max_length=4, verbose_name="bentuk"
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="ukuran (bita)")),
                ("pages", models.PositiveSmallIntegerField(verbose_name="halaman")),
                ("sha256", models.CharField(max_length=64, verbose_name="sidik berkas")),
                ("stored_as", models.CharField(editable=False, max_length=60, verbose_name="disimpan sebagai")),
                (
                    "scan",
                    models.CharField(
                        choices=[("belum", "belum dipindai"), ("bersih", "bersih"), ("virus", "mengandung virus")],
                        default="belum",
                        max_length=6,
                        verbose_name="pemindaian",
                    ),
                ),
                ("scanned_at", models.DateTimeField(blank=True, null=True, verbose_name="dipindai pada")),
                ("scan_note", models.CharField(blank=True, max_length=200, verbose_name="temuan pemindai")),
                ("uploaded_at", models.DateTimeField(auto_now_add=True, verbose_name="diunggah pada")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="dihapus pada")),
                ("removal_reason", models.CharField(blank=True, max_length=300, verbose_name="alasan penghapusan")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="positions.documentkind",
                        verbose_name="jenis dokumen",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dihapus oleh",
                    ),
                ),
                (
                    "request",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="positions.changerequest",
                        verbose_name="usul perbaikan",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diunggah oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "dokumen pegawai",
                "verbose_name_plural": "dokumen pegawai",
            },
        ),
        migrations.CreateModel(
            name="EmployeePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stored_as", models.CharField(editable=False, max_length=60, verbose_name="disimpan sebagai")),
                ("sha256", models.CharField(max_length=64, verbose_name="sidik berkas")),
                ("size", models.PositiveIntegerField(verbose_name="ukuran (bita)")),
                ("width", models.PositiveSmallIntegerField(verbose_name="lebar")),
                ("height", models.PositiveSmallIntegerField(verbose_name="tinggi")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="diganti pada")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diganti oleh",
                    ),
                ),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
            ],
            options={
                "verbose_name": "foto pegawai",
                "verbose_name_plural": "foto pegawai",
            },
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(fields=["agency", "state", "-requested_at"], name="change_request_state"),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="change_request_two_people",
                violation_error_message="Usul sendiri diputuskan oleh orang lain.",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "menunggu")),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", True), ("state", "ditarik")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state__in", ["diterima", "ditolak"]),
                    ),
                    _connector="OR",
                ),
                name="change_request_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ditolak"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="change_request_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("explanation", ""), _negated=True), name="change_request_explained"
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "menunggu")),
                fields=("agency", "employee", "target", "object_id"),
                name="change_request_one_waiting",
                nulls_distinct=False,
                violation_error_message="Usul untuk data ini masih menunggu keputusan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="contact_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["telepon_dinas", "surel_dinas"]), ("sensitivity", "terbatas"), _connector="OR"
                ),
                name="contact_private_is_restricted",
                violation_error_message="Hanya kontak dinas yang boleh terbuka bagi semua pembaca register.",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeecontact",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("agency", "="),
                    ("employee", "="),
                    ("kind", "="),
                    ("value_hash", "="),
                    (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                ],
                name="contact_once_a_day",
                violation_error_message="Kontak ini sudah tercatat pada rentang tanggal tersebut.",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeecontact",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind__in", ["alamat", "alamat_ktp"])),
                expressions=[
                    ("agency", "="),
                    ("employee", "="),
                    ("kind", "="),
                    (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                ],
                name="contact_one_address_a_day",
                violation_error_message="Alamat jenis ini sudah tercatat pada rentang tanggal tersebut.",
            ),
        ),
        migrations.AddIndex(
            model_name="employeedocument",
            index=models.Index(fields=["agency", "employee", "-uploaded_at"], name="document_of_employee"),
        ),
        migrations.AddConstraint(
            model_name="employeedocument",
            constraint=models.UniqueConstraint(fields=("agency", "stored_as"), name="document_file_once"),
        ),
        migrations.AddConstraint(
            model_name="employeedocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True), ("request__isnull", True)),
                fields=("agency", "employee", "kind", "sha256"),
                name="document_once",
                violation_error_message="Berkas yang sama sudah ada sebagai dokumen jenis ini.",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("pages__gte", 1), ("size__gte", 1)), name="document_has_content"
            ),
        ),
        migrations.AddConstraint(
            model_name="employeedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scan", "belum"), ("scanned_at__isnull", True)),
                    models.Q(("scan__in", ["bersih", "virus"]), ("scanned_at__isnull", False)),
                    _connector="OR",
                ),
                name="document_scanned_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removal_reason", ""), ("removed_at__isnull", True), ("removed_by__isnull", True)),
                    models.Q(
                        ("removed_at__isnull", False),
                        ("removed_by__isnull", False),
                        models.Q(("removal_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="document_removed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="employeephoto",
            constraint=models.UniqueConstraint(fields=("agency", "employee"), name="photo_one_a_person"),
        ),
        migrations.AddConstraint(
            model_name="employeephoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("height__gte", 1), ("size__gte", 1), ("width__gte", 1)), name="photo_has_size"
            ),
        ),
        *[asnhr.sql.TenantTable(name) for name in TABLES],
        migrations.RunSQL(GUARD, GUARD_BACK),
        migrations.RunPython(attach, detach),
        migrations.RunPython(fill, empty),
    ]
