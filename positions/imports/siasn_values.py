"""Keep what a SIASN file said of each person beside the register's value: one statement for the whole file."""

from typing import Any

from asnhr.imports.framework import Options
from positions.imports._common import key

# Fact → SQL over `s` (import_row) and `f` (import_fact). Names of the register are found once, by the import: where it
# knew the unit, job or education, its id is kept and compared; where not, the name as officers' mappings write it.
FACTS = {
    "nip": "s.nip",
    "name": "s.name",
    "title_before": "f.title_before",
    "title_after": "f.title_after",
    "status": "CASE WHEN f.status_given THEN s.status END",
    # Only where kind of employment and agencies contradict each other (ACC_2).
    "lent_wrongly": "CASE WHEN f.lent_wrongly THEN true END",
    "legal_status": "s.legal",
    "sex": "s.sex",
    "birth_date": "s.birth_date",
    "rank": "s.rank",
    "pay_group": "s.pay_group",
    "rank_since": "s.rank_since",
    "cpns_on": "s.cpns_on",
    "pns_on": "f.pns_on",
    "education_level": "s.level",
    "education": "f.education_name",
    "education_id": "s.education_id",
    "graduated": "f.graduated",
    "job": "s.job_text",
    "job_id": "s.job_id",
    "job_key": "CASE WHEN s.job_id IS NULL THEN s.job_key END",
    "job_since": "s.tmt",
    "unit": "s.unit_text",
    "unit_id": "CASE WHEN s.unit_text IS NOT NULL OR s.unit_siasn IS NOT NULL THEN s.unit_id END",
    "unit_key": f"CASE WHEN s.unit_id IS NULL AND s.unit_text IS NOT NULL THEN {key('s.unit_text')} END",
}


def keep(cursor: Any, agency_id: int, options: Options) -> None:
    """Remember the rows of the staged file that were taken, and those refused only as unconfirmed corrections.

    Call at the end of an import's `write`, when people, jobs and posts have their ids. A row with any other error is
    not trusted; of a person with two rows the first counts, as for the register. The same values on the same day change
    nothing.
    """
    facts = ", ".join(f"'{name}', {value}" for name, value in FACTS.items())
    # A person who has just come has no record to replace: a plain insert, which costs less than one that may conflict.
    for whose, replace in (("s.is_new", ""), ("NOT s.is_new", _REPLACE)):
        cursor.execute(
            f"""INSERT INTO positions_siasnrecord AS o (agency_id, employee_id, facts, read_on, import_job_id, "row",
                    unconfirmed)
                SELECT %s, s.employee_id, jsonb_strip_nulls(jsonb_build_object({facts})), %s, %s, s.row,
                    CASE WHEN s.bad THEN coalesce(s.correction, '') ELSE '' END
                FROM import_row s JOIN import_fact f ON f.row = s.row
                LEFT JOIN (SELECT DISTINCT row FROM import_problem WHERE severity = 'error' AND code <> 'KOREKSI') p
                    ON p.row = s.row
                WHERE {whose} AND s.employee_id IS NOT NULL AND s.loser IS NULL AND NOT f.bad AND p.row IS NULL
                ORDER BY s.employee_id {replace}""",
            [agency_id, options.today, options.job_id],
        )


_REPLACE = """ON CONFLICT (agency_id, employee_id) DO UPDATE SET facts = excluded.facts, read_on = excluded.read_on,
        import_job_id = excluded.import_job_id, "row" = excluded."row", unconfirmed = excluded.unconfirmed
    WHERE (o.facts, o.read_on, o.unconfirmed) IS DISTINCT FROM (excluded.facts, excluded.read_on,
        excluded.unconfirmed)"""
