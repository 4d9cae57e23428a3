"""
HTTP as the world speaks it, through HAProxy: websockets, events, large heads, what stands in front, and the log of it all.
Usage: world.py HAPROXY_CFG ASKED INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

ASKED is JSON: `sockets` to open at a time, `events` streams, `heads` in bytes, and `front`, an address that is exempt.
"""

import json
import sys
import time
from contextlib import ExitStack

from lab import Haproxy, Instance, ask, status

cfg, asked, instance, own = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
UPGRADE = "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
EVENTS = "Accept: text/event-stream"
HEALTH = "/health"


class App(Instance):
    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/events":
            return self.pieces([b"data: 1\n\n", b"data: 2\n\n"], float(query or "0"), "text/event-stream")
        if path == "/pieces":
            return self.pieces([b"one ", b"two"], float(query or "0"), "text/plain")
        if path == "/big":
            return self.reply(200, [("X-Big", "a" * int(query))])
        if path == "/many":
            return self.reply(200, [(f"X-Many-{number}", "a") for number in range(int(query))])
        if path == "/slow":
            time.sleep(float(query))
            return self.reply(200)
        if path == "/nothing":
            self.close_connection = True
            return None
        return self.answer()

    def do_HEAD(self) -> None:
        self.reply(200)

    def do_POST(self) -> None:
        if self.path != "/nothing":
            return self.answer()
        self.close_connection = True
        return None

    do_OPTIONS = do_HEAD

    def reply(self, code: int, headers: list[tuple[str, str]] | None = None) -> None:
        self.send_response(code)
        for name, value in headers or []:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def pieces(self, pieces: list[bytes], pause: float, kind: str) -> None:
        self.seen.append((self.path, self.headers.items(), 0))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for number, piece in enumerate(pieces):
                time.sleep(pause if number > 0 else 0)
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True


def opened(request: str, stack: ExitStack) -> int:
    """Sends it, and keeps the connection."""
    visitor = stack.enter_context(haproxy.connect())
    visitor.sendall(f"{request}\n\n".replace("\n", "\r\n").encode())
    return status(visitor)


def timed(request: str, source: str = "127.0.0.1") -> tuple[int, float]:
    begun = time.monotonic()
    return ask(haproxy, request, source), round(time.monotonic() - begun, 1)


def arrives(path: str) -> list[tuple[str, float]]:
    """What comes and when: a proxy that waits for the end gives everything at once."""
    with haproxy.connect() as visitor:
        visitor.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        begun, text, came = time.monotonic(), b"", []
        try:
            while piece := visitor.recv(65536):
                text += piece
                came.append((len(text), round(time.monotonic() - begun, 1)))
        except OSError:
            pass
    found = [text.find(mark) for mark in ((b"data: 1", b"data: 2") if "events" in path else (b"one ", b"two"))]
    return [next((at for size, at in came if 0 <= place < size), -1) for place in found]


def continued() -> tuple[int, int]:
    """`Expect: 100-continue`, with the body only after the answer to that."""
    with haproxy.connect() as visitor:
        visitor.sendall(b"POST /continue HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
        first = status(visitor)
        visitor.sendall(b"abc")
        return first, status(visitor)


def said(path: str, *headers: str, source: str = "127.0.0.1") -> dict[str, str]:
    """What the instance is told by a request."""
    ask(haproxy, "\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers]), source)
    told = {name.lower(): value for name, value in next(seen for at, seen, _ in Instance.seen if at == path)}
    names = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "upgrade", "http2-settings")
    return {name: told[name] for name in names if name in told}


def raw(text: bytes) -> int:
    with haproxy.connect() as visitor:
        visitor.sendall(text)
        return status(visitor)


def whys() -> dict[str, str]:
    time.sleep(0.5)
    entries = [json.loads(line) for line in haproxy.log if line.startswith("{")]
    return {f"{entry['method']} {entry['path']} {entry['status']}": entry["why"] for entry in entries if entry["path"] != HEALTH}


front = asked["front"]
with Haproxy(cfg, instance, own, App) as haproxy:
    result: dict[str, object] = {}
    page = "GET /page HTTP/1.1\nHost: x"
    with ExitStack() as open_ones:
        result["sockets"] = [opened(f"GET /socket HTTP/1.1\nHost: x\n{UPGRADE}", open_ones) for _ in range(asked["sockets"])]
        result["eventStreams"] = [opened(f"GET /events?8 HTTP/1.1\nHost: x\n{EVENTS}", open_ones) for _ in range(asked["events"])]
        result["page"] = timed(page)
        result["oneMore"] = timed(f"GET /more HTTP/1.1\nHost: x\n{UPGRADE}")
    result["big"] = [ask(haproxy, f"GET /big?{size} HTTP/1.1\nHost: x") for size in asked["heads"]]
    result["cookie"] = [ask(haproxy, f"GET /cookie HTTP/1.1\nHost: x\nCookie: a={'a' * size}") for size in asked["heads"]]
    result["many"] = [ask(haproxy, f"GET /many?{count} HTTP/1.1\nHost: x") for count in (200, 300)]
    result["events"] = arrives("/events?1.5")
    result["pieces"] = arrives("/pieces?0.3")
    result["silent"] = arrives("/pieces?1.5")
    result["poll"] = [timed("GET /slow?1.5 HTTP/1.1\nHost: x")[0], timed("GET /poll HTTP/1.1\nHost: x")[0]]
    result["continued"] = continued()
    result["methods"] = [ask(haproxy, f"{method} /method HTTP/1.1\nHost: x") for method in ("HEAD", "OPTIONS")]
    odd = ["/a?q={x}|y^z", "/stra\u00dfe", "/a%20b", "/a//b/../c", "/" + "a" * 8000]
    result["odd"] = [raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()) for path in odd]
    claims = ["X-Forwarded-Proto: https", "X-Forwarded-For: 198.51.100.66, 192.0.2.77", "X-Forwarded-Host: evil.example"]
    result["visitor"] = said("/claims", *claims)
    result["front"] = said("/front", *claims, source=front)
    result["monitor"] = said("/monitor", source=front)
    result["h2c"] = said("/h2c", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
    result["refused"] = [
        raw(b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n"),
        raw(b"GET / HTTP/1.1\r\nHost: x\r\n"),
        ask(haproxy, "POST /large HTTP/1.1\nHost: x\nContent-Length: 2000000"),
        ask(haproxy, "TRACE /trace HTTP/1.1\nHost: x"),
        ask(haproxy, "POST /nothing HTTP/1.1\nHost: x\nContent-Length: 0"),
    ]
    result["whys"] = whys()
    result["alive"] = haproxy.process.poll() is None
print(json.dumps(result))
