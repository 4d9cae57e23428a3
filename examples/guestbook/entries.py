"""What an entry is, and where entries are kept when the stack has no database: a file that all instances of one machine share."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import BinaryIO

MAX_NAME = 60
MAX_TEXT = 500


@dataclass(frozen=True)
class Entry:
    """One line that a visitor left."""

    id: str
    name: str
    text: str
    written: str


class BadEntry(ValueError):
    """What a visitor sent cannot become an entry; the message says why."""


class Unavailable(Exception):
    """Entries can be neither read nor written at the moment; whether what was being written is there, nobody knows."""


def new_entry(entry_id: str, name: str, text: str) -> Entry:
    """Checks and cleans what a visitor sent."""
    name, text = name.strip(), text.strip()
    if not text:
        raise BadEntry("an entry needs a text")
    if len(text) > MAX_TEXT or len(name) > MAX_NAME:
        raise BadEntry(f"a name has at most {MAX_NAME} characters, a text {MAX_TEXT}")
    written = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Entry(entry_id, name or "Somebody", text, written)


class Entries:
    """
    A file of JSON lines. Appended under a lock and written to disk before anybody is told that it is, so an entry that
    was acknowledged survives a kill; a line cut by a kill was never acknowledged and is skipped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, entry: Entry) -> None:
        line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
        with open(self._path, "ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _ends_with_newline(file):
                line = "\n" + line
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """The file is open only while somebody writes."""

    def newest(self, count: int) -> list[Entry]:
        """The last entries, newest first."""
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().splitlines()
        entries = (_parse(line) for line in reversed(lines))
        return list(islice((entry for entry in entries if entry), count))


def _ends_with_newline(file: BinaryIO) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _parse(line: bytes) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None
