"""
Runs HAProxy with a load balancer's own haproxy.cfg in front of an instance that counts what it gets, and sends it bodies.
Usage: bodySize.py HAPROXY_CFG LIMIT INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

cfg, limit, instance, own = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
whole: list[int] = []
"""Sizes of the bodies that reached the instance with their end."""


class Instance(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        if self.headers.get("Upgrade"):
            return self.echo()
        size = 0
        if self.headers.get("Transfer-Encoding"):
            while chunk := int(self.rfile.readline() or b"-1", 16):
                if chunk < 0 or len(self.rfile.read(chunk)) < chunk or not self.rfile.readline():
                    self.close_connection = True
                    return None
                size += chunk
            while self.rfile.readline().strip():
                pass
        else:
            size = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path == "/":
            whole.append(size)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def echo(self) -> None:
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        while piece := self.connection.recv(65536):
            self.connection.sendall(piece)
        self.close_connection = True

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None:
        pass


def streamed(size: int, method: str = "POST", trailer: bytes = b"") -> int:
    """The status that a body of unannounced length is answered with."""
    with socket.create_connection((own, 80), timeout=10) as visitor:
        head = f"{method} / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        try:
            visitor.sendall(head.encode())
            for begin in range(0, size, 50_000):
                piece = min(50_000, size - begin)
                visitor.sendall(f"{piece:x}\r\n".encode() + b"x" * piece + b"\r\n")
            visitor.sendall(b"0\r\n" + trailer + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        return int(visitor.recv(4096)[9:12])


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
    with socket.create_connection((own, 80), timeout=10) as visitor:
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
    with socket.create_connection((own, 80), timeout=10) as visitor:
        visitor.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
        answer = visitor.recv(4096)
        return answer.split(b"\r\n")[0].decode() if answer.startswith(b"HTTP/1") else answer[:9].hex()


def serve() -> subprocess.Popen[bytes]:
    """HAProxy, once it sends visitors to the instance."""
    address, port = instance.split(":")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for one in {own, *re.findall(r"^    server \S+ ([\d.]+):\d+", open(cfg).read(), re.M)}:
        subprocess.run(["ip", "address", "replace", f"{one}/32", "dev", "lo"], check=True)
    os.makedirs("/run/haproxy", exist_ok=True)
    server = ThreadingHTTPServer((address, int(port)), Instance)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    haproxy = subprocess.Popen(["haproxy", "-f", cfg], stdout=subprocess.DEVNULL)
    for _ in range(100):
        time.sleep(0.1)
        try:
            connection = http.client.HTTPConnection(own, 80, timeout=2)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return haproxy
        except OSError:
            pass
    haproxy.kill()
    raise SystemExit("HAProxy did not send anybody to the instance within 10 s")


haproxy = serve()
try:
    result = {
        "announced": [announced(limit), announced(limit + 1)],
        "streamed": [streamed(0), streamed(limit), streamed(limit + 1), streamed(3 * limit)],
        "streamedGet": [streamed(limit, "GET"), streamed(limit + 1, "GET")],
        "trailer": streamed(10, trailer=b"X-Checksum: 1\r\n"),
        "tunnel": tunnel(2 * limit),
        "http2": http2(),
        "whole": whole,
        "alive": haproxy.poll() is None,
    }
finally:
    # Whoever waits for this program's output would wait for HAProxy's as well.
    haproxy.kill()
print(json.dumps(result))
