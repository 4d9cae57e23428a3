"""
Reads the SQL of a dump piece by piece: statements, lines for psql (`\\connect`), and the rows that follow a COPY.

PostgreSQL itself judges what a statement means. Here only its end is found, by the rules of PostgreSQL's manual ("Lexical
Structure") and, for bodies of functions and rules, as psql finds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, Iterator

from common import Problem

CHUNK = 1024 * 1024
HEAD = 60
"""Words of a statement that tell what it is."""

TOKEN = re.compile(
    rb"""
    (?P<space>\s++)
    |(?P<comment>--[^\n]*+)
    |(?P<block>/\*)
    |(?P<string>(?:[uU]&|[eEbBxXnN])?')
    |(?P<quoted>(?:[uU]&)?"(?:[^"]++|"")*+")
    |(?P<word>[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*+)
    |(?P<dollar>\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*+)?\$)
    |(?P<number>[0-9.]++)
    |(?P<other>.)
    """,
    re.X | re.S,
)
INSERT = re.compile(rb"(INSERT INTO [^(;'\"]*+)(?:[^'\"$;\\/-]++|'(?:[^'\\]++|'')*+'|-(?!-)|/(?!\*))*+;")
"""Most of the text of some dumps, and found at once where nothing about it is special."""
PLAIN = re.compile(rb"(?:[^']++|'')*+'")
ESCAPED = re.compile(rb"(?:[^'\\]++|\\.|'')*+'", re.S)
TAG = re.compile(rb"\$[A-Za-z0-9_\x80-\xff]*+")
BLOCK = re.compile(rb"/\*|\*/")
END_OF_ROWS = re.compile(rb"^\\\.\r?(?:\n|\Z)", re.M)
FUNCTION = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b", re.I)


class Cut(Problem):
    """The text ends within something."""


@dataclass(frozen=True)
class Statement:
    text: bytes
    """Without the semicolon, and without the comments before it."""
    line: int
    head: str
    """Its first words with one space between them, texts and comments left out: `CREATE TABLE "a b" ( id integer`."""


@dataclass(frozen=True)
class Command:
    """A line for psql, without its backslash."""

    text: str
    line: int


class Reader:
    """The pieces of a dump, one after the other."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._buffer = b""
        self._at = 0
        """Up to here all was handed out. A piece that is being read begins here."""
        self._ended = False
        self.line = 1
        """Of what is handed out next."""
        self.standard_strings = True
        """Whether a backslash in a text is a backslash (`standard_conforming_strings`)."""
        self.comments: list[str] = []
        """Those before the last piece."""

    def next(self) -> Statement | Command | None:
        """None at the end. Raises Cut."""
        self.comments = []
        while True:
            found = self._token(self._at)
            if found is None:
                return None
            kind, start, end = found
            if kind == "comment":
                self.comments.append(self._buffer[start:end].decode("utf-8", "replace"))
            elif self._buffer[start:end] == b"\\":
                self._pass(end)
                return self._command()
            elif kind not in ("space", "block") and self._buffer[start:end] != b";":
                return self._statement()
            self._pass(end)

    def _statement(self) -> Statement:
        insert = INSERT.match(self._buffer, self._at)
        if insert:
            statement = Statement(insert[0][:-1], self.line, insert[1].decode("utf-8", "replace").replace(".", " . "))
            self._pass(insert.end())
            return statement
        words: list[str] = []
        at, parentheses, blocks = self._at, 0, 0
        while True:
            found = self._token(at)
            if found is None:
                raise Cut(f"the file ends within the statement that begins in line {self.line}")
            kind, start, at = found
            text = self._buffer[start:at]
            if text == b";" and parentheses <= 0 and blocks <= 0:
                statement = Statement(self._buffer[self._at : start], self.line, " ".join(words))
                self._pass(at)
                return statement
            if text in (b"(", b")"):
                parentheses += 1 if text == b"(" else -1
            if kind == "word" and (blocks or text.upper() == b"BEGIN") and FUNCTION.match(" ".join(words[:4])):
                blocks += {b"BEGIN": 1, b"CASE": 1, b"END": -1}.get(text.upper(), 0)
            if len(words) < HEAD and kind not in ("space", "comment", "block", "string", "dollar"):
                words.append(text.decode("utf-8", "replace"))

    def _token(self, at: int) -> tuple[str, int, int] | None:
        """
        Kind, beginning and end of the token there; None at the end of the file. One that reaches the end of what was read may
        go on, so more is read first.
        """
        while True:
            found = self._match(at)
            if found is not None and (found[1] < len(self._buffer) or self._ended or self._buffer[at:] == b";"):
                return found[0], at, found[1]
            if self._ended:
                if at >= len(self._buffer):
                    return None
                raise Cut(f"the file ends within the statement or text that begins in line {self.line}")
            at -= self._more()

    def _match(self, at: int) -> tuple[str, int] | None:
        match = TOKEN.match(self._buffer, at)
        if match is None:
            return None
        kind, end = str(match.lastgroup), match.end()
        if kind == "string":
            backslashes = match[0] in (b"e'", b"E'") or not self.standard_strings and match[0] == b"'"
            closing = (ESCAPED if backslashes else PLAIN).match(self._buffer, end)
            return (kind, closing.end()) if closing else None
        if kind == "dollar":
            position = self._buffer.find(match[0], end)
            return (kind, position + len(match[0])) if position >= 0 else None
        if kind == "block":
            return self._block(end)
        if match[0] == b"$":
            # The rest of a `$tag$` may not have been read yet.
            return kind, end if self._ended or not TAG.fullmatch(self._buffer, at) else len(self._buffer)
        return None if match[0] == b'"' else (kind, end)

    def _block(self, at: int) -> tuple[str, int] | None:
        """A comment may hold others."""
        depth = 1
        while depth > 0:
            match = BLOCK.search(self._buffer, at)
            if match is None:
                return None
            depth += 1 if match[0] == b"/*" else -1
            at = match.end()
        return "block", at

    def _command(self) -> Command:
        line, end = self.line, self._line_end()
        text = self._buffer[self._at : end].decode("utf-8", "replace").strip()
        self._pass(end)
        return Command(text, line)

    def rows(self) -> Iterator[bytes]:
        """What follows a `COPY … FROM stdin`, up to its end mark, in parts of whole lines. Raises Cut."""
        self._pass(self._line_end())
        begun = self.line
        while True:
            # From the beginning of a line on, so that a mark there is found.
            self._drop()
            end = END_OF_ROWS.search(self._buffer)
            if end is not None and (end[0].endswith(b"\n") or self._ended):
                yield self._buffer[: end.start()]
                self._pass(end.end())
                return
            if self._ended:
                raise Cut(f"the file ends within the rows that begin in line {begun}")
            lines = end.start() if end is not None else self._buffer.rfind(b"\n") + 1
            yield self._buffer[:lines]
            self._pass(lines)
            self._more()

    def _line_end(self) -> int:
        while True:
            position = self._buffer.find(b"\n", self._at)
            if position >= 0 or self._ended:
                return position + 1 if position >= 0 else len(self._buffer)
            self._more()

    def _pass(self, at: int) -> None:
        self.line += self._buffer.count(b"\n", self._at, at)
        self._at = at

    def _drop(self) -> int:
        moved, self._buffer = self._at, self._buffer[self._at :]
        self._at = 0
        return moved

    def _more(self) -> int:
        """
        Reads on: as much again as there is, so that a long text is not looked through too often. Returns by how much what is
        in the buffer moved.
        """
        moved = self._drop()
        new = self._source.read(max(CHUNK, len(self._buffer)))
        self._ended = not new
        self._buffer += new
        return moved
