"""Fewer keys checked row by row in bulk writes: national references once a statement, the position of a seat once."""

import django.contrib.postgres.constraints
from django.db import migrations, models

import asnhr.sql
from asnhr.sql import ProvenReferences

# Whoever holds a seat stands on the seat's position (`incumbency_seat_of_position`), whose own key proves it. Only PPPK
# paruh waktu, who have no seat, need the position's key: it hangs on a column that is null for everybody else.
ONE_KEY = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE positions_incumbency
    ADD COLUMN position_without_seat_id bigint GENERATED ALWAYS AS (CASE WHEN seat_id IS NULL THEN position_id END) STORED;
ALTER TABLE positions_incumbency ADD CONSTRAINT incumbency_position_without_seat
    FOREIGN KEY (agency_id, position_without_seat_id) REFERENCES positions_position (agency_id, id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE positions_incumbency DROP CONSTRAINT positions_incumbency_position_id_in_agency;
"""
TWO_KEYS = """
ALTER TABLE positions_incumbency ADD CONSTRAINT positions_incumbency_position_id_in_agency
    FOREIGN KEY (agency_id, position_id) REFERENCES positions_position (agency_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE positions_incumbency DROP CONSTRAINT incumbency_position_without_seat;
ALTER TABLE positions_incumbency DROP COLUMN position_without_seat_id;
"""


class Migration(migrations.Migration):
    dependencies = [("positions", "0012_goal_link_periods"), ("asnhr", "0011_proven_references")]

    operations = [
        migrations.AlterField(
            model_name="employee",
            name="agency",
            field=asnhr.sql.NationalForeignKey(related_name="+", to="asnhr.agency", verbose_name="instansi"),
        ),
        migrations.AlterField(
            model_name="employee",
            name="education_level",
            field=asnhr.sql.NationalForeignKey(
                blank=True,
                null=True,
                related_name="+",
                to="positions.educationlevel",
                verbose_name="tingkat pendidikan",
            ),
        ),
        migrations.AlterField(
            model_name="employee",
            name="education",
            field=asnhr.sql.NationalForeignKey(
                blank=True, null=True, related_name="+", to="positions.education", verbose_name="pendidikan"
            ),
        ),
        migrations.AlterField(
            model_name="employeeeducation",
            name="level",
            field=asnhr.sql.NationalForeignKey(related_name="+", to="positions.educationlevel", verbose_name="tingkat"),
        ),
        migrations.AlterField(
            model_name="employeeeducation",
            name="education",
            field=asnhr.sql.NationalForeignKey(
                blank=True, null=True, related_name="+", to="positions.education", verbose_name="pendidikan"
            ),
        ),
        ProvenReferences("Employee"),
        ProvenReferences("EmployeeEducation"),
        migrations.RunSQL(ONE_KEY, TWO_KEYS),
        # The agency, the same in every entry, in front made the indexes a third slower to write.
        migrations.RemoveConstraint("incumbency", "incumbency_one_definitive_holder"),
        migrations.RemoveConstraint("incumbency", "incumbency_one_seat_a_person"),
        migrations.AddConstraint(
            "incumbency",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="incumbency_one_definitive_holder",
                condition=models.Q(("kind", "definitif")),
                expressions=[("seat", "="), ("agency", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                violation_error_message="Jabatan ini sudah dipangku pada rentang tanggal tersebut.",
            ),
        ),
        migrations.AddConstraint(
            "incumbency",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="incumbency_one_seat_a_person",
                condition=models.Q(("kind__in", ["definitif", "paruh_waktu"])),
                expressions=[("employee", "="), ("agency", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                violation_error_message="Pegawai ini sudah memangku jabatan definitif pada rentang tanggal tersebut.",
            ),
        ),
    ]
