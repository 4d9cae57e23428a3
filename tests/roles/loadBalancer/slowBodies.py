"""
Sends HAProxy bodies that come slowly, some of them on purpose.
Usage: slowBodies.py HAPROXY_CFG PAUSE INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

Each body has 100 kB, announced and streamed in turn. PAUSE is the longest that is allowed, in seconds.
"""

import itertools
import json
import socket
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable

from lab import Haproxy, Instance, ip, status

cfg, pause, instance, own = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
SIZE = 100_000
FRAMINGS = (False, True)
numbers = itertools.count(1)
"""Each honest visitor is a source of its own."""


def head(streamed: bool, method: str = "POST", path: str = "/", size: int = SIZE) -> bytes:
    framing = "Transfer-Encoding: chunked" if streamed else f"Content-Length: {size}"
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode()


def piece(streamed: bool, size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b"x" * size + b"\r\n" if streamed else b"x" * size


def upload(streamed: bool, rate: int, stops: float = 0, path: str = "/", size: int = SIZE) -> int:
    """The status of a visitor who sends so many bytes a second, and once in the middle nothing for a while."""
    with haproxy.connect(f"127.0.1.{next(numbers)}") as visitor:
        visitor.sendall(head(streamed, path=path, size=size))
        each = min(rate // 10, 50_000)
        sent = 0
        while sent < size:
            visitor.sendall(piece(streamed, min(each, size - sent)))
            if sent < size / 2 <= sent + each:
                time.sleep(stops)
            sent += each
            time.sleep(each / rate)
        if streamed:
            visitor.sendall(b"0\r\n\r\n")
        return status(visitor)


def trickle(streamed: bool, at_once: int, method: str = "POST") -> list[float]:
    """The status of a visitor who sends a byte now and then, after so many at once; and how long that went on."""
    with haproxy.connect("127.0.0.9", timeout=0.2) as visitor:
        begun = time.monotonic()
        visitor.sendall(head(streamed, method) + piece(streamed, at_once))
        while time.monotonic() - begun < 12:
            answer = status(visitor)
            if answer:
                return [answer, round(time.monotonic() - begun, 1)]
            visitor.sendall(piece(streamed, 1))
        return [0, 12]


def hanging(sources: list[str], at_once: int) -> list[socket.socket]:
    """Visitors who send the beginning of a body and nothing more, one for each of these sources."""
    visitors = [haproxy.connect(source) for source in sources]
    for number, visitor in enumerate(visitors):
        visitor.sendall(head(number % 2 == 1) + piece(number % 2 == 1, at_once))
    time.sleep(0.5)
    return visitors


def quick(source: str = "127.0.0.200", size: int = SIZE) -> list[float]:
    """The status of an honest visitor's POST, and its seconds."""
    begun = time.monotonic()
    with haproxy.connect(source) as visitor:
        visitor.sendall(head(False, size=size) + piece(False, size))
        return [status(visitor), int(time.monotonic() - begun)]


def refused(visitors: list[socket.socket]) -> int:
    """How many of them were answered with 429."""
    for visitor in visitors:
        visitor.settimeout(0.1)
    return [status(visitor) for visitor in visitors].count(429)


def close(visitors: list[socket.socket]) -> None:
    for visitor in visitors:
        visitor.close()
    time.sleep(0.3)


def beside(sources: list[str], at_once: int) -> dict[str, object]:
    """What an honest visitor sees beside such a flood, and how many of it were refused."""
    flood = hanging(sources, at_once)
    result: dict[str, object] = {"honest": quick(), "refused": refused(flood)}
    close(flood)
    return result


def together(calls: list[Callable[[], object]]) -> list[object]:
    with ThreadPoolExecutor(len(calls)) as pool:
        futures: list[Future[object]] = [pool.submit(call) for call in calls]
        return [future.result() for future in futures]


def in_network(network: str, count: int) -> list[str]:
    """One address of each of the first /64 of a /48."""
    addresses = [f"{network}:{number + 1:x}::1" for number in range(count)]
    for address in addresses:
        ip("address", "replace", f"{address}/128", "dev", "lo", "nodad")
    return addresses


with Haproxy(cfg, instance, own) as haproxy:
    [other] = in_network("2001:db8:2", 1)
    network = in_network("2001:db8:1", 20)
    # One after the other: they would take one another's places.
    floods = {
        "firstByte": beside(["127.0.0.2"] * 12, 1),
        "begun": beside(["127.0.0.2"] * 8 + ["127.0.0.3"] * 8, 20_000),
        "network": beside(network, 20_000),
    }
    flood = hanging(network, 20_000)
    neighbours = {"same": quick(network[0])[0], "small": quick(network[0], 1_000)[0], "other": quick(other)[0]}
    close(flood)
    slow = together(
        [
            *(lambda streamed=streamed: upload(streamed, 20_000) for streamed in FRAMINGS),
            *(lambda streamed=streamed: upload(streamed, 20_000, stops=0.7 * pause) for streamed in FRAMINGS),
            *(lambda streamed=streamed: upload(streamed, 10_000_000, 0, "/busy", 9_000_000) for streamed in FRAMINGS),
        ]
    )
    trickles = together(
        [
            *(lambda streamed=streamed: trickle(streamed, 1) for streamed in FRAMINGS),
            *(lambda streamed=streamed: trickle(streamed, 20_000) for streamed in FRAMINGS),
            lambda: trickle(False, 20_000, "GET"),
        ]
    )
    result = {
        **floods,
        "neighbours": neighbours,
        "slow": slow,
        "trickles": trickles,
        "whole": sorted({size for path, _, size in Instance.seen if path != "/health"}),
        "alive": haproxy.process.poll() is None,
    }
print(json.dumps(result))
