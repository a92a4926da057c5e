"""Settings shared by every installation; each value that differs is read from the environment (12-factor)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
HOME_DIR = Path(env("ASNHR_HOME", default=str(BASE_DIR / ".asnhr"))).resolve()

SECRET_KEY = env("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Comma-separated Fernet keys, newest first; older ones only decrypt (asnhr/crypto.py).
FIELD_KEYS: list[str] = env.list("ASNHR_FIELD_KEYS", default=[])

INSTALLED_APPS = [
    "asnhr",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "asnhr.realm",  # the OpenID Connect realm, with the checks that allauth leaves out
    "allauth.idp.oidc",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "positions",
    "evaluations",
    "training",
    "careers",
]

MIDDLEWARE = [
    "asnhr.middleware.HealthMiddleware",  # first: answers without session, login or tenant
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "asnhr.middleware.LanguageMiddleware",
    "asnhr.api.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "asnhr.api.middleware.ApiMiddleware",
    "asnhr.middleware.ScopeMiddleware",  # opens the transaction and sets the agency of row security
    "asnhr.second_factor.SecondFactorMiddleware",  # knows the roles by then; nothing opens before it
]

ROOT_URLCONF = "asnhr.urls"
WSGI_APPLICATION = "asnhr.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "asnhr.pages.context.frame",
                "asnhr.audit.context.history",
            ],
        },
    },
]


def database(url: str) -> dict[str, Any]:
    """One connection a process, kept open; row security is set per transaction, so PgBouncer may sit between."""
    config = dict(environ.Env.db_url_config(url))
    config |= {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    config["DISABLE_SERVER_SIDE_CURSORS"] = True
    return config


DATABASE_URL = env("DATABASE_URL", default="")
DATABASES: dict[str, dict[str, Any]] = (
    {"default": database(DATABASE_URL)} if DATABASE_URL else {"default": {"ENGINE": "django.db.backends.dummy"}}
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "asnhr"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200, "global_keyprefix": env("CELERY_KEY_PREFIX", default="")}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Jakarta"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

FORM_RENDERER = "asnhr.pages.rendering.FormRenderer"

AUTH_USER_MODEL = "asnhr.User"
AUTHENTICATION_BACKENDS = ["asnhr.auth.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "nip", "first_name", "last_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "asnhr.auth.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "asnhr.auth.ResetForm"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
# A whole office may share one address: what succeeds is bounded only against floods, what fails is what guesses. A
# sign-in that succeeds takes its mark of a failure back.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "5/m/ip,5/5m/key", "reset_password": "60/m/ip,5/m/key",
                       "reset_password_from_key": "120/m/ip"}  # fmt: skip
MFA_ADAPTER = "asnhr.auth.SecondFactorAdapter"
MFA_FORMS = {"activate_totp": "asnhr.auth.SetUpForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "ASNHR"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
# Accounts are made by administrators, who write the address down; nobody can lock a stranger's address up by it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A realm of the state or the agency that also lets people in: docs/masuk.md. Without a server there is none.
OIDC_SERVER = env("ASNHR_OIDC_SERVER", default="")
OIDC_NAME = env("ASNHR_OIDC_NAME", default="ASN Digital")
OIDC_NIP_CLAIM = env("ASNHR_OIDC_NIP_CLAIM", default="nip")
SOCIALACCOUNT_ADAPTER = "asnhr.auth.RealmAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds; the worker that waits serves nobody else
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "realm",
                "name": OIDC_NAME,
                "client_id": env("ASNHR_OIDC_CLIENT_ID", default=""),
                "secret": env("ASNHR_OIDC_CLIENT_SECRET", default=""),
                "settings": {
                    "server_url": OIDC_SERVER,
                    "scope": env.list("ASNHR_OIDC_SCOPES", default=["openid", "profile"]),
                },
            }
        ],
    }
IDP_OIDC_ACCESS_TOKEN_FORMAT = "opaque"  # noqa: S105  a format, not a secret
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_PRIVATE_KEY = env.str("IDP_OIDC_PRIVATE_KEY", default="", multiline=True)
IDP_OIDC_ADAPTER = "asnhr.auth.TokenAdapter"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Indonesia"), ("en", "English")]
FORMAT_MODULE_PATH = ["asnhr.localised"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(HOME_DIR / "static")))
UPLOAD_DIR = Path(env("ASNHR_UPLOADS", default=str(HOME_DIR / "uploads")))
# A list with more rows than this becomes a file in the background (asnhr/list_files.py), kept for so many days.
LIST_ROWS_AT_ONCE = env.int("ASNHR_LIST_ROWS_AT_ONCE", default=3000)
LIST_FILE_DAYS = env.int("ASNHR_LIST_FILE_DAYS", default=7)
# The virus scanner of uploaded documents: unix:/run/clamav/clamd.ctl or tcp://host:3310; empty: none, and files say so.
CLAMD = env("ASNHR_CLAMD", default="")
CLAMD_TIMEOUT = env.float("ASNHR_CLAMD_TIMEOUT", default=20.0)  # seconds for each step of the talk
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(UPLOAD_DIR)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # bytes of a body beside its files; the API's too (asnhr/api/parsers.py)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # the workload grid of a large unit is one form
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "asnhr.api.authentication.SessionAuthentication",
        "asnhr.api.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["asnhr.api.permissions.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["asnhr.api.renderers.ORJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "asnhr.api.renderers.Negotiation",
    "DEFAULT_PARSER_CLASSES": [
        "asnhr.api.parsers.JSONParser",
        "asnhr.api.parsers.FormParser",
        "asnhr.api.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "asnhr.api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    # Doors without login, by the caller's address: a whole office may share one.
    "DEFAULT_THROTTLE_CLASSES": ["asnhr.throttling.ClientThrottle"],
    "DEFAULT_THROTTLE_RATES": {"calculators": env("ASNHR_CALCULATOR_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "asnhr.api.problems.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Requests a minute of one client: readings, writes, whole lists (NDJSON).
API_RATES = {
    "read": env.int("ASNHR_API_READS", default=1200),
    "write": env.int("ASNHR_API_WRITES", default=300),
    "bulk": env.int("ASNHR_API_BULK", default=30),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ASNHR",
    "DESCRIPTION": "Register jabatan dan pegawai ASN serta analisis kebutuhan jabatan.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Closed groups: drawing every operation and every schema at once never ends at this size.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "defaultModelsExpandDepth": -1},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Choice sets that several fields share, or fields of one name with several sets.
    "ENUM_NAME_OVERRIDES": {
        "LegalStatusEnum": "positions.models.employee.STATUS_CHOICES",
        "EndedStatusEnum": "positions.models.employee.ENDED_CHOICES",
        "RankEnum": "positions.models.employee.PNS_RANK_CHOICES",
        "JobFieldEnum": "positions.models.job.Job.Field",
        "UnitKindEnum": "positions.models.unit.Unit.Kind",
        "GoalLevelEnum": "positions.models.goal.Goal.Level",
        "RequirementWeightEnum": "positions.models.competency.JobStandard.Weight",
    },
}

_SELF = ["'self'"]
_REALM = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_SERVER))] if OIDC_SERVER else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": ["'self'", "data:"],
        "font-src": _SELF,
        "connect-src": _SELF,
        # A form that signs in by a realm is answered with a redirect to it, which browsers hold to this rule too.
        "form-action": [*_SELF, *_REALM],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": _SELF,
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True

# Who receives the heads of the audit chains every night, outside this installation; without anybody they are stored and
# logged only. Without a mail server the message goes to the log.
AUDIT_DIGEST_TO: list[str] = env.list("ASNHR_AUDIT_DIGEST_TO", default=[])
_MAIL = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL.get("EMAIL_HOST") or "localhost", _MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_USER") or "", _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="asnhr@localhost")
EMAIL_TIMEOUT = 20  # seconds
# Where people reach this installation (https://asnhr.example.go.id): links in e-mail begin with it, none are written
# without it.
PUBLIC_URL = env("ASNHR_PUBLIC_URL", default="").rstrip("/")
# Networks (CIDR) of the agency's own systems to which webhooks may go beside public addresses; by plain http there too.
WEBHOOK_NETWORKS: list[str] = env.list("ASNHR_WEBHOOK_NETWORKS", default=[])

# One installation may show invented people (the demo): every page, print and export then says DATA CONTOH.
SAMPLE_LOGINS_HINT = str(HOME_DIR / "logins.json")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
