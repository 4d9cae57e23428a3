"""One instance as a load balancer and its visitors see it: a real process, real HTTP."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

APP = Path(__file__).parents[3] / "examples" / "guestbook"


class GuestbookTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        environment = os.environ | {
            "PORT": "0",
            "STATE_DIRECTORY": folder.name,
            "MACHINE": "app-1",
            "INSTANCE": "2",
            "RELEASE": "9.9",
        }
        self.process = subprocess.Popen(
            [sys.executable, "guestbook.py"], cwd=APP, env=environment, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(self._end)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline().split("port ")[1].split(",")[0])

    def _end(self) -> None:
        self.process.kill()
        self.process.communicate()

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        return connection

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, str, http.client.HTTPResponse]:
        connection = self.connect()
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read().decode(), response

    def test_health_is_ready(self) -> None:
        self.assertEqual(self.ask("GET", "/health")[0], 200)

    def test_an_entry_written_is_an_entry_read(self) -> None:
        status, text, _ = self.ask("POST", "/entries", {"id": "a1", "name": "Ana", "text": "Grüße <b>"})
        self.assertEqual((status, json.loads(text)["id"]), (201, "a1"))
        entries = json.loads(self.ask("GET", "/entries")[1])["entries"]
        self.assertEqual([(entry["id"], entry["text"]) for entry in entries], [("a1", "Grüße <b>")])

    def test_the_page_escapes_and_tells_who_answered(self) -> None:
        self.ask("POST", "/entries", {"name": "Ana", "text": "<script>"})
        status, text, response = self.ask("GET", "/")
        self.assertEqual(status, 200)
        self.assertIn("&lt;script&gt;", text)
        self.assertNotIn("<script>", text)
        self.assertIn("instance 2 on app-1, release 9.9", text)
        self.assertEqual(response.headers["X-Machine"], "app-1")

    def test_a_form_leads_back_to_the_page(self) -> None:
        connection = self.connect()
        connection.request("POST", "/", "name=Ben&text=Hello", {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        response.read()
        self.assertEqual((response.status, response.headers["Location"]), (303, "/"))

    def test_refusals(self) -> None:
        self.assertEqual(self.ask("POST", "/entries", {"text": ""})[0], 422)
        self.assertEqual(self.ask("POST", "/entries", ["no", "object"])[0], 422)
        self.assertEqual(self.ask("POST", "/entries", {"text": "x" * 20_000})[0], 413)
        self.assertEqual(self.ask("GET", "/nothing")[0], 404)

    def test_a_head_has_no_body(self) -> None:
        status, text, response = self.ask("HEAD", "/")
        self.assertEqual((status, text), (200, ""))
        self.assertGreater(int(response.headers["Content-Length"]), 100)

    def test_sigterm_lets_load_balancers_know_and_finishes_what_is_under_way(self) -> None:
        idle = self.connect()
        idle.request("GET", "/health")
        idle.getresponse().read()
        # A request whose body comes only after the signal.
        slow = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.addCleanup(slow.close)
        body = json.dumps({"id": "slow", "text": "late"}).encode()
        head = f"POST /entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        slow.sendall(head.encode())

        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout
        self.assertIn("leaving", self.process.stdout.readline())
        self.assertEqual(self.ask("GET", "/health")[0], 404)
        self.assertEqual(self.ask("GET", "/entries")[0], 200)
        threading.Timer(2.0, lambda: slow.sendall(body)).start()
        answer = b""
        with contextlib.suppress(TimeoutError):
            while chunk := slow.recv(4096):
                answer += chunk
        self.assertTrue(answer.startswith(b"HTTP/1.1 201"), answer)
        self.assertEqual(self.process.wait(timeout=5), 0)


if __name__ == "__main__":
    unittest.main()
