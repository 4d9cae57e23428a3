"""
A receiver of messages on the visitors' side: `sink.py ADDRESS FOLDER`. It takes webhooks and heartbeats on port 8080 and
e-mails on port 587, over TLS as mail servers ask for it, and writes each as a line of FOLDER/messages with its time. It
answers 503 to the paths in FOLDER/refused. FOLDER has cert.pem and key.pem.
"""

from __future__ import annotations

import json
import socketserver
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ADDRESS, FOLDER = sys.argv[1], Path(sys.argv[2])
LOCK = threading.Lock()


def note(**message: object) -> None:
    with LOCK, (FOLDER / "messages").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": time.time(), **message}) + "\n")


class Web(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        refused = FOLDER / "refused"
        is_refused = refused.exists() and self.path in refused.read_text("utf-8").split()
        note(by="web", path=self.path, refused=is_refused, body=json.loads(body or "{}"))
        self.send_response(503 if is_refused else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Mail(socketserver.StreamRequestHandler):
    """RFC 5321 as far as one e-mail after the other needs it, RFC 3207 and RFC 4954."""

    def handle(self) -> None:
        self.say("220 sink")
        recipients: list[str] = []
        encrypted = False
        while line := self.rfile.readline().decode("utf-8", "replace").rstrip():
            word = line.split()[0].upper()
            if word in ("EHLO", "HELO"):
                for part in ("250-sink", "250-AUTH PLAIN LOGIN" if encrypted else "250-STARTTLS", "250 8BITMIME"):
                    self.say(part)
            elif word == "STARTTLS":
                self.say("220 go on")
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(FOLDER / "cert.pem", FOLDER / "key.pem")
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)  # type: ignore[assignment]
                encrypted = True
            elif word == "AUTH":
                note(by="login", encrypted=encrypted)
                self.say("235 welcome")
            elif word == "RCPT":
                recipients.append(line)
                self.say("250 ok")
            elif word == "DATA":
                self.say("354 go on")
                text = "".join(iter(lambda: self.rfile.readline().decode("utf-8", "replace"), ".\r\n"))
                note(by="mail", encrypted=encrypted, recipients=recipients, text=text)
                recipients = []
                self.say("250 ok")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


mail = MailServer((ADDRESS, 587), Mail)
threading.Thread(target=mail.serve_forever, daemon=True).start()
ThreadingHTTPServer((ADDRESS, 8080), Web).serve_forever()
