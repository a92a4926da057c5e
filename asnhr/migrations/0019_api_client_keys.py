"""Keys of API clients begin with the agency, as all unique ones of tenant tables do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("asnhr", "0018_saved_filters"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apiclient",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="allauth_idp_oidc.client",
                verbose_name="klien",
            ),
        ),
        migrations.AlterField(
            model_name="apiclient",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="akun sistem",
            ),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.UniqueConstraint(fields=("agency", "client"), name="api_client_once"),
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.UniqueConstraint(fields=("agency", "owner"), name="api_client_owner_once"),
        ),
    ]
