"""SQL that writes new people and their education from the staged rows: all at once, or early, piece by piece."""

# Over `s` (import_row) and `f` (import_fact). An education level that the register does not know is left out, as
# `check` says in words.
_PEOPLE = """INSERT INTO positions_employee (agency_id, nip, nip_old, siasn_id, name, title_before, title_after,
        unit_id, status, legal_status, sex, birth_date, birth_place, nik, nik_hash, nik_validated, email, phone, rank,
        rank_since, pay_group, service_years, service_months, cpns_on, pns_on, education_level_id, education_id,
        graduated, exit_reason)
    SELECT {agency}, s.nip, coalesce(f.nip_old, ''), coalesce(f.siasn_id, ''), s.name, coalesce(f.title_before, ''),
        coalesce(f.title_after, ''), s.unit_id, s.status,
        coalesce(s.legal_taken, CASE WHEN starts_with(s.status, 'PPPK') THEN '71' ELSE '01' END), s.sex, s.birth_date,
        coalesce(f.birth_place, ''), coalesce(f.nik, ''), coalesce(f.nik_hash, ''), f.nik_valid, coalesce(f.email, ''),
        coalesce(f.phone, ''), s.rank, s.rank_since, s.pay_group, f.years, f.months, s.cpns_on, f.pns_on, l.code,
        s.education_id, f.graduated, ''
    FROM import_row s JOIN import_fact f ON f.row = s.row
    LEFT JOIN positions_educationlevel l ON l.code = s.level
    WHERE {where} ORDER BY s.nip"""
_EDUCATIONS = """INSERT INTO positions_employeeeducation (agency_id, employee_id, level_id, education_id, name, school,
        graduated)
    SELECT {agency}, {employee}, l.code, s.education_id, coalesce(f.education_name, ''), coalesce(f.school, ''),
        f.graduated
    FROM import_row s JOIN import_fact f ON f.row = s.row JOIN positions_educationlevel l ON l.code = s.level
    {where} ORDER BY {employee}"""
# Looked at while the rest of the file is being read, instead of at the commit, when everybody waits.
KEYS = "positions_employee_unit_id_in_agency, positions_employeeeducation_employee_id_in_agency"


def write_people(agency_id: int) -> str:
    """Return the SQL that writes the new people whom nothing wrote early."""
    return _PEOPLE.format(
        agency=int(agency_id), where="s.is_new AND s.employee_id IS NULL AND NOT s.bad AND s.loser IS NULL"
    )


def write_educations(agency_id: int) -> str:
    """Return the SQL that adds the education of each row to its person, unless the person has it."""
    agency = int(agency_id)
    where = f"""LEFT JOIN import_early y ON y.row = s.row
        WHERE y.row IS NULL AND NOT s.bad AND s.loser IS NULL AND s.employee_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM positions_employeeeducation x WHERE x.agency_id = {agency}
                AND x.employee_id = s.employee_id AND x.level_id = s.level
                AND x.name = coalesce(f.education_name, ''))"""
    return _EDUCATIONS.format(agency=agency, employee="s.employee_id", where=where) + " ON CONFLICT DO NOTHING"


def write_people_early(agency_id: int) -> str:
    """Return the SQL that writes the people of the rows beyond a number (three times a parameter) whom the register
    does not know, and notes them in `import_early`. A row that lacks what the register cannot do without is left to the
    checks."""
    known = "NOT s.bad AND s.birth_date IS NOT NULL AND s.sex IS NOT NULL"
    where = f"s.row > %s AND f.row > %s AND s.employee_id IS NULL AND {known}"
    people = _PEOPLE.format(agency=int(agency_id), where=where)
    return f"""WITH made AS ({people} RETURNING id, nip)
        INSERT INTO import_early (row, employee_id)
        SELECT s.row, m.id FROM made m JOIN import_row s ON s.nip = m.nip WHERE s.row > %s"""


def write_educations_early(agency_id: int) -> str:
    """Return the SQL that writes the education of the people of `import_early` beyond a row's number."""
    joined = "JOIN import_early y ON y.row = s.row WHERE y.row > %s AND s.row > %s AND f.row > %s"
    return _EDUCATIONS.format(agency=int(agency_id), employee="y.employee_id", where=joined)
