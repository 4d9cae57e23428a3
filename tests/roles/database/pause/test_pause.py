"""How the app's machines tell a database that is there from one that is not yet; spoken to over real sockets, with TLS."""

from __future__ import annotations

import importlib.util
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "../../../../roles/database/pause/pause.py")
SPEC = importlib.util.spec_from_file_location("pause", PATH)
assert SPEC and SPEC.loader
pause: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pause)

ASKS_WHO_WE_ARE = b"R\0\0\0\x08\0\0\0\x05"
STARTING_UP = b"E\0\0\0\x30SFATAL\0C57P03\0Mthe database system is starting up\0\0"
NOT_IN_HBA = b"E\0\0\0\x30SFATAL\0C28000\0Mno pg_hba.conf entry\0\0"


class Server:
    """Answers one client as PostgreSQL would: TLS on request, then these bytes."""

    def __init__(self, folder: str, answer: bytes, tls: bytes = b"S") -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(f"{folder}/cert", f"{folder}/key")
        self.answer, self.tls = answer, tls
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        client, _ = self.listener.accept()
        with client:
            client.recv(8)
            client.sendall(self.tls)
            if self.tls == b"S":
                with self.context.wrap_socket(client, server_side=True) as line:
                    line.recv(1024)
                    line.sendall(self.answer)

    def close(self) -> None:
        self.listener.close()
        self.thread.join(5)


class AcceptsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        make = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=database"]
        subprocess.run([*make, "-keyout", f"{self.folder.name}/key", "-out", f"{self.folder.name}/cert"], check=True, capture_output=True)

    def accepts(self, answer: bytes, tls: bytes = b"S") -> bool:
        server = Server(self.folder.name, answer, tls)
        try:
            return bool(pause.accepts("127.0.0.1", server.port))
        finally:
            server.close()

    def test_a_database_that_asks_who_we_are_is_there(self) -> None:
        self.assertTrue(self.accepts(ASKS_WHO_WE_ARE))

    def test_one_that_turns_us_away_is_there_too(self) -> None:
        self.assertTrue(self.accepts(NOT_IN_HBA))

    def test_one_that_still_replays_its_log_is_not(self) -> None:
        self.assertFalse(self.accepts(STARTING_UP))

    def test_one_without_tls_is_not_ours(self) -> None:
        self.assertFalse(self.accepts(b"", tls=b"N"))

    def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.assertFalse(pause.accepts("127.0.0.1", port))


if __name__ == "__main__":
    unittest.main()
