"""
An app with habits of apps that Holdfast's people did not write, by its environment: STATUS and PAUSE (seconds) of the
health path, ADDRESS to listen on, HOSTS that it knows (others get 400), FRONT: a redirect to https for who is not there.
"""

import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

known = [name for name in os.environ.get("HOSTS", "").split() if name]


class Visited(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").split(":")[0]
        if known and host not in known:
            return self.reply(400)
        if self.path == "/health":
            time.sleep(float(os.environ.get("PAUSE", "0")))
            return self.reply(int(os.environ.get("STATUS", "200")))
        if self.headers.get("Upgrade"):
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", self.headers["Upgrade"])
            self.end_headers()
            self.connection.recv(1)
            self.close_connection = True
            return None
        if os.environ.get("FRONT") and self.headers.get("X-Forwarded-Proto") != "https":
            return self.reply(301, {"Location": f"https://{host}{self.path}"})
        return self.reply(200, {"X-Visitor": self.headers.get("X-Forwarded-For", "")})

    def reply(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", "3")
        self.end_headers()
        if status != 204:
            self.wfile.write(b"ok\n")

    def log_message(self, *_: object) -> None:
        pass


ThreadingHTTPServer((os.environ.get("ADDRESS", ""), int(os.environ["PORT"])), Visited).serve_forever()
