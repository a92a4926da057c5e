"""The personnel file beside its histories: documents, contacts, the photo (docs/decisions/0025)."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedCharField, EncryptedNumberField, keyed_hash_of, lookup_hash
from asnhr.models import OwnedTenantModel, User, Worded
from asnhr.sql import DateSpan, EncryptedTextField, TenantForeignKey
from positions.models._base import PeriodMixin, access_of, row_number
from positions.models.change_request import ChangeRequest, OwnOrScopedQuerySet, closed_targets
from positions.models.employee import Employee


class DocumentKind(Worded):
    """A kind of document of the personnel file (a national table): what it may be and who may open it."""

    class Sensitivity(models.TextChoices):
        ORDINARY = "umum", _("data pribadi umum")
        # UU 27/2022 article 4, and treated alike: NIK, discipline, health, children.
        SPECIFIC = "spesifik", _("data pribadi spesifik")

    code = models.CharField(_("kode"), max_length=20, primary_key=True)
    name = models.CharField(_("nama"), max_length=100)
    # Id of SIASN's list of documents (`upload-dok`), where it is known.
    siasn_id = models.CharField(_("id SIASN"), max_length=10, blank=True)
    sensitivity = models.CharField(_("sifat"), max_length=8, choices=Sensitivity.choices)
    # What opens a specific one beside `edit_register`: the permission that its facts ask elsewhere.
    permission = models.CharField(_("izin"), max_length=30, blank=True)
    # Of `asnhr.files.content.FORMATS`.
    formats = ArrayField(models.CharField(max_length=4), verbose_name=_("bentuk berkas"))
    # A person may bring it as evidence of a correction.
    as_evidence = models.BooleanField(_("dapat menjadi bukti usul"), default=True)
    order = models.PositiveSmallIntegerField(_("urutan"))
    number = row_number("positions_documentkind_number")

    class Meta:
        verbose_name = _("jenis dokumen")
        verbose_name_plural = _("jenis dokumen")
        constraints = [
            models.CheckConstraint(
                name="document_kind_specific_asks", condition=~Q(sensitivity="spesifik") | ~Q(permission="")
            )
        ]

    def __str__(self) -> str:
        # Kept in Indonesian, shown in the reader's language.
        return gettext(self.name)

    @property
    def is_specific(self) -> bool:
        return self.sensitivity == self.Sensitivity.SPECIFIC


class DocumentQuerySet(OwnOrScopedQuerySet):
    def in_scope(self, user: Any) -> Self:
        """Specific kinds only for who holds their permission: that there is a sanction is told by its decree. Who
        decides on a request sees what it rests on, and nobody else evidence of what they may not read."""
        access = access_of(user)
        opened = Q(kind__permission__in=["", *access.permissions])
        if access.may("edit_register"):
            opened |= Q(request__state=ChangeRequest.State.WAITING)
        return super().in_scope(user).filter(opened).exclude(request__target__in=closed_targets(user))

    def in_file(self) -> Self:
        """Documents that belong to the file: not removed, and no evidence that still waits or was refused."""
        accepted = Q(request__isnull=True) | Q(request__state=ChangeRequest.State.ACCEPTED)
        return self.filter(accepted, removed_at__isnull=True)


class EmployeeDocument(OwnedTenantModel):
    """A document of a person's file: one encrypted file outside static (`asnhr.files.vault`) and what is said of it.

    With a `request` it is the evidence of a proposed correction and belongs to the file once that is accepted.
    """

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "JPEG"
        PNG = "png", "PNG"

    class Scan(models.TextChoices):
        """What the virus scanner said (`asnhr.files.scanning`)."""

        NOT_YET = "belum", _("belum dipindai")
        CLEAN = "bersih", _("bersih")
        INFECTED = "virus", _("mengandung virus")

    employee = TenantForeignKey(
        Employee, on_delete=models.PROTECT, db_index=False, related_name="documents", verbose_name=_("pegawai")
    )
    kind = models.ForeignKey(
        DocumentKind, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("jenis dokumen")
    )
    request = TenantForeignKey(
        ChangeRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence",
        verbose_name=_("usul perbaikan"),
    )  # fmt: skip
    # Hardly two numbers are alike, and people look for a document by its own: its hash is bound to nobody. Remarks and
    # names of files ("kk.pdf", "surat sakit.pdf") are few: how often each occurs would tell which is which.
    number = EncryptedNumberField(_("nomor dokumen"), max_length=120, blank=True)
    issued_on = models.DateField(_("tanggal dokumen"), null=True, blank=True)
    note = EncryptedCharField(_("keterangan"), max_length=300, blank=True, bound=True)
    filename = EncryptedCharField(_("nama berkas"), max_length=200, bound=True)
    number_hash = keyed_hash_of(_("sidik nomor dokumen"))
    note_hash = keyed_hash_of(_("sidik keterangan"))
    filename_hash = keyed_hash_of(_("sidik nama berkas"))
    format = models.CharField(_("bentuk"), max_length=4, choices=Format.choices)
    size = models.PositiveIntegerField(_("ukuran (bita)"))
    pages = models.PositiveSmallIntegerField(_("halaman"))
    sha256 = models.CharField(_("sidik berkas"), max_length=64)
    stored_as = models.CharField(_("disimpan sebagai"), max_length=60, editable=False)
    # Of a picture (`asnhr.files.traces`); null until then. Other documents are kept as they came.
    traces_removed_at = models.DateTimeField(_("EXIF dan GPS dibuang pada"), null=True, blank=True)
    scan = models.CharField(_("pemindaian"), max_length=6, choices=Scan.choices, default=Scan.NOT_YET)
    scanned_at = models.DateTimeField(_("dipindai pada"), null=True, blank=True)
    # The scanner's name of what it found.
    scan_note = models.CharField(_("temuan pemindai"), max_length=200, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diunggah oleh"))
    uploaded_at = models.DateTimeField(_("diunggah pada"), auto_now_add=True)
    # The file is destroyed, that it was there stays.
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dihapus oleh")
    )
    removed_at = models.DateTimeField(_("dihapus pada"), null=True, blank=True)
    removal_reason = models.CharField(_("alasan penghapusan"), max_length=300, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("dokumen pegawai")
        verbose_name_plural = _("dokumen pegawai")
        constraints = [
            models.UniqueConstraint(name="document_file_once", fields=["agency", "stored_as"]),
            models.UniqueConstraint(
                name="document_once",
                fields=["agency", "employee", "kind", "sha256"],
                condition=Q(removed_at__isnull=True, request__isnull=True),
                violation_error_message=_("Berkas yang sama sudah ada sebagai dokumen jenis ini."),
            ),
            models.CheckConstraint(name="document_has_content", condition=Q(size__gte=1, pages__gte=1)),
            models.CheckConstraint(
                name="document_scanned_whole",
                condition=Q(scan="belum", scanned_at__isnull=True)
                | Q(scan__in=["bersih", "virus"], scanned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="document_removed_whole",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["agency", "employee", "-uploaded_at"], name="document_of_employee")]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.number or self.filename}"

    @classmethod
    def numbered(cls, text: str) -> Q:
        """Documents of this number, whole, however it is spaced; `text` is not empty."""
        column: Any = cls._meta.get_field("number")
        return Q(number_hash=column.hash_for(text, ""))

    @property
    def media_type(self) -> str:
        return {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}[self.format]


class EmployeePhoto(OwnedTenantModel):
    """The photo of a person, written anew from its pixels: no EXIF, no place. Optional, one a person."""

    employee = TenantForeignKey(
        Employee, on_delete=models.PROTECT, db_index=False, related_name="photos", verbose_name=_("pegawai")
    )
    stored_as = models.CharField(_("disimpan sebagai"), max_length=60, editable=False)
    sha256 = models.CharField(_("sidik berkas"), max_length=64)
    size = models.PositiveIntegerField(_("ukuran (bita)"))
    width = models.PositiveSmallIntegerField(_("lebar"))
    height = models.PositiveSmallIntegerField(_("tinggi"))
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("diganti oleh"))
    changed_at = models.DateTimeField(_("diganti pada"), auto_now=True)

    class Queryset(OwnOrScopedQuerySet):
        asks = frozenset({"view_register"})

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("foto pegawai")
        verbose_name_plural = _("foto pegawai")
        constraints = [
            models.UniqueConstraint(name="photo_one_a_person", fields=["agency", "employee"]),
            models.CheckConstraint(name="photo_has_size", condition=Q(size__gte=1, width__gte=1, height__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.width}×{self.height}"


class EmployeeContact(PeriodMixin, OwnedTenantModel):
    """An address, telephone number or e-mail of a person for a period, encrypted at rest.

    Restricted ones (home, private, relatives) are for who edits the register there and for the person; each look is
    written down.
    """

    class Kind(models.TextChoices):
        HOME = "alamat", _("Alamat tempat tinggal")
        REGISTERED = "alamat_ktp", _("Alamat menurut KTP")
        MOBILE = "hp", _("Nomor HP")
        TELEPHONE = "telepon", _("Telepon rumah")
        EMAIL = "surel", _("Surel pribadi")
        OFFICE_TELEPHONE = "telepon_dinas", _("Telepon dinas")
        OFFICE_EMAIL = "surel_dinas", _("Surel dinas")
        EMERGENCY = "darurat", _("Kontak darurat")

    class Sensitivity(models.TextChoices):
        OPEN = "umum", _("untuk semua pembaca register")
        RESTRICTED = "terbatas", _("terbatas")

    # What may be shown to every reader of the register.
    OFFICIAL = (Kind.OFFICE_TELEPHONE, Kind.OFFICE_EMAIL)
    # At most one of them at a time.
    SINGLE = (Kind.HOME, Kind.REGISTERED)

    employee = TenantForeignKey(
        Employee, on_delete=models.CASCADE, db_index=False, related_name="contacts", verbose_name=_("pegawai")
    )
    kind = models.CharField(_("jenis"), max_length=14, choices=Kind.choices)
    value = EncryptedTextField(_("isi"))
    value_hash = models.CharField(_("sidik isi"), max_length=64, editable=False)
    sensitivity = models.CharField(_("sifat"), max_length=8, choices=Sensitivity.choices)
    # Whose number it is (a relative), which house.
    label = models.CharField(_("keterangan"), max_length=100, blank=True)

    class Queryset(OwnOrScopedQuerySet):
        asks = frozenset({"view_register"})

        def in_scope(self, user: Any) -> Self:
            """Restricted ones only for who edits the register in that scope."""
            rows = super().in_scope(user)
            if access_of(user).may("edit_register"):
                return rows
            return rows.filter(sensitivity=EmployeeContact.Sensitivity.OPEN)

        def _sees_all_or_none(self, user: Any) -> bool:
            return access_of(user).may("edit_register")

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("kontak pegawai")
        verbose_name_plural = _("kontak pegawai")
        constraints = [
            models.CheckConstraint(
                name="contact_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="contact_private_is_restricted",
                condition=Q(kind__in=["telepon_dinas", "surel_dinas"]) | Q(sensitivity="terbatas"),
                violation_error_message=_("Hanya kontak dinas yang boleh terbuka bagi semua pembaca register."),
            ),
            ExclusionConstraint(
                name="contact_once_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("employee", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("value_hash", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Kontak ini sudah tercatat pada rentang tanggal tersebut."),
            ),
            ExclusionConstraint(
                name="contact_one_address_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("employee", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind__in=["alamat", "alamat_ktp"]),
                violation_error_message=_("Alamat jenis ini sudah tercatat pada rentang tanggal tersebut."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.value_hash = lookup_hash(self.value)
        super().save(*args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self.value_hash = lookup_hash(self.value)
        super().full_clean(*args, **kwargs)
