"""The link of a position with a goal has a period: released it is closed, taken up again it is a new one."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

import asnhr.sql


class Migration(migrations.Migration):
    dependencies = [("positions", "0011_drop_name_trigrams")]

    operations = [
        migrations.RemoveConstraint("positiongoal", "position_goal_once"),
        migrations.RenameField("positiongoal", "linked_on", "starts_on"),
        migrations.AlterField("positiongoal", "starts_on", models.DateField(verbose_name="mulai")),
        migrations.AddField(
            "positiongoal", "ends_on", models.DateField(blank=True, null=True, verbose_name="berakhir sebelum")
        ),
        migrations.AddConstraint(
            "positiongoal",
            models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                name="position_goal_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            "positiongoal",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="position_goal_one_a_day",
                expressions=[
                    ("agency", "="),
                    ("goal", "="),
                    ("position", "="),
                    (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&"),
                ],
                violation_error_message="Jabatan ini sudah terhubung dengan sasaran tersebut pada rentang itu.",
            ),
        ),
    ]
