"""
One question, one answer: an instance that answers the health path in many ways, judged by HAProxy and by healthcheck.py.
Usage: checks.py HAPROXY_CFG ASKED INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

ASKED is JSON: `question` as healthcheck.py reads it, and `habits`: statuses, or words for other ways to answer.
"""

import csv
import json
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler

from haproxychecks import state_of
from healthcheck import NotWell, Question, ask
from lab import Haproxy

cfg, asked, instance, own = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
address, port = instance.split(":")


class App(BaseHTTPRequestHandler):
    """As http.server's own handlers do, it writes head and body apart; errors of the second write show a broken check."""

    protocol_version = "HTTP/1.1"
    habit: int | str = 200
    requests: set[bytes] = set()
    broken = 0

    def do_GET(self) -> None:
        head = self.raw_requestline + b"".join(f"{name}: {value}\r\n".encode() for name, value in self.headers.items())
        if self.path == asked["question"]["path"] and "X-Request-Id" not in self.headers:
            App.requests.add(head)
        habit = self.habit
        if habit == "silence":
            time.sleep(1)
        if habit == "garbage":
            self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            self.close_connection = True
            return
        status = habit if isinstance(habit, int) else 200
        self.send_response(status)
        self.send_header("Location", "https://shop.example/health")
        if status not in (204, 304):
            self.send_header("Content-Length", "3")
        self.end_headers()
        time.sleep(0.002)
        if status not in (204, 304):
            self.wfile.write(b"ok\n")

    def log_message(self, *_: object) -> None:
        pass


class Watched(App):
    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            if self.habit == 200:
                App.broken += 1


def by_haproxy() -> str:
    with urllib.request.urlopen(f"http://{own}:8404/;csv", timeout=2) as answer:
        rows = csv.DictReader(answer.read().decode().removeprefix("# ").splitlines())
        return next(state_of(row) for row in rows if row["pxname"] == "safe" and row["svname"] != "BACKEND")


def by_program() -> str:
    try:
        ask(address, int(port), Question.read(asked["question"]))
        return "UP"
    except NotWell as failure:
        return str(failure)


def settled() -> str:
    """HAProxy's word once it has not changed for a while."""
    begun = since = time.monotonic()
    last = by_haproxy()
    while time.monotonic() - since < 1.3 and time.monotonic() - begun < 8:
        time.sleep(0.1)
        if (now := by_haproxy()) != last:
            since, last = time.monotonic(), now
    return last


with Haproxy(cfg, instance, own, Watched) as haproxy:
    time.sleep(6)
    result = {"requests": sorted(one.decode() for one in App.requests), "broken": App.broken, "verdicts": {}}
    App.requests.clear()
    by_program()
    result["asked"] = sorted(one.decode() for one in App.requests)
    for habit in asked["habits"]:
        App.habit = habit
        result["verdicts"][str(habit)] = [settled(), by_program()]
print(json.dumps(result))
