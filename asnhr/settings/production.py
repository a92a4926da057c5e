"""Production: refuses to start when a secret, the hosts or the database is missing."""

from django.core.exceptions import ImproperlyConfigured

from asnhr.keys import faulty_keys
from asnhr.settings.base import *  # noqa: F403
from asnhr.settings.base import (
    ALLOWED_HOSTS,
    DATABASE_URL,
    FIELD_KEYS,
    OIDC_SERVER,
    REDIS_URL,
    SECRET_KEY,
    SOCIALACCOUNT_PROVIDERS,
    env,
)

_required = {
    "SECRET_KEY": SECRET_KEY,
    "ALLOWED_HOSTS": ALLOWED_HOSTS,
    "DATABASE_URL": DATABASE_URL,
    "REDIS_URL": REDIS_URL,
    "ASNHR_FIELD_KEYS": FIELD_KEYS,
}
_missing = [name for name, value in _required.items() if not value]
if _missing:
    raise ImproperlyConfigured(f"Pengaturan produksi belum lengkap: {', '.join(_missing)} wajib diisi.")
# 50 letters of 5 kinds are what Django itself asks of a key (security.W009).
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured(
        "SECRET_KEY terlalu pendek atau terlalu seragam: sedikitnya 50 karakter acak (cara membuatnya di"
        " deploy/README.md)."
    )
if _wrong := faulty_keys(FIELD_KEYS):
    raise ImproperlyConfigured(
        f"ASNHR_FIELD_KEYS: kunci ke-{', '.join(map(str, _wrong))} bukan kunci Fernet (32 byte acak, 44 karakter base64"
        " yang aman untuk URL), atau ditulis dua kali (cara membuatnya di deploy/README.md)."
    )
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS tidak boleh '*': sebutkan nama host yang dilayani.")

# How many proxies stand before the application and write X-Forwarded-For: the limit of failed logins counts the address
# that the outermost of them saw. Too high a number lets a client invent its address, 0 counts all people as one.
try:
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("ASNHR_TRUSTED_PROXIES", default=1)
except ValueError:
    raise ImproperlyConfigured("ASNHR_TRUSTED_PROXIES harus bilangan bulat.") from None
if not 0 <= ALLAUTH_TRUSTED_PROXY_COUNT <= 10:
    raise ImproperlyConfigured("ASNHR_TRUSTED_PROXIES harus 0 sampai 10.")

if OIDC_SERVER:
    _app = SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    if not OIDC_SERVER.startswith("https://") or not (_app["client_id"] and _app["secret"]):
        raise ImproperlyConfigured(
            "ASNHR_OIDC_SERVER harus beralamat https:// dan disertai ASNHR_OIDC_CLIENT_ID dan ASNHR_OIDC_CLIENT_SECRET."
        )

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SAMPLE_LOGINS_HINT = ""
