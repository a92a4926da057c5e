"""Runs and imports with their values in the trail: who asked for what, how it ended. Progress and reports stay out."""

from django.db import migrations

ATTACH = """
SELECT audit_attach('asnhr_run', 'full', '{}',
    ARRAY['fingerprint', 'step', 'done', 'total', 'claim', 'heartbeat_at']);
SELECT audit_attach('asnhr_importjob', 'full', ARRAY['filename'],
    ARRAY['stored_as', 'changes', 'details', 'report']);
"""
BACK = "SELECT audit_attach('asnhr_run', 'outline'); SELECT audit_attach('asnhr_importjob', 'outline');"


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0021_personal_data")]

    operations = [migrations.RunSQL(ATTACH, BACK)]
