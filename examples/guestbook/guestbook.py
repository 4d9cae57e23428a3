"""
The guestbook: one instance of an app that Holdfast runs.

It shows what Holdfast asks of an app, and that it is little: listen on $PORT, answer the health path, end on SIGTERM.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
import uuid
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from entries import BadEntry, Entries, Entry, Unavailable, new_entry
from page import render, render_unavailable

MACHINE = os.environ.get("MACHINE", "this computer")
INSTANCE = os.environ.get("INSTANCE", "1")
RELEASE = os.environ.get("RELEASE", "unknown")

MAX_BODY = 16_384
SHOWN = 50
# Load balancers ask for the health path every half second and believe the second answer.
LEAVING_SECONDS = 1.5
# An idle connection is closed after this; HAProxy opens another when it needs one.
IDLE_SECONDS = 15


class Store(Protocol):
    """Where entries are kept; reading and writing raise `Unavailable`."""

    def add(self, entry: Entry) -> None: ...

    def newest(self, count: int) -> list[Entry]: ...

    def close(self) -> None: ...


class Guestbook(ThreadingHTTPServer):
    """The server of one instance. Its threads are waited for at the end: nobody's request is cut off."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int, entries: Store) -> None:
        super().__init__(("", port), Handler)
        self.entries = entries
        self.leaving = False
        self.idle: set[socket.socket] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A health check closes its connection as soon as it has seen the status, and that is nothing to tell."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def leave(self) -> None:
        """Tells load balancers first, goes on serving until they know, then finishes what is under way."""
        self.leaving = True
        time.sleep(LEAVING_SECONDS)
        self.shutdown()
        # Connections without a request on them would be waited for until they time out.
        for connection in list(self.idle):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)


class Handler(BaseHTTPRequestHandler):
    """Routes: / is for people, /entries for programs, /health for load balancers."""

    server: Guestbook
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    # Head and body leave in one packet each; waiting for more would cost 40 ms.
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        self.server.idle.add(self.connection)
        try:
            super().handle_one_request()
        finally:
            self.server.idle.discard(self.connection)

    def parse_request(self) -> bool:
        """Called once a request line has come: from here on the connection is busy."""
        self.server.idle.discard(self.connection)
        return super().parse_request()

    def do_GET(self) -> None:
        try:
            self._get(urlsplit(self.path).path)
        except Unavailable as error:
            self._answer_unavailable(error)

    def _get(self, path: str) -> None:
        if path == "/health":
            # The health of this process. While the database is away every instance is in the same state, and taking them
            # all out of rotation would only replace a page that explains by one that does not.
            # 404 means "about to end": HAProxy sends nothing new here and lets requests under way finish.
            self._answer(404 if self.server.leaving else 200, "leaving\n" if self.server.leaving else "ready\n")
        elif path == "/":
            shown = self.server.entries.newest(SHOWN)
            self._answer(200, render(shown, MACHINE, INSTANCE, RELEASE), "text/html; charset=utf-8")
        elif path == "/entries":
            self._answer_json(200, {"entries": [asdict(entry) for entry in self.server.entries.newest(SHOWN)]})
        else:
            self._answer(404, "There is nothing here.\n")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        body = self._body()
        if body is None:
            return
        if path not in ("/", "/entries"):
            self._answer(404, "There is nothing here.\n")
            return
        try:
            fields = self._fields(body)
            # Clients that name their entry can find out later whether it was written.
            entry = new_entry(fields.get("id") or str(uuid.uuid4()), fields.get("name", ""), fields.get("text", ""))
        except BadEntry as error:
            self._answer(422, f"{error}\n")
            return
        try:
            self.server.entries.add(entry)
        except Unavailable as error:
            self._answer_unavailable(error)
            return
        if path == "/":
            self._answer(303, "", headers={"Location": "/"})
        else:
            self._answer_json(201, asdict(entry))

    def _fields(self, body: bytes) -> dict[str, str]:
        try:
            text = body.decode()
            if self.headers.get_content_type() == "application/json":
                data = json.loads(text)
                if not isinstance(data, dict):
                    raise BadEntry("the body is not a JSON object")
                return {key: str(value) for key, value in data.items()}
            return {key: values[0] for key, values in parse_qs(text).items()}
        except ValueError as error:
            raise BadEntry(f"the body cannot be read: {error}") from error

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            # What is not read would be taken for the next request.
            self.close_connection = True
            self._answer(413 if length.isdigit() else 411, f"A body has a length, at most {MAX_BODY} bytes.\n")
            return None
        return self.rfile.read(int(length))

    def _answer_unavailable(self, error: Unavailable) -> None:
        print(f"{self.command} {self.path}: {error}", flush=True)
        html = "text/html; charset=utf-8"
        self._answer(503, render_unavailable(MACHINE, INSTANCE, RELEASE), html, {"Retry-After": "5"})

    def _answer_json(self, status: int, value: dict[str, object]) -> None:
        self._answer(status, json.dumps(value, ensure_ascii=False) + "\n", "application/json")

    def _answer(
        self,
        status: int,
        text: str,
        content_type: str = "text/plain; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Machine", MACHINE)
        self.send_header("X-Instance", INSTANCE)
        self.send_header("X-Release", RELEASE)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.server.leaving:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """HAProxy logs each request; a second line here would only fill the journal."""


def _store() -> Store:
    if url := os.environ.get("DATABASE_URL"):
        # Here, so that a stack without a database needs no driver.
        from database import DatabaseEntries

        return DatabaseEntries(url)
    return Entries(Path(os.environ.get("STATE_DIRECTORY", ".")) / "entries.jsonl")


def main() -> None:
    entries = _store()
    server = Guestbook(int(os.environ.get("PORT", "8001")), entries)

    def on_signal(number: int, _frame: object) -> None:
        print(f"{signal.Signals(number).name}: leaving", flush=True)
        threading.Thread(target=server.leave).start()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    print(f"ready on port {server.server_port}, release {RELEASE}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    entries.close()


if __name__ == "__main__":
    main()
