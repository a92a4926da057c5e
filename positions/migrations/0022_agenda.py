"""The agenda book (buku penjagaan), letters of increments, the work calendar with its national duties, parameters."""

from datetime import date

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql

TASK = "Buku penjagaan harian"
SINCE = date(2015, 1, 1)
FULL = ("AgendaStep", "LetterBatch", "AgencyDeadline", "DeadlineDone")
PRODUCT = "Pengaturan produk; instansi boleh menetapkan nilainya sendiri"
# code, name, value, unit, legal basis, mark, agency may set, lowest, highest
PARAMETERS = (
    ("agenda.months_ahead", "Bulan yang dilihat buku penjagaan ke depan", 18, "bulan", PRODUCT, "D", True, 1, 60),
    ("agenda.predicate_years", "Tahun berpredikat Baik sebelum kenaikan pangkat", 2, "tahun", "Peraturan BKN 4/2025",
     "V2", False, 1, 5),
    ("agenda.acting_months", "Masa satu penugasan Plt", 3, "bulan",
     "SE Kepala BKN 1/SE/I/2021: tiga bulan, dapat diperpanjang", "M", False, 1, 24),
    ("agenda.acting_terms", "Banyaknya masa penugasan Plt, perpanjangan termasuk", 2, "kali",
     "SE Kepala BKN 1/SE/I/2021: tiga bulan, dapat diperpanjang", "M", False, 1, 10),
    ("agenda.cpns_months", "Masa percobaan CPNS", 12, "bulan", "PP 11/2017 pasal 34", "M", False, 1, 36),
)  # fmt: skip
EVERY = list(range(1, 13))
BKD = "manage_agenda"
# code, name, months, day, warned before (days), permission, page, legal basis, mark
DEADLINES = (
    ("skp_plan", "Penetapan SKP tahun berjalan", [1], 31, 30, BKD, "", "PermenPANRB 6/2022", "M"),
    ("skp_result", "Evaluasi kinerja dan predikat tahun lalu", [1], 31, 30, BKD, "", "PermenPANRB 6/2022", "M"),
    ("kp_proposals", "Usul kenaikan pangkat untuk tanggal 1 dua bulan lagi", EVERY, 1, 10, BKD, "agenda-list",
     "Peraturan BKN 4/2025; batas hari mengikuti jadwal Kantor Regional BKN", "M"),
    ("kgb_letters", "Surat KGB yang berlaku dua bulan lagi", EVERY, 1, 10, BKD, "letter-list", "PP 7/1977 pasal 11-13",
     "V"),
    ("e_formasi", "Usul kebutuhan ASN tahun depan lewat e-Formasi", [3], 31, 45, "manage_proposals", "proposal-list",
     "PP 11/2017 pasal 5-13", "M"),
    ("job_review", "Tinjauan tahunan analisis jabatan dan ABK", [6], 30, 45, "edit_structure", "workload-board",
     "PermenPANRB 1/2020; Peraturan BKN 9/2022: ditinjau setiap tahun, harinya pengaturan produk", "D"),
    ("lhkpn", "Pelaporan LHKPN", [3], 31, 30, BKD, "", "Peraturan KPK 7/2016", "M"),
    ("satyalancana", "Usul Satyalancana Karya Satya", [4], 30, 30, BKD, "", "PP 35/2010", "M"),
    ("contracts", "Keputusan perpanjangan kontrak PPPK yang berakhir 31 Desember", [11], 30, 45, BKD, "contract-list",
     "PP 49/2018; harinya pengaturan produk", "D"),
    ("pensions", "Daftar pensiun tahun depan dan pemberitahuan kepada pegawai", [9], 30, 30, BKD, "retirement-list",
     "PP 11/2017 pasal 239; harinya pengaturan produk", "D"),
    ("learning", "Pemenuhan 20 JP pengembangan kompetensi", [12], 31, 60, BKD, "", "PP 11/2017 pasal 203", "V"),
    ("data", "Pemutakhiran data ASN dan kualitas data", EVERY, 31, 5, BKD, "quality",
     "Indikator kualitas data ASN BKN (data acuan SIASN)", "D"),
)  # fmt: skip

# Nobody moves the own case, whatever the login; what was recorded stays as it is.
GUARD = """
CREATE FUNCTION positions_agendastep_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'Riwayat keadaan penjagaan tidak diubah.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_step_stays';
    END IF;
    IF EXISTS (
        SELECT FROM asnhr_user u JOIN positions_employee e ON e.nip = u.nip
        JOIN positions_agendaitem i ON i.agency_id = e.agency_id AND i.employee_id = e.id
        WHERE u.id = NEW.actor_id AND i.agency_id = NEW.agency_id AND i.id = NEW.item_id
    ) THEN
        RAISE EXCEPTION 'Penjagaan sendiri diurus oleh petugas lain.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_step_not_own';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agendastep_guard BEFORE INSERT OR UPDATE ON positions_agendastep
    FOR EACH ROW EXECUTE FUNCTION positions_agendastep_guard();
"""
UNGUARD = """
DROP TRIGGER agendastep_guard ON positions_agendastep;
DROP FUNCTION positions_agendastep_guard();
"""


def fill(apps, schema_editor):
    parameter = apps.get_model("asnhr", "Parameter")
    parameter.objects.bulk_create(
        parameter(
            code=code, name=name, value=value, unit=unit, starts_on=SINCE, legal_basis=basis, mark=mark,
            agency_may_set=may_set, kind="bulat", lowest=lowest, highest=highest,
        )
        for code, name, value, unit, basis, mark, may_set, lowest, highest in PARAMETERS
    )  # fmt: skip
    deadline = apps.get_model("positions", "Deadline")
    deadline.objects.bulk_create(
        deadline(
            code=code, name=name, months=months, day=day, warn_days=warn, permission=permission, route=route,
            legal_basis=basis, mark=mark, starts_on=SINCE,
        )
        for code, name, months, day, warn, permission, route, basis, mark in DEADLINES
    )  # fmt: skip
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="15", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=TASK, defaults={"task": "positions.tasks.dispatch_agenda", "crontab": crontab}
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=TASK).delete()
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=[row[0] for row in PARAMETERS]).delete()


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audit_attach('positions_agendaitem'::regclass, 'summary', '{}'::text[])")
        for model in FULL:
            cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}'::text[])", [f"positions_{model.lower()}"])


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model in ("AgendaItem", *FULL):
            cursor.execute("SELECT audit_detach(%s::regclass)", [f"positions_{model.lower()}"])


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0017_notifications"),
        ("positions", "0021_histories"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("kp_reguler", "Kenaikan pangkat reguler"),
                            ("kp_struktural", "Kenaikan pangkat pilihan (struktural)"),
                            ("kp_fungsional", "Kenaikan pangkat pilihan (fungsional)"),
                            ("kgb", "Kenaikan gaji berkala"),
                            ("pensiun", "Pensiun"),
                            ("kontrak", "Kontrak PPPK berakhir"),
                            ("plt", "Batas Plt"),
                            ("cpns", "CPNS menjadi PNS"),
                        ],
                        max_length=14,
                        verbose_name="jenis",
                    ),
                ),
                ("source_id", models.BigIntegerField(default=0, verbose_name="kontrak atau penugasan (id)")),
                ("due_on", models.DateField(verbose_name="jatuh tempo")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("belum", "Belum"),
                            ("berkas", "Berkas"),
                            ("diusulkan", "Diusulkan"),
                            ("pertek", "Pertek"),
                            ("sk", "SK"),
                        ],
                        default="belum",
                        max_length=10,
                        verbose_name="keadaan",
                    ),
                ),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="syarat yang kurang",
                    ),
                ),
                (
                    "to_check",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="perlu diperiksa",
                    ),
                ),
                ("sanctioned", models.BooleanField(default=False, verbose_name="tertahan hukuman disiplin")),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (11, "I/a Juru Muda"),
                            (12, "I/b Juru Muda Tingkat I"),
                            (13, "I/c Juru"),
                            (14, "I/d Juru Tingkat I"),
                            (21, "II/a Pengatur Muda"),
                            (22, "II/b Pengatur Muda Tingkat I"),
                            (23, "II/c Pengatur"),
                            (24, "II/d Pengatur Tingkat I"),
                            (31, "III/a Penata Muda"),
                            (32, "III/b Penata Muda Tingkat I"),
                            (33, "III/c Penata"),
                            (34, "III/d Penata Tingkat I"),
                            (41, "IV/a Pembina"),
                            (42, "IV/b Pembina Tingkat I"),
                            (43, "IV/c Pembina Utama Muda"),
                            (44, "IV/d Pembina Utama Madya"),
                            (45, "IV/e Pembina Utama"),
                        ],
                        null=True,
                        verbose_name="golongan",
                    ),
                ),
                (
                    "target",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="golongan atau langkah berikutnya"
                    ),
                ),
                ("is_due", models.BooleanField(default=True, verbose_name="masih terhitung")),
                ("since", models.DateField(verbose_name="tercatat sejak")),
                ("changed_at", models.DateTimeField(verbose_name="diperbarui pada")),
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
                        related_name="agenda",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
            ],
            options={
                "verbose_name": "penjagaan",
                "verbose_name_plural": "buku penjagaan",
            },
        ),
        migrations.CreateModel(
            name="AgendaStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("belum", "Belum"),
                            ("berkas", "Berkas"),
                            ("diusulkan", "Diusulkan"),
                            ("pertek", "Pertek"),
                            ("sk", "SK"),
                        ],
                        max_length=10,
                        verbose_name="dari",
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("belum", "Belum"),
                            ("berkas", "Berkas"),
                            ("diusulkan", "Diusulkan"),
                            ("pertek", "Pertek"),
                            ("sk", "SK"),
                        ],
                        max_length=10,
                        verbose_name="menjadi",
                    ),
                ),
                ("day", models.DateField(verbose_name="tanggal")),
                ("number", models.CharField(blank=True, max_length=120, verbose_name="nomor surat")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="catatan")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="dicatat pada")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="oleh",
                    ),
                ),
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
                    "item",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="positions.agendaitem",
                        verbose_name="penjagaan",
                    ),
                ),
            ],
            options={
                "verbose_name": "perubahan keadaan penjagaan",
                "verbose_name_plural": "perubahan keadaan penjagaan",
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="kode")),
                ("name", models.CharField(max_length=200, verbose_name="nama")),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=None, verbose_name="bulan"
                    ),
                ),
                ("day", models.PositiveSmallIntegerField(verbose_name="tanggal")),
                (
                    "warn_days",
                    models.PositiveSmallIntegerField(default=14, verbose_name="diingatkan (hari sebelumnya)"),
                ),
                ("permission", models.CharField(max_length=40, verbose_name="izin yang menangani")),
                ("route", models.CharField(blank=True, max_length=60, verbose_name="halaman")),
                ("legal_basis", models.CharField(max_length=300, verbose_name="dasar hukum")),
                (
                    "mark",
                    models.CharField(
                        choices=[
                            ("V", "terverifikasi"),
                            ("V2", "sumber sekunder"),
                            ("M", "perlu dikonfirmasi"),
                            ("D", "pengaturan produk"),
                        ],
                        max_length=2,
                        verbose_name="tanda keyakinan",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="berlaku mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berlaku sampai sebelum")),
            ],
            options={
                "verbose_name": "tenggat nasional",
                "verbose_name_plural": "kalender kerja nasional",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("day__range", (1, 31))), name="deadline_day_1_to_31"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="deadline_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeadlineDone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, verbose_name="tenggat")),
                ("due_on", models.DateField(verbose_name="jatuh tempo")),
                ("done_on", models.DateField(verbose_name="selesai pada")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="catatan")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "tenggat selesai",
                "verbose_name_plural": "tenggat selesai",
            },
        ),
        migrations.CreateModel(
            name="LetterBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="bulan jatuh tempo")),
                ("number_pattern", models.CharField(max_length=100, verbose_name="pola nomor surat")),
                ("first_number", models.PositiveIntegerField(default=1, verbose_name="nomor pertama")),
                ("place", models.CharField(max_length=80, verbose_name="tempat")),
                ("signed_on", models.DateField(verbose_name="tanggal surat")),
                ("signatory_post", models.CharField(max_length=150, verbose_name="jabatan penanda tangan")),
                ("signatory_name", models.CharField(max_length=150, verbose_name="nama penanda tangan")),
                ("signatory_rank", models.CharField(blank=True, max_length=60, verbose_name="pangkat penanda tangan")),
                ("signatory_nip", models.CharField(blank=True, max_length=18, verbose_name="NIP penanda tangan")),
                ("all_cases", models.BooleanField(default=False, verbose_name="termasuk yang belum lengkap")),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="penjagaan (id)"
                    ),
                ),
                ("stored_as", models.CharField(blank=True, max_length=200, verbose_name="tersimpan sebagai")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="sidik berkas")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="ukuran")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat pada")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dibuat oleh",
                    ),
                ),
                (
                    "run",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.run",
                        verbose_name="pekerjaan",
                    ),
                ),
                (
                    "unit",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="positions.unit",
                        verbose_name="unit kerja",
                    ),
                ),
            ],
            options={
                "verbose_name": "surat KGB",
                "verbose_name_plural": "surat KGB",
            },
        ),
        migrations.CreateModel(
            name="AgencyDeadline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("replaces", models.CharField(blank=True, max_length=40, verbose_name="menggantikan tenggat nasional")),
                ("name", models.CharField(max_length=200, verbose_name="nama")),
                ("once_on", models.DateField(blank=True, null=True, verbose_name="sekali pada")),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="bulan",
                    ),
                ),
                ("day", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="tanggal")),
                (
                    "warn_days",
                    models.PositiveSmallIntegerField(default=14, verbose_name="diingatkan (hari sebelumnya)"),
                ),
                ("permission", models.CharField(max_length=40, verbose_name="izin yang menangani")),
                ("legal_basis", models.CharField(max_length=300, verbose_name="dasar hukum")),
                ("starts_on", models.DateField(verbose_name="berlaku mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berlaku sampai sebelum")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
            ],
            options={
                "verbose_name": "tenggat instansi",
                "verbose_name_plural": "kalender kerja instansi",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("day__isnull", True), ("months", []), ("once_on__isnull", False)),
                            models.Q(
                                ("day__range", (1, 31)),
                                ("once_on__isnull", True),
                                models.Q(("months", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="agency_deadline_once_or_yearly",
                        violation_error_message="Isi satu tanggal, atau bulan-bulan dengan tanggalnya.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="agency_deadline_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="agendaitem",
            index=models.Index(fields=["agency", "kind", "due_on"], name="agenda_due"),
        ),
        migrations.AddIndex(
            model_name="agendaitem",
            index=models.Index(fields=["agency", "employee"], name="agenda_employee"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "sk"), _negated=True),
                fields=("agency", "employee", "kind", "source_id"),
                name="agenda_one_open_case",
                violation_error_message="Pegawai ini sudah punya penjagaan jenis itu yang belum selesai.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["belum", "berkas", "diusulkan", "pertek", "sk"])),
                name="agenda_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["kp_reguler", "kp_struktural", "kp_fungsional", "kgb", "pensiun", "kontrak", "plt", "cpns"],
                    )
                ),
                name="agenda_known_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="agendastep",
            index=models.Index(fields=["agency", "item"], name="agenda_step_item"),
        ),
        migrations.AddConstraint(
            model_name="agendastep",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_state", models.F("to_state")), _negated=True), name="agenda_step_moves"
            ),
        ),
        migrations.AddConstraint(
            model_name="agendastep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("to_state__in", ["pertek", "sk"]), _negated=True),
                    models.Q(("number", ""), _negated=True),
                    _connector="OR",
                ),
                name="agenda_step_decree_has_number",
                violation_error_message="Pertek dan SK wajib menyebut nomornya.",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadlinedone",
            constraint=models.UniqueConstraint(
                fields=("agency", "key", "due_on"),
                name="deadline_done_once",
                violation_error_message="Tenggat ini sudah ditandai selesai.",
            ),
        ),
        migrations.AddIndex(
            model_name="letterbatch",
            index=models.Index(fields=["agency", "-created_at"], name="letters_latest"),
        ),
        migrations.AddConstraint(
            model_name="letterbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("number_pattern__contains", "{n}")),
                name="letters_number_runs",
                violation_error_message="Pola nomor surat memuat {n} di tempat nomor urut.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterbatch",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="letters_month_is_first"),
        ),
        asnhr.sql.TenantTable("AgendaItem"),
        asnhr.sql.TenantTable("AgendaStep"),
        asnhr.sql.TenantTable("LetterBatch"),
        asnhr.sql.TenantTable("AgencyDeadline"),
        asnhr.sql.TenantTable("DeadlineDone"),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(attach, detach),
        migrations.RunPython(fill, empty),
    ]
