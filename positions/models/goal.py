"""Strategic goals: visi → misi → tujuan → sasaran → program, linked to positions and tasks both ways."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import BigIntegerField, F, Func, Q
from django.utils.translation import gettext_lazy as _

from asnhr.models import OwnedTenantModel, TenantModel
from asnhr.sql import DateSpan, TenantForeignKey
from positions.models._base import PeriodQuerySet, access_of
from positions.models.position import Position
from positions.models.unit import Unit


class GoalsInSight(Func):
    """The ids of the goals that who is bound to units sees, for `__in`: those of the units, those that the units'
    positions and tasks serve, those of no unit (the agency's), and all above them in the tree of goals. A link of the
    past counts: who served a goal reads it still."""

    output_field = BigIntegerField()
    template = """(WITH RECURSIVE own AS (
        SELECT id FROM positions_unit WHERE agency_id = %%s AND path <@ (%%s)::ltree[]
    ), sight AS (
        SELECT g.id, g.parent_id FROM positions_goal g WHERE g.agency_id = %%s AND (
            g.unit_id IS NULL OR g.unit_id IN (SELECT id FROM own)
            OR g.id IN (SELECT l.goal_id FROM positions_positiongoal l
                JOIN positions_position p ON p.id = l.position_id WHERE p.unit_id IN (SELECT id FROM own))
            OR g.id IN (SELECT t.goal_id FROM positions_workloadtask t
                JOIN positions_workload w ON w.id = t.workload_id
                JOIN positions_position p ON p.id = w.position_id WHERE p.unit_id IN (SELECT id FROM own))
        )
        UNION
        SELECT g.id, g.parent_id FROM positions_goal g JOIN sight s ON s.parent_id = g.id
    ) SELECT id FROM sight)"""

    def __init__(self, agency_id: int, paths: tuple[str, ...]) -> None:
        super().__init__()
        self.agency_id, self.paths = agency_id, paths

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        sql, params = super().as_sql(compiler, connection, **context)
        return sql, (*params, self.agency_id, list(self.paths), self.agency_id)

    @property
    def identity(self) -> Any:
        return (*super().identity, self.agency_id, self.paths)


class GoalQuerySet(PeriodQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Goals of the agency; to who is bound to units only what concerns those (`GoalsInSight`)."""
        access = access_of(user)
        if access.agency_id is None or not access.may("view_register"):
            return self.none()
        rows = self.filter(agency=access.agency_id)
        if access.whole_agency:
            return rows
        if not access.unit_paths:
            return self.none()
        return rows.filter(pk__in=GoalsInSight(access.agency_id, access.unit_paths))


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
    """A position contributes to a goal from `starts_on` up to, but without, `ends_on` (null: still open).

    A link released is closed, so that a past day still shows it; taken up again it is a new period. It says nothing on
    days when its goal or its position is not in force.
    """

    goal = TenantForeignKey(Goal, on_delete=models.CASCADE, related_name="position_links", verbose_name=_("sasaran"))
    position = TenantForeignKey(
        Position, on_delete=models.CASCADE, related_name="goal_links", verbose_name=_("jabatan")
    )
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    class Queryset(PeriodQuerySet):
        unit_lookup = "position__unit"

    objects = Queryset.as_manager()

    class Meta:
        verbose_name = _("sasaran jabatan")
        verbose_name_plural = _("sasaran jabatan")
        constraints = [
            models.CheckConstraint(
                name="position_goal_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
            ExclusionConstraint(
                name="position_goal_one_a_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("goal", RangeOperators.EQUAL),
                    ("position", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Jabatan ini sudah terhubung dengan sasaran tersebut pada rentang itu."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} · {self.position_id}"
