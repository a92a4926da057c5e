"""Known defects for every indicator of data quality, and a month of nights that led to today's figure.

The defects are made with the register, before its analyses, so that all figures of a day count the same people: they
touch a few people each, none of the story and nobody with a login, chosen by their number and so by the seed (the
demo's employee lacks a mobile number from the start). What is wrong is what an import could have brought: each row
passes the constraints of the register. Everything is invented, as all people of the demo are.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from asnhr.models import Agency, User
from asnhr.queries import parameters_on
from positions.demo import story
from positions.models import Secondment, StandingRecord, UnpaidLeave
from positions.queries import quality as queries
from positions.rules import data_quality as rules
from positions.rules.levels import education_order
from positions.rules.numbers import add_months

NIGHTS = 30
STORY = (
    story.NURSES, story.SURPLUS_TEACHERS, story.SHORT_TEACHERS, story.FADING, story.FADING_TARGET, story.MISPLACED,
    story.LACKING, story.VACANT_SECRETARY, story.ONLY_AUDITOR, story.PART_TIME, story.SUPERIOR, story.SECRETARY,
)  # fmt: skip
# People of whom something is spoilt: in service, with the post they hold.
CANDIDATES = """
CREATE TEMP TABLE demo_candidate ON COMMIT DROP AS
SELECT e.id, e.nip, e.status, e.cpns_on, e.pns_on, e.birth_date, e.rank, e.title_after, e.pay_group, h.id AS held_id,
    h.position_id, h.starts_on AS since, p.unit_id, j."group", j.level, j.id AS job_id, NULL::text AS code,
    l."order" AS schooling
FROM positions_employee e
LEFT JOIN positions_educationlevel l ON l.code = e.education_level_id
LEFT JOIN positions_incumbency h ON h.agency_id = e.agency_id AND h.employee_id = e.id AND h.ends_on IS NULL
    AND h.kind IN ('definitif', 'paruh_waktu')
LEFT JOIN positions_position p ON p.agency_id = h.agency_id AND p.id = h.position_id
LEFT JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
WHERE e.agency_id = %(agency)s AND e.exits_on IS NULL AND e.legal_status IN ('01', '71') AND e.nip <> ALL (%(logins)s)
    AND p.code <> ALL (%(story)s) AND h.starts_on < %(day)s
    AND NOT EXISTS (SELECT FROM positions_incumbency o WHERE o.agency_id = e.agency_id AND o.employee_id = e.id
        AND o.ends_on IS NULL AND o.id <> h.id)
"""
CHOSEN = """
UPDATE demo_candidate SET code = %(code)s WHERE id IN (
    SELECT c.id FROM demo_candidate c WHERE c.code IS NULL AND {where} ORDER BY md5(c.nip || %(code)s) LIMIT
        (SELECT greatest(%(least)s, least(count(*) * %(share)s / 1000, %(most)s)) FROM demo_candidate))
"""  # noqa: S608  constants
SPOILT = """
UPDATE positions_employee e SET {change} FROM demo_candidate c
WHERE e.agency_id = %(agency)s AND e.id = c.id AND c.code = %(code)s
"""  # noqa: S608  constants
PNS, PPPK = "c.status = 'PNS'", "c.status = 'PPPK'"
HEADS = "c.\"group\" = 'manajerial'"
# Nothing of an education is left in the file.
UNTAUGHT = "education_level_id = NULL, education_id = NULL, graduated = NULL, title_after = '', title_before = ''"
SCHOOL = "education_level_id = '15', education_id = NULL, title_after = '', title_before = ''"
NEVER_FUNCTIONAL = """c.id IN (SELECT employee_id FROM positions_appointment) AND c.id NOT IN (
    SELECT i.employee_id FROM positions_incumbency i
    JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
    JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id WHERE j."group" = 'fungsional')"""
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Defect:
    """`share`: per thousand people, at most `most`; `change` (none: elsewhere than in the person's row)."""

    code: str
    share: int
    where: str
    change: str = ""
    most: int = MANY
    least: int = 1


# Rare ones first: later ones take whom these left.
DEFECTS = (
    Defect("ACC_10", 1, "c.level LIKE 'JPT%%' AND c.rank >= 42", "rank = 41", most=1),
    Defect("TIM_4", 1, f"c.level = 'PENGAWAS' AND {PNS}", most=2, least=2),
    Defect("ACC_3", 1, f"c.level = 'PENGAWAS' AND {PNS}", "cpns_on = %(recent)s, pns_on = %(sworn)s", most=2),
    Defect("ACC_6", 1, "c.level = 'PENGAWAS'", SCHOOL, most=2),
    Defect("TIM_5", 1, f"{PNS} AND c.level LIKE 'AHLI_%%' AND c.birth_date < %(aged)s", "own_retirement_age = 58",
           most=3),
    Defect("TIM_3", 1, f"{PNS} AND c.cpns_on BETWEEN %(day)s - 1300 AND %(day)s - 380 AND c.\"group\" <> 'manajerial'",
           "status = 'CPNS', pns_on = NULL", most=6),
    Defect("TIM_2", 1, f"{PNS} AND c.\"group\" = 'pelaksana' AND c.cpns_on < %(day)s - 740 AND {NEVER_FUNCTIONAL}",
           most=8),
    Defect("TIM_1", 1, "c.\"group\" = 'pelaksana' AND EXISTS (SELECT FROM positions_unit WHERE code = %(closed)s)",
           "unit_id = (SELECT id FROM positions_unit WHERE agency_id = %(agency)s AND code = %(closed)s)", most=4),
    Defect("TIM_6", 1, f"{PNS} AND c.\"group\" = 'pelaksana'", "legal_status = '02'", most=2),
    Defect("ACC_2", 1, f"{PNS} AND c.\"group\" = 'fungsional'", most=4),
    Defect("COM_2", 1, "c.\"group\" = 'pelaksana' AND c.status <> 'CPNS'", most=5),
    Defect("ACC_8", 2, "c.\"group\" = 'fungsional' AND c.level LIKE 'AHLI_%%'", SCHOOL, most=20),
    Defect("ACC_9", 1, "c.position_id IN (SELECT position_id FROM demo_candidate WHERE \"group\" = 'pelaksana'"
           " GROUP BY 1 HAVING count(*) = 1)", most=2),
    Defect("ACC_7", 2, PPPK, "nip = overlay(e.nip placing '2018' from 9 for 4)", most=20),
    Defect("CON_4", 3, f"{PPPK} AND c.pay_group IS NOT NULL",
           "cpns_on = make_date(substr(e.nip, 9, 4)::int - 1, 3, 1)"),
    Defect("ACC_4", 4, PPPK, "legal_status = '01'"),
    Defect("ACC_1", 4, PNS, "pns_on = e.cpns_on - 31"),
    Defect("CON_1", 5, PNS, "cpns_on = e.cpns_on + interval '1 month'"),
    Defect("CON_2", 5, "true", "birth_date = e.birth_date - 1"),
    Defect("CON_3", 4, "true", "sex = CASE e.sex WHEN 'M' THEN 'F' ELSE 'M' END"),
    Defect("COM_4", 5, PNS, "pns_on = NULL"),
    Defect("COM_3", 3, "c.\"group\" <> 'manajerial'", UNTAUGHT),
    Defect("ACC_5", 1, "true", "nik = '', nik_hash = '', nik_validated = NULL"),
    Defect("COM_5", 20, "c.title_after <> '' AND c.schooling >= %(titled)s", "title_after = '', title_before = ''"),
)  # fmt: skip
# What hangs on the person: by the code that it belongs to.
ELSEWHERE = (
    "DELETE FROM positions_employeeeducation x USING demo_candidate c WHERE x.agency_id = %(agency)s"
    " AND x.employee_id = c.id AND c.code IN ('COM_3', 'ACC_6', 'ACC_8')",
    "UPDATE positions_rankrecord r SET rank = 41 FROM demo_candidate c WHERE r.agency_id = %(agency)s"
    " AND r.employee_id = c.id AND c.code = 'ACC_10' AND r.rank > 41",
    "UPDATE positions_appointment a SET formation_group = 'fungsional', formation_name = 'Arsiparis Terampil (contoh)'"
    " FROM demo_candidate c WHERE a.agency_id = %(agency)s AND a.employee_id = c.id AND c.code = 'TIM_2'",
    "UPDATE positions_incumbency i SET ends_on = %(day)s FROM demo_candidate c WHERE i.agency_id = %(agency)s"
    " AND i.id = c.held_id AND c.code = 'COM_2'",
    # A pelaksana whose post still bears the name of a functional job.
    """INSERT INTO positions_job (agency_id, code, name, subtitle, "group", level, field, family, echelon, summary,
        education_level_id, is_active)
    SELECT %(agency)s, 'JP-NAMA-JF', r.name, '', 'pelaksana', 'PELAKSANA', 'teknis', '', '', '', '15', true
    FROM positions_referencejob r WHERE r.is_current AND r.level <> 'PELAKSANA'
        AND EXISTS (SELECT FROM demo_candidate WHERE code = 'ACC_9')
    ORDER BY r.name ILIKE 'arsiparis%%' DESC, r.name, r.id LIMIT 1""",
    """UPDATE positions_position p SET job_id = j.id FROM demo_candidate c, positions_job j
    WHERE p.agency_id = %(agency)s AND c.code = 'ACC_9' AND p.id = c.position_id AND j.agency_id = p.agency_id
        AND j.code = 'JP-NAMA-JF'""",
    # Two definitive holders of one managerial post: the second of the two leaves the own one for that of the first.
    """CREATE TEMP TABLE demo_double ON COMMIT DROP AS
    SELECT first.position_id, first.unit_id, second.id AS employee_id, second.held_id
    FROM (SELECT * FROM demo_candidate WHERE code = 'TIM_4' ORDER BY nip LIMIT 1) first
    JOIN (SELECT * FROM demo_candidate WHERE code = 'TIM_4' ORDER BY nip DESC LIMIT 1) second
        ON second.id <> first.id""",
    "UPDATE positions_incumbency i SET ends_on = %(day)s FROM demo_double d WHERE i.agency_id = %(agency)s"
    " AND i.id = d.held_id",
    """INSERT INTO positions_seat (agency_id, position_id, number, kind, starts_on)
    SELECT %(agency)s, d.position_id, 99, 'di_luar_formasi', %(day)s FROM demo_double d""",
    """INSERT INTO positions_incumbency (agency_id, position_id, seat_id, employee_id, kind, decree, decree_on,
        starts_on)
    SELECT %(agency)s, d.position_id, s.id, d.employee_id, 'definitif', '821.23/99/CONTOH', %(day)s, %(day)s
    FROM demo_double d JOIN positions_seat s ON s.agency_id = %(agency)s AND s.position_id = d.position_id
        AND s.number = 99""",
    "UPDATE positions_employee e SET unit_id = d.unit_id FROM demo_double d WHERE e.agency_id = %(agency)s"
    " AND e.id = d.employee_id",
    "DROP TABLE demo_double",
)  # fmt: skip
# What was repaired in the month, and in which night: of one in two hundred and fifty people a code and night.
REPAIRED = """
CREATE TEMP TABLE demo_repaired ON COMMIT DROP AS
SELECT * FROM (
    SELECT p.employee_id, p.unit_id, c.code, abs(hashtext(e.nip || c.code)) %% 250 AS night
    FROM quality_person p
    JOIN positions_employee e ON e.agency_id = %(agency)s AND e.id = p.employee_id
    CROSS JOIN unnest(ARRAY['COM_5', 'COM_6', 'COM_7', 'ACC_5']) AS c(code)
    WHERE c.code <> ALL (p.codes)
) r WHERE night BETWEEN 1 AND %(nights)s
"""
# One night earlier it is still wrong.
UNREPAIRED = (
    "INSERT INTO quality_found (employee_id, unit_id, code)"
    " SELECT employee_id, unit_id, code FROM demo_repaired WHERE night = %(night)s",
    """UPDATE quality_person p SET codes = p.codes || m.codes
    FROM (SELECT employee_id, array_agg(code) AS codes FROM demo_repaired WHERE night = %(night)s GROUP BY 1) m
    WHERE m.employee_id = p.employee_id""",
)
KEPT = """
UPDATE positions_qualityindex SET computed_at = computed_at - (%(day)s - day) * interval '1 day'
WHERE agency_id = %(agency)s AND day < %(day)s
"""
SINCE = "UPDATE positions_qualityproblem SET since = %(first)s WHERE agency_id = %(agency)s"


def spoil(agency: Agency, day: date) -> None:
    """Make the defects. Call once, inside the agency's scope, when its people, histories and users are there."""
    recent = add_months(day.replace(day=1), -18)
    values: dict[str, Any] = {
        "agency": agency.pk, "day": day, "story": list(STORY), "closed": story.MERGED_EXAMPLE, "recent": recent,
        "sworn": add_months(recent, 12), "aged": add_months(day.replace(day=1), -58 * 12),
        "titled": education_order(rules.TITLED_FROM),
        "logins": list(User.objects.exclude(nip="").order_by("pk").values_list("nip", flat=True)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(CANDIDATES, values)
        cursor.execute("ANALYZE demo_candidate")
        cursor.execute("SET LOCAL enable_nestloop = on")
        for each in DEFECTS:
            asked = values | {"code": each.code, "share": each.share, "most": each.most, "least": each.least}
            cursor.execute(CHOSEN.format(where=each.where), asked)
            if each.change:
                cursor.execute(SPOILT.format(change=each.change), asked)
        for statement in ELSEWHERE:
            cursor.execute(statement, values)
        cursor.execute("SELECT code, id FROM demo_candidate WHERE code IN ('TIM_6', 'ACC_2') ORDER BY nip")
        found = cursor.fetchall()
        cursor.execute("DROP TABLE demo_candidate")
    # By the models, which encrypt the reason.
    _away(agency, [pk for code, pk in found if code == "TIM_6"], add_months(day.replace(day=1), -14))
    Secondment.objects.bulk_create(
        Secondment(
            agency=agency, employee_id=pk, kind="dpb", direction="keluar", agency_name=agency.name,
            starts_on=add_months(day.replace(day=1), -3), decree=f"824.3/{pk}/CONTOH",
            decree_on=add_months(day.replace(day=1), -4),
        )
        for code, pk in found
        if code == "ACC_2"
    )  # fmt: skip


def _away(agency: Agency, people: list[int], left: date) -> None:
    """A year of leave without pay that is over, and nobody has written that they came back."""
    decree = {"decree": "850/99/CONTOH", "decree_on": left - timedelta(days=7)}
    StandingRecord.objects.bulk_create(
        StandingRecord(agency=agency, employee_id=pk, standing="02", starts_on=left, **decree) for pk in people
    )
    UnpaidLeave.objects.bulk_create(
        UnpaidLeave(
            agency=agency, employee_id=pk, reason="Mendampingi pasangan bertugas", starts_on=left,
            ends_on=add_months(left, 12), **decree,
        )
        for pk in people
    )  # fmt: skip


def load(agency: Agency, day: date) -> None:
    """Compute the day by the statements of the nightly run, then from what they found the nights before it, each with
    what was repaired since."""
    values = queries.arguments(agency_id=agency.pk, day=day, parameters=parameters_on(agency.pk, day))
    values |= {"first": day - timedelta(days=NIGHTS), "nights": NIGHTS}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(queries.DROP)
        for _step, statements in queries.STEPS:
            for statement in statements:
                cursor.execute(statement, values)
        cursor.execute(REPAIRED, values)
        for night in range(1, NIGHTS + 1):
            for statement in UNREPAIRED:
                cursor.execute(statement, values | {"night": night})
            cursor.execute(queries.INDEX, values | {"day": day - timedelta(days=night)})
        cursor.execute(KEPT, values)
        cursor.execute(SINCE, values)
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(queries.DROP)
        cursor.execute("DROP TABLE demo_repaired")
