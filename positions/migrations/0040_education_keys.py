"""What imports look up by SIASN id and by comparable name, row by row: without an index each piece reads the list."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0039_national_references"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="education",
            index=models.Index(
                django.db.models.functions.text.Upper("siasn_id"), models.F("id"), name="education_siasn_key"
            ),
        ),
        migrations.AddIndex(
            model_name="education",
            index=models.Index(
                django.db.models.functions.text.Trim(
                    models.Func(
                        django.db.models.functions.text.Upper("name"),
                        models.Value("[^A-Z0-9]+"),
                        models.Value(" "),
                        models.Value("g"),
                        function="regexp_replace",
                    )
                ),
                models.F("id"),
                name="education_name_key",
            ),
        ),
    ]
