"""
Visitors over TLS who take their time, many at once, while others ask.
Usage: slowTls.py HAPROXY_CFG SECONDS INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

For each way to be slow: after how many seconds HAProxy closed the first and the last connection.
"""

import json
import os
import select
import socket
import sys
import time
from collections.abc import Callable

from h2 import CONTINUATION, END_HEADERS, HEADERS, PING, PREFACE, SETTINGS, Connection, frame, over_tls, request
from lab import Haproxy, certificate

cfg, limit, instance, own = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
HOST = "one.example.com"
EACH = 40
HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(32)


def plain() -> socket.socket:
    return socket.create_connection((own, 443), 20, ("127.0.0.1", 0))


def begun(*frames: bytes) -> socket.socket:
    tls = over_tls(own, HOST)
    tls.sendall(PREFACE + frame(SETTINGS, 0, 0) + b"".join(frames))
    return tls


block = request("GET", HOST, "/slow", ("cookie", "a" * 100))
# How a connection begins, and what it sends each quarter of a second, by its number.
ways: dict[str, tuple[Callable[[], socket.socket], Callable[[int], bytes]]] = {
    "no ClientHello": (plain, lambda _: b""),
    "dripping ClientHello": (plain, lambda index: HELLO[index : index + 1]),
    "http/1.1 head": (lambda: over_tls(own, HOST, protocol="http/1.1"), lambda index: b"GET / HTTP/1.1\r\n"[index : index + 1]),
    "h2 preface alone": (begun, lambda _: b""),
    "dripping HEADERS": (
        lambda: begun(frame(HEADERS, END_HEADERS, 1, block)[:12]),
        lambda index: block[index + 3 : index + 4],
    ),
    "empty CONTINUATIONs": (lambda: begun(frame(HEADERS, 0, 1, block[:20])), lambda _: frame(CONTINUATION, 0, 1)),
    "PINGs without a stream": (begun, lambda _: frame(PING, 0, 0, bytes(8))),
}


def closed_after(begin: Callable[[], socket.socket], drip: Callable[[int], bytes]) -> list[float]:
    """Seconds until the first and the last of many connections are closed; a second more than four times the limit: never."""
    open_since = {}
    for _ in range(EACH):
        opened = begin()
        opened.settimeout(0.2)
        open_since[opened] = time.monotonic()
    ages: list[float] = []
    for index in range(int(4 * limit / 0.25)):
        for one in list(open_since):
            try:
                one.sendall(drip(index))
            except OSError:
                ages.append(time.monotonic() - open_since.pop(one))
        until = time.monotonic() + 0.25
        while open_since and time.monotonic() < until:
            ready = select.select(list(open_since), [], [], max(until - time.monotonic(), 0))[0]
            for one in ready:
                try:
                    done = one.recv(65_536) == b""
                except OSError as error:
                    done = not isinstance(error, TimeoutError)
                if done:
                    ages.append(time.monotonic() - open_since.pop(one))
        if not open_since:
            break
    ages += [4 * limit + 1] * len(open_since)
    for one in open_since:
        one.close()
    return [round(min(ages), 2), round(max(ages), 2)]


certificate(os.path.dirname(cfg), HOST)
with Haproxy(cfg, instance, own) as haproxy:
    result: dict[str, object] = {name: closed_after(*way) for name, way in ways.items()}
    visitor = Connection(own, HOST)
    result["others"] = visitor.ask("/others")
    result["alive"] = haproxy.process.poll() is None
print(json.dumps(result))
