"""The day of the decree beside its number, for units as for positions; of older rows it is not on record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0024_salts_locked_away"),
        ("positions", "0035_own_permissions"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="closing_decree_on",
            field=models.DateField(blank=True, null=True, verbose_name="tanggal keputusan penutupan"),
        ),
        migrations.AddField(
            model_name="unitperiod",
            name="decree_on",
            field=models.DateField(blank=True, null=True, verbose_name="tanggal keputusan"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closing_decree_on__isnull", True),
                    models.Q(("closing_decree", ""), _negated=True),
                    _connector="OR",
                ),
                name="unit_closing_day_of_a_decree",
                violation_error_message="Tanggal keputusan menyertai nomor keputusannya.",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decree_on__isnull", True), models.Q(("decree", ""), _negated=True), _connector="OR"
                ),
                name="unit_period_day_of_a_decree",
                violation_error_message="Tanggal keputusan menyertai nomor keputusannya.",
            ),
        ),
    ]
