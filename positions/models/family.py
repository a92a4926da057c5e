"""Family of a person: sensitive (children), so with a permission of its own and logged reads."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedCharField, EncryptedDateField, keyed_hash_of, set_hashes
from positions.models._history import HistoryQuerySet, HistoryRow, of_employee
from positions.models.employee import Employee


class FamilyMember(HistoryRow):
    """A spouse, child or parent: SIASN data-pasangan, data-anak, data-ortu."""

    SIASN = {"siasn_id": "id", "name": "nama", "birth_date": "tglLahir", "birth_place": "tempatLahir"}

    class Relation(models.TextChoices):
        SPOUSE = "pasangan", _("Suami/istri")
        CHILD = "anak", _("Anak")
        FATHER = "ayah", _("Ayah")
        MOTHER = "ibu", _("Ibu")

    class ChildKind(models.TextChoices):
        OWN = "kandung", _("Kandung")
        STEP = "tiri", _("Tiri")
        ADOPTED = "angkat", _("Angkat")

    class Queryset(HistoryQuerySet):
        permission = "view_family"

    employee = of_employee("family")
    relation = models.CharField(_("hubungan"), max_length=8, choices=Relation.choices)
    child_kind = models.CharField(_("status anak"), max_length=8, choices=ChildKind.choices, blank=True)
    # Whose child, which birthday: tokens in the database. Relation, sex and the days of marriage and death stand in the
    # clear for the constraints below; nobody reads them without the permission either.
    name = EncryptedCharField(_("nama"), max_length=150)
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Employee.Sex.choices, blank=True)
    birth_place = EncryptedCharField(_("tempat lahir"), max_length=100, blank=True)
    birth_date = EncryptedDateField(_("tanggal lahir"), null=True, blank=True)
    occupation = EncryptedCharField(_("pekerjaan"), max_length=100, blank=True)
    # Civil servants married to each other: child allowance and family allowance are paid to one of them.
    nip = EncryptedCharField(
        _("NIP bila ASN"), max_length=18, blank=True,
        validators=[RegexValidator(r"^[0-9]{18}$", _("NIP harus 18 angka."))],
    )  # fmt: skip
    on_payroll = models.BooleanField(_("masuk daftar gaji"), default=False)
    married_on = models.DateField(_("tanggal nikah"), null=True, blank=True)
    marriage_number = EncryptedCharField(_("nomor akta nikah"), max_length=60, blank=True)
    divorced_on = models.DateField(_("tanggal cerai"), null=True, blank=True)
    died_on = models.DateField(_("tanggal meninggal"), null=True, blank=True)
    name_hash = keyed_hash_of(_("sidik nama"))
    birth_place_hash = keyed_hash_of(_("sidik tempat lahir"))
    birth_date_hash = keyed_hash_of(_("sidik tanggal lahir"))
    occupation_hash = keyed_hash_of(_("sidik pekerjaan"))
    nip_hash = keyed_hash_of(_("sidik NIP"))
    marriage_number_hash = keyed_hash_of(_("sidik nomor akta nikah"))

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("keluarga")
        verbose_name_plural = _("keluarga")
        constraints = [
            models.UniqueConstraint(
                name="family_member_once",
                fields=["agency", "employee", "relation", "name_hash", "birth_date_hash"],
                violation_error_message=_("Anggota keluarga ini sudah tercatat."),
            ),
            models.UniqueConstraint(
                name="family_one_father_one_mother",
                fields=["agency", "employee", "relation"],
                condition=Q(relation__in=["ayah", "ibu"]),
                violation_error_message=_("Ayah atau ibu pegawai ini sudah tercatat."),
            ),
            models.CheckConstraint(
                name="family_child_has_kind",
                condition=Q(relation="anak") & ~Q(child_kind="") | ~Q(relation="anak") & Q(child_kind=""),
                violation_error_message=_("Status anak diisi untuk anak, dan hanya untuk anak."),
            ),
            models.CheckConstraint(
                name="family_marriage_of_spouse",
                condition=Q(relation="pasangan")
                | Q(married_on__isnull=True, divorced_on__isnull=True, marriage_number=""),
                violation_error_message=_("Tanggal nikah dan cerai hanya untuk suami/istri."),
            ),
            models.CheckConstraint(
                name="family_divorce_after_marriage",
                condition=Q(married_on__isnull=True) | Q(divorced_on__isnull=True) | Q(divorced_on__gt=F("married_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.name}"

    def clean(self) -> None:
        """What a constraint cannot say of an encrypted day."""
        if self.birth_date and self.died_on and self.died_on < self.birth_date:
            raise ValidationError({"died_on": _("Tanggal meninggal tidak boleh sebelum tanggal lahir.")})

    def validate_constraints(self, exclude: Any = None) -> None:
        set_hashes(self)
        super().validate_constraints(exclude)
