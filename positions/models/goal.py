"""Strategic goals: visi → misi → tujuan → sasaran → program, linked to positions and tasks both ways."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import OwnedTenantModel, TenantModel
from asnhr.sql import TenantForeignKey
from positions.models._base import AgencyWideQuerySet, PeriodQuerySet, TenantQuerySet
from positions.models.position import Position
from positions.models.unit import Unit


class GoalQuerySet(AgencyWideQuerySet, PeriodQuerySet):  # type: ignore[override]
    """Goals are public inside the agency."""


class Goal(TenantModel):
    class Level(models.TextChoices):
        VISION = "visi", _("Visi")
        MISSION = "misi", _("Misi")
        AIM = "tujuan", _("Tujuan")
        OBJECTIVE = "sasaran", _("Sasaran")
        PROGRAMME = "program", _("Program")

    code = models.CharField(_("kode"), max_length=30)
    level = models.CharField(_("tingkat"), max_length=8, choices=Level.choices)
    text = models.TextField(_("uraian"))
    indicator = models.CharField(_("indikator"), max_length=250, blank=True)
    parent = TenantForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("induk")
    )
    unit = TenantForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="goals", verbose_name=_("unit pengampu")
    )
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("sasaran strategis")
        verbose_name_plural = _("sasaran strategis")
        constraints = [
            models.UniqueConstraint(
                name="goal_code_once",
                fields=["agency", "code"],
                violation_error_message=_("Kode sasaran ini sudah dipakai."),
            ),
            models.CheckConstraint(
                name="goal_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(name="goal_vision_is_root", condition=~Q(level="visi") | Q(parent__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text[:80]}"


class PositionGoal(OwnedTenantModel):
    """A position contributes to a goal, since `linked_on`."""

    goal = TenantForeignKey(Goal, on_delete=models.CASCADE, related_name="position_links", verbose_name=_("sasaran"))
    position = TenantForeignKey(
        Position, on_delete=models.CASCADE, related_name="goal_links", verbose_name=_("jabatan")
    )
    linked_on = models.DateField(_("dihubungkan pada"))

    class Queryset(TenantQuerySet):
        unit_lookup = "position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("sasaran jabatan")
        verbose_name_plural = _("sasaran jabatan")
        constraints = [models.UniqueConstraint(name="position_goal_once", fields=["agency", "goal", "position"])]

    def __str__(self) -> str:
        return f"{self.goal_id} · {self.position_id}"
