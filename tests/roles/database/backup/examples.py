"""What the program's tests begin with; importing this finds the program."""

from __future__ import annotations

import os
import pwd
import sys
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "../../../../roles/database/backup/program")
sys.dont_write_bytecode = True
sys.path[:0] = [PROGRAM, os.path.join(PROGRAM, "../../program")]

import pgbackrest  # noqa: E402
import postgres  # noqa: E402
from settings import Settings  # noqa: E402

# Here everything belongs to whoever runs the tests.
postgres.USER = pwd.getpwuid(os.geteuid()).pw_name

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def made(label: str, finished: datetime, wal: str = "00000001", lsn: str = "0/3000100", system: int = 7) -> pgbackrest.Backup:
    kind = {"F": "full", "D": "diff", "I": "incr"}[label[-1]]
    at = int(finished.timestamp())
    first = f"{wal}0000000000000003"
    return pgbackrest.Backup(label, kind, 1, at - 60, at, 1000, 100, first, first, lsn, system, "17-1", False)


def settings(folder: str = "/nowhere") -> Settings:
    return Settings(
        "main", "17", "main", f"{folder}/data", folder, 10, "/etc/postgresql/17/main/postgresql.conf", "app", "app", 5432, ()
    )
