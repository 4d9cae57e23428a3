"""
The question whether an instance is well, byte for byte as HAProxy asks it (roles/loadBalancer/backends.ts), and what counts
as well: 200 in time and nothing else. A copy lies beside each program that asks.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass
from typing import Any

STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})")
LOCATION = re.compile(rb"^location:[ \t]*([\x21-\x7e]{1,200})", re.IGNORECASE | re.MULTILINE)
LARGEST_HEAD = 65_536


@dataclass(frozen=True)
class Question:
    path: str
    host: str
    connect: float
    """Seconds that a connection may take."""
    answer: float
    """Seconds until the answer's head has to be there."""

    @staticmethod
    def read(raw: dict[str, Any]) -> Question:
        return Question(str(raw["path"]), str(raw["host"]), float(raw["connect"]), float(raw["answer"]))

    @property
    def request(self) -> bytes:
        return f"GET {self.path} HTTP/1.1\r\nhost: {self.host}\r\nconnection: close\r\n\r\n".encode()

    @property
    def described(self) -> str:
        return f"GET {self.path} with Host {self.host}"


class NotWell(Exception):
    """What was seen instead of a 200, for a person; the subject of the sentence is the instance."""


class TooSlow(NotWell):
    """A time was over. One slow answer is no reason to take an instance out, neither here nor at HAProxy."""


class Refused(NotWell):
    """Nobody listens there."""


def ask(address: str, port: int, question: Question) -> None:
    """Returns when the instance is well; raises `NotWell` otherwise."""
    try:
        connection = socket.create_connection((address, port), question.connect)
    except TimeoutError:
        raise TooSlow(f"took no connection at {address}:{port} within {question.connect:g} s") from None
    except ConnectionRefusedError:
        raise Refused(f"refuses connections at {address}:{port}") from None
    except OSError as error:
        raise NotWell(f"cannot be reached at {address}:{port}: {error}") from None
    with connection:
        until = time.monotonic() + question.answer
        try:
            connection.sendall(question.request)
            head = _head(connection, until)
        except TimeoutError:
            raise TooSlow(f"did not answer {question.described} within {question.answer:g} s") from None
        except OSError as error:
            raise NotWell(f"broke the connection on {question.described}: {error}") from None
        _read_to_end(connection, until)
    _judge(head, question)


def _head(connection: socket.socket, until: float) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and b"\n\n" not in head and len(head) < LARGEST_HEAD:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(LARGEST_HEAD)
        if not piece:
            break
        head += piece
    return head


def _read_to_end(connection: socket.socket, until: float) -> None:
    """An app whose answer is not read to its end finds a broken connection, and its log is full of it."""
    try:
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(LARGEST_HEAD):
                return
    except OSError:
        pass


def _judge(head: bytes, question: Question) -> None:
    found = STATUS_LINE.match(head)
    if found is None:
        what = "closed the connection without an answer to" if not head else "answered with something that is not HTTP to"
        raise NotWell(f"{what} {question.described}")
    status = found[1].decode()
    if status == "200":
        return
    to = LOCATION.search(head) if status.startswith("3") else None
    where = f" (to {to[1].decode()})" if to else ""
    raise NotWell(f"answered {status}{where} to {question.described}; 200 counts as healthy, and nothing else")
