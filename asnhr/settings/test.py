"""Tests: the real database, Redis and middleware; only cheap password hashing and plain static names differ."""

from asnhr.settings.base import *  # noqa: F403
from asnhr.settings.base import FIELD_KEYS, SECRET_KEY, STORAGES

SECRET_KEY = SECRET_KEY or "kunci-uji-tidak-untuk-dipakai"
FIELD_KEYS = FIELD_KEYS or ["wZ2qv7n0yWv1vJm5k8s1c2m3b4x5z6l7k8j9h0g1f2E="]
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ACCOUNT_RATE_LIMITS = {}
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
