"""The trail of a batch of letters does not list its people: the batch itself keeps them."""

from django.db import migrations

ATTACH = "SELECT audit_attach('positions_letterbatch'::regclass, 'full', '{}'::text[], '%s'::text[])"


class Migration(migrations.Migration):
    dependencies = [("positions", "0023_search_scores")]

    operations = [migrations.RunSQL(ATTACH % "{people}", ATTACH % "{}")]
