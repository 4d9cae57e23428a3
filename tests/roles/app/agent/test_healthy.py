"""Why an instance is not well, where the reason is the address that it listens on or the time that it takes."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../roles/app/agent"))
sys.dont_write_bytecode = True

from configuration import Configuration, Instance  # noqa: E402
from healthcheck import Question  # noqa: E402
from healthy import why_not_healthy  # noqa: E402


class HealthyTest(unittest.TestCase):
    """Load balancers come to 127.0.0.2 here."""

    def reason(self, port: int) -> str | None:
        question = Question("/health", "shop.example", 0.3, 0.4)
        folder = tempfile.gettempdir()
        configuration = Configuration("127.0.0.2", question, 60, 30, None, folder, folder, folder, 8404, (), ())
        return why_not_healthy(configuration, Instance(1, "app-1-1", port, 9001))

    def listening(self, address: str, family: socket.AddressFamily = socket.AF_INET, answer: bytes = b"") -> int:
        server = socket.socket(family)
        self.addCleanup(server.close)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind((address, 0))
        server.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                self.addCleanup(connection.close)
                if answer:
                    connection.recv(65_536)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)

        threading.Thread(target=serve, daemon=True).start()
        return int(server.getsockname()[1])

    def test_well(self) -> None:
        for address in ("0.0.0.0", "127.0.0.2"):
            port = self.listening(address, answer=b"HTTP/1.0 200 OK\r\n\r\n")
            self.assertIsNone(self.reason(port))

    def test_an_address_where_nobody_comes(self) -> None:
        port = self.listening("127.0.0.1", answer=b"HTTP/1.0 200 OK\r\n\r\n")
        self.assertEqual(
            self.reason(port), f"instance 1 listens on 127.0.0.1 only (port {port}); load balancers come to 127.0.0.2"
        )

    def test_ipv6_only(self) -> None:
        port = self.listening("::", socket.AF_INET6)
        self.assertEqual(
            self.reason(port), f"instance 1 listens on IPv6 only (port {port}); load balancers come to 127.0.0.2"
        )

    def test_nobody_listens(self) -> None:
        with socket.create_server(("127.0.0.2", 0)) as server:
            port = server.getsockname()[1]
        self.assertEqual(self.reason(port), f"instance 1 refuses connections at 127.0.0.2:{port}")

    def test_slow(self) -> None:
        self.assertEqual(
            self.reason(self.listening("0.0.0.0")),
            "instance 1 did not answer GET /health with Host shop.example within 0.4 s; load balancers wait no longer",
        )

    def test_what_is_no_answer(self) -> None:
        for said, reason in (
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", "answered 400 to"),
            (b"SSH-2.0-x\r\n\r\n", "answered with something that is not HTTP to"),
            (b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", "answered 302 (to /login) to"),
        ):
            self.assertIn(reason, str(self.reason(self.listening("0.0.0.0", answer=said))))


if __name__ == "__main__":
    unittest.main()
