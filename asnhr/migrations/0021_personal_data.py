"""Personal data (UU 27/2022): holds, destructions with their proof, incidents, own copies; who looks after them, how
long what is kept, and the tasks that see to it."""

from datetime import date
from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql
from asnhr.sql import TenantTable

FIND, EXPIRE = "Masa simpan data pribadi", "Salinan data dan sesi yang berakhir"
LAW = "UU 27/2022 pasal 43-44, UU 43/2009 dan JRA instansi; lamanya pengaturan produk"
# Code, name, value, unit, highest
KEPT = (
    ("retention.contacts_months", "Masa simpan kontak yang sudah tidak berlaku", 12, "bulan", 600),
    ("retention.identity_months", "Masa simpan NIK dan kontak sesudah pegawai keluar", 60, "bulan", 600),
    ("retention.photo_months", "Masa simpan foto sesudah pegawai keluar", 12, "bulan", 600),
    ("retention.family_months", "Masa simpan data keluarga sesudah pegawai keluar", 60, "bulan", 600),
    ("retention.discipline_months", "Masa simpan riwayat hukuman disiplin sesudah pegawai keluar", 60, "bulan", 600),
    ("retention.documents_months", "Masa simpan dokumen berkas sesudah pegawai keluar", 120, "bulan", 600),
    ("retention.requests_months", "Masa simpan isi usul perbaikan sesudah diputuskan", 24, "bulan", 600),
    ("retention.hearings_months", "Masa simpan keterangan pemangku calon penghapusan", 60, "bulan", 600),
    ("retention.objections_months", "Masa simpan isi keberatan sesudah dijawab", 60, "bulan", 600),
    ("retention.trail_months", "Masa simpan nilai lama dalam jejak audit", 60, "bulan", 600),
    ("retention.copy_days", "Masa berlaku salinan data sendiri", 7, "hari", 31),
)
TABLES = ("LegalHold", "Destruction", "DestructionLine", "DataIncident", "OwnCopy")
# table, secret columns, columns left out; as asnhr/audit/declared.py says
AUDITED = (
    ("asnhr_legalhold", "reason lifted_reason", ""),
    ("asnhr_destruction", "", ""),
    ("asnhr_destructionline", "", "objects_due"),
    ("asnhr_dataincident", "", ""),
    ("asnhr_owncopy", "", ""),
)

GUARDS = r"""
CREATE FUNCTION audit_destroy_before(named_table text, objects bigint[], moment timestamptz, words text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Destroy what the trail keeps apart of rows of a table, of entries before a moment only: what left the register long
-- ago goes, what left it lately can still be opened.
DECLARE
    owner_of bigint := NULLIF(current_setting('asnhr.agency', true), '')::bigint;
    done bigint;
BEGIN
    UPDATE audit_secret s SET clear = NULL, salt = NULL, sealed = true, destroyed_at = clock_timestamp()
    FROM audit_entry e
    WHERE e.id = s.entry_id AND e.agency_id = s.agency_id AND e.table_name = named_table AND s.agency_id = owner_of
    AND s.object_id = ANY (objects) AND e.at < moment AND s.destroyed_at IS NULL;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done > 0 THEN
        PERFORM audit_note('musnah', named_table, objects, words);
    END IF;
    RETURN done;
END
$$;

CREATE FUNCTION asnhr_destruction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('dimusnahkan', 'ditolak') THEN
        RAISE EXCEPTION 'A destruction that is over stays as it is.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'destruction_stays';
    END IF;
    -- The same person under another login is the same person.
    IF EXISTS (SELECT FROM asnhr_user a JOIN asnhr_user b ON b.nip = a.nip
               WHERE a.id = NEW.proposed_by_id AND b.id = NEW.decided_by_id AND a.nip <> '') THEN
        RAISE EXCEPTION 'Who approves a destruction is not who proposed it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'destruction_two_people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER destruction_guard BEFORE INSERT OR UPDATE ON asnhr_destruction
    FOR EACH ROW EXECUTE FUNCTION asnhr_destruction_guard();

CREATE FUNCTION asnhr_destruction_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line asnhr_destructionline := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    standing text;
BEGIN
    SELECT state INTO standing FROM asnhr_destruction WHERE agency_id = line.agency_id AND id = line.destruction_id;
    -- What was proposed is what is approved and done: lines change only before, and are counted while it is done.
    IF standing = 'ditemukan' OR (TG_OP = 'UPDATE' AND standing = 'disetujui' AND
            (OLD.agency_id, OLD.destruction_id, OLD.rule, OLD.basis, OLD.before, OLD.objects_due)
            IS NOT DISTINCT FROM (NEW.agency_id, NEW.destruction_id, NEW.rule, NEW.basis, NEW.before, NEW.objects_due)) THEN
        RETURN line;
    END IF;
    RAISE EXCEPTION 'The lines of a destruction are fixed once it is proposed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'destruction_stays';
END $$;
CREATE TRIGGER destruction_line_guard BEFORE INSERT OR UPDATE OR DELETE ON asnhr_destructionline
    FOR EACH ROW EXECUTE FUNCTION asnhr_destruction_line_guard();

-- Default privileges gave the application everything but TRUNCATE; none of these is ever deleted.
REVOKE DELETE ON asnhr_destruction, asnhr_legalhold, asnhr_dataincident, asnhr_owncopy FROM asnhr_app;
"""
GUARDS_BACK = """
DROP TRIGGER destruction_line_guard ON asnhr_destructionline;
DROP FUNCTION asnhr_destruction_line_guard();
DROP TRIGGER destruction_guard ON asnhr_destruction;
DROP FUNCTION asnhr_destruction_guard();
DROP FUNCTION audit_destroy_before(text, bigint[], timestamptz, text);
"""
# Who watches over the others is given by two, too. The rest of the function is that of 0016.
BEFORE, AFTER = "'pyb', 'ppk', 'auditor', 'pusat'", "'pyb', 'ppk', 'auditor', 'petugas_pdp', 'pusat'"


def _by_two(schema_editor, old, new):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('asnhr_role_by_two'::regproc)")
        body = cursor.fetchone()[0]
        if old not in body:
            raise ValueError("asnhr_role_by_two names other roles than expected")
        cursor.execute(body.replace(old, new).replace("%", "%%"), [])


def by_two(apps, schema_editor):
    _by_two(schema_editor, BEFORE, AFTER)


def by_two_before(apps, schema_editor):
    _by_two(schema_editor, AFTER, BEFORE)


def fill(apps, schema_editor):
    for code, name, value, unit, highest in KEPT:
        apps.get_model("asnhr", "Parameter").objects.get_or_create(
            code=code,
            starts_on=date(2015, 1, 1),
            defaults={
                "name": name, "value": value, "unit": unit, "kind": "bulat", "lowest": Decimal(1),
                "highest": Decimal(highest), "legal_basis": LAW, "mark": "D", "agency_may_set": True,
            },
        )  # fmt: skip
    crontabs, tasks = (apps.get_model("django_celery_beat", name) for name in ("CrontabSchedule", "PeriodicTask"))
    for name, task, minute, hour, day in (
        (FIND, "asnhr.tasks.find_overdue_data", "40", "1", "1"),
        (EXPIRE, "asnhr.tasks.purge_expired", "50", "1", "*"),
    ):
        crontab, _ = crontabs.objects.get_or_create(
            minute=minute, hour=hour, day_of_week="*", day_of_month=day, month_of_year="*", timezone="Asia/Jakarta"
        )
        tasks.objects.get_or_create(name=name, defaults={"task": task, "crontab": crontab})


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=[FIND, EXPIRE]).delete()
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=[row[0] for row in KEPT]).delete()


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
        ("asnhr", "0020_national_trail"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataIncident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=150, verbose_name="judul")),
                ("known_at", models.DateTimeField(verbose_name="diketahui pada")),
                ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="terjadi pada")),
                ("what", models.TextField(verbose_name="apa yang terjadi")),
                (
                    "data",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("identitas", "Identitas dan kontak"),
                                ("kepegawaian", "Data kepegawaian"),
                                ("keluarga", "Keluarga dan anak"),
                                ("kesehatan", "Kesehatan"),
                                ("keuangan", "Keuangan pribadi"),
                                ("disiplin", "Hukuman disiplin dan catatan pidana"),
                                ("asesmen", "Penilaian dan asesmen"),
                                ("akun", "Akun dan kata sandi"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        size=None,
                        verbose_name="data yang terungkap",
                    ),
                ),
                ("people", models.PositiveIntegerField(blank=True, null=True, verbose_name="perkiraan banyak orang")),
                ("measures", models.TextField(blank=True, verbose_name="penanganan dan pemulihan")),
                (
                    "told_authority_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lembaga PDP diberi tahu"),
                ),
                (
                    "told_people_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="pemilik data diberi tahu"),
                ),
                ("late_reason", models.CharField(blank=True, max_length=300, verbose_name="alasan terlambat")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="dicatat pada")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="ditutup pada")),
            ],
            options={
                "verbose_name": "insiden data pribadi",
                "verbose_name_plural": "insiden data pribadi",
            },
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="per tanggal")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ditemukan", "Ditemukan, belum diusulkan"),
                            ("diusulkan", "Diusulkan"),
                            ("disetujui", "Disetujui, sedang dimusnahkan"),
                            ("dimusnahkan", "Dimusnahkan"),
                            ("ditolak", "Ditolak"),
                        ],
                        default="ditemukan",
                        max_length=12,
                        verbose_name="keadaan",
                    ),
                ),
                ("found_at", models.DateTimeField(auto_now_add=True, verbose_name="ditemukan pada")),
                ("proposed_at", models.DateTimeField(blank=True, null=True, verbose_name="diusulkan pada")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="diputuskan pada")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="alasan keputusan")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="dimusnahkan pada")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="sidik berita acara")),
            ],
            options={
                "verbose_name": "pemusnahan data pribadi",
                "verbose_name_plural": "pemusnahan data pribadi",
            },
        ),
        migrations.CreateModel(
            name="DestructionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=40, verbose_name="aturan")),
                ("basis", models.JSONField(default=dict, verbose_name="dasar")),
                ("before", models.DateField(verbose_name="sebelum")),
                (
                    "objects_due",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="nomor objek"
                    ),
                ),
                ("held", models.PositiveIntegerField(default=0, verbose_name="ditahan")),
                ("destroyed", models.PositiveIntegerField(blank=True, null=True, verbose_name="dimusnahkan")),
                ("trail", models.PositiveIntegerField(blank=True, null=True, verbose_name="nilai jejak audit")),
            ],
            options={
                "verbose_name": "rincian pemusnahan",
                "verbose_name_plural": "rincian pemusnahan",
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nip", models.CharField(max_length=18, verbose_name="NIP")),
                ("basis", models.CharField(max_length=200, verbose_name="dasar")),
                ("reason", models.CharField(max_length=300, verbose_name="alasan")),
                ("placed_at", models.DateTimeField(auto_now_add=True, verbose_name="dipasang pada")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="dicabut pada")),
                ("lifted_reason", models.CharField(blank=True, max_length=300, verbose_name="alasan pencabutan")),
            ],
            options={
                "verbose_name": "penahanan pemusnahan",
                "verbose_name_plural": "penahanan pemusnahan",
            },
        ),
        migrations.CreateModel(
            name="OwnCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nip", models.CharField(max_length=18, verbose_name="NIP")),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="diminta pada")),
                ("stored_as", models.CharField(blank=True, max_length=60, verbose_name="tersimpan sebagai")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="sidik berkas")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="ukuran (bita)")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="berlaku sampai")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="diunduh terakhir pada")),
            ],
            options={
                "verbose_name": "salinan data sendiri",
                "verbose_name_plural": "salinan data sendiri",
            },
        ),
        migrations.RemoveConstraint(
            model_name="rolerequest",
            name="role_request_deciding_role",
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("tambah", "Menambah"),
                    ("ubah", "Mengubah"),
                    ("hapus", "Menghapus"),
                    ("baca", "Membaca data sensitif"),
                    ("buka", "Membuka nilai rahasia"),
                    ("musnah", "Memusnahkan nilai"),
                ],
                max_length=8,
                verbose_name="jenis",
            ),
        ),
        migrations.AlterField(
            model_name="roleassignment",
            name="role",
            field=models.CharField(
                choices=[
                    ("pegawai", "Pegawai"),
                    ("atasan", "Atasan"),
                    ("admin_unit", "Admin unit"),
                    ("pengelola_kepegawaian", "Pengelola kepegawaian"),
                    ("admin_daerah", "Admin daerah"),
                    ("staf_bkd", "Staf BKD"),
                    ("bagian_organisasi", "Bagian Organisasi"),
                    ("pyb", "Pejabat yang Berwenang"),
                    ("ppk", "Pejabat Pembina Kepegawaian"),
                    ("auditor", "Auditor"),
                    ("petugas_pdp", "Petugas pelindungan data"),
                    ("pusat", "Pusat"),
                    ("integrasi", "Integrasi"),
                ],
                max_length=30,
                verbose_name="peran",
            ),
        ),
        migrations.AlterField(
            model_name="rolerequest",
            name="role",
            field=models.CharField(
                choices=[
                    ("pegawai", "Pegawai"),
                    ("atasan", "Atasan"),
                    ("admin_unit", "Admin unit"),
                    ("pengelola_kepegawaian", "Pengelola kepegawaian"),
                    ("admin_daerah", "Admin daerah"),
                    ("staf_bkd", "Staf BKD"),
                    ("bagian_organisasi", "Bagian Organisasi"),
                    ("pyb", "Pejabat yang Berwenang"),
                    ("ppk", "Pejabat Pembina Kepegawaian"),
                    ("auditor", "Auditor"),
                    ("petugas_pdp", "Petugas pelindungan data"),
                    ("pusat", "Pusat"),
                    ("integrasi", "Integrasi"),
                ],
                max_length=30,
                verbose_name="peran",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["auditor", "bagian_organisasi", "petugas_pdp", "pyb", "staf_bkd"])),
                name="role_request_deciding_role",
                violation_error_message="Peran ini tidak diberikan lewat permintaan.",
            ),
        ),
        migrations.AddField(
            model_name="dataincident",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="dataincident",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ditutup oleh",
            ),
        ),
        migrations.AddField(
            model_name="dataincident",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="dicatat oleh",
            ),
        ),
        migrations.AddField(
            model_name="destruction",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="destruction",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="diputuskan oleh",
            ),
        ),
        migrations.AddField(
            model_name="destruction",
            name="proposed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="diusulkan oleh",
            ),
        ),
        migrations.AddField(
            model_name="destruction",
            name="run",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.run",
                verbose_name="pekerjaan",
            ),
        ),
        migrations.AddField(
            model_name="destructionline",
            name="agency",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="destructionline",
            name="destruction",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="asnhr.destruction",
                verbose_name="pemusnahan",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="dicabut oleh",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="placed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="dipasang oleh",
            ),
        ),
        migrations.AddField(
            model_name="owncopy",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AddField(
            model_name="owncopy",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="diminta oleh",
            ),
        ),
        migrations.AddField(
            model_name="owncopy",
            name="run",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.run",
                verbose_name="pekerjaan",
            ),
        ),
        migrations.AddIndex(
            model_name="dataincident",
            index=models.Index(fields=["agency", "-known_at"], name="incident_latest"),
        ),
        migrations.AddConstraint(
            model_name="dataincident",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("what", ""), _negated=True)),
                name="incident_has_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataincident",
            constraint=models.CheckConstraint(
                condition=models.Q(("data", []), _negated=True), name="incident_says_data"
            ),
        ),
        migrations.AddConstraint(
            model_name="dataincident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("happened_at__isnull", True), ("known_at__gte", models.F("happened_at")), _connector="OR"
                ),
                name="incident_known_after_it_happened",
                violation_error_message="Insiden diketahui sesudah terjadi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataincident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("told_authority_at__isnull", True),
                        ("told_authority_at__gte", models.F("known_at")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("told_people_at__isnull", True), ("told_people_at__gte", models.F("known_at")), _connector="OR"
                    ),
                ),
                name="incident_told_after_known",
                violation_error_message="Pemberitahuan dilakukan sesudah insiden diketahui.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataincident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("told_authority_at__isnull", False),
                        ("told_people_at__isnull", False),
                        models.Q(("measures", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="incident_closed_whole",
                violation_error_message="Insiden ditutup setelah penanganannya ditulis, dan lembaga serta pemilik data diberi tahu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="destruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="destruction_two_people",
                violation_error_message="Yang menyetujui pemusnahan bukan yang mengusulkan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="destruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by__isnull", True), ("proposed_by__isnull", True), ("state", "ditemukan")),
                    models.Q(
                        ("decided_by__isnull", True),
                        ("proposed_at__isnull", False),
                        ("proposed_by__isnull", False),
                        ("state", "diusulkan"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("proposed_at__isnull", False),
                        ("proposed_by__isnull", False),
                        ("state__in", ["disetujui", "dimusnahkan", "ditolak"]),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="destruction_steps_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="destruction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("done_at__isnull", False), ("state", "dimusnahkan"), models.Q(("sha256", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("state", "dimusnahkan"), _negated=True), ("done_at__isnull", True), ("sha256", "")
                    ),
                    _connector="OR",
                ),
                name="destruction_done_has_proof",
            ),
        ),
        migrations.AddConstraint(
            model_name="destruction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["ditemukan", "diusulkan", "disetujui"])),
                fields=("agency",),
                name="destruction_one_open",
                violation_error_message="Masih ada pemusnahan yang belum selesai.",
            ),
        ),
        migrations.AddConstraint(
            model_name="destructionline",
            constraint=models.UniqueConstraint(fields=("agency", "destruction", "rule"), name="destruction_rule_once"),
        ),
        migrations.AddConstraint(
            model_name="destructionline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed__isnull", True), ("trail__isnull", True)),
                    models.Q(("destroyed__isnull", False), ("trail__isnull", False)),
                    _connector="OR",
                ),
                name="destruction_counts_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("nip__regex", "^[0-9]{18}$")),
                name="legal_hold_nip_18_digits",
                violation_error_message="NIP harus 18 angka.",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("basis", ""), _negated=True), models.Q(("reason", ""), _negated=True)),
                name="legal_hold_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True), ("lifted_reason", "")),
                    models.Q(
                        ("lifted_at__isnull", False),
                        ("lifted_by__isnull", False),
                        models.Q(("lifted_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="legal_hold_lifted_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("agency", "nip"),
                name="legal_hold_one_open",
                violation_error_message="Data pegawai ini sudah ditahan dari pemusnahan.",
            ),
        ),
        migrations.AddIndex(
            model_name="owncopy",
            index=models.Index(fields=["agency", "nip", "-requested_at"], name="own_copy_latest"),
        ),
        migrations.AddConstraint(
            model_name="owncopy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sha256", ""), ("size", 0), ("stored_as", "")),
                    models.Q(
                        models.Q(("stored_as", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                        ("expires_at__isnull", False),
                        ("size__gte", 1),
                    ),
                    _connector="OR",
                ),
                name="own_copy_file_whole",
            ),
        ),
        *[TenantTable(name) for name in TABLES],
        migrations.RunSQL(GUARDS, GUARDS_BACK),
        migrations.RunPython(by_two, by_two_before),
        migrations.RunPython(attach, detach),
        migrations.RunPython(fill, empty),
    ]
