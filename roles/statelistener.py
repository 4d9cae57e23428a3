"""What a keeper says of itself, on the private side: /state and /metrics. A copy lies beside each program that says it."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable
from typing import Any


class StateListener(threading.Thread):
    """
    Answers /state (JSON) and /metrics (Prometheus' text form).

    `listen` is ADDRESS:PORT. `problem` is told why it cannot listen, once a second, and None when it does.
    """

    def __init__(
        self,
        listen: str,
        state: Callable[[], dict[str, Any]],
        metrics: Callable[[], str],
        problem: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        super().__init__(name="listener", daemon=True)
        host, _, port = listen.rpartition(":")
        self._address = (host.strip("[]"), int(port))
        self._state, self._metrics, self._problem = state, metrics, problem

    def run(self) -> None:
        state, metrics = self._state, self._metrics

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = 2.0

            def do_GET(self) -> None:
                if self.path == "/state":
                    self._answer("application/json", json.dumps(state()) + "\n")
                elif self.path == "/metrics":
                    self._answer("text/plain; version=0.0.4", metrics())
                else:
                    self.send_error(404)

            def _answer(self, kind: str, text: str) -> None:
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass  # The log is for decisions.

        while True:
            try:
                with http.server.ThreadingHTTPServer(self._address, Handler) as server:
                    self._problem(None)
                    server.serve_forever()
            except OSError as error:
                # The private network may come up later, and nothing here is worth more than what the keeper does.
                self._problem(f"cannot listen on {self._address[0]}:{self._address[1]}: {error}")
                time.sleep(1)
