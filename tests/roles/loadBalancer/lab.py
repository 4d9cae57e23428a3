"""
HAProxy with a load balancer's own haproxy.cfg in front of an instance that remembers what it gets, on this network
namespace's lo. Programs beside this one send it visitors.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Instance(BaseHTTPRequestHandler):
    """One of the app's: it reads bodies to their end, says how large they were, and echoes what was upgraded."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, list[tuple[str, str]], int]] = []
    """Path, headers and the body's size of each request that came whole."""

    def answer(self) -> None:
        if self.headers.get("Upgrade"):
            return self.echo()
        if self.path == "/busy":
            time.sleep(4)
        size = self.streamed() if self.headers.get("Transfer-Encoding") else self.announced()
        if size is None:
            self.close_connection = True
            return None
        self.seen.append((self.path, self.headers.items(), size))
        self.send_response(200)
        self.send_header("Content-Length", str(len(str(size))))
        self.end_headers()
        self.wfile.write(str(size).encode())
        return None

    def announced(self) -> int | None:
        size = int(self.headers.get("Content-Length", 0))
        return size if len(self.rfile.read(size)) == size else None

    def streamed(self) -> int | None:
        size = 0
        while chunk := int(self.rfile.readline() or b"-1", 16):
            if chunk < 0 or len(self.rfile.read(chunk)) < chunk or not self.rfile.readline():
                return None
            size += chunk
        while self.rfile.readline().strip():
            pass
        return size

    def echo(self) -> None:
        self.seen.append((self.path, self.headers.items(), 0))
        # HAProxy itself makes the key of a websocket that came over HTTP/2, and looks at the answer to it (RFC 6455).
        key = f"{self.headers.get('Sec-WebSocket-Key', '')}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            + f"Upgrade: {self.headers['Upgrade']}\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        while piece := self.connection.recv(65536):
            self.connection.sendall(piece)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_TRACE = do_TRACK = do_CONNECT = answer

    def log_message(self, *_: object) -> None:
        pass


class Haproxy:
    """HAProxy, once it sends visitors to the instance."""

    def __init__(
        self,
        cfg: str,
        instance: str,
        own: str,
        handler: type[BaseHTTPRequestHandler] = Instance,
        reloads: bool = False,
    ) -> None:
        """@param reloads whether it can be reloaded, by SIGUSR2 to `process`"""
        self.own = own
        address, port = instance.split(":")
        ip("link", "set", "lo", "up")
        for one in {own, *re.findall(r"^    server \S+ ([\d.]+):\d+", open(cfg).read(), re.M)}:
            ip("address", "replace", f"{one}/32", "dev", "lo")
        os.makedirs("/run/haproxy", exist_ok=True)
        server = ThreadingHTTPServer((address, int(port)), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = ["haproxy", *(["-W"] if reloads else []), "-f", cfg]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.log: list[str] = []
        threading.Thread(target=self.read_log, daemon=True).start()
        try:
            self.wait()
        except BaseException:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def read_log(self) -> None:
        for line in self.process.stdout or []:
            self.log.append(line)

    def wait(self) -> None:
        for _ in range(100):
            time.sleep(0.1)
            try:
                connection = http.client.HTTPConnection(self.own, 80, timeout=2)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
        raise SystemExit("HAProxy did not send anybody to the instance within 10 s")

    def __enter__(self) -> "Haproxy":
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever waits for this program's output would wait for HAProxy's as well, workers of before a reload included.
        os.killpg(self.process.pid, signal.SIGKILL)

    def connect(self, source: str = "127.0.0.1", timeout: float = 20) -> socket.socket:
        """A visitor from an address of lo's: any in 127.0.0.0/8, or an IPv6 one that `ip` gave it."""
        there = "::1" if ":" in source else self.own
        return socket.create_connection((there, 80), timeout=timeout, source_address=(source, 0))


def certificate(folder: str, host: str) -> None:
    """Gives HAProxy a certificate for a host, as the keeper and prepare.py do."""
    with open(f"{folder}/certificates.json") as file:
        state = json.load(file)["state"]
    os.makedirs(state, exist_ok=True)
    about = f"-subj /CN={host} -addext subjectAltName=DNS:{host} -days 2 -quiet"
    command = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes {about} -keyout - -out -"
    with open(f"{state}/{host}.pem", "wb") as made:
        made.write(subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout)
    subprocess.run(["python3", f"{folder}/prepare.py", f"{folder}/certificates.json"], check=True)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def status(visitor: socket.socket) -> int:
    """The status of the next answer; 0 when the connection ends, or nothing comes in time."""
    answer = b""
    try:
        while b"\r\n\r\n" not in answer and (piece := visitor.recv(4096)):
            answer += piece
    except OSError:
        pass
    return int(answer[9:12] or 0)


def ask(haproxy: Haproxy, request: str, source: str = "127.0.0.1") -> int:
    """The status that a request without a body is answered with; its lines end with a plain newline here."""
    with haproxy.connect(source) as visitor:
        visitor.sendall(f"{request}\nConnection: close\n\n".replace("\n", "\r\n").encode())
        return status(visitor)
