"""
The app of the release drills: one instance that answers, and has the habits that its release's habits.json gives it.

Habits: `start` seconds until it answers, `health` the status of its health path, `crash` seconds until it ends by itself,
`exit` what it does on SIGTERM: `at once`, or `tell` those with open streams first.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HABITS = json.load(open("habits.json", encoding="utf-8"))
NAME = f"{os.environ['MACHINE']}-{os.environ['INSTANCE']}"
RELEASE = os.environ["RELEASE"]
STARTED = time.monotonic()
# Seconds that an answer of /slow takes.
SLOW = 5.0
# Seconds between two signs of life on a stream.
BEAT = 1.0
# RFC 6455, section 1.3.
WEBSOCKET_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE_GOING_AWAY = b"\x88\x02\x03\xe9"

streams: set["Handler"] = set()
leaving = threading.Event()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A health check closes its connection as soon as it has seen the status, and that is nothing to tell."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/health":
            self.answer(HABITS["health"])
        elif self.path == "/slow":
            time.sleep(SLOW)
            self.answer(200)
        elif self.path == "/events":
            self.events()
        elif self.path == "/socket":
            self.websocket()
        else:
            self.answer(200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/slow":
            time.sleep(SLOW)
        self.answer(201)

    def answer(self, status: int) -> None:
        body = json.dumps({"instance": NAME, "release": RELEASE}).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def events(self) -> None:
        """Server-sent events, in chunks: whoever is told gets the last, empty one."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

        def chunk(text: str) -> None:
            self.wfile.write(f"{len(text):x}\r\n{text}\r\n".encode())

        chunk(f"data: {NAME}\n\n")
        streams.add(self)
        try:
            while not leaving.wait(BEAT):
                chunk(": alive\n\n")
            chunk("")
        finally:
            streams.discard(self)
            self.close_connection = True

    def websocket(self) -> None:
        """As much of RFC 6455 as a server that only talks needs: text frames, and a close frame for whoever is told."""
        key = self.headers.get("Sec-WebSocket-Key", "")
        accept = base64.b64encode(hashlib.sha1((key + WEBSOCKET_KEY).encode()).digest()).decode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        name = NAME.encode()
        self.wfile.write(bytes([0x81, len(name)]) + name)
        streams.add(self)
        try:
            while not leaving.wait(BEAT):
                self.wfile.write(b"\x89\x00")
            self.wfile.write(CLOSE_GOING_AWAY)
        finally:
            streams.discard(self)
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """HAProxy logs each request."""


def leave(*_: object) -> None:
    print(f"SIGTERM with {len(streams)} streams open", flush=True)
    if HABITS["exit"] == "tell":
        threading.Thread(target=tell).start()
    else:
        os._exit(0)


def tell() -> None:
    leaving.set()
    until = time.monotonic() + 3
    while streams and time.monotonic() < until:
        time.sleep(0.02)
    os._exit(0)


def crash() -> None:
    print(f"giving up after {HABITS['crash']} s, as the release wants it", flush=True)
    os._exit(1)


def main() -> None:
    signal.signal(signal.SIGTERM, leave)
    if HABITS["crash"] is not None:
        timer = threading.Timer(HABITS["crash"], crash)
        timer.daemon = True
        timer.start()
    time.sleep(HABITS["start"])
    server = Server(("", int(os.environ["PORT"])), Handler)
    print(f"release {RELEASE} answers after {time.monotonic() - STARTED:.2f} s", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
