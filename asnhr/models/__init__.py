from asnhr.models.agency import Agency, OwnedTenantModel, TenantModel, Worded
from asnhr.models.audit import AuditEntry, AuditHead, AuditOpening, AuditProof, AuditSeal, AuditSecret, AuditValue
from asnhr.models.idempotency import IdempotencyKey
from asnhr.models.identity import ApiClient, RoleRequest
from asnhr.models.notification import (
    Event,
    MailDigest,
    Notification,
    NotificationChoice,
    NotificationSetting,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from asnhr.models.privacy import DataIncident, Destruction, DestructionLine, LegalHold, OwnCopy
from asnhr.models.rulebook import AgencyParameter, Holiday, Parameter
from asnhr.models.run import ImportJob, Run
from asnhr.models.saved_filter import SavedFilter
from asnhr.models.user import RoleAssignment, User

__all__ = [
    "Agency",
    "AgencyParameter",
    "ApiClient",
    "AuditEntry",
    "AuditHead",
    "AuditOpening",
    "AuditProof",
    "AuditSeal",
    "AuditSecret",
    "AuditValue",
    "DataIncident",
    "Destruction",
    "DestructionLine",
    "Event",
    "Holiday",
    "IdempotencyKey",
    "ImportJob",
    "LegalHold",
    "MailDigest",
    "Notification",
    "NotificationChoice",
    "NotificationSetting",
    "OwnCopy",
    "OwnedTenantModel",
    "Parameter",
    "RoleAssignment",
    "RoleRequest",
    "Run",
    "SavedFilter",
    "TenantModel",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Worded",
]
