"""
The keeper's look at the world's way to a name, against web servers on this namespace's lo.
Usage: preflight.py      (prints one JSON object: what the name's server does → what the keeper says)
"""

import json
import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(__file__))

from common import Problem
from network import require_way

THUMB = "thumbprint"


class Web(BaseHTTPRequestHandler):
    """By the host's last number: 1 answers, others redirect."""

    def do_GET(self) -> None:
        token = self.path.rpartition("/")[2]
        where = {
            "2": f"https://127.0.0.1{self.path}",
            "3": f"http://127.0.0.3{self.path}",
            "4": f"http://127.0.0.1:8080{self.path}",
            "5": f"https://127.0.0.1/elsewhere/{token}x",
            "6": f"//127.0.0.1{self.path}",
            "7": f"http://127.0.0.99{self.path}",
            "8": "http://[",
            "9": f"ftp://127.0.0.1{self.path}",
        }.get(self.headers["Host"].rpartition(".")[2])
        if where:
            self.send_response(301)
            self.send_header("Location", where)
            self.end_headers()
            return
        self.send_response(404 if token.endswith("x") else 200)
        self.end_headers()
        self.wfile.write(f"{token}.{THUMB}\n".encode())

    def log_message(self, *_: object) -> None:
        pass


def serve(address: str, port: int, certificate: str | None = None) -> None:
    server = ThreadingHTTPServer((address, port), Web)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def said(address: str) -> str:
    try:
        require_way(address, THUMB, ())
        return "right"
    except Problem as problem:
        return str(problem)


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
pem = "/run/web.pem"
command = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -quiet -keyout {pem} -out -"
subprocess.run(["sh", "-c", f"{command} >{pem}.crt && cat {pem}.crt >>{pem}"], check=True)
for number in range(1, 10):
    serve(f"127.0.0.{number}", 80)
serve("127.0.0.1", 443, pem)
print(json.dumps({number: said(f"127.0.0.{number}") for number in [*range(1, 11)]}))
