"""The result of a task names its task: element 5 of a job analysis has three columns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0040_education_keys")]

    operations = [
        migrations.RemoveConstraint(model_name="jobanalysisentry", name="job_analysis_entry_columns"),
        migrations.AddConstraint(
            model_name="jobanalysisentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("part__in", ["bahan", "hasil", "korelasi", "perangkat", "risiko"]),
                        ("detail", ""),
                        _connector="OR",
                    ),
                    models.Q(("part__in", ["hasil", "korelasi"]), ("subject", ""), _connector="OR"),
                ),
                name="job_analysis_entry_columns",
            ),
        ),
    ]
