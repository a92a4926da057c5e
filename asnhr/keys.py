"""What makes a field key: apart from asnhr.crypto, whose model field settings cannot import yet."""

import base64
import binascii
from collections.abc import Sequence

KEY_BYTES = 32
# Random bytes repeat a few; a key typed by hand or padded does so in most.
FEWEST_DIFFERENT = 16


def faulty_keys(keys: Sequence[str]) -> list[int]:
    """Return the places (from 1) of what is no Fernet key: base64 safe in URLs of 32 random bytes, or stands twice."""
    return [place for place, key in enumerate(keys, 1) if not _is_key(key) or key in keys[: place - 1]]


def _is_key(key: str) -> bool:
    try:
        secret = base64.b64decode(key, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(secret) == KEY_BYTES and len(set(secret)) >= FEWEST_DIFFERENT
