"""What the keeper says of itself, on the private side: /state for the other load balancer and for people, /metrics."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable
from typing import Any

State = Callable[[], dict[str, Any]]


class Listener(threading.Thread):
    def __init__(self, listen: str, state: State) -> None:
        super().__init__(name="listener", daemon=True)
        host, _, port = listen.rpartition(":")
        self._address, self._state = (host.strip("[]"), int(port)), state

    def run(self) -> None:
        state = self._state

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = 2.0

            def do_GET(self) -> None:
                if self.path == "/state":
                    self._answer("application/json", json.dumps(state()) + "\n")
                elif self.path == "/metrics":
                    self._answer("text/plain; version=0.0.4", metrics(state()))
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
                    server.serve_forever()
            except OSError:
                time.sleep(1)  # The private network may come up later.


def metrics(state: dict[str, Any]) -> str:
    """Prometheus' text form."""
    gauges = {
        "holdfast_certificate_ends_seconds": ("when the certificate ends, Unix time; 0: there is none", "until"),
        "holdfast_certificate_failures": ("refusals of the authority in a row", "failures"),
    }
    lines = ["# TYPE holdfast_certificates_looked_seconds gauge", f"holdfast_certificates_looked_seconds {state['looked']:.0f}"]
    for name, (text, key) in gauges.items():
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
        lines += [f'{name}{{name="{host}"}} {about[key] or 0:.0f}' for host, about in state["names"].items()]
    return "\n".join(lines) + "\n"
