"""The register's tables under the audit trigger; `positions/audit.py` says the same, and a test holds both together."""

from django.db import migrations

TABLES = (
    # table, mode, secret columns (=: compared and hashed by the other), columns left out
    ("positions_job", "full", "", ""),
    ("positions_jobeducation", "full", "", ""),
    ("positions_jobcompetency", "full", "", ""),
    ("positions_unit", "full", "", "path office_id"),
    ("positions_unitperiod", "full", "", ""),
    ("positions_unitscope", "full", "", ""),
    ("positions_employee", "full", "nik=nik_hash email phone", "nik_hash"),
    ("positions_employeeeducation", "full", "", ""),
    ("positions_contract", "full", "", ""),
    ("positions_position", "full", "", ""),
    ("positions_seat", "full", "", ""),
    ("positions_seatformerkind", "full", "", ""),
    ("positions_positionneed", "full", "", ""),
    ("positions_reservation", "full", "", ""),
    ("positions_incumbency", "full", "", ""),
    ("positions_goal", "full", "", ""),
    ("positions_positiongoal", "full", "", ""),
    ("positions_analysisschedule", "full", "", ""),
    ("positions_needsanalysis", "full", "", "totals"),
    ("positions_needsresult", "summary", "", ""),
    ("positions_recommendationline", "summary", "", ""),
    ("positions_decision", "full", "", ""),
    ("positions_removalhearing", "full", "note", ""),
    ("positions_competencyneed", "summary", "", ""),
    ("positions_unitfinding", "summary", "", ""),
    ("positions_finding", "full", "", "message raw"),
    ("positions_namemapping", "full", "", "occurrences"),
    ("positions_followup", "full", "", ""),
    ("positions_formationproposal", "full", "", ""),
    ("positions_formationline", "full", "", ""),
    ("positions_formationversion", "full", "", "figures"),
    ("positions_siasnrecord", "summary", "", ""),
    ("positions_campaign", "full", "", ""),
    ("positions_workloadsheet", "full", "", ""),
    ("positions_workload", "full", "", ""),
    ("positions_workloadtask", "full", "", ""),
)


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, mode, secrets, skipped in TABLES:
            cursor.execute(
                "SELECT audit_attach(%s::regclass, %s, %s::text[], %s::text[])",
                [table, mode, secrets.split(), skipped.split()],
            )


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, *_rest in TABLES:
            cursor.execute("SELECT audit_detach(%s::regclass)", [table])


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0012_audit"), ("positions", "0013_proven_references")]

    operations = [migrations.RunPython(attach, detach)]
