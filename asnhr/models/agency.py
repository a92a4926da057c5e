"""The tenant: a regional government."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    class Meta:
        verbose_name = _("instansi")
        verbose_name_plural = _("instansi")

    def __str__(self) -> str:
        return self.name


class TenantModel(models.Model):
    """Base of every tenant table: rows of one agency, walled by row security (`asnhr.sql.TenantTable`)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("instansi"))

    class Meta:
        abstract = True
