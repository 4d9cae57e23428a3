"""A visitor over HTTP/2 that may break any rule: frames and heads (HPACK without tables) written by hand."""

import socket
import ssl
import struct

DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# Of HPACK's static table.
STATUSES = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}


def frame(kind: int, flags: int, stream: int, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body


def head(*fields: tuple[str, str]) -> bytes:
    """Literal fields that enter no table; none of them is longer than 126 bytes."""
    block = b""
    for name, value in fields:
        block += b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
    return block


def request(method: str, host: str, path: str, *more: tuple[str, str]) -> bytes:
    return head((":method", method), (":scheme", "https"), (":authority", host), (":path", path), *more)


def over_tls(address: str, host: str, source: str = "127.0.0.1", protocol: str = "h2") -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    plain = socket.create_connection((address, 443), 20, (source, 0))
    return context.wrap_socket(plain, server_hostname=host)


class Connection:
    """One connection, and what came over it."""

    def __init__(self, address: str, host: str, source: str = "127.0.0.1") -> None:
        self.host = host
        self.tls = over_tls(address, host, source)
        self.stream = -1
        self.tls.sendall(PREFACE + frame(SETTINGS, 0, 0))

    def send(self, kind: int, flags: int, stream: int, body: bytes = b"") -> None:
        self.tls.sendall(frame(kind, flags, stream, body))

    def receive(self) -> tuple[int, int, int, bytes]:
        start = self._read(9)
        body = self._read(int.from_bytes(start[:3], "big"))
        kind, flags, stream = start[3], start[4], int.from_bytes(start[5:], "big")
        if kind == SETTINGS and not flags & ACK:
            self.send(SETTINGS, ACK, 0)
        if kind == PING and not flags & ACK:
            self.send(PING, ACK, 0, body)
        return kind, flags, stream, body

    def _read(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            piece = self.tls.recv(size - len(read))
            if not piece:
                raise ConnectionError("closed")
            read += piece
        return read

    def ask(self, path: str, method: str = "GET") -> str:
        """The status, or how it failed: `refused` is a stream that was never begun."""
        self.stream += 2
        self.send(HEADERS, END_STREAM | END_HEADERS, self.stream, request(method, self.host, path))
        status = ""
        while True:
            kind, flags, stream, body = self.receive()
            if kind == GOAWAY:
                if int.from_bytes(body[:4], "big") < self.stream:
                    return "refused"
                continue
            if stream != self.stream:
                continue
            if kind == RESET:
                return "refused" if int.from_bytes(body, "big") == 7 else "reset"
            if kind == HEADERS:
                status = status or str(STATUSES.get(body[0], "other"))
            if kind in (HEADERS, DATA) and flags & END_STREAM:
                return status

    def websocket(self, path: str) -> int:
        """Opens one (RFC 8441); gives its stream."""
        while True:
            kind, flags, _, _ = self.receive()
            if kind == SETTINGS and not flags & ACK:
                break
        self.stream += 2
        block = head(
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"),
            (":authority", self.host), (":path", path), ("sec-websocket-version", "13"),
        )  # fmt: skip
        self.send(HEADERS, END_HEADERS, self.stream, block)
        while True:
            kind, _, stream, body = self.receive()
            if stream == self.stream and kind == HEADERS:
                if STATUSES.get(body[0]) != 200:
                    raise ConnectionError("the websocket was not opened")
                return self.stream
            if stream == self.stream and kind == RESET:
                raise ConnectionError("the websocket was reset")

    def echo(self, stream: int, text: bytes) -> bytes:
        self.send(DATA, 0, stream, text)
        got = b""
        while len(got) < len(text):
            kind, flags, at, body = self.receive()
            if at == stream and kind == DATA:
                got += body
                self.send(WINDOW, 0, stream, struct.pack(">I", max(len(body), 1)))
                if flags & END_STREAM:
                    break
            elif at == stream and kind == RESET:
                break
        return got
