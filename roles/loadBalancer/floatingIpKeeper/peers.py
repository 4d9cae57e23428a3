"""What keepers tell each other, over the private network and only when asked."""

from __future__ import annotations

import http.server
import json
import threading
import time
import urllib.request
from typing import Callable

from log import Log
from metrics import Metrics

PEER_SECONDS = 0.3


def peer_that_holds(peers: tuple[str, ...], holder: int) -> str | None:
    """The peer on server `holder`, if it answers and says that it is master. Silence counts as no."""
    for url in peers:
        try:
            with urllib.request.urlopen(url, timeout=PEER_SECONDS) as response:
                state = json.load(response)
            if state.get("server") == holder and state.get("master") is True:
                return url
        except (OSError, ValueError):
            continue
    return None


class Listener(threading.Thread):
    """
    Answers /state (JSON, for the peer, `holdfast-failover` and the drills) and /metrics (Prometheus). `master` there is
    keepalived's word, `held` the API's: that the floating IPs are on this machine.
    """

    def __init__(self, listen: str, state: Callable[[], dict[str, object]], metrics: Metrics, log: Log) -> None:
        super().__init__(name="listener", daemon=True)
        host, _, port = listen.rpartition(":")
        self._address = (host.strip("[]"), int(port))
        self._state, self._metrics, self._log = state, metrics, log

    def run(self) -> None:
        state, metrics = self._state, self._metrics

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = 2.0

            def do_GET(self) -> None:
                if self.path == "/state":
                    kind, body = "application/json", json.dumps(state()).encode() + b"\n"
                elif self.path == "/metrics":
                    kind, body = "text/plain; version=0.0.4", metrics.text().encode()
                else:
                    self.send_error(404)
                    return
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
                    self._log.settled("listener")
                    server.serve_forever()
            except OSError as error:
                # The private network may come up later, and nothing here is worth more than the claims.
                self._log.repeated("listener", f"cannot listen on {self._address[0]}:{self._address[1]}: {error}", 60)
                time.sleep(1)
