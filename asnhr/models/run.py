"""Long work: who asked for it, how far it is, what came of it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models._visible import ImportJobQuerySet, RunQuerySet
from asnhr.models.agency import TenantModel
from asnhr.models.user import User
from asnhr.run_names import import_name, kind_name
from asnhr.sql import TenantForeignKey


class Run(TenantModel):
    """One piece of long work. Two identical requests share one open run (`fingerprint`); a worker claims it by row lock
    and shows life by `heartbeat_at`, so a killed worker's run is taken up again and never done twice."""

    class State(models.TextChoices):
        QUEUED = "antre", _("Menunggu")
        RUNNING = "berjalan", _("Berjalan")
        DONE = "selesai", _("Selesai")
        FAILED = "gagal", _("Gagal")

    kind = models.CharField(_("jenis"), max_length=40)
    parameters: Any = models.JSONField(_("parameter"), default=dict)
    fingerprint = models.CharField(_("sidik permintaan"), max_length=64)
    state = models.CharField(_("keadaan"), max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField(_("langkah"), max_length=200, blank=True)
    done = models.PositiveIntegerField(_("selesai"), default=0)
    total = models.PositiveIntegerField(_("jumlah"), default=0)
    counts: Any = models.JSONField(_("hitungan"), default=dict, blank=True)
    problems: Any = models.JSONField(_("masalah"), default=list, blank=True)
    result_path = models.CharField(_("hasil"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    claim = models.CharField(_("pekerja"), max_length=40, blank=True)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diminta oleh")
    )
    requested_at = models.DateTimeField(_("diminta pada"), auto_now_add=True)
    started_at = models.DateTimeField(_("mulai pada"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("tanda hidup"), null=True, blank=True)
    finished_at = models.DateTimeField(_("selesai pada"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("pekerjaan")
        verbose_name_plural = _("pekerjaan")
        indexes = [models.Index(fields=["agency", "-requested_at"], name="run_latest")]
        constraints = [
            models.UniqueConstraint(
                name="run_one_open_of_a_kind",
                fields=["agency", "kind", "fingerprint"],
                condition=Q(state__in=["antre", "berjalan"]),
            ),
            models.CheckConstraint(name="run_done_within_total", condition=Q(total=0) | Q(done__lte=F("total"))),
        ]

    def __str__(self) -> str:
        return f"{kind_name(self.kind)} #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.DONE else (100 * self.done // self.total if self.total else 0)


class ImportJob(TenantModel):
    """A file handed to an importer, with its options and the outcome of every row."""

    kind = models.CharField(_("jenis"), max_length=20)
    filename = models.CharField(_("nama berkas"), max_length=200)
    stored_as = models.CharField(_("tersimpan sebagai"), max_length=200)
    sha256 = models.CharField(_("sidik berkas"), max_length=64)
    size = models.PositiveIntegerField(_("ukuran"), default=0)
    options: Any = models.JSONField(_("pilihan"), default=dict, blank=True)
    dry_run = models.BooleanField(_("hanya periksa"), default=False)
    run = TenantForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pekerjaan"))
    written = models.BooleanField(_("tersimpan"), default=False)
    totals: Any = models.JSONField(_("jumlah"), default=dict, blank=True)
    changes: Any = models.JSONField(_("perubahan"), default=dict, blank=True)
    # Lists of what is new, changed and missing: `changes` has the first lines of each, for the page.
    details: Any = models.JSONField(_("rincian perubahan"), default=dict, blank=True)
    report: Any = models.JSONField(_("hasil tiap baris"), default=list, blank=True)
    # Past the time it is kept: the file and the values of people in `report`, `changes` and `details` are gone.
    file_deleted_at = models.DateTimeField(_("berkas dihapus pada"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("diunggah oleh")
    )
    created_at = models.DateTimeField(_("diunggah pada"), auto_now_add=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("impor")
        verbose_name_plural = _("impor")
        indexes = [models.Index(fields=["agency", "-created_at"], name="import_latest")]

    def __str__(self) -> str:
        return f"{import_name(self.kind)} {self.filename}"
