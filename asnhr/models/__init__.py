from asnhr.models.agency import Agency, OwnedTenantModel, TenantModel
from asnhr.models.rulebook import AgencyParameter, Holiday, Parameter
from asnhr.models.run import ImportJob, Run
from asnhr.models.user import RoleAssignment, User

__all__ = [
    "Agency",
    "AgencyParameter",
    "Holiday",
    "ImportJob",
    "OwnedTenantModel",
    "Parameter",
    "RoleAssignment",
    "Run",
    "TenantModel",
    "User",
]
