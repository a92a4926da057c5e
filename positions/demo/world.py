"""Rows of one agency before they have a database: tables of tuples whose references are places in other tables."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

# Table -> the fields the demo fills, in the order the loader writes the tables. A field of the model that is missing
# here takes the default of the model.
FIELDS: dict[str, tuple[str, ...]] = {
    "Unit": (
        "code", "name", "kind", "region_code", "parent", "successor", "is_model", "starts_on", "ends_on",
        "closing_decree", "closing_decree_on",
    ),
    "UnitPeriod": ("unit", "name", "parent", "decree", "decree_on", "starts_on", "ends_on"),
    "Job": (
        "code", "name", "subtitle", "group", "level", "field", "family", "echelon", "job_class", "retirement_age",
        "rank_min", "rank_max", "education_level", "reference", "summary",
    ),
    "JobEducation": ("job", "field"),
    "JobStandard": ("job", "number", "state", "affair", "decree", "decree_on", "starts_on"),
    "JobCompetency": ("standard", "competency", "level"),
    "Position": ("code", "unit", "job", "is_head", "by_duty", "growth", "order", "starts_on", "ends_on"),
    "Seat": ("position", "number", "kind", "starts_on", "ends_on"),
    "PositionNeed": ("position", "source", "need", "decree", "decree_on", "starts_on", "ends_on"),
    "Goal": ("code", "level", "text", "indicator", "parent", "unit", "starts_on", "ends_on"),
    "PositionGoal": ("goal", "position", "starts_on", "ends_on"),
    "Campaign": (
        "year", "opens_on", "deadline", "closed_on", "minutes_per_year", "minutes_per_year_health", "rounding",
    ),
    "WorkloadSheet": ("campaign", "unit", "state", "note", "changed_at", "approved_on", "reminded_on"),
    "Workload": ("sheet", "position", "method", "faults", "is_sample"),
    "WorkloadTask": (
        "workload", "number", "task", "output", "volume", "per", "minutes", "part", "digital_prone", "goal",
    ),
    "Employee": (
        "nip", "name", "title_before", "title_after", "unit", "status", "legal_status", "sex", "birth_date",
        "birth_place", "nik", "nik_validated", "email", "phone",
        "rank", "rank_since", "pay_group", "service_years", "service_months", "cpns_on",
        "pns_on", "education_level", "education", "graduated", "exits_on", "exit_reason",
    ),
    "EmployeeEducation": ("employee", "level", "education", "name", "graduated"),
    "Contract": ("employee", "number", "starts_on", "ends_on", "extension", "decided_on"),
    "RankRecord": (
        "employee", "rank", "pay_group", "kind", "starts_on", "service_years", "service_months", "decree", "decree_on",
    ),
    "StandingRecord": ("employee", "standing", "starts_on", "decree", "decree_on"),
    "Appointment": (
        "employee", "formation_kind", "formation_group", "formation_name", "period", "cpns_decree", "cpns_decree_on",
        "pns_decree", "pns_decree_on", "duty_on",
    ),
    "ServicePeriod": (
        "employee", "experience", "starts_on", "ends_on", "years", "months", "counts", "decree", "decree_on",
    ),
    "CreditPoint": (
        "employee", "kind", "job_name", "level", "starts_on", "ends_on", "total", "main_credit", "decree", "decree_on",
    ),
    "OutsidePost": (
        "employee", "agency_name", "unit_name", "job_name", "group", "level", "assignment", "starts_on", "ends_on",
        "decree", "decree_on",
    ),
    "Secondment": ("employee", "kind", "direction", "agency_name", "starts_on", "ends_on", "decree", "decree_on"),
    "SalaryIncrement": ("employee", "starts_on", "service_years", "service_months", "decree", "decree_on"),
    "StudyAssignment": (
        "employee", "kind", "level", "programme", "school", "funding", "starts_on", "ends_on", "outcome", "decree",
        "decree_on",
    ),
    "UnpaidLeave": ("employee", "reason", "starts_on", "ends_on", "decree", "decree_on"),
    "EmployeeTraining": ("employee", "kind", "name", "organiser", "year", "hours"),
    "Award": ("employee", "code", "name", "year", "decree", "decree_on"),
    "YearlyPredicate": ("employee", "year", "result", "behaviour", "predicate", "appraiser_job"),
    "FamilyMember": (
        "employee", "relation", "child_kind", "name", "sex", "birth_date", "occupation", "on_payroll", "married_on",
    ),
    "Discipline": (
        "employee", "sanction", "state", "starts_on", "years", "months", "ends_on", "regulation", "reason", "decree",
        "decree_on",
    ),
    "Incumbency": ("position", "seat", "employee", "kind", "decree", "decree_on", "starts_on", "ends_on"),
    "Reservation": ("seat", "reason", "starts_on", "ends_on"),
    "Finding": ("code", "message", "raw", "unit", "employee", "position", "fingerprint"),
    "NameMapping": ("kind", "key", "text", "occurrences"),
    "NameOccurrence": ("mapping", "unit", "rows"),
    "FormationProposal": ("year", "state", "decree", "decree_on"),
    "FormationLine": (
        "proposal", "position", "formation", "proposed", "recommended", "decided", "filled", "intake", "field",
        "education_ids", "placement", "income_min", "income_max",
    ),
    "AnalysisSchedule": ("every_months", "next_on", "is_active"),
}  # fmt: skip


@dataclass
class World:
    """All rows of one agency. `add` returns the row's place, which other rows use to refer to it."""

    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {name: [] for name in FIELDS})

    def add(self, table: str, **values: Any) -> int:
        """Append a row; raises KeyError for a field the table does not list."""
        names = FIELDS[table]
        if unknown := values.keys() - set(names):
            raise KeyError(f"{table}: {sorted(unknown)}")
        rows = self.tables[table]
        rows.append(tuple(values.get(name) for name in names))
        return len(rows) - 1

    def get(self, table: str, place: int, name: str) -> Any:
        return self.tables[table][place][FIELDS[table].index(name)]

    def change(self, table: str, place: int, **values: Any) -> None:
        row = dict(zip(FIELDS[table], self.tables[table][place], strict=True))
        self.tables[table][place] = tuple((row | values).values())

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows as dictionaries, for tests and counts."""
        return [dict(zip(FIELDS[table], row, strict=True)) for row in self.tables[table]]

    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.tables.items()}

    def digest(self) -> str:
        """The same 64 characters for the same rows."""
        found = hashlib.sha256()
        for name, rows in self.tables.items():
            found.update(name.encode())
            for row in rows:
                found.update(repr(row).encode())
        return found.hexdigest()
