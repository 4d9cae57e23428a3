"""What surrounds a keeper: an API that can be told how to misbehave, an instance, HAProxy's process, keepalived's FIFO."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Callable

TOKEN = "this-is-the-secret-of-an-environment-0123456789abcdef"
ME, PEER = 11, 22
IP = 7


# How many times as long as on a quiet computer things may take here.
PATIENCE = 5


def eventually(condition: Callable[[], Any], seconds: float, what: str) -> float:
    """Waits for the condition; returns how long it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE * seconds:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.01)
    raise AssertionError(f"not within {PATIENCE * seconds} s: {what}")


@dataclass
class Api:
    """
    Hetzner's API as far as the keeper knows it. `trouble` is answered instead, while it is set; `trouble_with` limits
    it to calls whose method and path begin so. `late` seconds pass before a claim that was carried out is answered.
    """

    holder: int | None = PEER
    action_seconds: float = 0.1
    trouble: tuple[int, str] | str | None = None
    trouble_with: str = ""
    late: float = 0
    calls: list[tuple[float, str, str, int]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    address: tuple[str, int] = ("127.0.0.1", 0)
    on_move: Callable[[int], None] = lambda _server: None
    """Called when an assignment takes effect, e.g. to change a route."""

    def __post_init__(self) -> None:
        api, actions = self, {}
        api.moves: list[int] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self, status: int, body: dict[str, Any]) -> None:
                api.calls.append((time.monotonic(), self.command, self.path, status))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in api.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # A keeper that was told to stop does not wait for answers.

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    return self.reply(401, {"error": {"code": "unauthorized", "message": "no"}})
                troubled = f"{self.command} {self.path}".startswith(api.trouble_with)
                if troubled and api.trouble == "silence":
                    api.calls.append((time.monotonic(), self.command, self.path, 0))
                    while api.trouble == "silence":
                        time.sleep(0.02)
                    self.close_connection = True
                    return None
                if troubled and isinstance(api.trouble, tuple):
                    status, code = api.trouble
                    message = f"refused, said somebody with Bearer {TOKEN}"
                    return self.reply(status, {"error": {"code": code, "message": message}})
                if self.command == "POST" and self.path == f"/v1/floating_ips/{IP}/actions/assign":
                    number, server = len(actions) + 1, json.loads(body)["server"]
                    if server == api.holder:
                        return self.reply(422, {"error": {"code": "floating_ip_assigned", "message": "it is there"}})
                    actions[number] = time.monotonic() + api.action_seconds

                    def finish() -> None:
                        api.on_move(server)
                        api.holder = server
                        api.moves.append(server)

                    threading.Timer(api.action_seconds, finish).start()
                    time.sleep(api.late)
                    return self.reply(201, {"action": {"id": number, "status": "running", "error": None}})
                if self.path.startswith("/v1/actions/"):
                    number = int(self.path.rsplit("/", 1)[1])
                    done = time.monotonic() > actions[number] + 0.01
                    return self.reply(200, {"action": {"id": number, "status": "success" if done else "running", "error": None}})
                if self.path == f"/v1/floating_ips/{IP}":
                    return self.reply(200, {"floating_ip": {"id": IP, "server": api.holder}})
                return self.reply(404, {"error": {"code": "not_found", "message": self.path}})

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(self.address, Handler)
        self.server.daemon_threads = True
        # A keeper that gave up hangs up; that is its right, and no news.
        self.server.handle_error = lambda _request, _address: None  # type: ignore[method-assign]
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()
        self.port = self.server.server_address[1]

    def claims(self) -> list[tuple[float, str, str, int]]:
        return [call for call in self.calls if call[1] == "POST"]


def web(answer: Callable[[], tuple[int, dict[str, Any]]]) -> http.server.ThreadingHTTPServer:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    return server


class Lab:
    """Everything on loopback; `close` ends it."""

    def __init__(self, pair: bool = True) -> None:
        self.directory = tempfile.mkdtemp(prefix="holdfast-floating-ip-keeper-")
        self.api = Api()
        self.health = 200
        self.instance = web(lambda: (self.health, {}))
        self.peer_state: dict[str, Any] = {"server": PEER, "master": False}
        self.peer = web(lambda: (200, self.peer_state))
        self.haproxy = subprocess.Popen(["sleep", "1000"])
        self._write("haproxy.pid", f"{self.haproxy.pid}\n")
        self._write("token", TOKEN + "\n")
        with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as free:
            self.port = free.server_address[1]
        configuration = {
            "endpoint": f"http://127.0.0.1:{self.api.port}/v1",
            "serverId": ME,
            "floatingIps": [{"id": IP, "address": "203.0.113.200"}],
            "listen": f"127.0.0.1:{self.port}",
            "pair": {
                "fifo": self.path("fifo"),
                "marker": "192.0.2.1",
                "trackFile": self.path("unfit"),
                "peers": [f"http://127.0.0.1:{self.peer.server_address[1]}/state"],
                "instances": [{"name": "app-1-1", "address": "127.0.0.1", "port": self.instance.server_address[1]}],
                "health": {"path": "/health", "host": "shop.example", "connect": 0.3, "answer": 0.4},
                "haproxyPidFile": self.path("haproxy.pid"),
                "haproxyProbe": f"http://127.0.0.1:{self.peer.server_address[1]}/",
                "maintenanceFile": self.path("no-failover"),
                "handOverFile": self.path("handing-over"),
            }
            if pair
            else None,
        }
        self._write("keeper.json", json.dumps(configuration))
        self.keepalived: int | None = None
        self.output = open(self.path("output"), "wb")
        self.start()
        if pair:
            self.start_keepalived()

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def _write(self, name: str, content: str) -> None:
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)

    def said(self) -> str:
        with open(self.path("output"), encoding="utf-8") as file:
            return file.read()

    def verdict(self) -> str:
        try:
            with open(self.path("unfit"), encoding="ascii") as file:
                return file.read().strip()
        except FileNotFoundError:
            return ""

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/state", timeout=2) as answer:
            return dict(json.load(answer))

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=2) as answer:
            return str(answer.read().decode())

    def start(self) -> None:
        program = os.path.join(os.path.dirname(__file__), "under_test.py")
        self.keeper = subprocess.Popen(
            [sys.executable, program, self.path("keeper.json"), self.path("token"), self.path("marker")], stdout=self.output, stderr=self.output
        )

    def start_keepalived(self) -> None:
        """As keepalived does it: opened for reading too, so that it never blocks on a missing reader."""
        eventually(lambda: os.path.exists(self.path("fifo")), 5, "the keeper makes the FIFO")
        self.keepalived = os.open(self.path("fifo"), os.O_RDWR | os.O_NONBLOCK)
        eventually(lambda: self.verdict() == "0", 5, "fit to be master")

    def kill_keepalived(self) -> None:
        assert self.keepalived is not None
        os.close(self.keepalived)
        self.keepalived = None

    def vrrp(self, state: str) -> None:
        """What keepalived writes, and the marker that it sets or removes before."""
        marker = self.path("marker")
        if state == "MASTER":
            self._write("marker", "")
        elif state != "MASTER_RX_LOWER_PRI" and os.path.exists(marker):
            os.remove(marker)
        assert self.keepalived is not None
        os.write(self.keepalived, f'INSTANCE "pair" {state} 250\n'.encode())

    def holds(self) -> bool:
        return self.api.holder == ME

    def close(self) -> None:
        self.api.trouble = None
        for process in (self.keeper, self.haproxy):
            process.kill()
            process.wait()
        for server in (self.api.server, self.instance, self.peer):
            server.shutdown()
            server.server_close()
        if self.keepalived is not None:
            os.close(self.keepalived)
        self.output.close()
