"""Encryption of specific personal data by field, and the keyed hash that finds a value without decrypting any."""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("ASNHR_FIELD_KEYS kosong: kunci enkripsi kolom wajib diisi.")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return the token of `text` under the newest key."""
    return _ring(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the clear text; raises ValueError when no key fits."""
    try:
        return _ring(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise ValueError("Nilai terenkripsi tidak dapat dibuka dengan kunci yang ada.") from None


def rotate(token: str) -> str:
    """Return the same value under the newest key."""
    return _ring(tuple(settings.FIELD_KEYS)).rotate(token.encode()).decode()


def lookup_hash(text: str) -> str:
    """Return a keyed hash (hex, 64 characters) for equality search and uniqueness of an encrypted value.

    Keyed by the oldest field key, so that rotation (new keys go first) leaves stored hashes valid.
    """
    key = settings.FIELD_KEYS[-1].encode() if settings.FIELD_KEYS else b""
    if not key:
        raise ImproperlyConfigured("ASNHR_FIELD_KEYS kosong: kunci enkripsi kolom wajib diisi.")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text kept encrypted in the database; equality search goes through a `lookup_hash` column beside it."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return decrypt(value) if value else value
