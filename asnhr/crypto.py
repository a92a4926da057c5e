"""Encryption of specific personal data by field, and the keyed hash that finds a value without decrypting any.

A token is `1.` and base64 of: 4 bytes that name the key, 12 random bytes (nonce), AES-256-GCM of the text. Tokens of
earlier releases (Fernet) are still read; `rotate_field_keys` writes them anew. An import encrypts 20,000 NIK in a tenth
of the seconds that Fernet takes, which builds two cipher objects for every value.

What SQL must compare over many rows cannot have another token each time: `seal` gives equal values equal tokens, which
tells that rows are alike and how many are. It is for codes of a known list only.
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.lookups import Exact
from django.utils.functional import cached_property

from asnhr.keys import faulty_keys

_MARK = "1."
_NAME, _NONCE = 4, 12  # bytes
# Before what `seal` makes: nothing that it stands for begins like it.
SEALED = "s1."
_UNOPENED = "Nilai terenkripsi tidak dapat dibuka dengan kunci yang ada."
_NO_KEYS = "ASNHR_FIELD_KEYS kosong: kunci enkripsi kolom wajib diisi."
# What stands between the letters and digits of a number; as the importers compare texts in SQL.
_BETWEEN = re.compile(r"[^A-Z0-9]+")


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> tuple[list[tuple[bytes, AESGCM]], MultiFernet]:
    """Return (name, cipher) of each key, newest first, and the ring that reads older tokens."""
    if not keys:
        raise ImproperlyConfigured(_NO_KEYS)
    if wrong := faulty_keys(keys):
        raise ImproperlyConfigured(f"ASNHR_FIELD_KEYS: kunci ke-{', '.join(map(str, wrong))} bukan kunci Fernet.")
    ciphers = []
    for key in keys:
        secret = base64.urlsafe_b64decode(key)
        # Own keys for own purposes: what Fernet signs and encrypts with is not used for anything else.
        derived = HKDF(SHA256(), 32 + _NAME, salt=None, info=b"asnhr field encryption 1").derive(secret)
        ciphers.append((derived[32:], AESGCM(derived[:32])))
    return ciphers, MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return the token of `text` under the newest key."""
    name, cipher = _ring(tuple(settings.FIELD_KEYS))[0][0]
    nonce = os.urandom(_NONCE)
    return _MARK + base64.urlsafe_b64encode(name + nonce + cipher.encrypt(nonce, text.encode(), None)).decode()


def decrypt(token: str) -> str:
    """Return the clear text; raises ValueError when no key fits."""
    ciphers, older = _ring(tuple(settings.FIELD_KEYS))
    try:
        if not token.startswith(_MARK):
            return older.decrypt(token.encode()).decode()
        data = base64.urlsafe_b64decode(token[len(_MARK) :])
        nonce, body = data[_NAME : _NAME + _NONCE], data[_NAME + _NONCE :]
        for name, cipher in ciphers:
            if name == data[:_NAME]:
                return cipher.decrypt(nonce, body, None).decode()
    except (InvalidToken, InvalidTag, binascii.Error, ValueError):
        pass
    raise ValueError(_UNOPENED)


def is_token(text: Any) -> bool:
    """Return whether a value may be a token: what begins otherwise was never encrypted. Fernet's begin with 0x80."""
    return isinstance(text, str) and text.startswith((_MARK, "gAAAA"))


def rotate(token: str) -> str:
    """Return the same value under the newest key."""
    return encrypt(decrypt(token))


def lookup_hash(text: str) -> str:
    """Return a keyed hash (hex, 64 characters) for equality search and uniqueness of an encrypted value.

    Keyed by the oldest field key, so that rotation (new keys go first) leaves stored hashes valid.
    """
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured(_NO_KEYS)
    found = _keyed(settings.FIELD_KEYS[-1]).copy()
    found.update(text.encode())
    return found.hexdigest()


@lru_cache(maxsize=4)
def _keyed(key: str) -> hmac.HMAC:
    """Return the hash that has taken in the key already; every value goes on from a copy."""
    return hmac.new(key.encode(), digestmod="sha256")


def seal(text: str, purpose: str) -> str:
    """Return the token of `text`, deterministic: equal values give equal tokens. Only where SQL must compare.

    27 characters of A-Z a-z 0-9 - _ = . for a text of two. Keyed by the oldest field key as `lookup_hash` is, so that
    rotation leaves what is stored as it is, and with it what the trail wrote down and what statements compare. The
    oldest key stays in the list for as long as there are tokens.
    """
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured(_NO_KEYS)
    return _sealed(settings.FIELD_KEYS[-1], text, purpose)


def unseal(token: str, purpose: str) -> str:
    """Return the clear text; raises ValueError for what is no token, was changed, or is of another purpose or key."""
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured(_NO_KEYS)
    return _unsealed(settings.FIELD_KEYS[-1], token, purpose)


def is_sealed(text: Any) -> bool:
    return isinstance(text, str) and text.startswith(SEALED)


@lru_cache(maxsize=4)
def _siv(key: str) -> AESSIV:
    if faulty_keys([key]):
        raise ImproperlyConfigured("ASNHR_FIELD_KEYS: kunci tertua bukan kunci Fernet.")
    secret = base64.urlsafe_b64decode(key)
    return AESSIV(HKDF(SHA256(), 64, salt=None, info=b"asnhr sealed codes 1").derive(secret))


# A list has few codes, and a statement names the same ones each time.
@lru_cache(maxsize=256)
def _sealed(key: str, text: str, purpose: str) -> str:
    return SEALED + base64.urlsafe_b64encode(_siv(key).encrypt(text.encode(), [purpose.encode()])).decode()


@lru_cache(maxsize=256)
def _unsealed(key: str, token: str, purpose: str) -> str:
    try:
        if is_sealed(token):
            data = base64.urlsafe_b64decode(token[len(SEALED) :])
            return _siv(key).decrypt(data, [purpose.encode()]).decode()
    except (InvalidTag, binascii.Error, ValueError):
        pass
    raise ValueError(_UNOPENED)


class Sealed:
    """What columns have in common of which some values rest as tokens of `seal`: those of `few`."""

    few: Collection[str] = ()
    purpose = ""

    def stored(self, value: Any) -> Any:
        """Return a value as the database holds it."""
        return seal(value, self.purpose) if value in self.few else value

    def opened(self, value: Any) -> Any:
        """Return a stored value in clear."""
        return unseal(value, self.purpose) if is_sealed(value) else value


class SealedCharField(Sealed, models.CharField):
    """A code, of which those of `few` rest as tokens: equal codes look alike, so SQL counts and compares them with
    lists of stored values. Subclasses say `few` and `purpose`."""

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_lookup(self, lookup_name: str) -> Any:
        """Raises FieldError for what would compare a token with parts of a code or its order. `regex` is asked of what
        is stored, by constraints."""
        if lookup_name in ("exact", "in", "isnull", "regex"):
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} holds tokens: {lookup_name} cannot be asked of it")

    def get_prep_value(self, value: Any) -> Any:
        return self.stored(super().get_prep_value(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.opened(value)


class Encrypted:
    """What encrypted columns of any kind have in common: the database keeps a token of the text."""

    column: Any


class EncryptedTextField(Encrypted, models.TextField):
    """Text kept encrypted in the database; equality search goes through a `lookup_hash` column beside it."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return decrypt(value) if value else value


class EmptyOnly(Exact):
    """Of an encrypted column the database can say whether it is empty, and nothing else."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError(f"{self.lhs.target.name} is encrypted: no value is found in it")
        return self.rhs


class HashedMixin(Encrypted, models.Field):
    """An encrypted column whose keyed hash stands in `<name>_hash` beside it: for uniqueness and the trail.

    `bound`: the hash is bound to column and person (`bound_hash`), so that equal values of two people do not look
    alike. Columns of few values need it: how often each occurs would tell which is which.
    """

    bound_by_default = False

    def __init__(self, *args: Any, bound: bool | None = None, **kwargs: Any) -> None:
        self.bound = self.bound_by_default if bound is None else bound
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.bound != self.bound_by_default:
            kwargs["bound"] = self.bound
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "text"

    def db_check(self, connection: Any) -> None:
        """No bounds of the clear type: the database holds a token."""

    def get_lookup(self, lookup_name: str) -> Any:
        """Raises FieldError for what would compare tokens: a filter that finds nothing must not pass for an answer."""
        if lookup_name == "exact":
            return EmptyOnly
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted: {lookup_name} cannot be asked of it")

    def text_of(self, value: Any) -> str:
        """Return the text that is encrypted: the same for equal values."""
        return str(value)

    def clear(self, text: str) -> Any:
        """Return the value of an opened text."""
        return text

    def _given(self, value: Any) -> Any:
        """Return the value as Python has it, None for nothing."""
        return None if value in (None, "") else self.to_python(value)

    def hash_for(self, value: Any, nip: str) -> str:
        """Return what `<name>_hash` holds, "" for nothing. `nip`: of the row's person, for a bound hash."""
        given = self._given(value)
        if given is None:
            return ""
        text = self.text_of(given)
        return bound_hash(nip, self.column, text) if self.bound else lookup_hash(text)

    def set_hash(self, row: Any) -> None:
        nip = row.employee.nip if self.bound else ""
        setattr(row, f"{self.attname}_hash", self.hash_for(getattr(row, self.attname), nip))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        self.set_hash(model_instance)
        return value

    def get_prep_value(self, value: Any) -> Any:
        given = self._given(value)
        if given is None:
            return None if self.null else value
        return encrypt(self.text_of(given))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.clear(decrypt(value)) if value else value


def hash_of(value: Any) -> str:
    """Return what `<name>_hash` holds where it is not bound: the keyed hash of the text, "" for nothing."""
    return lookup_hash(str(value)) if value else ""


def bound_hash(nip: str, column: str, text: str) -> str:
    """Return the keyed hash of a value of one person's column."""
    return lookup_hash("\x1f".join((nip, column, text)))


class EncryptedCharField(HashedMixin, models.CharField):
    """A line of text, kept encrypted."""


class EncryptedNumberField(EncryptedCharField):
    """The number of a letter, kept encrypted. It is the same number however it is spaced and punctuated, so its hash is
    of capitals, letters and digits alone: a row is found by it, and another spelling is no change of what is known."""

    def hash_for(self, value: Any, nip: str) -> str:
        given = self._given(value)
        return "" if given is None else super().hash_for(_BETWEEN.sub(" ", given.upper()).strip() or given, nip)


class EncryptedCodesField(EncryptedCharField):
    """Codes with a space between them, kept encrypted. Every token is as long as the longest: its length tells
    nothing."""

    bound_by_default = True

    def text_of(self, value: Any) -> str:
        return str(value).ljust(self.max_length or 0)

    def clear(self, text: str) -> str:
        return text.rstrip()


class EncryptedDateField(HashedMixin, models.DateField):
    """A day, kept encrypted."""

    def clear(self, text: str) -> date:
        return date.fromisoformat(text)


class EncryptedSmallIntegerField(HashedMixin, models.PositiveSmallIntegerField):
    """A whole number from 0 to 32,767, kept encrypted."""

    bound_by_default = True
    default_validators = [MinValueValidator(0), MaxValueValidator(32767)]

    @cached_property
    def validators(self) -> list[Any]:
        # The database's bounds of the clear type do not hold for a token.
        return [*self.default_validators, *self._validators]  # type: ignore[attr-defined]

    def clear(self, text: str) -> int:
        return int(text)


class EncryptedBooleanField(HashedMixin, models.BooleanField):
    """Yes or no, kept encrypted."""

    bound_by_default = True

    def text_of(self, value: Any) -> str:
        return "1" if value else "0"

    def clear(self, text: str) -> bool:
        return text == "1"


class EncryptedDecimalField(HashedMixin, models.DecimalField):
    """A decimal number, kept encrypted."""

    bound_by_default = True

    def text_of(self, value: Any) -> str:
        return f"{value:.{self.decimal_places}f}"

    def clear(self, text: str) -> Decimal:
        return Decimal(text)


def keyed_hash_of(name: Any) -> models.CharField:
    """Return the column beside an encrypted one; `name` may be a lazy translation."""
    return models.CharField(name, max_length=64, blank=True, default="", db_default="", editable=False)


def set_hashes(row: models.Model) -> None:
    """Set the keyed hashes of a row before its constraints are checked."""
    for column in row._meta.local_fields:
        if isinstance(column, HashedMixin):
            column.set_hash(row)
