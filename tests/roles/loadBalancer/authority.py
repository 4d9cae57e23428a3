"""
Orders at an authority that takes them of its customers alone: Pebble, on this computer's loopback.
Usage: authority.py PEBBLE      (prints one JSON object: what the account says → what comes of it)
"""

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from acme import AccountKey, Authority, Binding, Refusal, Unreachable
from certificate import read_chain

pebble = sys.argv[1]
SECRET = base64.urlsafe_b64encode(b"\xfb\xff" + os.urandom(30)).decode().rstrip("=")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make(folder: str, name: str) -> str:
    path = f"{folder}/{name}.key"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path], check=True)
    return path


class Challenge(BaseHTTPRequestHandler):
    thumbprint = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.path.rpartition('/')[2]}.{self.thumbprint}".encode())

    def log_message(self, *_: object) -> None:
        pass


def settings(folder: str, directory: int, challenges: int) -> str:
    about = ["-subj", "/CN=pebble", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes"]
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    out = ["-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.pem"]
    subprocess.run(["openssl", "req", "-x509", *ec, *about, *out], check=True, stderr=subprocess.DEVNULL)
    described = {
        "listenAddress": f"127.0.0.1:{directory}",
        "managementListenAddress": f"127.0.0.1:{free_port()}",
        "certificate": f"{folder}/tls.pem",
        "privateKey": f"{folder}/tls.key",
        "httpPort": challenges,
        "tlsPort": free_port(),
        "externalAccountBindingRequired": True,
        "externalAccountMACKeys": {"kid-1": SECRET},
        "retryAfter": {"authz": 1, "order": 1},
    }
    path = f"{folder}/pebble.json"
    with open(path, "w") as file:
        json.dump({"pebble": described}, file)
    return path


def outcome(folder: str, name: str, port: int, binding: Binding | None) -> str:
    account = AccountKey(make(folder, f"account-{name}"))
    Challenge.thumbprint = account.thumbprint
    url = f"https://127.0.0.1:{port}/dir"
    authority = Authority(url, f"{folder}/tls.pem", account, None, lambda: None, binding)
    for _ in range(100):
        try:
            chain = read_chain(authority.order("127.0.0.1", make(folder, f"site-{name}"), None, ""))
            return ",".join(chain.names)
        except Refusal as refusal:
            return f"refused: {refusal}"
        except Unreachable:
            time.sleep(0.1)
    return "no answer"


with tempfile.TemporaryDirectory() as folder:
    directory, challenges = free_port(), free_port()
    server = ThreadingHTTPServer(("127.0.0.1", challenges), Challenge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    moods = {"PATH": os.environ["PATH"], "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "50"}
    command = [pebble, "-config", settings(folder, directory, challenges)]
    process = subprocess.Popen(command, env=moods, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        said = {
            "nothing": outcome(folder, "nothing", directory, None),
            "another key": outcome(folder, "wrong", directory, Binding("kid-1", "A" * 43)),
            "another id": outcome(folder, "other", directory, Binding("kid-2", SECRET)),
            "both": outcome(folder, "both", directory, Binding("kid-1", f"{SECRET}\n")),
            # As some show it: not for URLs, and filled up.
            "in base64": outcome(folder, "base64", directory, Binding("kid-1", SECRET.replace("-", "+").replace("_", "/") + "=")),
        }
    finally:
        process.kill()
print(json.dumps(said))
