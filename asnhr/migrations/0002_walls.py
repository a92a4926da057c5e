"""Row security and keys inside the agency for the ground floor's tenant tables."""

from django.db import migrations

from asnhr.sql import TenantTable


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0001_ground")]

    operations = [
        TenantTable("Run"),
        TenantTable("ImportJob"),
        TenantTable("AgencyParameter"),
        # At login the user's scopes are read before any agency is chosen.
        TenantTable("RoleAssignment", also_own_user=True),
    ]
