"""What UU 27/2022 asks to be kept about personal data: holds, destructions with their proof, incidents, own copies."""

from datetime import timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asnhr.crypto import EncryptedCharField, keyed_hash_of
from asnhr.models._visible import access_of
from asnhr.models.agency import OwnedTenantModel, TenantModel
from asnhr.models.run import Run
from asnhr.models.user import User
from asnhr.sql import TenantForeignKey

# UU 27/2022 article 46: the people concerned and the authority are told within 3 × 24 hours of a failure.
TELL_WITHIN = timedelta(hours=72)


class PrivacyQuerySet(models.QuerySet):
    """Rows of the agency for who looks after its personal data (`asks`: any of them)."""

    asks: frozenset[str] = frozenset({"view_processing"})

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not access.permissions & self.asks:
            return self.none()
        return self.filter(agency_id=access.agency_id)


class DestructionQuerySet(PrivacyQuerySet):
    asks = frozenset({"view_processing", "prepare_destruction", "approve_destruction"})


def _person(name: Any, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=name, **more)


class LegalHold(TenantModel):
    """Nothing of this person is destroyed until the hold is lifted: a lawsuit, an audit, an appeal."""

    # The person by NIP, not by key: the ground floor knows no table of people.
    nip = models.CharField(_("NIP"), max_length=18)
    # A lawsuit, an examination, an illness: which case it is, and why, is for who looks after personal data.
    basis = EncryptedCharField(_("dasar"), max_length=200)
    basis_hash = keyed_hash_of(_("sidik dasar"))
    reason = EncryptedCharField(_("alasan"), max_length=300)
    reason_hash = keyed_hash_of(_("sidik alasan"))
    placed_by = _person(_("dipasang oleh"))
    placed_at = models.DateTimeField(_("dipasang pada"), auto_now_add=True)
    lifted_by = _person(_("dicabut oleh"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("dicabut pada"), null=True, blank=True)
    lifted_reason = EncryptedCharField(_("alasan pencabutan"), max_length=300, blank=True)
    lifted_reason_hash = keyed_hash_of(_("sidik alasan pencabutan"))

    objects = DestructionQuerySet.as_manager()

    class Meta:
        verbose_name = _("penahanan pemusnahan")
        verbose_name_plural = _("penahanan pemusnahan")
        constraints = [
            models.CheckConstraint(
                name="legal_hold_nip_18_digits",
                condition=Q(nip__regex=r"^[0-9]{18}$"),
                violation_error_message=_("NIP harus 18 angka."),
            ),
            models.CheckConstraint(name="legal_hold_has_reason", condition=~Q(basis="") & ~Q(reason="")),
            models.CheckConstraint(
                name="legal_hold_lifted_whole",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason="")),
            ),
            models.UniqueConstraint(
                name="legal_hold_one_open",
                fields=["agency", "nip"],
                condition=Q(lifted_at__isnull=True),
                violation_error_message=_("Data pegawai ini sudah ditahan dari pemusnahan."),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Destruction(TenantModel):
    """A destruction of personal data whose time is over, and its proof (berita acara pemusnahan): found by the nightly
    run or by hand, proposed by one role, approved by another, done by the worker. What is done stays as it is."""

    class State(models.TextChoices):
        FOUND = "ditemukan", _("Ditemukan, belum diusulkan")
        PROPOSED = "diusulkan", _("Diusulkan")
        APPROVED = "disetujui", _("Disetujui, sedang dimusnahkan")
        DONE = "dimusnahkan", _("Dimusnahkan")
        REFUSED = "ditolak", _("Ditolak")

    day = models.DateField(_("per tanggal"))
    state = models.CharField(_("keadaan"), max_length=12, choices=State.choices, default=State.FOUND)
    found_at = models.DateTimeField(_("ditemukan pada"), auto_now_add=True)
    proposed_by = _person(_("diusulkan oleh"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("diusulkan pada"), null=True, blank=True)
    decided_by = _person(_("diputuskan oleh"), null=True, blank=True)
    decided_at = models.DateTimeField(_("diputuskan pada"), null=True, blank=True)
    reason = models.CharField(_("alasan keputusan"), max_length=300, blank=True)
    run = TenantForeignKey(
        Run, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("pekerjaan"),
    )  # fmt: skip
    done_at = models.DateTimeField(_("dimusnahkan pada"), null=True, blank=True)
    # SHA-256 over the record as `asnhr.privacy.proof` writes it.
    sha256 = models.CharField(_("sidik berita acara"), max_length=64, blank=True)

    objects = DestructionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pemusnahan data pribadi")
        verbose_name_plural = _("pemusnahan data pribadi")
        constraints = [
            models.CheckConstraint(
                name="destruction_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Yang menyetujui pemusnahan bukan yang mengusulkan."),
            ),
            models.CheckConstraint(
                name="destruction_steps_whole",
                condition=Q(state="ditemukan", proposed_by__isnull=True, decided_by__isnull=True)
                | Q(state="diusulkan", proposed_by__isnull=False, proposed_at__isnull=False, decided_by__isnull=True)
                | (
                    Q(
                        state__in=["disetujui", "dimusnahkan", "ditolak"],
                        proposed_by__isnull=False,
                        proposed_at__isnull=False,
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                    & ~Q(reason="")
                ),
            ),  # fmt: skip
            models.CheckConstraint(
                name="destruction_done_has_proof",
                condition=(Q(state="dimusnahkan", done_at__isnull=False) & ~Q(sha256=""))
                | (~Q(state="dimusnahkan") & Q(done_at__isnull=True, sha256="")),
            ),
            models.UniqueConstraint(
                name="destruction_one_open",
                fields=["agency"],
                condition=Q(state__in=["ditemukan", "diusulkan", "disetujui"]),
                violation_error_message=_("Masih ada pemusnahan yang belum selesai."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.get_state_display()}"

    @property
    def number(self) -> str:
        """The number of the record: running, by year."""
        return f"BA-{self.day.year}-{self.pk or 0:04d}"


class DestructionLine(OwnedTenantModel):
    """What one rule of retention lets go in a destruction."""

    destruction = TenantForeignKey(
        Destruction, on_delete=models.CASCADE, db_index=False, related_name="lines", verbose_name=_("pemusnahan")
    )
    rule = models.CharField(_("aturan"), max_length=40)
    # The parameter as it stood: name, months, legal basis, mark, origin (`asnhr.queries.Value`).
    basis: Any = models.JSONField(_("dasar"), default=dict)
    # Before this day.
    before = models.DateField(_("sebelum"))
    # Rows by number; numbers say nothing of a person once the rows are gone.
    objects_due = ArrayField(models.BigIntegerField(), verbose_name=_("nomor objek"), default=list)
    held = models.PositiveIntegerField(_("ditahan"), default=0)
    destroyed = models.PositiveIntegerField(_("dimusnahkan"), null=True, blank=True)
    # Values of the audit trail that went with them.
    trail = models.PositiveIntegerField(_("nilai jejak audit"), null=True, blank=True)

    objects = DestructionQuerySet.as_manager()

    class Meta:
        verbose_name = _("rincian pemusnahan")
        verbose_name_plural = _("rincian pemusnahan")
        constraints = [
            models.UniqueConstraint(name="destruction_rule_once", fields=["agency", "destruction", "rule"]),
            models.CheckConstraint(
                name="destruction_counts_whole",
                condition=Q(destroyed__isnull=True, trail__isnull=True)
                | Q(destroyed__isnull=False, trail__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.destruction_id} · {self.rule}"


class DataIncident(TenantModel):
    """A failure to protect personal data (UU 27/2022 article 46), from when it is known: what, whose, told when."""

    class Data(models.TextChoices):
        IDENTITY = "identitas", _("Identitas dan kontak")
        EMPLOYMENT = "kepegawaian", _("Data kepegawaian")
        FAMILY = "keluarga", _("Keluarga dan anak")
        HEALTH = "kesehatan", _("Kesehatan")
        FINANCE = "keuangan", _("Keuangan pribadi")
        DISCIPLINE = "disiplin", _("Hukuman disiplin dan catatan pidana")
        ASSESSMENT = "asesmen", _("Penilaian dan asesmen")
        LOGIN = "akun", _("Akun dan kata sandi")

    title = models.CharField(_("judul"), max_length=150)
    known_at = models.DateTimeField(_("diketahui pada"))
    happened_at = models.DateTimeField(_("terjadi pada"), null=True, blank=True)
    what = models.TextField(_("apa yang terjadi"))
    data = ArrayField(
        models.CharField(max_length=12, choices=Data.choices), verbose_name=_("data yang terungkap"), default=list
    )
    people = models.PositiveIntegerField(_("perkiraan banyak orang"), null=True, blank=True)
    measures = models.TextField(_("penanganan dan pemulihan"), blank=True)
    told_authority_at = models.DateTimeField(_("lembaga PDP diberi tahu"), null=True, blank=True)
    told_people_at = models.DateTimeField(_("pemilik data diberi tahu"), null=True, blank=True)
    late_reason = models.CharField(_("alasan terlambat"), max_length=300, blank=True)
    recorded_by = _person(_("dicatat oleh"))
    recorded_at = models.DateTimeField(_("dicatat pada"), auto_now_add=True)
    closed_by = _person(_("ditutup oleh"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ditutup pada"), null=True, blank=True)

    class Queryset(PrivacyQuerySet):
        asks = frozenset({"view_processing", "manage_incidents"})

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("insiden data pribadi")
        verbose_name_plural = _("insiden data pribadi")
        constraints = [
            models.CheckConstraint(name="incident_has_words", condition=~Q(title="") & ~Q(what="")),
            models.CheckConstraint(name="incident_says_data", condition=~Q(data=[])),
            models.CheckConstraint(
                name="incident_known_after_it_happened",
                condition=Q(happened_at__isnull=True) | Q(known_at__gte=F("happened_at")),
                violation_error_message=_("Insiden diketahui sesudah terjadi."),
            ),
            models.CheckConstraint(
                name="incident_told_after_known",
                condition=(Q(told_authority_at__isnull=True) | Q(told_authority_at__gte=F("known_at")))
                & (Q(told_people_at__isnull=True) | Q(told_people_at__gte=F("known_at"))),
                violation_error_message=_("Pemberitahuan dilakukan sesudah insiden diketahui."),
            ),
            models.CheckConstraint(
                name="incident_closed_whole",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | (
                    Q(
                        closed_at__isnull=False,
                        closed_by__isnull=False,
                        told_authority_at__isnull=False,
                        told_people_at__isnull=False,
                    )
                    & ~Q(measures="")
                ),
                violation_error_message=_(
                    "Insiden ditutup setelah penanganannya ditulis, dan lembaga serta pemilik data diberi tahu."
                ),
            ),  # fmt: skip
        ]
        indexes = [models.Index(fields=["agency", "-known_at"], name="incident_latest")]

    def __str__(self) -> str:
        return self.title

    @property
    def tell_by(self) -> Any:
        """The end of the 3 × 24 hours."""
        return self.known_at + TELL_WITHIN

    @property
    def is_told(self) -> bool:
        return self.told_authority_at is not None and self.told_people_at is not None

    @property
    def was_late(self) -> bool:
        """Whether one of those who are to be told was, or still waits, after the 72 hours."""
        now = timezone.now()
        return any((told or now) > self.tell_by for told in (self.told_authority_at, self.told_people_at))


class OwnCopy(TenantModel):
    """All that is kept about a person as a ZIP for that person (UU 27/2022 articles 7 and 13): made in the background,
    to be taken for some days, then destroyed."""

    nip = models.CharField(_("NIP"), max_length=18)
    requested_by = _person(_("diminta oleh"))
    requested_at = models.DateTimeField(_("diminta pada"), auto_now_add=True)
    run = TenantForeignKey(
        Run, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("pekerjaan"),
    )  # fmt: skip
    stored_as = models.CharField(_("tersimpan sebagai"), max_length=60, blank=True)
    sha256 = models.CharField(_("sidik berkas"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("ukuran (bita)"), default=0)
    expires_at = models.DateTimeField(_("berlaku sampai"), null=True, blank=True)
    taken_at = models.DateTimeField(_("diunduh terakhir pada"), null=True, blank=True)

    class Queryset(models.QuerySet):
        def visible_to(self, user: Any) -> Self:
            """The own ones only, whatever the role."""
            access = access_of(user)
            if access.agency_id is None or not access.may("view_own") or not getattr(user, "nip", ""):
                return self.none()
            return self.filter(agency_id=access.agency_id, nip=user.nip, requested_by=user)

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("salinan data sendiri")
        verbose_name_plural = _("salinan data sendiri")
        constraints = [
            models.CheckConstraint(
                name="own_copy_file_whole",
                condition=Q(stored_as="", sha256="", size=0)
                | (~Q(stored_as="") & ~Q(sha256="") & Q(size__gte=1, expires_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["agency", "nip", "-requested_at"], name="own_copy_latest")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_ready(self) -> bool:
        return bool(self.stored_as) and self.expires_at is not None and timezone.now() < self.expires_at
