"""The tenant: a regional government."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, router
from django.utils.translation import gettext_lazy as _

from asnhr import dates, registry

# The code of what is no agency: the chain of logins and national tables (docs/decisions/0032-trail-of-logins.md).
NATION = "0000"


class ChainManager(models.Manager["Agency"]):
    """All that have a chain of the audit trail: the agencies and the holder of the national one."""


class AgencyManager(ChainManager):
    """The agencies there are; the holder of the national chain is none of them."""

    def get_queryset(self) -> "models.QuerySet[Agency]":
        return super().get_queryset().exclude(code=NATION)


class Agency(models.Model):
    """An agency (instansi). Code = Kemendagri region code without dots: Kota Medan 1271. A national table."""

    class Kind(models.TextChoices):
        PROVINCE = "provinsi", _("Provinsi")
        REGENCY = "kabupaten", _("Kabupaten")
        CITY = "kota", _("Kota")

    code = models.CharField(_("kode"), max_length=4, unique=True)
    name = models.CharField(_("nama"), max_length=200)
    short_name = models.CharField(_("nama singkat"), max_length=60)
    personnel_office = models.CharField(_("sebutan BKD"), max_length=60, default="BKD")
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind.choices)
    siasn_id = models.CharField(_("id SIASN"), max_length=40, blank=True)
    is_sample = models.BooleanField(
        _("data contoh"), default=False, help_text=_("Setiap halaman, cetakan dan ekspor menyebut DATA CONTOH.")
    )

    objects = AgencyManager()
    chains = ChainManager()

    class Meta:
        verbose_name = _("instansi")
        verbose_name_plural = _("instansi")

    def __str__(self) -> str:
        return self.name


class Worded(models.Model):
    """A table whose constraints speak to people by the register's sentences (`asnhr.constraints`), never by name."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Any = None) -> None:
        """Beside the fields' own rules: no day or moment beyond `dates.KEPT_YEARS`, after which sums with days break.
        What was so before and is left as it was stops nobody from correcting the rest. Raises ValidationError."""
        super().clean_fields(exclude)
        errors: dict[str, Any] = {}
        for field in self._meta.concrete_fields:
            # A moment is a DateField, too.
            if not isinstance(field, models.DateField) or field.name in (exclude or ()):
                continue
            value = getattr(self, field.attname)
            # What the database fills in by itself is no day yet.
            if isinstance(value, date) and not dates.may_be_kept(value) and not self._had(field.name, value):
                label = str(field.verbose_name)
                said = _("%(name)s di luar jangkauan: dari tahun %(first)d sampai %(last)d.") % {
                    "name": f"{label[:1].upper()}{label[1:]}", "first": dates.KEPT_YEARS[0],
                    "last": dates.KEPT_YEARS[1] - 1,
                }  # fmt: skip
                errors[field.name] = [said]
        if errors:
            raise ValidationError(errors)

    def _had(self, name: str, value: Any) -> bool:
        return not self._state.adding and type(self)._base_manager.filter(pk=self.pk, **{name: value}).exists()

    def validate_constraints(self, exclude: Any = None) -> None:
        """Checks first: of a row that they refuse nothing else is true, and an exclusion of a span turned round is an
        error of the database. Raises ValidationError."""
        using = router.db_for_write(type(self), instance=self)
        every = [(model, each) for model, found in self.get_constraints() for each in found]
        for of_checks in (True, False):
            errors: dict[str, Any] = {}
            for model, constraint in every:
                if isinstance(constraint, models.CheckConstraint) is not of_checks:
                    continue
                try:
                    constraint.validate(model, self, exclude=exclude, using=using)
                except ValidationError as problem:
                    said = _in_words(constraint, problem)
                    # What is unique in an agency is wrong by itself: the agency is nobody's choice.
                    fields = [name for name in getattr(constraint, "fields", ()) if name != "agency"]
                    if isinstance(constraint, models.UniqueConstraint) and len(fields) == 1:
                        errors.setdefault(fields[0], []).append(said)
                    else:
                        errors = said.update_error_dict(errors)
            if errors:
                raise ValidationError(errors)


def _in_words(constraint: models.BaseConstraint, problem: ValidationError) -> ValidationError:
    if constraint.name not in registry.constraints:
        return problem
    return ValidationError(registry.constraints.get(constraint.name), code=getattr(problem, "code", None))


class TenantModel(Worded):
    """Base of every tenant table: rows of one agency, walled by row security (`asnhr.sql.TenantTable`)."""

    # The key (agency_id, id) and the composite indexes begin with the agency: one of its own would only cost writes.
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("instansi")
    )

    class Meta:
        abstract = True


class OwnedTenantModel(TenantModel):
    """Base of tenant tables whose rows belong to another tenant row: the mandatory key `(agency_id, owner_id)` proves
    that the agency exists, and a second key would be checked for every row of a bulk write."""

    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("instansi"),
    )

    class Meta:
        abstract = True
