"""Files handed in, encrypted at rest: those of imports and of personnel files hold NIK and all else about people.

Each `area` is a folder of its own (imports, documents) in which every agency has one.

A stored file is: `ASNHRF1` and a zero byte, 4 bytes that name the field key, 32 random bytes (salt), then chunks of
1 MiB under AES-256-GCM, each 16 bytes longer. The file's own key is derived from the field key and the salt, the nonce
counts the chunks and marks the last one, and the file's name is authenticated with each: a file that was cut, mixed or
put in another's place is refused. 50 MB take about 0.05 s and one chunk of memory beside what the reader asks for.
"""

import base64
import hashlib
import io
import os
import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken

from .reader import MAX_FILE_BYTES

CHUNK = 1024 * 1024  # bytes
_MAGIC = b"ASNHRF1\x00"
_NAME, _SALT, _TAG = 4, 32, 16  # bytes
_HEAD = len(_MAGIC) + _NAME + _SALT
IMPORTS = "imports"
# A file without a row: its request failed half-way. One that is being uploaded right now is younger.
ORPHAN_SECONDS = 86_400


class Unreadable(RuleBroken):
    """The stored file was changed, or no field key opens it."""

    def __init__(self) -> None:
        super().__init__(_("Berkas yang tersimpan tidak dapat dibuka: rusak, atau kuncinya tidak ada lagi."))


@dataclass(frozen=True)
class Stored:
    """A kept file: its name in the agency's folder, the SHA-256 of its clear content, its clear size in bytes."""

    name: str
    sha256: str
    size: int


def folder_of(agency_code: str, area: str = IMPORTS) -> Path:
    """Return the agency's folder without making it."""
    return Path(settings.UPLOAD_DIR) / area / agency_code


def keep(agency_code: str, file: BinaryIO, area: str = IMPORTS) -> Stored:
    """Encrypt what `file` still holds under a new name. Raises RuleBroken for more than MAX_FILE_BYTES."""
    name = f"{secrets.token_hex(16)}.bin"
    digest, size = hashlib.sha256(), 0

    def measured() -> Iterator[bytes]:
        nonlocal size
        while piece := _filled(file):
            size += len(piece)
            if size > MAX_FILE_BYTES:
                raise RuleBroken(
                    _("Berkas lebih besar daripada %(limit)d MB.") % {"limit": MAX_FILE_BYTES // 1024 // 1024}
                )
            digest.update(piece)
            yield piece

    _write(folder_of(agency_code, area) / name, measured())
    return Stored(name, digest.hexdigest(), size)


def opened(agency_code: str, name: str, area: str = IMPORTS) -> BinaryIO:
    """Return the clear content as a file to read once. Raises FileNotFoundError, Unreadable (while reading too)."""
    return cast(BinaryIO, StoredFile(folder_of(agency_code, area) / name))


def remove(agency_code: str, name: str, area: str = IMPORTS) -> bool:
    """Delete a kept file; return whether there was one."""
    try:
        (folder_of(agency_code, area) / name).unlink()
    except FileNotFoundError:
        return False
    return True


def sweep(agency_code: str, named: set[str], area: str = IMPORTS, older_than: float = ORPHAN_SECONDS) -> int:
    """Remove the files that belong to nothing (`named`: those that do) but for those just written, whose row may not be
    committed yet; return how many."""
    folder, count = folder_of(agency_code, area), 0
    if not folder.is_dir():
        return 0
    for path in folder.iterdir():
        try:
            if path.name not in named and time.time() - path.stat().st_mtime > older_than:
                path.unlink()
                count += 1
        except FileNotFoundError:
            continue
    return count


def rotate(agency_code: str, name: str, area: str = IMPORTS) -> bool:
    """Write a kept file anew under the newest key; return whether it had to be. Clear files of earlier releases are
    encrypted. Raises FileNotFoundError, Unreadable."""
    path = folder_of(agency_code, area) / name
    with StoredFile(path) as file:
        if file.key_name == _ring()[0][0]:
            return False
        _write(path, iter(lambda: file.read(CHUNK), b""))
    return True


class StoredFile(io.RawIOBase):
    """The clear content of a kept file, decrypted a chunk at a time; nothing clear is written to disk."""

    _cipher: AESGCM
    _bound: bytes

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._left, self._number, self._is_last = b"", 0, False
        head = self._file.read(_HEAD)
        self.key_name: bytes | None = None
        if not head.startswith(_MAGIC):
            # A clear file of an earlier release, until `rotate_field_keys` encrypts it.
            self._left, self._is_last = head + self._file.read(), True
            return
        self.key_name, salt = head[len(_MAGIC) : len(_MAGIC) + _NAME], head[len(_MAGIC) + _NAME :]
        secret = next((secret for name, secret in _ring() if name == self.key_name), None)
        if secret is None or len(salt) != _SALT:
            self._file.close()
            raise Unreadable
        self._cipher = _cipher(secret, salt)
        self._bound = head + path.name.encode()

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        """Return up to `size` bytes (all that is left: -1 or None), fewer only at the end. Raises Unreadable."""
        wanted = -1 if size is None else size
        parts, have = [self._left], len(self._left)
        while not self._is_last and (wanted < 0 or have < wanted):
            piece = self._next()
            parts.append(piece)
            have += len(piece)
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        if wanted < 0 or have <= wanted:
            self._left = b""
            return data
        self._left = data[wanted:]
        return data[:wanted]

    def close(self) -> None:
        self._file.close()
        self._left = b""
        super().close()

    def _next(self) -> bytes:
        sealed = self._file.read(CHUNK + _TAG)
        # The last chunk may be as long as the others; then nothing follows it.
        self._is_last = len(sealed) < CHUNK + _TAG or not _more(self._file)
        try:
            piece = self._cipher.decrypt(_nonce(self._number, self._is_last), sealed, self._bound)
        except (InvalidTag, ValueError):
            raise Unreadable from None
        self._number += 1
        return piece


def _filled(file: BinaryIO) -> bytes:
    """Return the next CHUNK bytes, fewer only at the end: a reader may give less than it was asked for."""
    piece = file.read(CHUNK)
    while piece and len(piece) < CHUNK and (more := file.read(CHUNK - len(piece))):
        piece += more
    return piece


def _more(file: BinaryIO) -> bool:
    here = file.tell()
    found = bool(file.read(1))
    file.seek(here)
    return found


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    """Encrypt `pieces` (chunks, only the last may be shorter) to `path`, which appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_name, secret = _ring()[0]
    salt = os.urandom(_SALT)
    head = _MAGIC + key_name + salt
    cipher, bound = _cipher(secret, salt), head + path.name.encode()
    partial = path.with_suffix(f".{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(head)
            number, piece = 0, next(pieces, b"")
            while True:
                following = next(pieces, b"")
                out.write(cipher.encrypt(_nonce(number, not following), piece, bound))
                if not following:
                    break
                number, piece = number + 1, following
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _nonce(number: int, is_last: bool) -> bytes:
    return struct.pack(">QI", number, int(is_last))


def _ring() -> list[tuple[bytes, bytes]]:
    """Return (name, secret) of each field key, newest first."""
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("ASNHR_FIELD_KEYS kosong: kunci enkripsi kolom wajib diisi.")
    found = [base64.urlsafe_b64decode(key) for key in settings.FIELD_KEYS]
    return [(_derived(secret, b"asnhr import files: name 1", b"", _NAME), secret) for secret in found]


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(_derived(secret, b"asnhr import files: key 1", salt, 32))


def _derived(secret: bytes, purpose: bytes, salt: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt or None, info=purpose).derive(secret)
