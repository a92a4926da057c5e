"""The national references of the register stand in the nation's chain, with their values (docs/decisions/0032).

The trail names rows by numbers: code lists whose key is a code get one beside it, above every code that is digits.
"""

from django.db import migrations, models
from django.db.models import Func, Value

CODED = ("educationlevel", "documentkind")
TABLES = (
    "positions_educationlevel", "positions_education", "positions_referencejob", "positions_competency",
    "positions_deadline", "positions_jobanalysiscode", "positions_documentkind",
)  # fmt: skip


def sequence(model: str) -> str:
    return f"positions_{model}_number"


def number(model: str) -> models.Field:
    return models.BigIntegerField(
        db_column="id", db_default=Func(Value(sequence(model)), function="nextval"), editable=False, unique=True,
        verbose_name="nomor",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("positions", "0038_followed_rows"), ("asnhr", "0025_national_values")]

    operations = [
        *(migrations.RunSQL(f"CREATE SEQUENCE {sequence(model)} START 1001", f"DROP SEQUENCE {sequence(model)}")
          for model in CODED),
        *(migrations.AddField(model, "number", number(model)) for model in CODED),
        # Rows of the release's own files that stand there already get their first word.
        migrations.RunSQL(
            ";".join(f"SELECT audit_attach_national('{table}')" for table in TABLES),
            ";".join(f"SELECT audit_detach('{table}')" for table in TABLES),
        ),
    ]  # fmt: skip
