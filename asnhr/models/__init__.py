from asnhr.models.agency import Agency, OwnedTenantModel, TenantModel
from asnhr.models.audit import AuditEntry, AuditHead, AuditOpening, AuditSeal, AuditSecret, AuditValue
from asnhr.models.idempotency import IdempotencyKey
from asnhr.models.rulebook import AgencyParameter, Holiday, Parameter
from asnhr.models.run import ImportJob, Run
from asnhr.models.user import RoleAssignment, User

__all__ = [
    "Agency",
    "AgencyParameter",
    "AuditEntry",
    "AuditHead",
    "AuditOpening",
    "AuditSeal",
    "AuditSecret",
    "AuditValue",
    "Holiday",
    "IdempotencyKey",
    "ImportJob",
    "OwnedTenantModel",
    "Parameter",
    "RoleAssignment",
    "Run",
    "TenantModel",
    "User",
]
