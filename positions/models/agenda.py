"""The agenda book (buku penjagaan): what falls due for people, how far each case is, letters; and the work calendar."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from asnhr.crypto import EncryptedCharField, EncryptedCodesField, EncryptedSmallIntegerField, keyed_hash_of
from asnhr.models import OwnedTenantModel, Parameter, Run, TenantModel, User, Worded
from asnhr.sql import NumberSpan, TenantForeignKey
from positions.models._base import AgencyWideQuerySet, TenantQuerySet
from positions.models.employee import PNS_RANK_CHOICES, Employee
from positions.models.unit import Unit
from positions.rules.agenda import LONGEST_CLOSED
from positions.rules.agenda import Kind as AgendaKind
from positions.rules.agenda import State as AgendaState


class AgendaItem(OwnedTenantModel):
    """A case: what falls due for a person (`positions.rules.agenda`), computed each night, and its state.

    What nobody has begun is replaced by the next computation; a case under way or closed stays.
    """

    class Kind(models.TextChoices):
        REGULAR = AgendaKind.REGULAR.value, _("Kenaikan pangkat reguler")
        STRUCTURAL = AgendaKind.STRUCTURAL.value, _("Kenaikan pangkat pilihan (struktural)")
        FUNCTIONAL = AgendaKind.FUNCTIONAL.value, _("Kenaikan pangkat pilihan (fungsional)")
        DIPLOMA = AgendaKind.DIPLOMA.value, _("Kenaikan pangkat pilihan (penyesuaian ijazah)")
        STUDYING = AgendaKind.STUDYING.value, _("Kenaikan pangkat pilihan (sedang tugas belajar)")
        STUDIED = AgendaKind.STUDIED.value, _("Kenaikan pangkat pilihan (selesai tugas belajar)")
        SECONDED = AgendaKind.SECONDED.value, _("Kenaikan pangkat pilihan (DPK/DPB)")
        HONOURS = AgendaKind.HONOURS.value, _("Kenaikan pangkat pengabdian")
        INCREMENT = AgendaKind.INCREMENT.value, _("Kenaikan gaji berkala")
        PENSION = AgendaKind.PENSION.value, _("Pensiun")
        CONTRACT = AgendaKind.CONTRACT.value, _("Kontrak PPPK berakhir")
        ACTING = AgendaKind.ACTING.value, _("Batas Plt")
        CPNS = AgendaKind.CPNS.value, _("CPNS menjadi PNS")

    class State(models.TextChoices):
        WAITING = AgendaState.WAITING.value, _("Belum")
        FILES = AgendaState.FILES.value, _("Berkas")
        PROPOSED = AgendaState.PROPOSED.value, _("Diusulkan")
        CONSENT = AgendaState.CONSENT.value, _("Pertek")
        DECREED = AgendaState.DECREED.value, _("SK")

    employee = TenantForeignKey(
        Employee, on_delete=models.CASCADE, db_index=False, related_name="agenda", verbose_name=_("pegawai")
    )
    kind = models.CharField(_("jenis"), max_length=14, choices=Kind.choices)
    # The contract or incumbency that ends; 0 for what a person has one of.
    source_id = models.BigIntegerField(_("kontrak atau penugasan (id)"), default=0)
    due_on = models.DateField(_("jatuh tempo"))
    state = models.CharField(_("keadaan"), max_length=10, choices=State.choices, default=State.WAITING)
    # Codes of `positions.rules.agenda`: what the register lacks or what holds the case, and what only files can tell.
    # Whoever reads the register may read them; those that few may know (`CLOSED`) are in `held`.
    missing = ArrayField(models.CharField(max_length=20), verbose_name=_("syarat yang kurang"), default=list)
    to_check = ArrayField(models.CharField(max_length=20), verbose_name=_("perlu diperiksa"), default=list)
    # That there is one is told in clear, which it is and whether there are several is not. Hash: whether it changed.
    held = EncryptedCodesField(_("syarat tertutup"), max_length=LONGEST_CLOSED, blank=True, default="", db_default="")
    held_hash = keyed_hash_of(_("sidik syarat tertutup"))
    # Rank held, and the one that a promotion leads to.
    rank = models.PositiveSmallIntegerField(_("golongan"), null=True, blank=True, choices=PNS_RANK_CHOICES)
    target = models.PositiveSmallIntegerField(_("golongan berikutnya"), null=True, blank=True)
    # The step of the salary table in years that an increment leads to: with the rank it is a salary.
    step = EncryptedSmallIntegerField(_("langkah gaji berikutnya"), null=True, blank=True)
    step_hash = keyed_hash_of(_("sidik langkah gaji"))
    # False: the latest computation no longer finds the case.
    is_due = models.BooleanField(_("masih terhitung"), default=True)
    since = models.DateField(_("tercatat sejak"))
    changed_at = models.DateTimeField(_("diperbarui pada"))

    class Queryset(TenantQuerySet):
        unit_lookup = "employee__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("penjagaan")
        verbose_name_plural = _("buku penjagaan")
        constraints = [
            models.UniqueConstraint(
                name="agenda_one_open_case",
                fields=["agency", "employee", "kind", "source_id"],
                condition=~Q(state="sk"),
                violation_error_message=_("Pegawai ini sudah punya penjagaan jenis itu yang belum selesai."),
            ),
            models.CheckConstraint(
                name="agenda_known_state", condition=Q(state__in=[each.value for each in AgendaState])
            ),
            models.CheckConstraint(name="agenda_known_kind", condition=Q(kind__in=[each.value for each in AgendaKind])),
        ]
        indexes = [
            models.Index(fields=["agency", "kind", "due_on"], name="agenda_due"),
            models.Index(fields=["agency", "employee"], name="agenda_employee"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {formats.day(self.due_on)}"

    @property
    def closed(self) -> tuple[str, ...]:
        """The codes that few may know."""
        return tuple(self.held.split())


class AgendaStep(OwnedTenantModel):
    """A change of a case's state: who, which day it counts from, the letter's number, a note. Never changed."""

    item = TenantForeignKey(
        AgendaItem, on_delete=models.CASCADE, db_index=False, related_name="steps", verbose_name=_("penjagaan")
    )
    from_state = models.CharField(_("dari"), max_length=10, choices=AgendaItem.State.choices)
    to_state = models.CharField(_("menjadi"), max_length=10, choices=AgendaItem.State.choices)
    day = models.DateField(_("tanggal"))
    number = models.CharField(_("nomor surat"), max_length=120, blank=True)
    # What officers write may tell of illness, family or a sanction.
    note = EncryptedCharField(_("catatan"), max_length=500, blank=True)
    note_hash = keyed_hash_of(_("sidik catatan"))
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("oleh"))
    at = models.DateTimeField(_("dicatat pada"), auto_now_add=True)

    class Queryset(TenantQuerySet):
        unit_lookup = "item__employee__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("perubahan keadaan penjagaan")
        verbose_name_plural = _("perubahan keadaan penjagaan")
        constraints = [
            models.CheckConstraint(name="agenda_step_moves", condition=~Q(from_state=F("to_state"))),
            models.CheckConstraint(
                name="agenda_step_decree_has_number",
                condition=~Q(to_state__in=["pertek", "sk"]) | ~Q(number=""),
                violation_error_message=_("Pertek dan SK wajib menyebut nomornya."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "item"], name="agenda_step_item")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.get_from_state_display()} → {self.get_to_state_display()}"


class LetterBatch(TenantModel):
    """Letters of periodic increments (surat KGB) made at once as one PDF, with what the form said."""

    month = models.DateField(_("bulan jatuh tempo"))
    unit = TenantForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit kerja")
    )
    # "{n}" stands for the running number.
    number_pattern = models.CharField(_("pola nomor surat"), max_length=100)
    first_number = models.PositiveIntegerField(_("nomor pertama"))
    # Null: a batch of before numbers were kept; whether they were given twice is not known.
    last_number = models.PositiveIntegerField(_("nomor terakhir"), null=True, blank=True)
    place = models.CharField(_("tempat"), max_length=80)
    signed_on = models.DateField(_("tanggal surat"))
    signatory_post = models.CharField(_("jabatan penanda tangan"), max_length=150)
    signatory_name = models.CharField(_("nama penanda tangan"), max_length=150)
    signatory_rank = models.CharField(_("pangkat penanda tangan"), max_length=60, blank=True)
    signatory_nip = models.CharField(_("NIP penanda tangan"), max_length=18, blank=True)
    # Cases whose conditions are not complete have letters, too.
    all_cases = models.BooleanField(_("termasuk yang belum lengkap"), default=False)
    people: Any = ArrayField(models.BigIntegerField(), verbose_name=_("penjagaan (id)"), default=list)
    # Who has a letter still valid for the same increment: left out, or given a new one in place of it.
    reissue = models.BooleanField(_("terbitkan ulang bagi yang sudah punya surat"), default=False)
    # People by id, in the order of the numbers: a case that is computed anew may have another id.
    employees: Any = ArrayField(models.BigIntegerField(), verbose_name=_("penerima surat (id)"), default=list)
    left_out: Any = ArrayField(models.BigIntegerField(), verbose_name=_("sudah punya surat (id)"), default=list)
    # Those of `employees` whose letter a later batch replaces.
    replaced: Any = ArrayField(models.BigIntegerField(), verbose_name=_("suratnya diganti (id)"), default=list)
    run = TenantForeignKey(
        Run, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pekerjaan")
    )
    stored_as = models.CharField(_("tersimpan sebagai"), max_length=200, blank=True)
    sha256 = models.CharField(_("sidik berkas"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("ukuran"), default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("dibuat oleh"))
    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)
    # All of its letters hold no more; `cancel_reason` is a code of `services.reasons`. The file that was issued stays
    # as it was; read is one that says so on every page.
    cancelled_on = models.DateField(_("dibatalkan pada"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dibatalkan oleh")
    )
    cancel_reason = models.CharField(_("alasan pembatalan"), max_length=30, blank=True, default="", db_default="")
    cancelled_as = models.CharField(
        _("berkas pembatalan tersimpan sebagai"), max_length=200, blank=True, default="", db_default=""
    )

    class Queryset(TenantQuerySet):
        unit_lookup = "unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("surat KGB")
        verbose_name_plural = _("surat KGB")
        constraints = [
            models.CheckConstraint(
                name="letters_number_runs",
                condition=Q(number_pattern__contains="{n}"),
                violation_error_message=_("Pola nomor surat memuat {n} di tempat nomor urut."),
            ),
            models.CheckConstraint(name="letters_month_is_first", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="letters_last_not_before_first",
                condition=Q(last_number__isnull=True) | Q(last_number__gte=F("first_number")),
            ),
            ExclusionConstraint(
                name="letters_number_once",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("number_pattern", RangeOperators.EQUAL),
                    (ExtractYear("signed_on"), RangeOperators.EQUAL),
                    (NumberSpan("first_number", "last_number", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(last_number__isnull=False),
                violation_error_message=_("Nomor surat ini sudah dipakai pada tahun itu."),
            ),
            models.CheckConstraint(
                name="letters_cancelled_whole",
                condition=Q(cancelled_on__isnull=True, cancelled_by__isnull=True, cancel_reason="", cancelled_as="")
                | (Q(cancelled_on__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason="")),
                violation_error_message=_("Pembatalan surat menyebut tanggal, petugas dan alasannya."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "-created_at"], name="letters_latest")]

    def __str__(self) -> str:
        return f"KGB {self.month:%m-%Y} #{self.pk}"


class Deadline(Worded):
    """A duty of every year or month with its legal basis (a national table)."""

    code = models.CharField(_("kode"), max_length=40, unique=True)
    name = models.CharField(_("nama"), max_length=200)
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("bulan"))
    # 31 stands for the last day of every month.
    day = models.PositiveSmallIntegerField(_("tanggal"))
    warn_days = models.PositiveSmallIntegerField(_("diingatkan (hari sebelumnya)"), default=14)
    # Who is told; the route of the page where the work is done.
    permission = models.CharField(_("izin yang menangani"), max_length=40)
    route = models.CharField(_("halaman"), max_length=60, blank=True)
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    mark = models.CharField(_("tanda keyakinan"), max_length=2, choices=Parameter.Mark.choices)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)

    class Meta:
        verbose_name = _("tenggat nasional")
        verbose_name_plural = _("kalender kerja nasional")
        constraints = [
            models.CheckConstraint(name="deadline_day_1_to_31", condition=Q(day__range=(1, 31))),
            models.CheckConstraint(
                name="deadline_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AgencyDeadline(TenantModel):
    """A duty that the agency adds, or (`replaces`) sets in place of a national one: once, or in months of each year."""

    replaces = models.CharField(_("menggantikan tenggat nasional"), max_length=40, blank=True)
    name = models.CharField(_("nama"), max_length=200)
    once_on = models.DateField(_("sekali pada"), null=True, blank=True)
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("bulan"), default=list, blank=True)
    day = models.PositiveSmallIntegerField(_("tanggal"), null=True, blank=True)
    warn_days = models.PositiveSmallIntegerField(_("diingatkan (hari sebelumnya)"), default=14)
    permission = models.CharField(_("izin yang menangani"), max_length=40)
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai sebelum"), null=True, blank=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("tenggat instansi")
        verbose_name_plural = _("kalender kerja instansi")
        constraints = [
            models.CheckConstraint(
                name="agency_deadline_once_or_yearly",
                condition=Q(once_on__isnull=False, months=[], day__isnull=True)
                | (Q(once_on__isnull=True, day__range=(1, 31)) & ~Q(months=[])),
                violation_error_message=_("Isi satu tanggal, atau bulan-bulan dengan tanggalnya."),
            ),
            models.CheckConstraint(
                name="agency_deadline_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeadlineDone(TenantModel):
    """That a duty of the calendar was done for one of its days. `key`: the national code, or "i" and our own id."""

    key = models.CharField(_("tenggat"), max_length=40)
    due_on = models.DateField(_("jatuh tempo"))
    done_on = models.DateField(_("selesai pada"))
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("oleh"))
    note = models.CharField(_("catatan"), max_length=200, blank=True)

    objects = AgencyWideQuerySet.as_manager()

    class Meta:
        verbose_name = _("tenggat selesai")
        verbose_name_plural = _("tenggat selesai")
        constraints = [
            models.UniqueConstraint(
                name="deadline_done_once",
                fields=["agency", "key", "due_on"],
                violation_error_message=_("Tenggat ini sudah ditandai selesai."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {formats.day(self.due_on)}"
