"""The virus scanner: clamd by its INSTREAM command, over a Unix socket or TCP.

`ASNHR_CLAMD` names it: `unix:/run/clamav/clamd.ctl` or `tcp://host:3310`; empty: there is none, and files say that they
were not scanned. A scanner that is named and does not answer refuses the file: nothing unscanned slips through a
failure. INSTREAM: `zINSTREAM\\0`, chunks of 4 bytes length (big-endian) and data, a zero length, then one line.
"""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken

# Bytes of a chunk and of the longest answer that is read.
CHUNK, ANSWER = 64 * 1024, 4096


class Unreachable(RuleBroken):
    """The scanner does not answer, or answers with what is no result."""

    def __init__(self) -> None:
        super().__init__(_("Pemindai virus tidak menjawab; berkas tidak diterima. Coba lagi nanti."))


@dataclass(frozen=True)
class Verdict:
    """What the scanner said; `virus`: its name of what it found."""

    clean: bool
    virus: str = ""


def is_configured() -> bool:
    return bool(settings.CLAMD)


def scan(data: bytes) -> Verdict | None:
    """Return the scanner's verdict on `data`; None without a scanner. Raises Unreachable."""
    if not is_configured():
        return None
    pieces = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    try:
        with _connected() as scanner:
            answer = _ask(scanner, pieces)
    except OSError:
        raise Unreachable from None
    # "stream: OK", "stream: Eicar-Test-Signature FOUND", "INSTREAM size limit exceeded. ERROR"
    text = answer.partition(b"\0")[0].decode("utf-8", "replace").strip().removeprefix("stream:").strip()
    if text == "OK":
        return Verdict(True)
    if text.endswith(" FOUND"):
        return Verdict(False, text.removesuffix(" FOUND")[:200])
    raise Unreachable


def _ask(scanner: socket.socket, pieces: Iterable[bytes]) -> bytes:
    scanner.sendall(b"zINSTREAM\0")
    for piece in pieces:
        scanner.sendall(struct.pack(">I", len(piece)) + piece)
    scanner.sendall(struct.pack(">I", 0))
    answer = b""
    while len(answer) < ANSWER and b"\0" not in answer and (more := scanner.recv(ANSWER)):
        answer += more
    return answer


def _connected() -> socket.socket:
    """Return a connected socket. Raises OSError, ImproperlyConfigured."""
    address = urlsplit(settings.CLAMD)
    if address.scheme == "unix" and address.path:
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(settings.CLAMD_TIMEOUT)
        try:
            scanner.connect(address.path)
        except OSError:
            scanner.close()
            raise
        return scanner
    if address.scheme == "tcp" and address.hostname:
        return socket.create_connection((address.hostname, address.port or 3310), timeout=settings.CLAMD_TIMEOUT)
    raise ImproperlyConfigured("ASNHR_CLAMD: unix:/jalur/soket atau tcp://nama:3310")
