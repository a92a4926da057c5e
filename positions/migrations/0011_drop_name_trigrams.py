"""The trigram index of names served no query: under row security no `%` or `LIKE` may use one (the operators are not
leakproof), and a bulk import paid for it. A search that runs outside the policy brings its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("positions", "0010_seat_former_kinds")]

    operations = [
        migrations.RemoveIndex(model_name="employee", name="employee_name_trigrams"),
    ]
