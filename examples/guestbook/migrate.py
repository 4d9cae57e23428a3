"""
Brings the database's tables to what this release needs: `python3 migrate.py`, with $DATABASE_URL.

Each file of migrations/ is carried out once, in the order of their numbers and in a transaction of its own: one that
fails leaves the tables as they were before it. A lock in the database keeps a second run waiting.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import psycopg

FOLDER = Path(__file__).parent / "migrations"
# Any number, as long as nothing else in the database takes it.
LOCK = 20_261_124
# Seconds. A database that restarts is waited for.
PATIENCE = 60


def migrations(folder: Path) -> list[tuple[int, str, bytes]]:
    """Number, name and SQL of each migration, in order. Raises ValueError for numbers that leave gaps or meet."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = re.fullmatch(r"(\d{3})_(\w+)\.sql", path.name)
        if match is None:
            raise ValueError(f"{path.name} is not called like 001_what_it_does.sql")
        found.append((int(match[1]), match[2], path.read_bytes()))
    if [number for number, _, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the numbers in {folder} are not 1, 2, 3 and so on")
    return found


def migrate(connection: psycopg.Connection, folder: Path = FOLDER) -> list[str]:
    """Carries out what is missing and returns its names. `connection` has autocommit on."""
    wanted = migrations(folder)
    connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations (number int PRIMARY KEY, name text NOT NULL, done timestamptz NOT NULL)"
        )
        done = {number for (number,) in connection.execute("SELECT number FROM migrations").fetchall()}
        missing = [migration for migration in wanted if migration[0] not in done]
        for number, name, sql in missing:
            with connection.transaction():
                # A table that others use is waited for only so long: behind a waiting migration everybody waits.
                connection.execute("SET LOCAL lock_timeout = '5s'")
                connection.execute(sql)
                connection.execute("INSERT INTO migrations VALUES (%s, %s, now())", (number, name))
            print(f"migration {number} ({name}) is done", flush=True)
        return [name for _, name, _ in missing]
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def connect(url: str, patience: float) -> psycopg.Connection:
    """Raises psycopg.OperationalError when the database does not answer in time."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise
            print(f"waiting for the database: {str(error).splitlines()[0]}", flush=True)
            time.sleep(1)


def main() -> int:
    url = os.environ.get("DATABASE_URL")
    if not url:
        print("this stack has no database: entries are kept in a file, and there is nothing to migrate")
        return 0
    with connect(url, PATIENCE) as connection:
        if not migrate(connection):
            print("there is nothing to migrate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
