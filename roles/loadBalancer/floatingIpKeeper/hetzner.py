"""The few calls that the keeper makes to the Hetzner Cloud API, over one warm connection, each with a hard time limit."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from metrics import Metrics

CONNECT_SECONDS = 0.3
TOTAL_SECONDS = 1.0


class ApiError(Exception):
    """`code` is the API's own, or `network` or `no_answer` when there was none; then `status` is 0."""

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status


class Cancelled(Exception):
    """The order under which the request was sent is no longer valid."""


class Resolver(threading.Thread):
    """Keeps the API's addresses at hand: a name server that does not answer must not hold up a claim."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="resolver", daemon=True)
        self._host, self._port = host, port
        self._found: list[tuple[Any, ...]] = []
        self._first = threading.Event()

    def run(self) -> None:
        while True:
            try:
                found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                self._found = [(family, address) for family, _, _, _, address in found]
                self._first.set()
            except OSError:
                pass  # The last good answer stays; without any, requests say so.
            time.sleep(60 if self._found else 1)

    def addresses(self) -> list[tuple[Any, ...]]:
        self._first.wait(CONNECT_SECONDS)
        if not self._found:
            raise ApiError("network", f"the name {self._host} cannot be resolved")
        return self._found


class Api:
    """For one thread; `cancel` may be called from any."""

    def __init__(self, endpoint: str, token: str, resolver: Resolver, metrics: Metrics) -> None:
        url = urlsplit(endpoint)
        self._host = url.hostname or ""
        self._base = url.path
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._token = token
        self._resolver = resolver
        self._metrics = metrics
        self._connection: http.client.HTTPConnection | None = None
        self._cancelled = False
        self._late = False
        self.remaining = 3600
        """Requests that the API still allows this project, as far as we know."""

    def get(self, path: str) -> dict[str, Any]:
        return self._request("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._request("POST", path, json.dumps(body).encode())

    def begin(self) -> None:
        """From here on requests are sent, until the next `cancel`. To be called before the order is read."""
        self._cancelled = False

    def cancel(self) -> None:
        """Ends the request under way, if any, and all that would follow."""
        self._cancelled = True
        self._shut()

    def _request(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        self._metrics.add("holdfast_floating_ip_keeper_api_requests_total")
        self._late = False
        deadline = threading.Timer(TOTAL_SECONDS, self._give_up)
        deadline.daemon = True
        deadline.start()
        try:
            return self._answer(*self._send(method, path, body))
        except ApiError as error:
            self._metrics.add("holdfast_floating_ip_keeper_api_errors_total", code=error.code)
            raise
        finally:
            deadline.cancel()

    def _send(self, method: str, path: str, body: bytes | None) -> tuple[http.client.HTTPResponse, bytes]:
        """Once more on a new connection when a warm one turns out to be closed: every call here may be made twice."""
        for warm in (self._connection is not None, False):
            try:
                self._go_on()
                connection = self._connection or self._connect()
                self._go_on()
                headers = {"Authorization": f"Bearer {self._token}", "User-Agent": "holdfast-floating-ip-keeper"}
                if body is not None:
                    headers["Content-Type"] = "application/json"
                connection.request(method, self._base + path, body, headers)
                response = connection.getresponse()
                return response, response.read()
            except (OSError, http.client.HTTPException) as error:
                self._close()
                if self._cancelled:
                    raise Cancelled from None
                if self._late or isinstance(error, TimeoutError):
                    raise ApiError("no_answer", f"nothing within {TOTAL_SECONDS:g} s") from None
                if not warm:
                    raise ApiError("network", str(error) or type(error).__name__) from None
        raise AssertionError("unreachable")

    def _answer(self, response: http.client.HTTPResponse, content: bytes) -> dict[str, Any]:
        remaining = response.headers.get("RateLimit-Remaining", "")
        if remaining.isdigit():
            self.remaining = int(remaining)
            self._metrics.set("holdfast_floating_ip_keeper_api_budget_remaining", self.remaining)
        answer: dict[str, Any] = {}
        try:
            parsed = json.loads(content)
            answer = parsed if isinstance(parsed, dict) else {}
        except ValueError:
            pass  # A proxy's error page: the status has to do.
        if response.status >= 400:
            error = answer.get("error") or {}
            code = str(error.get("code") or f"http_{response.status}")
            raise ApiError(code, str(error.get("message", "")), response.status)
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        failure: OSError = OSError("no address")
        for family, address in self._resolver.addresses():
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(CONNECT_SECONDS)
            try:
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(TOTAL_SECONDS)
                connection = http.client.HTTPConnection(self._host)
                connection.auto_open = 0  # It would connect without our limits and without TLS.
                connection.sock = self._tls.wrap_socket(sock, server_hostname=self._host) if self._tls else sock
                self._connection = connection
                return connection
            except OSError as error:
                sock.close()
                failure = error
            if self._cancelled or self._late:
                break
        raise failure

    def _go_on(self) -> None:
        if self._cancelled or self._late:
            raise TimeoutError

    def _give_up(self) -> None:
        self._late = True
        self._shut()

    def _shut(self) -> None:
        connection = self._connection
        if connection is not None and connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # Closed already: what we want.

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
