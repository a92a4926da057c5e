"""Objections of people to what a computation says of them: filed by the person, answered by who did not decide it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.crypto
import asnhr.sql

# Nobody answers the own objection, whatever the login, nor one against what they decided or moved themselves; who
# objects does so in the own case; what is answered stays, until its words are destroyed.
GUARD = """
CREATE FUNCTION positions_objection_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own_nip text;
BEGIN
    SELECT nip INTO own_nip FROM positions_employee WHERE agency_id = NEW.agency_id AND id = NEW.employee_id;
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM asnhr_user WHERE id = NEW.filed_by_id AND nip = own_nip) THEN
        RAISE EXCEPTION 'An objection is filed by the person concerned.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_own_case';
    END IF;
    IF EXISTS (SELECT FROM asnhr_user WHERE id = NEW.answered_by_id AND nip = own_nip) THEN
        RAISE EXCEPTION 'The own objection is answered by another.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_two_people';
    END IF;
    IF NEW.answered_by_id IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.answered_by_id IS NULL) AND (
        (NEW.kind = 'rekomendasi' AND EXISTS (
            SELECT FROM positions_decision d WHERE d.agency_id = NEW.agency_id AND d.line_id = NEW.object_id
            AND d.decided_by_id = NEW.answered_by_id))
        OR (NEW.kind = 'penjagaan' AND EXISTS (
            SELECT FROM positions_agendastep s WHERE s.agency_id = NEW.agency_id AND s.item_id = NEW.object_id
            AND s.actor_id = NEW.answered_by_id))) THEN
        RAISE EXCEPTION 'Who decided it does not answer the objection to it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_answered_by_another';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.employee_id, NEW.kind, NEW.object_id, NEW.about, NEW.filed_by_id, NEW.filed_at)
            IS DISTINCT FROM (OLD.employee_id, OLD.kind, OLD.object_id, OLD.about, OLD.filed_by_id, OLD.filed_at)
        OR TG_OP = 'UPDATE' AND OLD.state <> 'menunggu' AND (NEW.state, NEW.answered_by_id, NEW.answered_at)
            IS DISTINCT FROM (OLD.state, OLD.answered_by_id, OLD.answered_at) THEN
        RAISE EXCEPTION 'An answered objection stays as it is.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_answered_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objection_guard BEFORE INSERT OR UPDATE ON positions_objection
    FOR EACH ROW EXECUTE FUNCTION positions_objection_guard();
REVOKE DELETE ON positions_objection FROM asnhr_app;
SELECT audit_attach('positions_objection', 'full', ARRAY['grounds', 'answer']);
"""
GUARD_BACK = """
SELECT audit_detach('positions_objection');
DROP TRIGGER objection_guard ON positions_objection;
DROP FUNCTION positions_objection_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0021_personal_data"),
        ("positions", "0028_diploma_years"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="hasil")),
                ("object_id", models.BigIntegerField(verbose_name="nomor hasil")),
                ("about", models.CharField(max_length=300, verbose_name="tentang")),
                ("grounds", asnhr.crypto.EncryptedTextField(blank=True, default="", verbose_name="alasan keberatan")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("menunggu", "Menunggu jawaban"),
                            ("diterima", "Diterima"),
                            ("ditolak", "Ditolak"),
                            ("ditarik", "Ditarik"),
                        ],
                        default="menunggu",
                        max_length=8,
                        verbose_name="keadaan",
                    ),
                ),
                ("filed_at", models.DateTimeField(auto_now_add=True, verbose_name="diajukan pada")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="dijawab pada")),
                ("answer", asnhr.crypto.EncryptedTextField(blank=True, default="", verbose_name="jawaban")),
                (
                    "emptied_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="isi dimusnahkan pada"),
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
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dijawab oleh",
                    ),
                ),
                (
                    "employee",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="positions.employee",
                        verbose_name="pegawai",
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diajukan oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "keberatan",
                "verbose_name_plural": "keberatan",
                "indexes": [
                    models.Index(fields=["agency", "state", "-filed_at"], name="objection_state"),
                    models.Index(fields=["agency", "employee"], name="objection_employee"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by__isnull", True),
                            models.Q(("answered_by", models.F("filed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="objection_two_people",
                        violation_error_message="Keberatan sendiri dijawab oleh orang lain.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True), ("answered_by__isnull", True), ("state", "menunggu")
                            ),
                            models.Q(
                                ("answered_at__isnull", False), ("answered_by__isnull", True), ("state", "ditarik")
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("state__in", ["diterima", "ditolak"]),
                            ),
                            _connector="OR",
                        ),
                        name="objection_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("emptied_at__isnull", False),
                            models.Q(
                                models.Q(("grounds", ""), _negated=True),
                                models.Q(
                                    models.Q(("state__in", ["diterima", "ditolak"]), _negated=True),
                                    models.Q(("answer", ""), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="objection_has_words",
                        violation_error_message="Keberatan dan jawabannya wajib beralasan.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "menunggu")),
                        fields=("agency", "employee", "kind", "object_id"),
                        name="objection_one_waiting",
                        violation_error_message="Keberatan Anda atas hasil ini masih menunggu jawaban.",
                    ),
                ],
            },
        ),
        asnhr.sql.TenantTable("Objection"),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
