"""HAProxy at run time: what it serves by TLS now, and how that changes without a reload."""

from __future__ import annotations

import re
import socket

from common import Problem

SECONDS = 5.0


class Haproxy:
    def __init__(self, admin_socket: str, serving: str) -> None:
        self._socket, self._serving = admin_socket, serving

    def served(self, name: str) -> str | None:
        """SHA-1 of the certificate in its memory; None: it has no entry for the name."""
        answer = self._ask(f"show ssl cert {self._serving}/{name}.pem")
        found = re.search(r"^SHA1 FingerPrint: ([0-9A-F]+)$", answer, re.MULTILINE)
        return found.group(1) if found else None

    def commit(self, name: str, pem: str) -> None:
        """Serves another certificate from the next handshake on. Connections that are open go on."""
        file = f"{self._serving}/{name}.pem"
        answer = self._ask(f"set ssl cert {file} <<\n{pem.strip()}\n")
        # One that was left open, by a keeper that was killed for instance, would be in the way of the next.
        if "ransaction" not in answer or "Success!" not in (answer := self._ask(f"commit ssl cert {file}")):
            self._ask(f"abort ssl cert {file}")
            raise Problem(f"HAProxy refuses it: {' '.join(answer.split())[:300]}")

    def redirect(self, name: str) -> None:
        """From now on, port 80 sends visitors of this host to https."""
        file = f"{self._serving}/ready.lst"
        if not re.search(rf" {re.escape(name)}$", self._ask(f"show acl {file}"), re.MULTILINE):
            self._ask(f"add acl {file} {name}")

    def _ask(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(SECONDS)
            try:
                connection.connect(self._socket)
                connection.sendall(f"{command}\n".encode())
                parts = []
                while part := connection.recv(65_536):
                    parts.append(part)
            except OSError as error:
                raise Problem(f"HAProxy does not answer at {self._socket}: {error}") from None
        return b"".join(parts).decode("utf-8", "replace")
