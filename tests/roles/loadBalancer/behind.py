"""
Visitors who come through something in front of the load balancer, and others who pretend to.
Usage: behind.py HAPROXY_CFG ASKED INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

ASKED is JSON: for each name a list of requests, all over one connection: `from`, `port`, `http2`, `proxy` (the visitor whom
PROXY's head names, and the port there), `headers`, and `times`. Answered is what the instance heard: `VISITOR SCHEME`, or the
status and where it leads.
"""

import json
import os
import socket
import ssl
import subprocess
import sys

from lab import Haproxy, Instance, certificate, ip

cfg, asked, instance, own = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
HOST = "one.example.com"


def proxy_head(visitor: str, port: int, version: int) -> bytes:
    if version == 1:
        family, there = ("TCP6", "2001:db8::1") if ":" in visitor else ("TCP4", own)
        return f"PROXY {family} {visitor} {there} 4711 {port}\r\n".encode()
    if not visitor:  # A health check of the proxy's own.
        return b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x20, 0, 0, 0])
    ports = (4711).to_bytes(2, "big") + port.to_bytes(2, "big")
    body = socket.inet_aton(visitor) + socket.inet_aton(own) + ports
    return b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x21, 0x11]) + len(body).to_bytes(2, "big") + body


def answer(connection: socket.socket) -> str:
    """Status and where it leads to."""
    text = b""
    try:
        while b"\r\n\r\n" not in text and (piece := connection.recv(4096)):
            text += piece
    except OSError:
        pass
    if not text:
        return "closed"
    head, _, body = text.partition(b"\r\n\r\n")
    lines = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
    while len(body) < int(lines.get("content-length", 0)) and (piece := connection.recv(4096)):
        body += piece
    if lines.get("content-type") == "text/plain":
        return body.decode()
    return " ".join(filter(None, (head[9:12].decode(), lines.get("location", ""))))


def heard(said: str, path: str) -> str:
    if said != "200":
        return said
    headers = {name.lower(): value for name, value in next(seen for at, seen, _ in reversed(Instance.seen) if at == path)}
    names = [name for name in headers if name.startswith(("cf-", "x-real", "x-visitor", "forwarded"))]
    return " ".join([headers["x-forwarded-for"], headers["x-forwarded-proto"], *names])


def over_http2(request: dict, path: str) -> str:
    headers = [word for line in request.get("headers", []) for word in ("-H", line)]
    where = ["--interface", request["from"], "--resolve", f"{HOST}:443:{own}"]
    told = ["-sSk", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code} %{redirect_url}"]
    done = subprocess.run(["curl", *told, *where, *headers, f"https://{HOST}{path}"], capture_output=True, text=True)
    version, _, said = done.stdout.strip().partition(" ")
    return heard(said, path) if version == "2" else done.stdout + done.stderr


def ask(name: str, requests: list[dict]) -> list[str]:
    first = requests[0]
    for request in requests:
        ip("address", "replace", request["from"], "dev", "lo")
    port = first.get("port", 80)
    said: list[str] = []
    for index, request in enumerate(requests):
        path = request.get("path", f"/{name.replace(' ', '-')}/{index}")
        if request.get("http2"):
            said.append(over_http2(request, path))
            continue
        if index == 0 or request.get("anew"):
            connection = socket.create_connection((own, port), 5, (first["from"], 0))
            if "proxy" in request:
                connection.sendall(proxy_head(*request["proxy"]))
            if port == 443:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                try:
                    connection = context.wrap_socket(connection, server_hostname=HOST)
                except OSError:
                    said.append("no TLS")
                    continue
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", *request.get("headers", [])]
        for _ in range(request.get("times", 1)):
            try:
                connection.sendall("\r\n".join([*lines, "", ""]).encode())
                said.append(heard(answer(connection), path))
            except OSError:
                said.append("closed")
    return said


certificate(os.path.dirname(cfg), HOST)
with Haproxy(cfg, instance, own) as haproxy:
    result = {name: ask(name, requests) for name, requests in asked.items()}
    sources = {json.loads(line)["source"] for line in list(haproxy.log) if line.startswith("{")}
print(json.dumps({"said": result, "sources": sorted(sources)}))
