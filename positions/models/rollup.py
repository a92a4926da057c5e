"""What the nation sees of an agency: sums of its latest analysis, no person and no position."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from asnhr import formats


class NeedsRollup(models.Model):
    """The latest analysis of an agency in sums (a national table, written with the analysis).

    The agency stands by code and name, without a key: nothing but a roll-up reads across agencies.
    """

    agency_code = models.CharField(_("kode instansi"), max_length=4, unique=True)
    agency_name = models.CharField(_("instansi"), max_length=200)
    is_sample = models.BooleanField(_("data contoh"), default=False)
    as_of = models.DateField(_("per tanggal"))
    totals: Any = models.JSONField(_("jumlah"))
    computed_at = models.DateTimeField(_("dihitung pada"), auto_now=True)

    class Meta:
        verbose_name = _("rekapitulasi kebutuhan")
        verbose_name_plural = _("rekapitulasi kebutuhan")

    def __str__(self) -> str:
        return f"{self.agency_name} {formats.day(self.as_of)}"
