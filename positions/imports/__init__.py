"""The kinds of files that fill the register. Importing this package hands them to the registry's framework."""

from asnhr import registry, told
from asnhr.imports import codes
from positions import import_words
from positions.imports._common import CODES
from positions.imports.absences import SecondmentImporter, UnpaidLeaveImporter
from positions.imports.achievements import PredicateImporter, TrainingImporter
from positions.imports.contracts import ContractImporter
from positions.imports.discipline import DisciplineImporter
from positions.imports.educations import EducationImporter
from positions.imports.employees import EmployeeImporter
from positions.imports.goals import GoalImporter
from positions.imports.increments import SalaryIncrementImporter
from positions.imports.incumbencies import IncumbencyImporter
from positions.imports.jobs import JobImporter
from positions.imports.needs import NeedImporter
from positions.imports.position_history import PositionHistoryImporter
from positions.imports.positions import PositionImporter
from positions.imports.ranks import RankImporter
from positions.imports.units import UnitImporter
from positions.imports.workload import FAULTS, WorkloadImporter

IMPORTERS = (
    UnitImporter,
    JobImporter,
    PositionImporter,
    NeedImporter,
    WorkloadImporter,
    EmployeeImporter,
    IncumbencyImporter,
    ContractImporter,
    RankImporter,
    SalaryIncrementImporter,
    PositionHistoryImporter,
    EducationImporter,
    TrainingImporter,
    DisciplineImporter,
    UnpaidLeaveImporter,
    SecondmentImporter,
    PredicateImporter,
    GoalImporter,
)

told.kinds["fact"] = lambda said: import_words.fact(*said)
codes.register({**CODES, **{str(code): text for code, text in FAULTS.items()}})
for importer in IMPORTERS:
    registry.importers.register(importer.kind, importer)
