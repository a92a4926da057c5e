"""The tenant: a regional government."""

from django.db import models
from django.utils.translation import gettext_lazy as _

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


class TenantModel(models.Model):
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
