"""Notifications: the outbox, what each person is told, digests by mail, webhooks; who has work waiting; the tasks."""

import uuid
from datetime import date
from decimal import Decimal

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.crypto
import asnhr.sql
from asnhr.sql import TenantTable

FUNCTIONS = r"""
CREATE FUNCTION notification_work() RETURNS TABLE (what text, agency bigint, endpoint bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Where something waits to be handed on, mailed or sent; no more than ids crosses the wall.
    SELECT 'event', a.id, NULL::bigint FROM asnhr_agency a
    WHERE EXISTS (SELECT FROM asnhr_event e WHERE e.agency_id = a.id AND e.spread_at IS NULL)
    UNION ALL
    SELECT 'mail', a.id, NULL FROM asnhr_agency a
    WHERE EXISTS (SELECT FROM asnhr_maildigest d
        WHERE d.agency_id = a.id AND d.state = 'menunggu' AND d.next_at <= clock_timestamp())
    UNION ALL
    SELECT 'webhook', w.agency_id, w.id FROM asnhr_webhookendpoint w
    WHERE w.is_active AND (w.next_at IS NULL OR w.next_at <= clock_timestamp())
    AND EXISTS (SELECT FROM asnhr_webhookdelivery d WHERE d.agency_id = w.agency_id AND d.endpoint_id = w.id
        AND d.state = 'menunggu' AND d.next_at <= clock_timestamp())
    ORDER BY 2, 1, 3
$$;
SELECT audit_attach(t, 'outline', '{}', '{}') FROM unnest(ARRAY['asnhr_event', 'asnhr_notification', 'asnhr_maildigest',
    'asnhr_webhookdelivery', 'asnhr_webhookattempt']::regclass[]) AS t;
SELECT audit_attach(t, 'full') FROM unnest(ARRAY['asnhr_notificationsetting', 'asnhr_notificationchoice']::regclass[]) AS t;
-- Times of attempts are no news; secrets enter the trail as salted hashes.
SELECT audit_attach('asnhr_webhookendpoint', 'full', '{secret,old_secret}', '{failures,failing_since,next_at}');
"""
FUNCTIONS_BACK = """
SELECT audit_detach(t) FROM unnest(ARRAY['asnhr_event', 'asnhr_notification', 'asnhr_maildigest', 'asnhr_webhookdelivery',
    'asnhr_webhookattempt', 'asnhr_notificationsetting', 'asnhr_notificationchoice', 'asnhr_webhookendpoint']::regclass[]) AS t;
DROP FUNCTION notification_work();
"""
SINCE = date(2015, 1, 1)
# code, name, unit, value, lowest, highest
ROWS = [
    ("notify.contract_days", "Kontrak PPPK diberitahukan sebelum berakhir", "hari", "90", 7, 730),
    ("notify.retirement_months", "Pensiun diberitahukan sebelum tanggalnya", "bulan", "15", 1, 60),
    ("notify.followup_days", "Tindak lanjut diingatkan sesudah terbuka", "hari", "30", 1, 365),
]
DISPATCH, DIGESTS, REMIND, PURGE = (
    "Pengiriman pemberitahuan", "Ringkasan pemberitahuan lewat surel", "Pengingat harian", "Pembersihan pemberitahuan",
)  # fmt: skip
DAILY = {
    DIGESTS: ("asnhr.tasks.compose_digests", "6", "30"),
    REMIND: ("positions.tasks.dispatch_reminders", "5", "30"),
    PURGE: ("asnhr.tasks.purge_notifications", "3", "20"),
}


def fill(apps, schema_editor):
    parameter = apps.get_model("asnhr", "Parameter")
    parameter.objects.bulk_create(
        parameter(
            code=code, name=name, value=value, unit=unit, starts_on=SINCE, legal_basis="Pengaturan produk", mark="D",
            agency_may_set=True, kind="bulat", lowest=Decimal(lowest), highest=Decimal(highest),
        )
        for code, name, unit, value, lowest, highest in ROWS
    )  # fmt: skip
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=10, period="seconds"
    )
    # A message that waits longer than the next one is of no use.
    task.objects.get_or_create(
        name=DISPATCH,
        defaults={"task": "asnhr.tasks.dispatch_notifications", "interval": interval, "expire_seconds": 10},
    )
    for name, (path, hour, minute) in DAILY.items():
        crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
            minute=minute, hour=hour, day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
        )
        task.objects.get_or_create(name=name, defaults={"task": path, "crontab": crontab})


def empty(apps, schema_editor):
    tasks = apps.get_model("django_celery_beat", "PeriodicTask").objects
    tasks.filter(name__in=[DISPATCH, *DAILY]).delete()
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=[row[0] for row in ROWS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0016_identity"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="id peristiwa")),
                ("kind", models.CharField(max_length=60, verbose_name="jenis")),
                ("key", models.CharField(blank=True, max_length=120, verbose_name="kunci")),
                ("object_id", models.BigIntegerField(blank=True, null=True, verbose_name="objek")),
                ("url", models.CharField(blank=True, max_length=300, verbose_name="alamat halaman")),
                (
                    "data",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="data",
                    ),
                ),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="penerima",
                    ),
                ),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="izin penerima",
                    ),
                ),
                ("unit_path", models.CharField(blank=True, max_length=1000, verbose_name="jalur unit")),
                ("happened_at", models.DateTimeField(auto_now_add=True, verbose_name="terjadi pada")),
                ("spread_at", models.DateTimeField(blank=True, null=True, verbose_name="diteruskan pada")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pelaku",
                    ),
                ),
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
                "verbose_name": "peristiwa",
                "verbose_name_plural": "peristiwa",
            },
        ),
        migrations.CreateModel(
            name="MailDigest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="id pesan")),
                ("day", models.DateField(verbose_name="hari")),
                (
                    "state",
                    models.CharField(
                        choices=[("menunggu", "Menunggu"), ("terkirim", "Terkirim"), ("gagal", "Gagal")],
                        default="menunggu",
                        max_length=8,
                        verbose_name="keadaan",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="percobaan")),
                ("next_at", models.DateTimeField(verbose_name="percobaan berikutnya")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="terkirim pada")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="kesalahan")),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pengguna",
                    ),
                ),
            ],
            options={
                "verbose_name": "ringkasan surel",
                "verbose_name_plural": "ringkasan surel",
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("in_app", models.BooleanField(default=True, verbose_name="di aplikasi")),
                ("by_mail", models.BooleanField(default=False, verbose_name="lewat surel")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="diterima pada")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="dibaca pada")),
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
                    "digest",
                    asnhr.sql.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="notifications",
                        to="asnhr.maildigest",
                        verbose_name="ringkasan",
                    ),
                ),
                (
                    "event",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="asnhr.event",
                        verbose_name="peristiwa",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pengguna",
                    ),
                ),
            ],
            options={
                "verbose_name": "pemberitahuan",
                "verbose_name_plural": "pemberitahuan",
            },
        ),
        migrations.CreateModel(
            name="NotificationChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60, verbose_name="jenis")),
                (
                    "channel",
                    models.CharField(
                        choices=[("aplikasi", "Di aplikasi"), ("surel", "Lewat surel")],
                        max_length=8,
                        verbose_name="saluran",
                    ),
                ),
                ("wanted", models.BooleanField(verbose_name="dikehendaki")),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pengguna",
                    ),
                ),
            ],
            options={
                "verbose_name": "pilihan pemberitahuan",
                "verbose_name_plural": "pilihan pemberitahuan",
            },
        ),
        migrations.CreateModel(
            name="NotificationSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "digest",
                    models.CharField(
                        choices=[("harian", "Setiap hari"), ("mingguan", "Setiap Senin"), ("tidak", "Tidak dikirim")],
                        default="harian",
                        max_length=8,
                        verbose_name="ringkasan lewat surel",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("id", "Indonesia"), ("en", "Inggris")],
                        default="id",
                        max_length=2,
                        verbose_name="bahasa surel",
                    ),
                ),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pengguna",
                    ),
                ),
            ],
            options={
                "verbose_name": "pengaturan pemberitahuan",
                "verbose_name_plural": "pengaturan pemberitahuan",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("menunggu", "Menunggu"), ("terkirim", "Terkirim"), ("gagal", "Gagal")],
                        default="menunggu",
                        max_length=8,
                        verbose_name="keadaan",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="percobaan")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="percobaan sejak diminta")),
                ("next_at", models.DateTimeField(verbose_name="percobaan berikutnya")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="selesai pada")),
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
                    "event",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="asnhr.event",
                        verbose_name="peristiwa",
                    ),
                ),
            ],
            options={
                "verbose_name": "kiriman webhook",
                "verbose_name_plural": "kiriman webhook",
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="nomor")),
                ("started_at", models.DateTimeField(verbose_name="mulai pada")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="selesai pada")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="alamat IP")),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="status HTTP")),
                ("milliseconds", models.PositiveIntegerField(blank=True, null=True, verbose_name="milidetik")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="kesalahan")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="jawaban")),
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
                    "delivery",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tried",
                        to="asnhr.webhookdelivery",
                        verbose_name="kiriman",
                    ),
                ),
            ],
            options={
                "verbose_name": "percobaan kiriman",
                "verbose_name_plural": "percobaan kiriman",
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nama")),
                ("url", models.CharField(max_length=500, verbose_name="alamat")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="jenis peristiwa",
                    ),
                ),
                ("secret", asnhr.crypto.EncryptedTextField(verbose_name="rahasia")),
                ("old_secret", asnhr.crypto.EncryptedTextField(blank=True, default="", verbose_name="rahasia lama")),
                (
                    "old_secret_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="rahasia lama berlaku sampai"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="aktif")),
                ("disabled_at", models.DateTimeField(blank=True, null=True, verbose_name="dimatikan pada")),
                ("disabled_reason", models.CharField(blank=True, max_length=300, verbose_name="alasan dimatikan")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="gagal berturut-turut")),
                ("failing_since", models.DateTimeField(blank=True, null=True, verbose_name="gagal sejak")),
                (
                    "next_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="kiriman berikutnya paling cepat"),
                ),
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
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dibuat oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "alamat webhook",
                "verbose_name_plural": "alamat webhook",
            },
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="endpoint",
            field=asnhr.sql.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="asnhr.webhookendpoint",
                verbose_name="webhook",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("spread_at__isnull", True)), fields=["agency", "id"], name="event_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["agency", "-happened_at", "-id"], name="event_latest"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("agency", "uid"), name="event_uid_once"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("agency", "kind", "key"), name="event_key_once"
            ),
        ),
        migrations.AddIndex(
            model_name="maildigest",
            index=models.Index(
                condition=models.Q(("state", "menunggu")), fields=["agency", "next_at"], name="mail_digest_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="maildigest",
            constraint=models.UniqueConstraint(fields=("agency", "user", "day"), name="mail_digest_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="maildigest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "terkirim")),
                    models.Q(models.Q(("state", "terkirim"), _negated=True), ("sent_at__isnull", True)),
                    _connector="OR",
                ),
                name="mail_digest_sent_has_time",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["agency", "user", "-id"], name="notification_latest"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("in_app", True), ("read_at__isnull", True)),
                fields=["agency", "user"],
                name="notification_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("by_mail", True), ("digest__isnull", True), ("read_at__isnull", True)),
                fields=["agency", "user"],
                name="notification_to_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(fields=("agency", "event", "user"), name="notification_once_a_person"),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("in_app", True), ("by_mail", True), _connector="OR"),
                name="notification_some_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationchoice",
            constraint=models.UniqueConstraint(
                fields=("agency", "user", "kind", "channel"), name="notification_choice_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationsetting",
            constraint=models.UniqueConstraint(fields=("agency", "user"), name="notification_setting_once"),
        ),
        migrations.AddConstraint(
            model_name="webhookattempt",
            constraint=models.UniqueConstraint(fields=("agency", "delivery", "number"), name="webhook_attempt_once"),
        ),
        migrations.AddConstraint(
            model_name="webhookattempt",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="webhook_attempts_from_1"),
        ),
        migrations.AddConstraint(
            model_name="webhookattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__isnull", True), ("status__range", (100, 599)), _connector="OR"),
                name="webhook_attempt_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.UniqueConstraint(
                fields=("agency", "name"),
                name="webhook_name_once",
                violation_error_message="Nama ini sudah dipakai webhook lain.",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disabled_at__isnull", True), ("is_active", True)),
                    models.Q(("disabled_at__isnull", False), ("is_active", False)),
                    _connector="OR",
                ),
                name="webhook_disabled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("old_secret", ""), ("old_secret_until__isnull", True)),
                    models.Q(models.Q(("old_secret", ""), _negated=True), ("old_secret_until__isnull", False)),
                    _connector="OR",
                ),
                name="webhook_old_secret_has_end",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", "menunggu")),
                fields=["agency", "endpoint", "next_at"],
                name="webhook_delivery_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(fields=("agency", "endpoint", "event"), name="webhook_delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("state", "menunggu")),
                    models.Q(models.Q(("state", "menunggu"), _negated=True), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="webhook_delivery_done_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("tries__lte", models.F("attempts"))), name="webhook_delivery_tries"
            ),
        ),
        *(TenantTable(name) for name in ("Event", "NotificationSetting", "NotificationChoice", "MailDigest")),
        # The bell counts before the agency is chosen.
        TenantTable("Notification", also_own_user=True),
        *(TenantTable(name) for name in ("WebhookEndpoint", "WebhookDelivery", "WebhookAttempt")),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        migrations.RunPython(fill, empty),
    ]
