"""holdfast-rotation as a process, between the agent and a real HAProxy in front of two instances on loopback."""

from __future__ import annotations

import csv
import fcntl
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from typing import Any

from test_agent import AGENT, eventually, free_port

ROTATION = os.path.join(os.path.dirname(AGENT), "rotation.py")
APP = """
import http.server, sys, time
class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path, _, seconds = self.path.partition("?")
        if path == "/slow":
            time.sleep(float(seconds))
        self.send_response(200)
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(sys.argv[2].encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
"""
# As roles/loadBalancer renders it, as far as rotation depends on it.
HAPROXY = """
global
    nbthread 2
defaults
    mode http
    timeout connect 500ms
    timeout client 30s
    timeout server 30s
    timeout check 400ms
frontend visitors
    bind 127.0.0.1:{visitors}
    use_backend unsafe if {{ path /slow }}
    default_backend safe
backend safe
    option httpchk GET /health
    http-check disable-on-404
    default-server check inter 500ms fastinter 200ms downinter 500ms fall 2 rise 2 slowstart 5s
    server app-1-1 127.0.0.1:{port1} agent-check agent-port {agent1} agent-inter 500ms
    server app-1-2 127.0.0.1:{port2} agent-check agent-port {agent2} agent-inter 500ms
backend unsafe
    option httpchk
    http-check disable-on-404
    server app-1-1 127.0.0.1:{port1} track safe/app-1-1
    server app-1-2 127.0.0.1:{port2} track safe/app-1-2
frontend status
    bind 127.0.0.1:{status}
    stats enable
    stats uri /
"""


class RotationTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="holdfast-rotation-")
        names = ("visitors", "status", "port1", "port2", "agent1", "agent2")
        self.ports = {name: free_port() for name in names}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.configure()
        # As if a roll-out were at work.
        self.lock = open(self.path("lock"), "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.write("haproxy.cfg", HAPROXY.format(**self.ports))
        self.apps = [self.start(sys.executable, "-c", APP, str(self.ports[f"port{n}"]), str(n)) for n in (1, 2)]
        # The watchdog finds no systemctl here and has no reason to look for one: both instances answer.
        self.start(sys.executable, "-B", AGENT, self.path("agent.json"))
        self.haproxy = self.start("haproxy", "-q", "-db", "-f", self.path("haproxy.cfg"))
        eventually(self.both_are_up, 30, "both are up")

    def both_are_up(self) -> bool:
        self.assertEqual([process.args for process in self.processes if process.poll() is not None], [], "ended at once")
        return self.statuses() == {"app-1-1": "UP", "app-1-2": "UP"}

    def tearDown(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.lock.close()
        shutil.rmtree(self.folder)

    def configure(self, drain: float = 10, more: list[dict[str, str]] | None = None) -> None:
        configuration = {
            "address": "127.0.0.1",
            "health": {"path": "/health", "host": "localhost", "connect": 0.3, "answer": 0.4},
            "startSeconds": 60,
            "drainSeconds": drain,
            "states": self.path("states"),
            "passingStates": self.path("passing"),
            "applyLock": self.path("lock"),
            "statusPort": self.ports["status"],
            "loadBalancers": [{"name": "load-balancer-1", "address": "127.0.0.1"}, *(more or [])],
            "instances": [
                {
                    "number": n,
                    "name": f"app-1-{n}",
                    "port": self.ports[f"port{n}"],
                    "agentPort": self.ports[f"agent{n}"],
                }
                for n in (1, 2)
            ],
        }
        self.write("agent.json", json.dumps(configuration))

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def write(self, name: str, content: str) -> None:
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)

    def rotation(self, *arguments: str) -> tuple[int, str, float]:
        """Exit code, output, seconds."""
        begun = time.monotonic()
        command = [sys.executable, "-B", ROTATION, "--configuration", self.path("agent.json"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr, time.monotonic() - begun

    def get(self, port: int, path: str, timeout: float = 10) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def statistics(self) -> list[dict[str, str]]:
        """HAProxy's own, of each instance."""
        try:
            text = self.get(self.ports["status"], "/;csv").removeprefix("# ")
        except OSError:
            return []
        rows = csv.DictReader(text.splitlines())
        return [row for row in rows if row["pxname"] == "safe" and row["svname"].startswith("app")]

    def statuses(self) -> dict[str, str]:
        return {row["svname"]: row["status"] for row in self.statistics()}

    def test_out_and_in_again(self) -> None:
        code, output, _ = self.rotation("out", "1")
        self.assertEqual((code, output), (0, "instance 1: out of rotation, nothing under way\n"))
        self.assertEqual({self.get(self.ports["visitors"], "/") for _ in range(20)}, {"2"})
        code, output, _ = self.rotation("in", "1")
        self.assertEqual((code, output), (0, "instance 1: in rotation\n"))
        self.rotation("out", "2")
        self.assertEqual({self.get(self.ports["visitors"], "/") for _ in range(20)}, {"1"})

    def test_the_only_other_one_has_half_of_its_weight_before_it_is_left_alone(self) -> None:
        self.rotation("out", "1")
        self.apps[0].kill()
        self.apps[0].wait()
        eventually(lambda: self.statuses()["app-1-1"].startswith("DOWN"), 20, "it is down")
        self.start(sys.executable, "-c", APP, str(self.ports["port1"]), "1")
        self.assertEqual(self.rotation("in", "1")[0], 0)
        (throttle,) = [row["throttle"] for row in self.statistics() if row["svname"] == "app-1-1"]
        self.assertGreaterEqual(int(throttle or 100), 50)

    def visit(self, count: int, path: str) -> tuple[list[threading.Thread], list[str]]:
        """So many visitors at once, and the list in which their answers will be."""
        answers: list[str] = []

        def one() -> None:
            try:
                answers.append(self.get(self.ports["visitors"], path, timeout=60))
            except (OSError, http.client.HTTPException) as error:
                answers.append(type(error).__name__)

        visitors = [threading.Thread(target=one, daemon=True) for _ in range(count)]
        for visitor in visitors:
            visitor.start()
        eventually(lambda: self.under_way() == count, 20, "all of them are at an instance")
        return visitors, answers

    def under_way(self) -> int:
        text = self.get(self.ports["status"], "/;csv").removeprefix("# ")
        rows = csv.DictReader(text.splitlines())
        return sum(int(row["scur"]) for row in rows if row["pxname"] == "unsafe" and row["svname"].startswith("app"))

    def test_out_waits_for_what_is_under_way(self) -> None:
        self.configure(drain=60)
        visitors, answers = self.visit(6, "/slow?5")
        _, output, _ = self.rotation("out", "1")
        self.apps[0].kill()  # as an app that exits at once
        for visitor in visitors:
            visitor.join()
        self.assertIn("nothing under way", output)
        self.assertEqual(sorted(answers), ["1"] * 3 + ["2"] * 3)

    def test_out_does_not_wait_longer_than_it_may_and_counts_what_is_cut(self) -> None:
        self.configure(drain=6)
        self.visit(4, "/slow?50")
        code, output, _ = self.rotation("out", "2")
        told = "instance 2: 2 requests or connections still open after 6 s; they end with the instance\n"
        self.assertEqual((code, output), (0, told))

    def test_in_fails_and_says_why_when_a_load_balancer_does_not_agree(self) -> None:
        self.rotation("out", "1")
        self.apps[0].kill()
        eventually(lambda: self.statuses()["app-1-1"].startswith("DOWN"), 20, "it is down")
        code, output, _ = self.rotation("in", "1")
        self.assertEqual(code, 1)
        self.assertRegex(output, r"load-balancer-1 does not send visitors to it after 15 s; it reports DOWN \(L4CON: connection refused")

    def test_what_a_person_took_out_stays_out(self) -> None:
        self.write("states/1", "drain\nanna\n2026-11-24T10:00:00Z\n")
        self.rotation("out", "1")
        code, output, _ = self.rotation("in", "1")
        told = "instance 1: stays out of rotation: person by anna since 2026-11-24T10:00:00Z\n"
        self.assertEqual((code, output), (0, told))
        self.assertTrue(self.statuses()["app-1-1"].startswith("DRAIN"))

    def test_a_load_balancer_that_is_gone_is_said_and_not_waited_for(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.9", 0))
            self.configure(drain=60, more=[{"name": "load-balancer-2", "address": "127.0.0.9"}])
            code, output, seconds = self.rotation("out", "1")
        self.assertEqual(code, 0)
        self.assertIn("not waiting for load-balancer-2, which cannot be reached", output)
        self.assertLess(seconds, 30)

    def test_a_first_start_does_not_wait_for_load_balancers_that_are_not_there_yet(self) -> None:
        self.haproxy.kill()
        self.haproxy.wait()
        code, _, seconds = self.rotation("in", "1")
        self.assertEqual(code, 0)
        # It would be 15 s.
        self.assertLess(seconds, 12)

    def test_show_says_who_keeps_an_instance_out(self) -> None:
        self.rotation("out", "2", "--for", "debug", "--who", "anna@laptop")
        shown: list[dict[str, Any]] = json.loads(self.rotation("show", "--json")[1])
        self.assertEqual([one["state"] for one in shown], ["ready", "drain"])
        (hold,) = shown[1]["holds"]
        self.assertEqual((hold["owner"], hold["who"]), ("debug", "anna@laptop"))
        self.assertRegex(self.rotation("show")[1], r"1 ready\n2 drain  debug by anna@laptop since 20\d\d-")

    def test_an_instance_that_is_not_there(self) -> None:
        code, output, _ = self.rotation("out", "7")
        self.assertEqual((code, output), (2, "holdfast-rotation: there is no instance 7 on this machine; there are 1, 2\n"))


if __name__ == "__main__":
    unittest.main()
