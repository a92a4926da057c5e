"""Family of a person: sensitive (children), so with a permission of its own, logged reads, and encrypted as a whole."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from asnhr.crypto import (
    EncryptedBooleanField,
    EncryptedCharField,
    EncryptedCodesField,
    EncryptedDateField,
    bound_hash,
    keyed_hash_of,
    set_hashes,
)
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
    # Tokens in the database, all of it, and hashes bound to the person: half of all relations are children, and people
    # of one birth place, or one spouse's NIP in two files, would be seen by equal hashes. Nothing is found by them.
    relation = EncryptedCodesField(_("hubungan"), max_length=8, choices=Relation.choices)
    child_kind = EncryptedCodesField(_("status anak"), max_length=8, choices=ChildKind.choices, blank=True)
    name = EncryptedCharField(_("nama"), max_length=150, bound=True)
    sex = EncryptedCharField(_("jenis kelamin"), max_length=1, choices=Employee.Sex.choices, blank=True, bound=True)
    birth_place = EncryptedCharField(_("tempat lahir"), max_length=100, blank=True, bound=True)
    birth_date = EncryptedDateField(_("tanggal lahir"), null=True, blank=True, bound=True)
    occupation = EncryptedCharField(pgettext_lazy("keluarga", "pekerjaan"), max_length=100, blank=True, bound=True)
    # Civil servants married to each other: child allowance and family allowance are paid to one of them.
    nip = EncryptedCharField(
        _("NIP bila ASN"), max_length=18, blank=True, bound=True,
        validators=[RegexValidator(r"^[0-9]{18}$", _("NIP harus 18 angka."))],
    )  # fmt: skip
    on_payroll = EncryptedBooleanField(_("masuk daftar gaji"), default=False)
    married_on = EncryptedDateField(_("tanggal nikah"), null=True, blank=True, bound=True)
    marriage_number = EncryptedCharField(_("nomor akta nikah"), max_length=60, blank=True, bound=True)
    divorced_on = EncryptedDateField(_("tanggal cerai"), null=True, blank=True, bound=True)
    died_on = EncryptedDateField(_("tanggal meninggal"), null=True, blank=True, bound=True)
    relation_hash = keyed_hash_of(_("sidik hubungan"))
    child_kind_hash = keyed_hash_of(_("sidik status anak"))
    name_hash = keyed_hash_of(_("sidik nama"))
    sex_hash = keyed_hash_of(_("sidik jenis kelamin"))
    birth_place_hash = keyed_hash_of(_("sidik tempat lahir"))
    birth_date_hash = keyed_hash_of(_("sidik tanggal lahir"))
    occupation_hash = keyed_hash_of(_("sidik pekerjaan"))
    nip_hash = keyed_hash_of(_("sidik NIP"))
    on_payroll_hash = keyed_hash_of(_("sidik daftar gaji"))
    married_on_hash = keyed_hash_of(_("sidik tanggal nikah"))
    marriage_number_hash = keyed_hash_of(_("sidik nomor akta nikah"))
    divorced_on_hash = keyed_hash_of(_("sidik tanggal cerai"))
    died_on_hash = keyed_hash_of(_("sidik tanggal meninggal"))
    # Of a father or a mother, "" of others: nobody has two.
    parent_hash = keyed_hash_of(_("sidik ayah atau ibu"))

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("keluarga")
        verbose_name_plural = _("keluarga")
        constraints = [
            models.UniqueConstraint(
                name="family_member_once",
                fields=["agency", "employee", "relation_hash", "name_hash", "birth_date_hash"],
                violation_error_message=_("Anggota keluarga ini sudah tercatat."),
            ),
            models.UniqueConstraint(
                name="family_one_father_one_mother",
                fields=["agency", "employee", "parent_hash"],
                condition=~Q(parent_hash=""),
                violation_error_message=_("Ayah atau ibu pegawai ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.name}"

    def clean(self) -> None:
        """What no constraint can say of encrypted columns; `save` asks it, too, so that no door goes round it."""
        is_child, is_spouse = self.relation == self.Relation.CHILD, self.relation == self.Relation.SPOUSE
        born, married, divorced, died = (
            self._day(name) for name in ("birth_date", "married_on", "divorced_on", "died_on")
        )
        if is_child != bool(self.child_kind):
            raise ValidationError(_("Status anak diisi untuk anak, dan hanya untuk anak."))
        if not is_spouse and (married or divorced or self.marriage_number):
            raise ValidationError(_("Tanggal nikah dan cerai hanya untuk suami/istri."))
        if married and divorced and divorced <= married:
            raise ValidationError(_("Tanggal cerai harus sesudah tanggal nikah."))
        if born and died and died < born:
            raise ValidationError({"died_on": _("Tanggal meninggal tidak boleh sebelum tanggal lahir.")})

    def _day(self, name: str) -> date | None:
        column: Any = self._meta.get_field(name)
        day: date | None = column.to_python(getattr(self, name))
        return day

    @classmethod
    def parent_hash_of(cls, relation: str, nip: str) -> str:
        """Return what `parent_hash` holds of a relation of the person of `nip`."""
        is_parent = relation in (cls.Relation.FATHER, cls.Relation.MOTHER)
        return bound_hash(nip, "parent", str(relation)) if is_parent else ""

    def validate_constraints(self, exclude: Any = None) -> None:
        self._set_hashes()
        super().validate_constraints(exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises ValidationError for what `clean` refuses."""
        self.clean()
        self._set_hashes()
        super().save(*args, **kwargs)

    def _set_hashes(self) -> None:
        set_hashes(self)
        self.parent_hash = self.parent_hash_of(self.relation, self.employee.nip)
