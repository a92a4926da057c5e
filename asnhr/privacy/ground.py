"""What the ground floor and the libraries under it keep (asnhr.privacy.declared)."""

from django.utils.translation import gettext_lazy as _

from asnhr.privacy.declared import holds, nobody

NOBODY_IN_PARTICULAR = _("barisnya tentang pekerjaan sistem, bukan tentang satu orang")

# Logins, roles, sessions

holds("asnhr.User", "masuk", "akun", login="pk",
      plain="is_superuser is_staff is_active is_service password_is_temporary",
      ordinary="username first_name last_name email nip password last_login date_joined")  # fmt: skip
holds("asnhr.RoleAssignment", "masuk", "arsip", login="user",
      ordinary="user role starts_on ends_on granted_at request revoked_at revoke_reason",
      actors="granted_by revoked_by")  # fmt: skip
holds("asnhr.RoleRequest", "masuk", "arsip", login="user",
      ordinary="user role starts_on ends_on reason requested_at verdict decided_at decision",
      actors="requested_by decided_by")  # fmt: skip
holds("account.EmailAddress", "masuk", "akun", login="user", plain="verified primary", ordinary="user email")
holds("account.EmailConfirmation", "masuk", "sesi", login="email_address__user", plain="created sent key",
      ordinary="email_address")  # fmt: skip
holds("mfa.Authenticator", "masuk", "akun", login="user", plain="type data created_at", ordinary="user last_used_at")
holds("usersessions.UserSession", "masuk", "sesi", login="user", plain="session_key data",
      ordinary="user created_at ip last_seen_at user_agent")  # fmt: skip
holds("socialaccount.SocialAccount", "masuk", "akun", login="user", plain="provider",
      ordinary="user uid last_login date_joined extra_data")  # fmt: skip
holds("socialaccount.SocialToken", "masuk", "sesi", login="account__user", plain="app token token_secret expires_at",
      ordinary="account")  # fmt: skip
holds("sessions.Session", "masuk", "sesi", plain="expire_date", ordinary="session_data",
      why=_("isi sesi terbungkus dan tertandatangani; perangkatnya ada di daftar sesi pemiliknya"))  # fmt: skip
holds("admin.LogEntry", "jejak", "arsip", login="user",
      plain="action_time content_type object_id action_flag change_message", ordinary="user object_repr")  # fmt: skip
nobody("masuk", "tetap",
       "auth.Permission: name content_type codename", "auth.Group: name", "auth.Group_permissions: group permission",
       "asnhr.User_groups: group / user", "asnhr.User_user_permissions: permission / user",
       "socialaccount.SocialApp: provider provider_id name client_id secret key settings")  # fmt: skip

# The trail

holds("asnhr.AuditEntry", "jejak", "jejak", login="user",
      plain="at xid door db_role kind table_name columns secrets rows first_value last_value", ordinary="reason",
      actors="user")  # fmt: skip
holds("asnhr.AuditValue", "jejak", "jejak", plain="entry_id object_id", ordinary="change",
      why=_("isi menurut tabel asalnya; nilai rahasia hanya sidik bergaram"))  # fmt: skip
holds("asnhr.AuditSecret", "jejak", "jejak", plain="entry_id object_id salt sealed destroyed_at", ordinary="clear",
      why=_("nilai lama yang terenkripsi; dibuka oleh dua peran dan tercatat"))  # fmt: skip
holds("asnhr.AuditOpening", "jejak", "arsip",
      plain="table_name object_id purpose requested_at verdict decided_at reason expires_at",
      ordinary="note note_hash decision_note decision_note_hash", actors="requested_by decided_by",
      why=NOBODY_IN_PARTICULAR)  # fmt: skip
holds("asnhr.AuditProof", "jejak", "tetap",
      plain="proved_at by holds compared links heads head entry_id link faults fault_count", actors="asked_by",
      why=NOBODY_IN_PARTICULAR)  # fmt: skip
nobody("jejak", "tetap",
       "asnhr.AuditSeal: number entry values_hash hash horizon sealed_at version",
       "asnhr.AuditHead: day number hash unsealed taken_at")  # fmt: skip

# Personal data

holds("asnhr.LegalHold", "pdp", "arsip", person="nip", plain="placed_at lifted_at",
      ordinary="nip basis basis_hash reason reason_hash lifted_reason lifted_reason_hash",
      actors="placed_by lifted_by")  # fmt: skip
holds("asnhr.DataIncident", "pdp", "arsip",
      plain="title known_at happened_at data people told_authority_at told_people_at late_reason recorded_at closed_at",
      ordinary="what measures", actors="recorded_by closed_by",
      why=_("uraian insiden tidak menyebut nama; siapa yang terdampak ada di daftarnya sendiri"))  # fmt: skip
holds("asnhr.OwnCopy", "pdp", "salinan", person="nip", plain="run stored_as sha256 size expires_at",
      ordinary="nip requested_at taken_at", actors="requested_by")  # fmt: skip
nobody("pdp", "arsip",
       "asnhr.Destruction: day state found_at proposed_at decided_at reason run done_at sha256"
       " / proposed_by decided_by",
       "asnhr.DestructionLine: destruction rule basis before objects_due held destroyed trail")  # fmt: skip

# Work, exchange, notifications

holds("asnhr.ImportJob", "impor", "impor",
      plain="kind stored_as sha256 size options dry_run run written totals file_deleted_at created_at",
      ordinary="filename changes details report", actors="created_by",
      why=_("daftar orang dalam berkas yang diimpor, tanpa NIK, sampai masa simpannya"))  # fmt: skip
holds("asnhr.IdempotencyKey", "sambungan", "sehari", login="user", plain="client key request_hash status headers"
      " created_at expires_at", ordinary="user body")  # fmt: skip
holds(
    "asnhr.SavedFilter", "kerja", "akun", login="user", plain="page is_default created_at", ordinary="user name query"
)
holds("asnhr.Event", "kabar", "kabar", plain="uid kind key object_id url data permissions unit_path happened_at"
      " spread_at", ordinary="people", actors="actor", why=NOBODY_IN_PARTICULAR)  # fmt: skip
holds("asnhr.Notification", "kabar", "kabar", login="user", plain="event in_app by_mail digest created_at",
      ordinary="user read_at")  # fmt: skip
holds("asnhr.NotificationSetting", "kabar", "akun", login="user", ordinary="user digest language")
holds("asnhr.NotificationChoice", "kabar", "akun", login="user", ordinary="user kind channel wanted")
holds("asnhr.MailDigest", "kabar", "kabar", login="user", plain="uid day state attempts next_at error",
      ordinary="user sent_at")  # fmt: skip
nobody("sambungan", "tetap",
       "asnhr.ApiClient: name purpose client scopes expires_on created_at rotated_at revoked_at"
       " / owner created_by revoked_by",
       "allauth_idp_oidc.Client: name secret scopes default_scopes type grant_types redirect_uris cors_origins"
       " allow_uri_wildcards response_types skip_consent created_at data / owner",
       "asnhr.WebhookEndpoint: name url kinds secret old_secret old_secret_until is_active disabled_at disabled_reason"
       " failures failing_since next_at created_at / created_by")  # fmt: skip
nobody("sambungan", "sesi", "allauth_idp_oidc.Token: type hash client data created_at expires_at scopes / user")
nobody("sambungan", "kabar",
       "asnhr.WebhookDelivery: endpoint event state attempts tries next_at done_at created_at",
       "asnhr.WebhookAttempt: delivery number started_at finished_at address status milliseconds error"
       " answer")  # fmt: skip
nobody("kerja", "arsip",
       "asnhr.Run: kind parameters fingerprint state step done total counts problems result_path attempts claim"
       " requested_at started_at heartbeat_at finished_at / requested_by")  # fmt: skip
nobody("kerja", "tetap",
       "contenttypes.ContentType: app_label model",
       "django_celery_beat.SolarSchedule: event latitude longitude",
       "django_celery_beat.IntervalSchedule: every period",
       "django_celery_beat.ClockedSchedule: clocked_time",
       "django_celery_beat.CrontabSchedule: minute hour day_of_month month_of_year day_of_week timezone",
       # Its key is called `ident`.
       "django_celery_beat.PeriodicTasks: last_update",
       "django_celery_beat.PeriodicTask: name task interval crontab solar clocked args kwargs queue exchange"
       " routing_key headers priority expires expire_seconds one_off start_time enabled last_run_at total_run_count"
       " date_changed description")  # fmt: skip

# What the nation and the agency set

nobody("acuan", "acuan",
       "asnhr.Agency: code name short_name personnel_office kind siasn_id is_sample",
       "asnhr.Parameter: code name value unit kind lowest highest options starts_on ends_on legal_basis mark"
       " agency_may_set",
       "asnhr.AgencyParameter: code value starts_on ends_on decree",
       "asnhr.Holiday: day name kind source mark")  # fmt: skip
