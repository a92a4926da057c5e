"""A request to an address that somebody typed: only to public addresses, only to the one that was looked at.

The name is resolved once, every address it leads to must be public, and the connection goes to the first of them
whatever the name says a moment later; TLS still proves the name. Redirects are not followed. A total time holds even
where an answer comes byte by byte.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr.errors import RuleBroken

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
MOST_ANSWER = 500
# Kept in Indonesian and translated when shown; what follows the mark is technical and stays.
MARK = " · "
REDIRECTED = gettext_noop("Pengalihan tidak diikuti.")
ANSWERED = gettext_noop("Penerima menjawab dengan kesalahan.")
LATE = gettext_noop("Penerima tidak menjawab pada waktunya.")
TLS = gettext_noop("Sambungan TLS gagal.")
BROKEN = gettext_noop("Sambungan gagal.")
NO_HOST = gettext_noop("Nama host pada alamat ini tidak ditemukan.")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# NAT64 and 6to4 carry an IPv4 address that the network in between would go to.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")


class Refused(RuleBroken):
    """The address may not be called; the message says why."""


@dataclass(frozen=True)
class Target:
    """Where a request goes: the name that TLS proves, and the address that the connection goes to."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


@dataclass(frozen=True)
class Answer:
    """What came of a request: a status, or an error in words."""

    status: int | None
    text: str
    milliseconds: int
    error: str = ""
    retry_after: int | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def _allowed(address: Address) -> bool:
    """Return whether the operator opened this address (`WEBHOOK_NETWORKS`): a system of the agency's own network."""
    return any(
        address.version == network.version and address in network
        for network in map(ipaddress.ip_network, settings.WEBHOOK_NETWORKS)
    )


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the internet: not loopback, private, link-local (cloud metadata among
    them), shared, reserved or multicast, also where an IPv6 address only wraps such an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address in _LOCAL_NAT64 or address.is_site_local or int(address) >> 32 == 0:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
        or address.is_private or address.is_unspecified
    )  # fmt: skip


def parts_of(url: str) -> tuple[str, str, int, str]:
    """Return (scheme, host, port, path with query) of an address. Raises Refused where no webhook has such a one."""
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise Refused(_("Alamat webhook hanya memuat huruf, angka dan tanda baca biasa."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(_("Alamat webhook tidak dapat dibaca.")) from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("https", "http") or not host:
        raise Refused(_("Alamat webhook harus dimulai dengan https:// dan menyebut nama host."))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("Alamat webhook tidak memuat nama pengguna atau kata sandi."))
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    if port not in (80, 443) and port < 1024:
        raise Refused(_("Port %(port)s tidak dipakai untuk webhook.") % {"port": port})
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port, path


def resolve(url: str) -> Target:
    """Look the name up once and return where to connect. Raises Refused (not public, not https) and OSError (no such
    name)."""
    scheme, host, port, path = parts_of(url)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    opened = bool(addresses) and all(map(_allowed, addresses))
    if not opened and not all(map(is_public, addresses)):
        raise Refused(_("Alamat ini menuju jaringan internal; webhook hanya ke alamat publik."))
    if scheme != "https" and not opened:
        raise Refused(_("Webhook dikirim lewat https."))
    return Target(scheme, host, port, path, str(addresses[0]))


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was looked at; TLS proves the name."""

    def __init__(self, target: Target) -> None:
        self.context = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS, context=self.context)
        self.target = target

    def connect(self) -> None:
        plain = socket.create_connection((self.target.address, self.target.port), CONNECT_SECONDS)
        if self.target.scheme != "https":
            self.sock = plain
            return
        # Shaken hands with once it can be cut off.
        self.sock = self.context.wrap_socket(plain, server_hostname=self.target.host, do_handshake_on_connect=False)
        self.sock.do_handshake()

    def cut(self) -> None:
        sock: Any = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def post(target: Target, body: bytes, headers: dict[str, str]) -> Answer:
    """Send `body` and return what came of it; never raises for what the network or the other side does."""
    begun = time.monotonic()
    connection = _Pinned(target)
    late = threading.Event()

    def cut() -> None:
        late.set()
        connection.cut()

    timer = threading.Timer(TOTAL_SECONDS, cut)
    timer.daemon = True
    timer.start()
    status, text, error, wait = None, "", "", None
    try:
        connection.request("POST", target.path, body, headers)
        response = connection.getresponse()
        status = response.status
        wait = _seconds(response.headers.get("Retry-After"))
        text = _printable(response.read(MOST_ANSWER * 4))
        if 300 <= status < 400:
            error = REDIRECTED
        elif not 200 <= status < 300:
            error = ANSWERED
    except ssl.SSLError as problem:
        error = f"{TLS}{MARK}{problem.reason or type(problem).__name__}"
    except TimeoutError:
        error = LATE
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as problem:
        # Attributes vanish from a connection that is cut off while it is read.
        error = f"{BROKEN}{MARK}{getattr(problem, 'strerror', '') or type(problem).__name__}"
    finally:
        timer.cancel()
        connection.close()
    if late.is_set():
        status, error = None, LATE
    return Answer(status, text, round((time.monotonic() - begun) * 1000), error[:300], wait)


def shown(error: str) -> str:
    """Return a kept error in the language of the moment."""
    words, mark, detail = error.partition(MARK)
    return f"{_(words) if words else ''}{mark}{detail}"


def _seconds(value: str | None) -> int | None:
    """Return what Retry-After asks for, in seconds, a day at most; dates are not read."""
    return min(int(value), 86_400) if value and value.isascii() and value.isdigit() and len(value) < 9 else None


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)[:MOST_ANSWER]
