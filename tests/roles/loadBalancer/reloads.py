"""
Visitors over HTTP/2 and HTTP/1.1, and their websockets, while HAProxy is reloaded and its certificate replaced.
Usage: reloads.py HAPROXY_CFG TIMES INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)
"""

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter

from h2 import Connection, over_tls
from lab import Haproxy, certificate

cfg, times, instance, own = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
folder, HOST = os.path.dirname(cfg), "one.example.com"
RATE = 30
said: Counter[str] = Counter()
over = threading.Event()


def kept_http2() -> None:
    """One connection, in the place of which there is another one where the server refuses a stream or closes."""
    connection = Connection(own, HOST)
    while not over.wait(1 / RATE):
        try:
            status = connection.ask("/h2")
        except OSError:
            status = "refused"  # Closed before an answer: for this one, a browser cannot know.
            said["h2 closed"] += 1
        if status == "refused":
            said["h2 refused"] += 1
            connection = Connection(own, HOST)
            status = connection.ask("/h2")
        said[f"h2 {status}"] += 1


def kept_http1() -> None:
    def opened() -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(own, 443)
        connection.sock = over_tls(own, HOST, protocol="http/1.1")
        return connection

    connection = opened()
    while not over.wait(1 / RATE):
        try:
            connection.request("GET", "/h1", headers={"Host": HOST})
            answer = connection.getresponse()
            answer.read()
            said[f"h1 {answer.status}"] += 1
            if answer.getheader("Connection", "").lower() == "close":
                said["h1 closed in order"] += 1
                connection = opened()
        except OSError as error:
            said[f"h1 {type(error).__name__}"] += 1
            connection = opened()


def websocket_http2() -> None:
    connection = Connection(own, HOST)
    stream = connection.websocket("/socket")
    while not over.wait(0.1):
        text = os.urandom(8).hex().encode()
        said["h2 websocket"] += 1
        try:
            said["h2 websocket lost"] += connection.echo(stream, text) != text
        except OSError:
            said["h2 websocket lost"] += 1
            return


def websocket_http1() -> None:
    tls = over_tls(own, HOST, protocol="http/1.1")
    key = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    tls.sendall(f"GET /socket HTTP/1.1\r\nHost: {HOST}\r\n{key}\r\n\r\n".encode())
    while b"\r\n\r\n" not in tls.recv(4096):
        pass
    while not over.wait(0.1):
        text = os.urandom(8).hex().encode()
        said["h1 websocket"] += 1
        try:
            tls.sendall(text)
            said["h1 websocket lost"] += tls.recv(4096) != text
        except OSError:
            said["h1 websocket lost"] += 1
            return


def command(text: str) -> str:
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(5)
        admin.connect("/run/haproxy/admin.sock")
        admin.sendall(f"{text}\n".encode())
        return b"".join(iter(lambda: admin.recv(65_536), b"")).decode()


def renew() -> None:
    """As the keeper does."""
    certificate(folder, HOST)
    file = f"/run/holdfast-haproxy/{HOST}.pem"
    with open(file) as made:
        command(f"set ssl cert {file} <<\n{made.read().strip()}\n")
    said["renewed"] += "Success!" in command(f"commit ssl cert {file}")


def worker() -> str:
    return next(line for line in command("show info").splitlines() if line.startswith("Pid: "))


certificate(folder, HOST)
with Haproxy(cfg, instance, own, reloads=True) as haproxy:
    visitors = [threading.Thread(target=one) for one in (kept_http2, kept_http1, websocket_http2, websocket_http1)]
    for visitor in visitors:
        visitor.start()
    time.sleep(1)
    for _ in range(times):
        renew()
        before = worker()
        haproxy.process.send_signal(signal.SIGUSR2)
        for _ in range(100):
            time.sleep(0.1)
            if worker() != before:
                said["reloaded"] += 1
                break
        time.sleep(1)
    over.set()
    for visitor in visitors:
        visitor.join()
print(json.dumps(said))
