"""A small virus scanner that speaks clamd's INSTREAM over a real socket: it knows one virus, EICAR's test file."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Taken apart, so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
LIMIT = 8 * 1024 * 1024


class Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
            if len(data) > LIMIT:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(data)  # type: ignore[attr-defined]
        found = b"Eicar-Test-Signature FOUND" if EICAR in data else b"OK"
        self.wfile.write(b"stream: " + found + b"\0")


@contextmanager
def scanner(path: Path | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Run the scanner; yield its address for ASNHR_CLAMD and what it was given. `path`: a Unix socket, else TCP."""
    base = socketserver.UnixStreamServer if path else socketserver.TCPServer
    kind = type("Server", (socketserver.ThreadingMixIn, base), {"daemon_threads": True})
    with kind(str(path) if path else ("127.0.0.1", 0), Talk) as server:
        server.seen = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"unix:{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}", server.seen
        server.shutdown()
        thread.join()
