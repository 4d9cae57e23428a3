#!/usr/bin/python3
"""
Which releases have migrated the database. Where the stack has one this is written in the database itself, and goes
wherever the data goes: one that was restored, imported or made anew knows what it has and what it lacks.

  holdfast-migrations due     0: this release's migration has not been run on this database; 1: it has; 255: it is not known
  holdfast-migrations note    notes that it has been run
  holdfast-migrations since   when it was run, in ISO 8601; nothing where it was not
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

ENVIRONMENT = Path("/etc/holdfast/app/database.env")
"""How the database is reached; not there where the stack has none."""
RELEASE = "/opt/app/release"
VOLUME = Path("/etc/holdfast/app/database-volume")
"""Which volume the database is on."""
FILES = Path("/var/lib/holdfast/migrations")
"""Replaces the database where the stack has none. Where it has one, a copy for when it accepts no connection."""
PATIENCE = 60.0
"""Seconds that a database may be away: one that restarts is back within them."""
BRIEF = 10.0
"""The same where this machine has an answer of its own, or a person waits for one."""
UNKNOWN = 255
"""systemd takes this code for an error of the unit, and each one below it for "not now"."""

# A schema of its own: what the app does with its tables does not meet it.
NEW = """
    CREATE SCHEMA IF NOT EXISTS holdfast;
    CREATE TABLE IF NOT EXISTS holdfast.migrations (release text PRIMARY KEY, done timestamptz NOT NULL DEFAULT now());
"""


class Notes:
    """In files, one for each release."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def since(self, release: str) -> str:
        try:
            return (self._folder / release).read_text("utf-8").strip()
        except FileNotFoundError:
            return ""

    def note(self, release: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self.since(release):
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            (self._folder / release).write_text(f"{now}\n", "utf-8")


class DatabaseNotes:
    """In the database, with the rights of the app."""

    def __init__(self, url: str, patience: float) -> None:
        self._connection = connect(url, patience)

    def since(self, release: str) -> str:
        if self._one("SELECT to_regclass('holdfast.migrations')") is None:
            return ""
        done = self._one("SELECT done FROM holdfast.migrations WHERE release = %s", release)
        return "" if done is None else str(done.astimezone(timezone.utc).isoformat())

    def note(self, release: str) -> None:
        self._connection.execute(NEW)
        self._connection.execute("INSERT INTO holdfast.migrations (release) VALUES (%s) ON CONFLICT DO NOTHING", (release,))

    def _one(self, sql: str, *values: str) -> Any:
        row = self._connection.execute(sql, values).fetchone()
        return row and row[0]


def connect(url: str, patience: float) -> Any:
    """Raises psycopg.OperationalError when the database accepts no connection for so long."""
    import psycopg  # Not there where the stack has no database.

    deadline = time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def database_url(environment: Path) -> str | None:
    """Past the pool, whose sessions are not ours; None where the stack has no database."""
    try:
        lines = environment.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    for line in lines:
        name, _, value = line.partition("=")
        if name == "DATABASE_DIRECT_URL":
            return "".join(shlex.split(value))
    raise ValueError(f"{environment} has no DATABASE_DIRECT_URL")


def release_at(link: str) -> str:
    """The release that a link leads to, by the checksum of its content."""
    found = re.search(r"[0-9a-f]{64}", os.readlink(link))
    if found is None:
        raise ValueError(f"{link} does not point to a release")
    return found.group()


def main(action: str) -> int:
    release = release_at(RELEASE)
    url = database_url(ENVIRONMENT)
    # Another volume is another database.
    files = Notes(FILES / VOLUME.read_text("utf-8").strip() if VOLUME.exists() else FILES)
    if action == "due":
        return 1 if done(release, url, files) else 0
    if action == "since":
        # Somebody waits for this one.
        print(notes_of(url, files, BRIEF).since(release))
        return 0
    notes_of(url, files).note(release)
    files.note(release)
    return 0


def notes_of(url: str | None, files: Notes, patience: float = PATIENCE) -> Notes | DatabaseNotes:
    return files if url is None else DatabaseNotes(url, patience)


def done(release: str, url: str | None, files: Notes) -> bool:
    """
    A database that a bad release has brought down, or whose connections it has all taken, must not be what stops the way
    back to a release that has migrated it before.
    """
    before = bool(files.since(release))
    try:
        return bool(notes_of(url, files, BRIEF if before else PATIENCE).since(release))
    except Exception as error:
        if not before:
            raise
        print(f"the database does not answer ({error}); this machine remembers that the release has migrated it before")
        return True


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("due", "note", "since"):
        print((__doc__ or "").strip(), file=sys.stderr)
        sys.exit(2)
    if os.geteuid() != 0:
        sys.exit("only root may read the database's password: use sudo holdfast-migrations …")
    try:
        sys.exit(main(sys.argv[1]))
    except Exception as error:  # Whatever it is: "not due" would let a release run on a schema that it does not know.
        print(f"the database cannot be asked which migrations it has: {error}", file=sys.stderr)
        sys.exit(UNKNOWN)
