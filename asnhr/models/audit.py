"""The audit trail: entries a statement, values a row, the chain over them, its daily heads, and what is kept apart.

Entries, values and secrets are written by the database itself (`audit_statement`, `audit_note`): the application's role
may read them and nothing else. Everything here is append-only. See docs/decisions/0016-audit.md.
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr import formats, trail_reasons
from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.models._visible import access_of
from asnhr.models.agency import TenantModel
from asnhr.models.user import User
from asnhr.sql import TenantForeignKey


class TrailQuerySet(models.QuerySet):
    """The trail of the whole agency: auditors only. Histories of single objects go through `asnhr.audit.history`."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not access.may("view_audit"):
            return self.none()
        return self.filter(agency_id=access.agency_id)


class AuditEntry(TenantModel):
    """One statement that changed rows of one table, or one act to be remembered: a sensitive value was read."""

    class Kind(models.TextChoices):
        BASELINE = "awal", _("Keadaan awal")
        INSERT = "tambah", _("Menambah")
        UPDATE = "ubah", _("Mengubah")
        DELETE = "hapus", _("Menghapus")
        READ = "baca", _("Membaca data sensitif")
        OPEN = "buka", _("Membuka nilai rahasia")
        DESTROY = "musnah", _("Memusnahkan nilai")

    class Door(models.TextChoices):
        PAGE = "halaman", _("Halaman")
        API = "api", _("API")
        ADMIN = "admin", _("Admin")
        TASK = "tugas", _("Pekerjaan latar")
        COMMAND = "perintah", _("Perintah")
        OTHER = "", _("Tidak disebut")

    at = models.DateTimeField(_("waktu"))
    # The transaction, in order of which the chain is sealed (asnhr/audit/sealer.py).
    xid = models.BigIntegerField(_("transaksi"))
    # No key: a login that is deleted one day stays named in the trail.
    user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("pelaku"),
    )  # fmt: skip
    door = models.CharField(_("pintu"), max_length=12, choices=Door.choices, blank=True)
    reason = models.CharField(_("alasan"), max_length=200, blank=True)
    # The database's login: asnhr_app, or whoever wrote past the application.
    db_role = models.CharField(_("peran basis data"), max_length=63)
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind.choices)
    table_name = models.CharField(_("tabel"), max_length=63)
    # The columns of a record in `AuditValue.change` (insert, delete), in order.
    columns = ArrayField(models.CharField(max_length=63), verbose_name=_("kolom"), default=list)
    # Columns of which the trail holds salted hashes.
    secrets = ArrayField(models.CharField(max_length=63), verbose_name=_("kolom rahasia"), default=list)
    rows = models.BigIntegerField(_("baris"))
    # Between which `AuditValue.id` lie; null: a summary without values.
    first_value = models.BigIntegerField(_("nilai pertama"), null=True)
    last_value = models.BigIntegerField(_("nilai terakhir"), null=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        db_table = "audit_entry"
        verbose_name = _("catatan audit")
        verbose_name_plural = _("catatan audit")
        indexes = [
            models.Index(fields=["agency", "at", "id"], name="audit_entry_at"),
            models.Index(fields=["agency", "xid", "id"], name="audit_entry_xid"),
            # Few among many: what was deleted of an object is found by reading them (asnhr/audit/gone.py).
            models.Index(fields=["agency", "table_name"], name="audit_entry_deleted", condition=Q(kind="hapus")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.table_name} #{self.pk}"

    @property
    def who(self) -> str:
        """Who acted, in words; what came past the application names the database's login. Load `user` with it."""
        if self.user is not None:
            return str(self.user)
        if self.db_role == "asnhr_app":
            return gettext("Sistem")
        return gettext("Basis data: %(role)s") % {"role": self.db_role}

    @property
    def why(self) -> str:
        """The reason in the reader's language; `reason` is what the chain holds."""
        return trail_reasons.told(self.reason)


class AuditValue(TenantModel):
    """What an entry did to one row. `change`: a PostgreSQL record of `AuditEntry.columns` (insert, delete), or JSON
    `{"column": [old, new]}` of what changed (update), or words (acts). Narrow: a bulk import writes one a row."""

    # Neither keys nor a second index: the trigger alone writes here, and each would cost an import several percent.
    agency = models.ForeignKey(
        "asnhr.Agency", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False,
        verbose_name=_("instansi"),
    )  # fmt: skip
    entry_id = models.BigIntegerField(_("catatan"))
    object_id = models.BigIntegerField(_("objek"))
    change = models.TextField(_("perubahan"))

    objects = TrailQuerySet.as_manager()

    class Meta:
        db_table = "audit_value"
        verbose_name = _("nilai audit")
        verbose_name_plural = _("nilai audit")
        # Not the agency first: row security asks for it everywhere, and the planner would then read all of an agency's
        # values to find those of one entry, which their numbers name.
        indexes = [models.Index(fields=["object_id", "agency"], name="audit_value_object_first")]

    def __str__(self) -> str:
        return f"{self.entry_id} · {self.object_id}"


class AuditSecret(TenantModel):
    """The salt of a row's hashed values and, where the clear value left the register, that value: encrypted when its
    entry is sealed, destroyed with its salt when its time is over. The chain does not depend on it."""

    agency = models.ForeignKey(
        "asnhr.Agency", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False,
        verbose_name=_("instansi"),
    )  # fmt: skip
    entry_id = models.BigIntegerField(_("catatan"))
    object_id = models.BigIntegerField(_("objek"))
    salt = models.BinaryField(_("garam"), null=True)
    # JSON {"column": old value}; a token of asnhr.crypto once `sealed`.
    clear = models.TextField(_("nilai"), null=True)  # noqa: DJ001  null: nothing kept, or destroyed
    sealed = models.BooleanField(_("tersandi"), default=False)
    destroyed_at = models.DateTimeField(_("dimusnahkan pada"), null=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        db_table = "audit_secret"
        verbose_name = _("nilai rahasia audit")
        verbose_name_plural = _("nilai rahasia audit")

    def __str__(self) -> str:
        return f"{self.entry_id} · {self.object_id}"


class AuditSeal(TenantModel):
    """A link of the agency's chain: `hash` covers the link before, the entry, and its values."""

    number = models.BigIntegerField(_("nomor"))
    entry = TenantForeignKey(
        AuditEntry, on_delete=models.PROTECT, db_index=False, related_name="seals", verbose_name=_("catatan")
    )
    values_hash = models.CharField(_("sidik nilai"), max_length=64)
    hash = models.CharField(_("sidik"), max_length=64)
    # All transactions below this number were over when the link was made.
    horizon = models.BigIntegerField(_("batas transaksi"))
    sealed_at = models.DateTimeField(_("disegel pada"), default=timezone.now)
    # What the hash covers (asnhr/audit/chain.py).
    version = models.PositiveSmallIntegerField(_("versi sidik"), default=1)

    objects = TrailQuerySet.as_manager()

    class Meta:
        db_table = "audit_seal"
        verbose_name = _("segel audit")
        verbose_name_plural = _("segel audit")
        constraints = [
            models.UniqueConstraint(name="audit_seal_number_once", fields=["agency", "number"]),
            models.UniqueConstraint(name="audit_seal_entry_once", fields=["agency", "entry"]),
            models.CheckConstraint(name="audit_seal_numbers_from_1", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.hash[:12]}"


class AuditHead(TenantModel):
    """The last link of a day, stored and mailed: who rewrites the chain cannot rewrite what others received."""

    day = models.DateField(_("hari"))
    number = models.BigIntegerField(_("nomor"))
    hash = models.CharField(_("sidik"), max_length=64)
    unsealed = models.BigIntegerField(_("belum disegel"))
    taken_at = models.DateTimeField(_("diambil pada"), auto_now_add=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        db_table = "audit_head"
        verbose_name = _("kepala rantai audit")
        verbose_name_plural = _("kepala rantai audit")
        constraints = [models.UniqueConstraint(name="audit_head_once_a_day", fields=["agency", "day"])]

    def __str__(self) -> str:
        return f"{formats.day(self.day)} #{self.number} {self.hash}"


class AuditProof(TenantModel):
    """What came of walking the chain once; `faults` as `asnhr.audit.faults` reads them, the worst first."""

    class By(models.TextChoices):
        NIGHT = "malam", _("pembuktian malam")
        COMMAND = "perintah", _("perintah verify_audit")
        PAGE = "halaman", _("permintaan auditor")

    proved_at = models.DateTimeField(_("dibuktikan pada"), auto_now_add=True)
    by = models.CharField(_("oleh"), max_length=8, choices=By.choices)
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("diminta oleh")
    )
    holds = models.BooleanField(_("utuh"))
    # Whether the register was held against the trail, too.
    compared = models.BooleanField(_("isi register dibandingkan"))
    links = models.BigIntegerField(_("mata rantai terbukti"))
    heads = models.BigIntegerField(_("kepala tersimpan"))
    # Hash of the last link that was proved: what a later proof holds the chain against; "" of earlier releases.
    head = models.CharField(_("sidik mata rantai terakhir"), max_length=64, blank=True, default="", db_default="")
    # Where the chain breaks first; the entry may be gone, so there is no key to it.
    entry_id = models.BigIntegerField(_("catatan pertama yang rusak"), null=True)
    link = models.BigIntegerField(_("mata rantai pertama yang rusak"), null=True)
    faults = models.JSONField(_("temuan"), default=list)
    fault_count = models.IntegerField(_("jumlah temuan"), default=0)

    objects = TrailQuerySet.as_manager()

    class Meta:
        db_table = "audit_proof"
        verbose_name = _("pembuktian jejak audit")
        verbose_name_plural = _("pembuktian jejak audit")
        constraints = [
            models.CheckConstraint(
                name="audit_proof_holds_without_faults",
                condition=Q(holds=True, fault_count=0) | Q(holds=False, fault_count__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{formats.moment(self.proved_at)} {self.get_by_display()}"


class OpeningQuerySet(models.QuerySet):
    """Requests are seen by who audits, who may ask, and who may decide."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not access.permissions & {"view_audit", "request_opening", "approve_opening"}:
            return self.none()
        return self.filter(agency_id=access.agency_id)


class AuditOpening(TenantModel):
    """A request to see the clear values of one object that the trail holds as hashes: asked by one, decided by another,
    open to the asker for a day. Why stands in the chain in clear and for ever, so it is a code of a list, which tells
    of nobody's illness or sanction; what else was said is encrypted, and in the chain a salted hash."""

    class Verdict(models.TextChoices):
        WAITING = "menunggu", _("Menunggu persetujuan")
        APPROVED = "disetujui", _("Disetujui")
        REFUSED = "ditolak", _("Ditolak")

    class Purpose(models.TextChoices):
        AUDIT = "pemeriksaan", _("Pemeriksaan Inspektorat, BPK, atau auditor")
        DISPUTE = "sengketa", _("Pengaduan, keberatan, atau sengketa pegawai")
        COURT = "penegak-hukum", _("Perintah pengadilan atau penegak hukum")
        MENDING = "pemulihan", _("Memulihkan data yang salah diubah atau dihapus")
        OWNER = "permintaan-pegawai", _("Atas permintaan pegawai")
        INCIDENT = "insiden", _("Penanganan insiden data pribadi")
        # Of before there was a list: what was written then is the remark now.
        EARLIER = "lama", _("Ditulis bebas, sebelum ada daftarnya")

    class Reason(models.TextChoices):
        OF_DUTY = "sesuai-tugas", _("Sesuai tugas peminta")
        GROUNDED = "dasar-cukup", _("Dasar permintaannya cukup")
        NOT_OF_DUTY = "di-luar-tugas", _("Di luar tugas peminta")
        NOT_GROUNDED = "dasar-kurang", _("Dasar permintaannya kurang")
        OTHER_WAY = "cara-lain", _("Dapat dijawab tanpa membuka nilai")
        EARLIER = "lama", _("Ditulis bebas, sebelum ada daftarnya")

    table_name = models.CharField(_("tabel"), max_length=63)
    object_id = models.BigIntegerField(_("objek"))
    purpose = models.CharField(_("keperluan"), max_length=20, choices=Purpose.choices)
    note = EncryptedCharField(_("keterangan permintaan"), max_length=300, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diminta oleh"))
    requested_at = models.DateTimeField(_("diminta pada"), auto_now_add=True)
    verdict = models.CharField(_("keputusan"), max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("diputuskan oleh")
    )
    decided_at = models.DateTimeField(_("diputuskan pada"), null=True)
    reason = models.CharField(_("alasan keputusan"), max_length=20, choices=Reason.choices, blank=True)
    decision_note = EncryptedCharField(_("keterangan keputusan"), max_length=300, blank=True)
    expires_at = models.DateTimeField(_("berlaku sampai"), null=True)
    note_hash = keyed_hash_of(_("sidik keterangan permintaan"))
    decision_note_hash = keyed_hash_of(_("sidik keterangan keputusan"))

    objects = OpeningQuerySet.as_manager()

    class Meta:
        db_table = "audit_opening"
        verbose_name = _("pembukaan nilai rahasia")
        verbose_name_plural = _("pembukaan nilai rahasia")
        constraints = [
            models.CheckConstraint(
                name="audit_opening_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message=_("Permintaan sendiri diputuskan oleh orang lain."),
            ),
            models.CheckConstraint(
                name="audit_opening_decided_whole",
                condition=Q(verdict="menunggu", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="menunggu") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="audit_opening_approved_for_a_time",
                condition=~Q(verdict="disetujui") | Q(expires_at__gt=F("decided_at")),
            ),
            models.UniqueConstraint(
                name="audit_opening_one_waiting",
                fields=["agency", "table_name", "object_id", "requested_by"],
                condition=Q(verdict="menunggu"),
                violation_error_message=_("Permintaan yang sama masih menunggu persetujuan."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.object_id} · {self.verdict}"
