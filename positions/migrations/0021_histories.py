"""The histories of a personnel file, walled and audited; today's rank and standing kept in step with theirs."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import asnhr.sql

# (model, secret columns of the audit trail); `positions/audit.py` says the same.
TABLES = (
    ("RankRecord", ""),
    ("StandingRecord", ""),
    ("Appointment", ""),
    ("ServicePeriod", ""),
    ("CreditPoint", ""),
    ("OutsidePost", ""),
    ("Secondment", ""),
    ("UnpaidLeave", ""),
    ("FamilyMember", "name birth_place birth_date nip marriage_number"),
    ("Discipline", "reason note"),
    ("EmployeeTraining", ""),
    ("Award", ""),
    ("YearlyPredicate", ""),
)

# `Employee` keeps what holds today, the histories since when. Whoever writes either of them, the other follows:
# - a row of history sets the person to the newest one whose day has come; days that come later are caught up nightly;
# - the rank a person stood at when the history began joins it by its TMT, unless the history is newer;
# - a change of the person (import of employees, form) becomes a row of the history, if there is one: by the TMT of the
#   rank, or, as a standing comes without a day, from the day it was learned.
STEPS = """
CREATE FUNCTION positions_today() RETURNS date LANGUAGE sql STABLE
AS $$ SELECT (now() AT TIME ZONE 'Asia/Jakarta')::date $$;

CREATE FUNCTION positions_ranks_in_step(people bigint[]) RETURNS void LANGUAGE sql AS $$
UPDATE positions_employee e SET rank = r.rank, pay_group = r.pay_group, rank_since = r.starts_on
FROM (
    SELECT DISTINCT ON (h.agency_id, h.employee_id) h.agency_id, h.employee_id, h.rank, h.pay_group, h.starts_on
    FROM unnest(people) AS p(id) JOIN positions_rankrecord h ON h.employee_id = p.id
    WHERE h.starts_on <= positions_today()
    ORDER BY h.agency_id, h.employee_id, h.starts_on DESC
) r
WHERE e.agency_id = r.agency_id AND e.id = r.employee_id
    AND (e.rank, e.pay_group, e.rank_since) IS DISTINCT FROM (r.rank, r.pay_group, r.starts_on)
$$;

CREATE FUNCTION positions_standings_in_step(people bigint[]) RETURNS void LANGUAGE sql AS $$
UPDATE positions_employee e SET legal_status = r.standing
FROM (
    SELECT DISTINCT ON (h.agency_id, h.employee_id) h.agency_id, h.employee_id, h.standing
    FROM unnest(people) AS p(id) JOIN positions_standingrecord h ON h.employee_id = p.id
    WHERE h.starts_on <= positions_today()
    ORDER BY h.agency_id, h.employee_id, h.starts_on DESC
) r
WHERE e.agency_id = r.agency_id AND e.id = r.employee_id AND e.legal_status IS DISTINCT FROM r.standing
$$;

CREATE FUNCTION positions_rank_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        people := ARRAY(SELECT DISTINCT employee_id FROM new_rows);
        -- Statement triggers fire for no rows too, and the insert below fires this one.
        IF people = '{}' THEN
            RETURN NULL;
        END IF;
        INSERT INTO positions_rankrecord (agency_id, employee_id, rank, pay_group, starts_on, kind, decree, bkn_number)
        SELECT e.agency_id, e.id, e.rank, e.pay_group, e.rank_since, '', '', ''
        FROM unnest(people) AS p(id) JOIN positions_employee e ON e.id = p.id
        WHERE e.rank_since <= positions_today()
            AND (e.rank IN (KNOWN) OR e.pay_group BETWEEN 1 AND 17)
            AND e.rank_since > coalesce((
                SELECT max(h.starts_on) FROM positions_rankrecord h
                WHERE h.agency_id = e.agency_id AND h.employee_id = e.id AND h.starts_on <= positions_today()
            ), '-infinity')
        ON CONFLICT DO NOTHING;
    ELSIF TG_OP = 'UPDATE' THEN
        people := ARRAY(SELECT employee_id FROM new_rows UNION SELECT employee_id FROM old_rows);
    ELSE
        people := ARRAY(SELECT DISTINCT employee_id FROM old_rows);
    END IF;
    PERFORM positions_ranks_in_step(people);
    RETURN NULL;
END
$$;

CREATE FUNCTION positions_standing_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM positions_standings_in_step(ARRAY(SELECT DISTINCT employee_id FROM new_rows));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM positions_standings_in_step(
            ARRAY(SELECT employee_id FROM new_rows UNION SELECT employee_id FROM old_rows));
    ELSE
        PERFORM positions_standings_in_step(ARRAY(SELECT DISTINCT employee_id FROM old_rows));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION positions_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people bigint[];
BEGIN
    people := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (o.rank, o.pay_group, o.rank_since) IS DISTINCT FROM (n.rank, n.pay_group, n.rank_since)
            AND EXISTS (SELECT FROM positions_rankrecord h WHERE h.agency_id = n.agency_id AND h.employee_id = n.id)
    );
    IF people <> '{}' THEN
        INSERT INTO positions_rankrecord (agency_id, employee_id, rank, pay_group, starts_on, kind, decree, bkn_number)
        SELECT n.agency_id, n.id, n.rank, n.pay_group, n.rank_since, '', '', ''
        FROM unnest(people) AS p(id) JOIN new_rows n ON n.id = p.id
        WHERE n.rank_since IS NOT NULL AND (n.rank IN (KNOWN) OR n.pay_group BETWEEN 1 AND 17)
        ON CONFLICT (agency_id, employee_id, starts_on) DO UPDATE
            SET rank = EXCLUDED.rank, pay_group = EXCLUDED.pay_group
            WHERE (positions_rankrecord.rank, positions_rankrecord.pay_group)
                IS DISTINCT FROM (EXCLUDED.rank, EXCLUDED.pay_group);
        PERFORM positions_ranks_in_step(people);
    END IF;
    INSERT INTO positions_standingrecord (agency_id, employee_id, standing, starts_on, decree, note)
    SELECT n.agency_id, n.id, n.legal_status, positions_today(), '', ''
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE o.legal_status <> n.legal_status AND n.legal_status ~ '^[0-9]{2}$'
        AND EXISTS (SELECT FROM positions_standingrecord h WHERE h.agency_id = n.agency_id AND h.employee_id = n.id)
    ON CONFLICT (agency_id, employee_id, starts_on) DO UPDATE SET standing = EXCLUDED.standing;
    RETURN NULL;
END
$$;

CREATE TRIGGER rank_recorded_insert AFTER INSERT ON positions_rankrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION positions_rank_recorded();
CREATE TRIGGER rank_recorded_update AFTER UPDATE ON positions_rankrecord
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION positions_rank_recorded();
CREATE TRIGGER rank_recorded_delete AFTER DELETE ON positions_rankrecord
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION positions_rank_recorded();
CREATE TRIGGER standing_recorded_insert AFTER INSERT ON positions_standingrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION positions_standing_recorded();
CREATE TRIGGER standing_recorded_update AFTER UPDATE ON positions_standingrecord
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION positions_standing_recorded();
CREATE TRIGGER standing_recorded_delete AFTER DELETE ON positions_standingrecord
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION positions_standing_recorded();
-- Not for what the two above write.
CREATE TRIGGER person_changed AFTER UPDATE ON positions_employee
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION positions_person_changed();
""".replace("KNOWN", "11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34, 41, 42, 43, 44, 45")
STEPS_BACK = """
DROP TRIGGER person_changed ON positions_employee;
DROP FUNCTION positions_person_changed();
DROP FUNCTION positions_rank_recorded() CASCADE;
DROP FUNCTION positions_standing_recorded() CASCADE;
DROP FUNCTION positions_ranks_in_step(bigint[]);
DROP FUNCTION positions_standings_in_step(bigint[]);
DROP FUNCTION positions_today();
"""


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model, secrets in TABLES:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[])",
                [f"positions_{model.lower()}", secrets.split()],
            )


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for model, _secrets in TABLES:
            cursor.execute("SELECT audit_detach(%s::regclass)", [f"positions_{model.lower()}"])


def _row(related_name):
    """The fields that every history has; new ones at each call, as fields belong to one model."""
    return (
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("siasn_id", models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="id SIASN")),
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
                related_name=related_name,
                to="positions.employee",
                verbose_name="pegawai",
            ),
        ),
    )


def _decree():
    return (
        ("decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK")),
        ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK")),
    )


def _consent():
    return (
        ("bkn_number", models.CharField(blank=True, max_length=120, verbose_name="nomor pertek BKN")),
        ("bkn_on", models.DateField(blank=True, null=True, verbose_name="tanggal pertek BKN")),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0014_audit_single_rows"),
        ("positions", "0020_documents_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="employee",
            name="nik_validated",
            field=models.BooleanField(blank=True, null=True, verbose_name="NIK dibenarkan Dukcapil"),
        ),
        migrations.AddField(
            model_name="employeeeducation",
            name="graduated_on",
            field=models.DateField(blank=True, null=True, verbose_name="tanggal lulus"),
        ),
        migrations.AddField(
            model_name="employeeeducation",
            name="is_first",
            field=models.BooleanField(db_default=False, default=False, verbose_name="pendidikan pengangkatan"),
        ),
        migrations.AddField(
            model_name="employeeeducation",
            name="number",
            field=models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="nomor ijazah"),
        ),
        migrations.AddField(
            model_name="employeeeducation",
            name="siasn_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="id SIASN"),
        ),
        migrations.AddField(
            model_name="employeeeducation",
            name="title_after",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="gelar belakang"
            ),
        ),
        migrations.AddField(
            model_name="employeeeducation",
            name="title_before",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="gelar depan"),
        ),
        migrations.AddConstraint(
            model_name="employeeeducation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_first", True)),
                fields=("agency", "employee"),
                name="education_one_first",
                violation_error_message="Pendidikan pengangkatan pegawai ini sudah tercatat.",
            ),
        ),
        migrations.CreateModel(
            name="RankRecord",
            fields=[
                *_row("ranks"),
                *_decree(),
                *_consent(),
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
                    "pay_group",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (1, "I"),
                            (2, "II"),
                            (3, "III"),
                            (4, "IV"),
                            (5, "V"),
                            (6, "VI"),
                            (7, "VII"),
                            (8, "VIII"),
                            (9, "IX"),
                            (10, "X"),
                            (11, "XI"),
                            (12, "XII"),
                            (13, "XIII"),
                            (14, "XIV"),
                            (15, "XV"),
                            (16, "XVI"),
                            (17, "XVII"),
                        ],
                        null=True,
                        verbose_name="golongan PPPK",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("101", "Reguler"),
                            ("201", "Pilihan: jabatan struktural"),
                            ("202", "Pilihan: jabatan fungsional"),
                            ("203", "Pilihan: penyesuaian ijazah"),
                            ("204", "Pilihan: sedang tugas belajar"),
                            ("205", "Pilihan: selesai tugas belajar"),
                            ("206", "Pilihan: DPK/DPB"),
                            ("207", "Pilihan: penemuan baru"),
                            ("208", "Pilihan: prestasi luar biasa"),
                            ("209", "Pilihan: pejabat negara"),
                            ("210", "Pilihan: selama DPK/DPB"),
                            ("211", "Golongan dari pengadaan CPNS/PNS"),
                        ],
                        max_length=3,
                        verbose_name="jenis KP",
                    ),
                ),
                ("service_years", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="MKG (tahun)")),
                ("service_months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="MKG (bulan)")),
                (
                    "main_credit",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=8, null=True, verbose_name="angka kredit utama"
                    ),
                ),
                (
                    "extra_credit",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=8, null=True, verbose_name="angka kredit tambahan"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="TMT golongan")),
            ],
            options={
                "verbose_name": "riwayat golongan",
                "verbose_name_plural": "riwayat golongan",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee", "starts_on"),
                        name="rank_record_once_a_day",
                        violation_error_message="Golongan dengan TMT ini sudah tercatat.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__isnull", False), ("pay_group__isnull", False), _connector="XOR"),
                        name="rank_record_rank_or_pay_group",
                        violation_error_message="Isi golongan PNS atau golongan PPPK, salah satu.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rank__isnull", True),
                            ("rank__in", [11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34, 41, 42, 43, 44, 45]),
                            _connector="OR",
                        ),
                        name="rank_record_known_rank",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pay_group__isnull", True), ("pay_group__range", (1, 17)), _connector="OR"),
                        name="rank_record_known_pay_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("service_months__isnull", True), ("service_months__lte", 11), _connector="OR"
                        ),
                        name="rank_record_months_below_12",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingRecord",
            fields=[
                *_row("standings"),
                *_decree(),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("01", "aktif"),
                            ("02", "cuti di luar tanggungan negara (CLTN)"),
                            ("03", "tugas belajar"),
                            ("04", "pemberhentian sementara"),
                            ("05", "penerima uang tunggu"),
                            ("06", "wajib militer"),
                            ("07", "pejabat negara"),
                            ("08", "kepala desa"),
                            ("09", "proses banding"),
                            ("11", "titipan"),
                            ("12", "pengungsi"),
                            ("13", "perpanjangan CLTN"),
                            ("14", "hilang"),
                            ("15", "hukuman disiplin"),
                            ("16", "pindah karena penurunan jabatan"),
                            ("20", "masa persiapan pensiun"),
                            ("51", "CPNS tanpa SK"),
                            ("71", "PPPK aktif"),
                            ("72", "PPPK aktif"),
                            ("52", "tidak aktif"),
                            ("66", "diberhentikan"),
                            ("67", "punah"),
                            ("68", "eks Timor Timur"),
                            ("69", "tidak memenuhi syarat"),
                            ("70", "pembatalan NIP"),
                            ("77", "diberhentikan tanpa hak pensiun"),
                            ("88", "diberhentikan dengan hak pensiun"),
                            ("89", "diusulkan pensiun"),
                            ("90", "tidak ikut pendataan ulang PNS"),
                            ("91", "tindak pidana jabatan"),
                            ("92", "diblokir"),
                            ("98", "mencapai BUP"),
                            ("99", "pensiun"),
                        ],
                        max_length=2,
                        verbose_name="kedudukan hukum",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="terhitung mulai tanggal")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="keterangan")),
            ],
            options={
                "verbose_name": "riwayat kedudukan hukum",
                "verbose_name_plural": "riwayat kedudukan hukum",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee", "starts_on"),
                        name="standing_once_a_day",
                        violation_error_message="Kedudukan hukum mulai tanggal ini sudah tercatat.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("standing__regex", "^[0-9]{2}$")), name="standing_is_a_code"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                *_row("appointments"),
                ("participant", models.CharField(blank=True, max_length=40, verbose_name="nomor peserta")),
                ("period", models.CharField(blank=True, max_length=40, verbose_name="periode pengadaan")),
                ("formation_kind", models.CharField(blank=True, max_length=100, verbose_name="jenis formasi")),
                (
                    "formation_group",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("manajerial", "Manajerial"),
                            ("fungsional", "Fungsional"),
                            ("pelaksana", "Pelaksana"),
                        ],
                        max_length=12,
                        verbose_name="kelompok jabatan formasi",
                    ),
                ),
                (
                    "formation_job",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="positions.job",
                        verbose_name="nomenklatur formasi",
                    ),
                ),
                ("formation_name", models.CharField(blank=True, max_length=250, verbose_name="jabatan formasi")),
                ("cpns_decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK CPNS/PPPK")),
                ("cpns_decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK CPNS/PPPK")),
                ("pns_decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK PNS")),
                ("pns_decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK PNS")),
                ("bkn_number", models.CharField(blank=True, max_length=120, verbose_name="nomor pertek BKN")),
                ("bkn_on", models.DateField(blank=True, null=True, verbose_name="tanggal pertek BKN")),
                ("duty_on", models.DateField(blank=True, null=True, verbose_name="tanggal SPMT")),
            ],
            options={
                "verbose_name": "riwayat pengangkatan",
                "verbose_name_plural": "riwayat pengangkatan",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee"),
                        name="appointment_once_a_person",
                        violation_error_message="Pengangkatan pegawai ini sudah tercatat.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServicePeriod",
            fields=[
                *_row("service_periods"),
                *_decree(),
                *_consent(),
                ("experience", models.CharField(max_length=200, verbose_name="pengalaman")),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(verbose_name="berakhir sebelum")),
                ("years", models.PositiveSmallIntegerField(default=0, verbose_name="masa kerja diakui (tahun)")),
                ("months", models.PositiveSmallIntegerField(default=0, verbose_name="masa kerja diakui (bulan)")),
                ("counts", models.BooleanField(default=True, verbose_name="dinilai")),
                ("counts_from", models.DateField(blank=True, null=True, verbose_name="berlaku mulai")),
            ],
            options={
                "verbose_name": "riwayat masa kerja",
                "verbose_name_plural": "riwayat masa kerja",
                "indexes": [models.Index(fields=["agency", "employee"], name="service_period_employee")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="service_period_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("months__lte", 11)), name="service_period_months_below_12"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("counts", True)),
                        expressions=[
                            ("agency", "="),
                            ("employee", "="),
                            (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                        ],
                        name="service_period_counts_once",
                        violation_error_message="Masa kerja pada rentang tanggal ini sudah dinilai.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditPoint",
            fields=[
                *_row("credit_points"),
                *_decree(),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pertama", "Angka kredit pertama"),
                            ("integrasi", "Integrasi"),
                            ("konversi", "Konversi predikat"),
                            ("penilaian", "Penetapan angka kredit lama"),
                        ],
                        default="konversi",
                        max_length=10,
                        verbose_name="jenis",
                    ),
                ),
                ("job_name", models.CharField(max_length=250, verbose_name="jabatan")),
                ("level", models.CharField(blank=True, max_length=14, verbose_name="jenjang")),
                ("starts_on", models.DateField(verbose_name="mulai penilaian")),
                ("ends_on", models.DateField(verbose_name="penilaian berakhir sebelum")),
                (
                    "main_credit",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=8, null=True, verbose_name="kredit utama"
                    ),
                ),
                (
                    "support_credit",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=8, null=True, verbose_name="kredit penunjang"
                    ),
                ),
                ("total", models.DecimalField(decimal_places=3, max_digits=8, verbose_name="kredit total")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="sumber")),
            ],
            options={
                "verbose_name": "riwayat angka kredit",
                "verbose_name_plural": "riwayat angka kredit",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="credit_point_ends_after_it_starts",
                    ),
                    models.CheckConstraint(condition=models.Q(("total__gte", 0)), name="credit_point_not_negative"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "konversi")),
                        expressions=[
                            ("agency", "="),
                            ("employee", "="),
                            (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                        ],
                        name="credit_point_one_a_period",
                        violation_error_message="Angka kredit konversi pada rentang ini sudah tercatat.",
                    ),
                    models.UniqueConstraint(
                        fields=("agency", "employee", "kind", "job_name", "starts_on"),
                        name="credit_point_once",
                        violation_error_message="Angka kredit ini sudah tercatat.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutsidePost",
            fields=[
                *_row("outside_posts"),
                *_decree(),
                ("agency_name", models.CharField(max_length=200, verbose_name="instansi")),
                ("agency_siasn_id", models.CharField(blank=True, max_length=40, verbose_name="id instansi SIASN")),
                ("unit_name", models.CharField(blank=True, max_length=250, verbose_name="unit kerja")),
                ("job_name", models.CharField(max_length=250, verbose_name="nama jabatan")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("manajerial", "Manajerial"),
                            ("fungsional", "Fungsional"),
                            ("pelaksana", "Pelaksana"),
                        ],
                        max_length=12,
                        verbose_name="jenis jabatan",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("JPT_UTAMA", "JPT Utama"),
                            ("JPT_MADYA", "JPT Madya"),
                            ("JPT_PRATAMA", "JPT Pratama"),
                            ("ADMINISTRATOR", "Administrator"),
                            ("PENGAWAS", "Pengawas"),
                            ("PELAKSANA", "Pelaksana"),
                            ("PEMULA", "Pemula"),
                            ("TERAMPIL", "Terampil"),
                            ("MAHIR", "Mahir"),
                            ("PENYELIA", "Penyelia"),
                            ("AHLI_PERTAMA", "Ahli Pertama"),
                            ("AHLI_MUDA", "Ahli Muda"),
                            ("AHLI_MADYA", "Ahli Madya"),
                            ("AHLI_UTAMA", "Ahli Utama"),
                        ],
                        max_length=14,
                        verbose_name="jenjang",
                    ),
                ),
                ("echelon", models.CharField(blank=True, max_length=6, verbose_name="eselon")),
                (
                    "assignment",
                    models.CharField(
                        choices=[
                            ("D", "Definitif"),
                            ("PLT", "Pelaksana tugas (Plt)"),
                            ("PLH", "Pelaksana harian (Plh)"),
                            ("PJ", "Penjabat (Pj)"),
                        ],
                        default="D",
                        max_length=3,
                        verbose_name="jenis penugasan",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="TMT jabatan")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                ("inaugurated_on", models.DateField(blank=True, null=True, verbose_name="TMT pelantikan")),
            ],
            options={
                "verbose_name": "riwayat jabatan di luar peta jabatan",
                "verbose_name_plural": "riwayat jabatan di luar peta jabatan",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="outside_post_ends_after_it_starts",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("assignment", "D")),
                        expressions=[
                            ("agency", "="),
                            ("employee", "="),
                            (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                        ],
                        name="outside_post_one_definitive",
                        violation_error_message="Jabatan definitif di luar instansi pada rentang ini sudah tercatat.",
                    ),
                    models.UniqueConstraint(
                        fields=("agency", "employee", "job_name", "starts_on"),
                        name="outside_post_once",
                        violation_error_message="Jabatan ini dengan TMT tersebut sudah tercatat.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Secondment",
            fields=[
                *_row("secondments"),
                *_decree(),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dpk", "Dipekerjakan (DPK)"),
                            ("dpb", "Diperbantukan (DPB)"),
                            ("penugasan", "Penugasan khusus"),
                        ],
                        max_length=10,
                        verbose_name="jenis",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("keluar", "Ke instansi lain"), ("masuk", "Dari instansi lain")],
                        default="keluar",
                        max_length=6,
                        verbose_name="arah",
                    ),
                ),
                ("agency_name", models.CharField(max_length=200, verbose_name="instansi lain")),
                ("agency_siasn_id", models.CharField(blank=True, max_length=40, verbose_name="id instansi SIASN")),
                ("job_name", models.CharField(blank=True, max_length=250, verbose_name="jabatan atau tugas")),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
            ],
            options={
                "verbose_name": "riwayat penugasan pada instansi lain",
                "verbose_name_plural": "riwayat penugasan pada instansi lain",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="secondment_ends_after_it_starts",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("agency", "="),
                            ("employee", "="),
                            (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                        ],
                        name="secondment_one_at_a_time",
                        violation_error_message="Penugasan pada instansi lain tumpang tindih dengan yang sudah tercatat.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnpaidLeave",
            fields=[
                *_row("unpaid_leaves"),
                *_decree(),
                *_consent(),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="alasan")),
                ("is_extension", models.BooleanField(default=False, verbose_name="perpanjangan")),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(verbose_name="berakhir sebelum")),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="aktif kembali")),
                ("return_decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK aktif kembali")),
                ("return_decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK aktif kembali")),
            ],
            options={
                "verbose_name": "riwayat CLTN",
                "verbose_name_plural": "riwayat CLTN",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="unpaid_leave_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned_on__isnull", True), ("returned_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="unpaid_leave_returns_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("agency", "="),
                            ("employee", "="),
                            (
                                asnhr.sql.DateSpan(
                                    "starts_on",
                                    django.db.models.functions.comparison.Coalesce("returned_on", "ends_on"),
                                ),
                                "&&",
                            ),
                        ],
                        name="unpaid_leave_one_at_a_time",
                        violation_error_message="CLTN tumpang tindih dengan yang sudah tercatat.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FamilyMember",
            fields=[
                *_row("family"),
                (
                    "relation",
                    models.CharField(
                        choices=[("pasangan", "Suami/istri"), ("anak", "Anak"), ("ayah", "Ayah"), ("ibu", "Ibu")],
                        max_length=8,
                        verbose_name="hubungan",
                    ),
                ),
                (
                    "child_kind",
                    models.CharField(
                        blank=True,
                        choices=[("kandung", "Kandung"), ("tiri", "Tiri"), ("angkat", "Angkat")],
                        max_length=8,
                        verbose_name="status anak",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="nama")),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[("M", "Laki-laki"), ("F", "Perempuan")],
                        max_length=1,
                        verbose_name="jenis kelamin",
                    ),
                ),
                ("birth_place", models.CharField(blank=True, max_length=100, verbose_name="tempat lahir")),
                ("birth_date", models.DateField(blank=True, null=True, verbose_name="tanggal lahir")),
                ("occupation", models.CharField(blank=True, max_length=100, verbose_name="pekerjaan")),
                ("nip", models.CharField(blank=True, max_length=18, verbose_name="NIP bila ASN")),
                ("on_payroll", models.BooleanField(default=False, verbose_name="masuk daftar gaji")),
                ("married_on", models.DateField(blank=True, null=True, verbose_name="tanggal nikah")),
                ("marriage_number", models.CharField(blank=True, max_length=60, verbose_name="nomor akta nikah")),
                ("divorced_on", models.DateField(blank=True, null=True, verbose_name="tanggal cerai")),
                ("died_on", models.DateField(blank=True, null=True, verbose_name="tanggal meninggal")),
            ],
            options={
                "verbose_name": "keluarga",
                "verbose_name_plural": "keluarga",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee", "relation", "name", "birth_date"),
                        name="family_member_once",
                        nulls_distinct=False,
                        violation_error_message="Anggota keluarga ini sudah tercatat.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relation__in", ["ayah", "ibu"])),
                        fields=("agency", "employee", "relation"),
                        name="family_one_father_one_mother",
                        violation_error_message="Ayah atau ibu pegawai ini sudah tercatat.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("relation", "anak"), models.Q(("child_kind", ""), _negated=True)),
                            models.Q(models.Q(("relation", "anak"), _negated=True), ("child_kind", "")),
                            _connector="OR",
                        ),
                        name="family_child_has_kind",
                        violation_error_message="Status anak diisi untuk anak, dan hanya untuk anak.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("relation", "pasangan"),
                            models.Q(
                                ("divorced_on__isnull", True), ("marriage_number", ""), ("married_on__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="family_marriage_of_spouse",
                        violation_error_message="Tanggal nikah dan cerai hanya untuk suami/istri.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("married_on__isnull", True),
                            ("divorced_on__isnull", True),
                            ("divorced_on__gt", models.F("married_on")),
                            _connector="OR",
                        ),
                        name="family_divorce_after_marriage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("birth_date__isnull", True),
                            ("died_on__isnull", True),
                            ("died_on__gte", models.F("birth_date")),
                            _connector="OR",
                        ),
                        name="family_death_after_birth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nip", ""), ("nip__regex", "^[0-9]{18}$"), _connector="OR"),
                        name="family_nip_18_digits",
                        violation_error_message="NIP harus 18 angka.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Discipline",
            fields=[
                *_row("sanctions"),
                *_decree(),
                (
                    "sanction",
                    models.CharField(
                        choices=[
                            ("1", "Teguran lisan"),
                            ("2", "Teguran tertulis"),
                            ("3", "Pernyataan tidak puas secara tertulis"),
                            ("23", "Pemotongan tunjangan kinerja 25% selama 6 bulan"),
                            ("24", "Pemotongan tunjangan kinerja 25% selama 9 bulan"),
                            ("25", "Pemotongan tunjangan kinerja 25% selama 12 bulan"),
                            ("27", "Penurunan jabatan setingkat lebih rendah selama 12 bulan"),
                            ("28", "Pembebasan dari jabatan menjadi pelaksana selama 12 bulan"),
                            ("4", "Hukuman sedang, peraturan lama (kode 4)"),
                            ("5", "Hukuman sedang, peraturan lama (kode 5)"),
                            ("6", "Hukuman sedang, peraturan lama (kode 6)"),
                            ("7", "Hukuman sedang, peraturan lama (kode 7)"),
                            ("8", "Hukuman sedang, peraturan lama (kode 8)"),
                            ("9", "Hukuman berat, peraturan lama (kode 9)"),
                            ("10", "Hukuman berat, peraturan lama (kode 10)"),
                            ("11", "Hukuman berat, peraturan lama (kode 11)"),
                            ("13", "Pemberhentian dengan hormat tidak atas permintaan sendiri"),
                            ("14", "Pemberhentian tidak dengan hormat"),
                            ("12", "Pengaktifan kembali"),
                            ("21", "Sanksi moral terbuka"),
                            ("22", "Sanksi moral tertutup"),
                        ],
                        max_length=2,
                        verbose_name="jenis hukuman",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("berlaku", "Berlaku"),
                            ("ditangguhkan", "Ditangguhkan (banding)"),
                            ("dibatalkan", "Dibatalkan"),
                        ],
                        default="berlaku",
                        max_length=12,
                        verbose_name="keadaan",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="TMT hukuman")),
                ("years", models.PositiveSmallIntegerField(default=0, verbose_name="masa (tahun)")),
                ("months", models.PositiveSmallIntegerField(default=0, verbose_name="masa (bulan)")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                ("regulation", models.CharField(default="PP 94/2021", max_length=60, verbose_name="peraturan")),
                ("reason_code", models.CharField(blank=True, max_length=10, verbose_name="kode alasan")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="alasan")),
                (
                    "rank_before",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="golongan sebelum hukuman"),
                ),
                (
                    "rank",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="golongan selama hukuman"),
                ),
                ("revoked_decree", models.CharField(blank=True, max_length=120, verbose_name="nomor SK pembatalan")),
                ("revoked_on", models.DateField(blank=True, null=True, verbose_name="tanggal SK pembatalan")),
                ("note", models.TextField(blank=True, verbose_name="keterangan")),
            ],
            options={
                "verbose_name": "riwayat hukuman disiplin",
                "verbose_name_plural": "riwayat hukuman disiplin",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="discipline_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "sanction__in",
                                [
                                    "1",
                                    "2",
                                    "3",
                                    "23",
                                    "24",
                                    "25",
                                    "27",
                                    "28",
                                    "4",
                                    "5",
                                    "6",
                                    "7",
                                    "8",
                                    "9",
                                    "10",
                                    "11",
                                    "13",
                                    "14",
                                    "12",
                                    "21",
                                    "22",
                                ],
                            )
                        ),
                        name="discipline_known_sanction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("decree", ""), _negated=True), ("decree_on__isnull", False)),
                        name="discipline_has_decree",
                        violation_error_message="Hukuman disiplin wajib menyebut nomor dan tanggal SK.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sanction__in", ["23", "24", "25", "27", "28"]), _negated=True),
                            ("ends_on__isnull", False),
                            _connector="OR",
                        ),
                        name="discipline_timed_has_end",
                        violation_error_message="Hukuman dengan jangka waktu wajib menyebut tanggal berakhir.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dibatalkan"), _negated=True),
                            models.Q(models.Q(("revoked_decree", ""), _negated=True), ("revoked_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="discipline_revoked_by_decree",
                        violation_error_message="Pembatalan wajib menyebut nomor dan tanggal SK pembatalan.",
                    ),
                    models.UniqueConstraint(
                        fields=("agency", "employee", "decree", "sanction"),
                        name="discipline_once",
                        violation_error_message="Hukuman dengan nomor SK ini sudah tercatat.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployeeTraining",
            fields=[
                *_row("trainings"),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("1", "Struktural"),
                            ("2", "Fungsional"),
                            ("3", "Teknis"),
                            ("4", "Workshop"),
                            ("5", "Manajerial"),
                            ("6", "Sosial kultural"),
                            ("7", "Sosialisasi"),
                            ("8", "Bimbingan teknis"),
                            ("9", "Seminar"),
                            ("10", "Magang"),
                            ("11", "Kursus"),
                            ("12", "Penataran"),
                            ("25", "Lainnya"),
                        ],
                        max_length=2,
                        verbose_name="jenis diklat",
                    ),
                ),
                (
                    "structural",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "SEPADA"),
                            ("2", "PIM IV"),
                            ("3", "PIM III"),
                            ("4", "PIM II"),
                            ("5", "PIM I"),
                            ("6", "SESPIM"),
                            ("7", "SESPATI"),
                            ("8", "Lainnya"),
                        ],
                        max_length=1,
                        verbose_name="latihan struktural",
                    ),
                ),
                ("name", models.CharField(max_length=250, verbose_name="nama diklat")),
                ("organiser", models.CharField(blank=True, max_length=200, verbose_name="penyelenggara")),
                ("number", models.CharField(blank=True, max_length=120, verbose_name="nomor sertifikat")),
                ("year", models.PositiveSmallIntegerField(verbose_name="tahun")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                ("hours", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="jam pelajaran (JP)")),
            ],
            options={
                "verbose_name": "riwayat diklat",
                "verbose_name_plural": "riwayat diklat",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee", "name", "year", "number"),
                        name="training_once",
                        violation_error_message="Diklat ini sudah tercatat.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("starts_on__isnull", True),
                            ("ends_on__gt", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="training_ends_after_it_starts",
                    ),
                    models.CheckConstraint(condition=models.Q(("year__range", (1950, 2100))), name="training_year"),
                    models.CheckConstraint(
                        condition=models.Q(("structural", ""), ("kind", "1"), _connector="OR"),
                        name="training_structural_kind",
                        violation_error_message="Latihan struktural hanya untuk diklat struktural.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                *_row("awards"),
                *_decree(),
                ("code", models.CharField(blank=True, max_length=6, verbose_name="kode penghargaan")),
                ("name", models.CharField(max_length=200, verbose_name="nama penghargaan")),
                ("year", models.PositiveSmallIntegerField(verbose_name="tahun")),
            ],
            options={
                "verbose_name": "riwayat penghargaan",
                "verbose_name_plural": "riwayat penghargaan",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee", "name", "year"),
                        name="award_once",
                        violation_error_message="Penghargaan ini sudah tercatat.",
                    ),
                    models.CheckConstraint(condition=models.Q(("year__range", (1945, 2100))), name="award_year"),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearlyPredicate",
            fields=[
                *_row("predicates"),
                ("year", models.PositiveSmallIntegerField(verbose_name="tahun")),
                (
                    "result",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Di atas ekspektasi"), (2, "Sesuai ekspektasi"), (3, "Di bawah ekspektasi")],
                        null=True,
                        verbose_name="hasil kerja",
                    ),
                ),
                (
                    "behaviour",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Di atas ekspektasi"), (2, "Sesuai ekspektasi"), (3, "Di bawah ekspektasi")],
                        null=True,
                        verbose_name="perilaku kerja",
                    ),
                ),
                (
                    "predicate",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Sangat Baik"),
                            (2, "Baik"),
                            (3, "Butuh Perbaikan"),
                            (4, "Kurang"),
                            (5, "Sangat Kurang"),
                        ],
                        verbose_name="predikat kinerja",
                    ),
                ),
                (
                    "points",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="nilai"),
                ),
                ("appraiser_name", models.CharField(blank=True, max_length=150, verbose_name="nama penilai")),
                ("appraiser_nip", models.CharField(blank=True, max_length=18, verbose_name="NIP/NRP penilai")),
                (
                    "appraiser_rank",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="golongan penilai"),
                ),
                ("appraiser_job", models.CharField(blank=True, max_length=250, verbose_name="jabatan penilai")),
                ("appraiser_unit", models.CharField(blank=True, max_length=250, verbose_name="unit penilai")),
                (
                    "appraiser_status",
                    models.CharField(
                        choices=[("ASN", "ASN"), ("NON ASN", "Bukan ASN")],
                        default="ASN",
                        max_length=7,
                        verbose_name="status penilai",
                    ),
                ),
            ],
            options={
                "verbose_name": "riwayat predikat kinerja",
                "verbose_name_plural": "riwayat predikat kinerja",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "employee", "year"),
                        name="predicate_once_a_year",
                        violation_error_message="Predikat kinerja tahun ini sudah tercatat.",
                    ),
                    models.CheckConstraint(condition=models.Q(("predicate__range", (1, 5))), name="predicate_1_to_5"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result__isnull", True), ("result__range", (1, 3)), _connector="OR"),
                            models.Q(("behaviour__isnull", True), ("behaviour__range", (1, 3)), _connector="OR"),
                        ),
                        name="predicate_ratings_1_to_3",
                    ),
                    models.CheckConstraint(condition=models.Q(("year__range", (1990, 2100))), name="predicate_year"),
                ],
            },
        ),
        *(asnhr.sql.TenantTable(model) for model, _secrets in TABLES),
        migrations.RunPython(attach, detach),
        migrations.RunSQL(STEPS, STEPS_BACK),
    ]
