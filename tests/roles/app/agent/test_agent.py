"""The agent as a process; `systemctl` is a script that records what it is told, because no systemd runs the tests."""

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Callable

HERE = os.path.dirname(__file__)
AGENT = os.path.join(HERE, "../../../../roles/app/agent/agent.py")
APP = """
import http.server, sys
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
"""
SYSTEMCTL = """#!/bin/sh
echo "$*" >>"{folder}/systemctl.log"
if [ "$1" = show ]; then cat "{folder}/show"; fi
"""


def free_port() -> int:
    """Below the ports that the kernel gives to connections, or somebody's connection may have it when it is used."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("none of 100 ports is free")


def eventually(condition: Callable[[], Any], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class AgentTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="holdfast-agent-")
        self.port, self.agent_port = free_port(), free_port()
        self.show(active=True, age=1)
        self.write("systemctl", SYSTEMCTL.format(folder=self.folder))
        os.chmod(self.path("systemctl"), 0o755)
        os.mkdir(self.path("states"))
        os.mkdir(self.path("passing"))
        configuration = {
            "address": "127.0.0.1",
            "health": {"path": "/health", "host": "localhost", "connect": 0.3, "answer": 0.4},
            "startSeconds": 60,
            "drainSeconds": 30,
            "states": self.path("states"),
            "passingStates": self.path("passing"),
            "applyLock": self.path("lock"),
            "statusPort": 8404,
            "loadBalancers": [],
            "instances": [{"number": 1, "name": "app-1-1", "port": self.port, "agentPort": self.agent_port}],
        }
        self.write("agent.json", json.dumps(configuration))
        self.app = subprocess.Popen([sys.executable, "-c", APP, str(self.port)])
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        self.output = open(self.path("output"), "wb")
        self.agent = subprocess.Popen(
            [sys.executable, AGENT, self.path("agent.json")], stdout=self.output, stderr=self.output, env=environment
        )
        eventually(lambda: self.ask() is not None, 30, "the agent answers")

    def tearDown(self) -> None:
        self.agent.terminate()
        self.assertEqual(self.agent.wait(5), 0)
        self.app.kill()
        self.app.wait()
        self.output.close()
        self.assertNotIn("Traceback", self.read("output"))
        shutil.rmtree(self.folder)

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def write(self, name: str, content: str) -> None:
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)

    def read(self, name: str) -> str:
        try:
            with open(self.path(name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def show(self, active: bool, age: float) -> None:
        """What systemd would tell about the instance's unit."""
        entered = int((time.monotonic() - age) * 1e6)
        state = "active" if active else "deactivating"
        self.write("show", f"MainPID=4711\nActiveState={state}\nActiveEnterTimestampMonotonic={entered}\n")

    def ask(self) -> str | None:
        """As HAProxy does."""
        try:
            with socket.create_connection(("127.0.0.1", self.agent_port), 1) as connection:
                return connection.makefile().read()
        except OSError:
            return None

    def kills(self) -> int:
        return self.read("systemctl.log").count("kill --signal=KILL app@1.service")

    def test_it_says_what_the_file_says(self) -> None:
        self.assertEqual(self.ask(), "ready\n")
        for word in ("drain", "maint"):
            self.write("states/1", word + "\n")
            self.assertEqual(self.ask(), word + "\n")
        self.write("states/1", "nonsense\n")
        self.assertEqual(self.ask(), "ready\n")
        os.remove(self.path("states/1"))
        self.assertEqual(self.ask(), "ready\n")

    def test_of_several_who_keep_an_instance_out_the_strictest_counts(self) -> None:
        self.write("states/1", "drain\nanna\n2026-11-24T10:00:00Z\n")
        self.write("passing/1.debug", "maint\n")
        self.assertEqual(self.ask(), "maint\n")
        os.remove(self.path("passing/1.debug"))
        self.assertEqual(self.ask(), "drain\n")

    def test_what_a_killed_roll_out_left_out_is_put_back_but_not_while_one_works(self) -> None:
        with open(self.path("lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.write("passing/1.roll-out", "drain\n")
            time.sleep(7)
            self.assertEqual(self.ask(), "drain\n")
        eventually(lambda: self.ask() == "ready\n", 20, "put back")
        self.assertIn("the agent puts it back", self.read("output"))

    def test_what_a_person_took_out_stays_out(self) -> None:
        self.write("states/1", "drain\n")
        time.sleep(7)
        self.assertEqual(self.ask(), "drain\n")

    def test_an_instance_that_is_rolled_out_or_debugged_is_left_alone(self) -> None:
        self.write("passing/1.debug", "drain\n")
        self.app.send_signal(signal.SIGSTOP)
        time.sleep(10)
        self.assertEqual(self.read("systemctl.log"), "")

    def test_an_instance_that_answers_is_left_alone_even_when_it_answers_503(self) -> None:
        time.sleep(4)
        self.assertEqual(self.read("systemctl.log"), "")

    def test_a_hanging_instance_is_killed_within_ten_seconds(self) -> None:
        time.sleep(1.5)
        self.app.send_signal(signal.SIGSTOP)
        eventually(lambda: self.kills() == 1, 11, "killed")
        self.assertIn("process 4711) did not answer", self.read("output"))

    def test_an_instance_that_starts_has_its_time(self) -> None:
        self.app.kill()
        self.show(active=True, age=0)
        time.sleep(5)
        self.assertEqual(self.kills(), 0)
        self.assertIn("show app@1.service", self.read("systemctl.log"))
        self.show(active=True, age=61)
        eventually(lambda: self.kills() == 1, 6, "its time is over")

    def test_an_instance_that_is_being_stopped_is_left_alone(self) -> None:
        time.sleep(1.5)
        self.show(active=False, age=100)
        self.app.kill()
        time.sleep(5)
        self.assertEqual(self.kills(), 0)

    def test_an_instance_in_maintenance_is_left_alone(self) -> None:
        self.write("states/1", "maint\n")
        self.app.send_signal(signal.SIGSTOP)
        time.sleep(10)
        self.assertEqual(self.read("systemctl.log"), "")

    def test_it_gives_up_on_an_instance_that_never_comes_back(self) -> None:
        time.sleep(1.5)
        self.show(active=True, age=100)
        self.app.kill()
        eventually(lambda: "leaves it alone" in self.read("output"), 30, "it gives up")
        time.sleep(3)
        self.assertEqual(self.kills(), 5)


if __name__ == "__main__":
    unittest.main()
