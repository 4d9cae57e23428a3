"""
Sends bodies through HAProxy.
Usage: bodies.py HAPROXY_CFG LIMIT INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)
"""

import http.client
import json
import sys
import threading

from lab import Haproxy, Instance, status

cfg, limit, instance, own = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def streamed(size: int, method: str = "POST", trailer: bytes = b"") -> int:
    """The status that a body of unannounced length is answered with."""
    with haproxy.connect() as visitor:
        head = f"{method} / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        try:
            visitor.sendall(head.encode())
            for begin in range(0, size, 50_000):
                piece = min(50_000, size - begin)
                visitor.sendall(f"{piece:x}\r\n".encode() + b"x" * piece + b"\r\n")
            visitor.sendall(b"0\r\n" + trailer + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        return status(visitor)


def announced(size: int) -> int:
    """The status that a body with its length in the head is answered with."""
    connection = http.client.HTTPConnection(own, 80, timeout=10)
    try:
        connection.request("POST", "/", b"x" * size)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return connection.getresponse().status


def tunnel(size: int) -> int:
    """Bytes that come back through a connection that was upgraded, as websockets are."""
    with haproxy.connect() as visitor:
        visitor.sendall(b"GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += visitor.recv(1)
        threading.Thread(target=visitor.sendall, args=(b"x" * size,), daemon=True).start()
        back = 0
        while back < size and (piece := visitor.recv(65536)):
            back += len(piece)
        return back


def http2() -> str:
    """What comes of speaking HTTP/2 without having been asked to."""
    with haproxy.connect() as visitor:
        visitor.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
        answer = visitor.recv(4096)
        return answer.split(b"\r\n")[0].decode() if answer.startswith(b"HTTP/1") else answer[:9].hex()


with Haproxy(cfg, instance, own) as haproxy:
    result = {
        "announced": [announced(limit), announced(limit + 1)],
        "streamed": [streamed(0), streamed(limit), streamed(limit + 1), streamed(3 * limit)],
        "streamedGet": [streamed(limit, "GET"), streamed(limit + 1, "GET")],
        "trailer": streamed(10, trailer=b"X-Checksum: 1\r\n"),
        "tunnel": tunnel(2 * limit),
        "http2": http2(),
        "whole": [size for path, _, size in Instance.seen if path == "/"],
        "alive": haproxy.process.poll() is None,
    }
print(json.dumps(result))
