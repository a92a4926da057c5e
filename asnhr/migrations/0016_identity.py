"""Deciding roles by two people, clients of the API as rows of their agency, one login a NIP."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql
from asnhr.sql import TenantKey, TenantTable

ROLES = [
    ("pegawai", "Pegawai"), ("atasan", "Atasan"), ("admin_unit", "Admin unit"),
    ("pengelola_kepegawaian", "Pengelola kepegawaian"), ("admin_daerah", "Admin daerah"), ("staf_bkd", "Staf BKD"),
    ("bagian_organisasi", "Bagian Organisasi"), ("pyb", "Pejabat yang Berwenang"),
    ("ppk", "Pejabat Pembina Kepegawaian"), ("auditor", "Auditor"), ("pusat", "Pusat"), ("integrasi", "Integrasi"),
]  # fmt: skip

GUARDS = r"""
CREATE FUNCTION asnhr_acts_in_person() RETURNS boolean LANGUAGE sql STABLE AS
-- Through a page, the API or the admin; else the operator's command, a task, or a migration.
    'SELECT COALESCE(current_setting(''asnhr.door'', true), '''') IN (''halaman'', ''api'', ''admin'')';

CREATE FUNCTION asnhr_role_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.role NOT IN ('staf_bkd', 'bagian_organisasi', 'pyb', 'ppk', 'auditor', 'pusat') THEN
        RETURN NEW;
    END IF;
    -- Ended, or ended sooner: less than there was.
    IF TG_OP = 'UPDATE' AND (NEW.agency_id, NEW.user_id, NEW.role, NEW.starts_on, NEW.request_id)
            IS NOT DISTINCT FROM (OLD.agency_id, OLD.user_id, OLD.role, OLD.starts_on, OLD.request_id)
            AND COALESCE(NEW.ends_on, 'infinity'::date) <= COALESCE(OLD.ends_on, 'infinity'::date) THEN
        RETURN NEW;
    END IF;
    IF NEW.request_id IS NULL AND NEW.granted_by_id IS NULL AND NOT asnhr_acts_in_person() THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM asnhr_rolerequest r
        WHERE r.agency_id = NEW.agency_id AND r.id = NEW.request_id AND r.verdict = 'disetujui'
        AND r.user_id = NEW.user_id AND r.role = NEW.role AND r.decided_by_id = NEW.granted_by_id
        AND NEW.starts_on >= r.starts_on AND COALESCE(NEW.ends_on, 'infinity'::date) <= COALESCE(r.ends_on, 'infinity'::date)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A deciding role is granted by a request that a second person approved.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'role_deciding_by_two';
END $$;
CREATE TRIGGER role_by_two BEFORE INSERT OR UPDATE ON asnhr_roleassignment
    FOR EACH ROW EXECUTE FUNCTION asnhr_role_by_two();

CREATE FUNCTION asnhr_role_request_kept() RETURNS trigger LANGUAGE plpgsql AS $$
-- A request begins undecided, is decided once, and each name on it is that of who acts.
DECLARE
    acting bigint := NULLIF(current_setting('asnhr.user', true), '')::bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.verdict = 'menunggu' AND (NOT asnhr_acts_in_person() OR NEW.requested_by_id = acting) THEN
            RETURN NEW;
        END IF;
    ELSIF OLD.verdict = 'menunggu' AND (NEW.agency_id, NEW.user_id, NEW.role, NEW.starts_on, NEW.ends_on, NEW.reason,
            NEW.requested_by_id) IS NOT DISTINCT FROM (OLD.agency_id, OLD.user_id, OLD.role, OLD.starts_on, OLD.ends_on,
            OLD.reason, OLD.requested_by_id) AND (NOT asnhr_acts_in_person() OR NEW.decided_by_id = acting) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A request for a role is decided once, and by who acts.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'role_request_kept';
END $$;
CREATE TRIGGER role_request_kept BEFORE INSERT OR UPDATE ON asnhr_rolerequest
    FOR EACH ROW EXECUTE FUNCTION asnhr_role_request_kept();

-- Default privileges gave the application everything but TRUNCATE; neither is ever deleted.
REVOKE DELETE ON asnhr_rolerequest, asnhr_apiclient FROM asnhr_app;
SELECT audit_attach('asnhr_rolerequest', 'full');
SELECT audit_attach('asnhr_apiclient', 'full');
"""
GUARDS_BACK = """
SELECT audit_detach(t) FROM unnest(ARRAY['asnhr_rolerequest', 'asnhr_apiclient']::regclass[]) t;
DROP TRIGGER role_request_kept ON asnhr_rolerequest;
DROP FUNCTION asnhr_role_request_kept();
DROP TRIGGER role_by_two ON asnhr_roleassignment;
DROP FUNCTION asnhr_role_by_two();
DROP FUNCTION asnhr_acts_in_person();
"""


def _user(name, **options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name=name,
        **({"related_name": "+"} | options),
    )  # fmt: skip


def _agency():
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="asnhr.agency",
        verbose_name="instansi",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("asnhr", "0015_idempotency_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=ROLES, max_length=30, verbose_name="peran")),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")),
                ("reason", models.CharField(max_length=300, verbose_name="alasan")),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="diminta pada")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("menunggu", "Menunggu persetujuan"),
                            ("disetujui", "Disetujui"),
                            ("ditolak", "Ditolak"),
                            ("ditarik", "Ditarik kembali"),
                        ],
                        default="menunggu",
                        max_length=10,
                        verbose_name="keputusan",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="diputuskan pada")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="alasan keputusan")),
                ("agency", _agency()),
                ("user", _user("calon pemegang", related_name="role_requests")),
                ("requested_by", _user("diminta oleh")),
                ("decided_by", _user("diputuskan oleh", null=True, blank=True)),
            ],
            options={
                "verbose_name": "permintaan peran",
                "verbose_name_plural": "permintaan peran",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["auditor", "bagian_organisasi", "pyb", "staf_bkd"])),
                        name="role_request_deciding_role",
                        violation_error_message="Peran ini tidak diberikan lewat permintaan.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("requested_by", models.F("user")), _negated=True),
                        name="role_request_not_for_oneself",
                        violation_error_message="Peran untuk diri sendiri diminta oleh orang lain.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(
                                models.Q(("decided_by", models.F("user")), _negated=True),
                                models.Q(
                                    ("verdict", "ditarik"),
                                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="role_request_two_people",
                        violation_error_message="Permintaan peran diputuskan oleh orang lain.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("decided_by__isnull", True), ("verdict", "menunggu")
                            ),
                            models.Q(
                                models.Q(("verdict", "menunggu"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="role_request_decided_whole",
                        violation_error_message="Keputusan wajib menyebut siapa yang memutuskan dan kapan.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="role_request_ends_after_start",
                        violation_error_message="Tanggal berakhir harus sesudah tanggal mulai.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("verdict", "menunggu")),
                        fields=("agency", "user", "role"),
                        name="role_request_one_waiting",
                        violation_error_message="Permintaan yang sama masih menunggu persetujuan.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="nama sistem")),
                ("purpose", models.CharField(blank=True, max_length=300, verbose_name="keperluan")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None, verbose_name="cakupan"
                    ),
                ),
                ("expires_on", models.DateField(verbose_name="berakhir sebelum")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat pada")),
                ("rotated_at", models.DateTimeField(blank=True, null=True, verbose_name="rahasia diganti pada")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="dicabut pada")),
                ("agency", _agency()),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="allauth_idp_oidc.client",
                        verbose_name="klien",
                    ),
                ),
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="akun sistem",
                    ),
                ),
                ("created_by", _user("dibuat oleh", null=True, blank=True)),
                ("revoked_by", _user("dicabut oleh", null=True, blank=True)),
            ],
            options={
                "verbose_name": "klien API",
                "verbose_name_plural": "klien API",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scopes__len__gt", 0)),
                        name="api_client_has_scopes",
                        violation_error_message="Pilih sedikitnya satu cakupan.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", False), ("revoked_by__isnull", True), _connector="OR"
                        ),
                        name="api_client_revoked_whole",
                        violation_error_message="Pencabutan wajib menyebut kapan.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("agency", "name"),
                        name="api_client_name_once",
                        violation_error_message="Sudah ada klien dengan nama ini.",
                    ),
                ],
            },
        ),
        TenantTable("RoleRequest"),
        TenantTable("ApiClient"),
        migrations.AddField(
            model_name="roleassignment",
            name="request",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="asnhr.rolerequest",
                verbose_name="permintaan",
            ),
        ),
        TenantKey("RoleAssignment", "request"),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.UniqueConstraint(
                fields=("agency", "request"),
                name="role_request_used_once",
                violation_error_message="Permintaan ini sudah menjadi peran.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("granted_by__isnull", True),
                    models.Q(("granted_by", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="role_not_from_oneself",
                violation_error_message="Tidak seorang pun memberi peran kepada dirinya sendiri.",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="password_is_temporary",
            field=models.BooleanField(
                default=False,
                help_text="Wajib diganti pemilik akun saat pertama masuk.",
                verbose_name="kata sandi sementara",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nip", ""), _negated=True),
                fields=("nip",),
                name="user_nip_once",
                violation_error_message="NIP ini sudah punya akun.",
            ),
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
