"""
Watches the room on the database's volume: `space.py CONFIGURATION`, as root, for ever.

PostgreSQL stops when it cannot write its log, and does not start again until there is room. This program makes
transactions read-only before that happens. Instances then get errors that they can show, reading goes on, and nothing has
to be repaired. When the volume has room again, the program allows writing again.

It changes a setting of the whole server and has PostgreSQL read it again. Open sessions follow from their next
transaction on, so it disturbs nobody who reads. A session that writes in a transaction that began earlier is ended.

A reserve file lies on the volume, because the volume may fill up all at once. The program deletes the file when the
volume is full and PostgreSQL does not answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import postgres
from postgres import Part, Refused

# With which transactions may only read unless they say otherwise.
SETTING = "default_transaction_read_only"
READ_ONLY = (
    "ALTER ROLE postgres SET default_transaction_read_only = off",
    "ALTER SYSTEM SET default_transaction_read_only = on",
    "SELECT pg_reload_conf()",
)
WRITABLE = (
    "ALTER ROLE postgres RESET default_transaction_read_only",
    "ALTER SYSTEM RESET default_transaction_read_only",
    "SELECT pg_reload_conf()",
)
# Seconds between looks.
INTERVAL = 1.0
# Seconds for one call of psql.
TIMEOUT = 20
MIB = 1024 * 1024
# Looks after which PostgreSQL is asked again whether instances may write: somebody may have changed it.
ASK_EVERY = 60
# Bytes with which PostgreSQL counts as having no room at all.
NOTHING = 16 * MIB


@dataclass(frozen=True)
class Space:
    """What is watched. Sizes in bytes."""

    mount: Path
    ballast: Path
    users: tuple[str, str]
    """Roles that instances log in as."""
    database: str
    reserve_part: float
    """Of the volume: below this much room instances may only read. It is for PostgreSQL's own log and for cleaning up."""
    reserve_most: int

    def free(self) -> int:
        found = os.statvfs(self.mount)
        return found.f_bavail * found.f_frsize

    def reserve(self) -> int:
        found = os.statvfs(self.mount)
        return min(self.reserve_most, int(found.f_blocks * found.f_frsize * self.reserve_part))


class Guard:
    """Keeps the right to write in step with the room that there is. `sql` raises Refused when it cannot be run."""

    def __init__(self, space: Space, sql: Callable[..., list[postgres.Row]], say: Callable[[str], None]) -> None:
        self._space = space
        self._sql = sql
        self._say = say
        self._known: bool | None = None
        self._looks = 0

    def look(self) -> None:
        free, reserve = self._space.free(), self._space.reserve()
        self._looks += 1
        if self._looks % ASK_EVERY == 0 or free < NOTHING:
            self._known = None
        try:
            read_only = self.is_read_only()
            if free < reserve and not read_only:
                self._say(f"{free // MIB} MiB left, which is less than the {reserve // MIB} MiB reserve: instances may only read now")
                self._set(read_only=True)
            elif free < reserve:
                self._end_writers()
            elif free > 2 * reserve and read_only:
                self._say(f"{free // MIB} MiB free again: instances may write")
                self._set(read_only=False)
        except Refused as error:
            self._known = None
            if free < NOTHING and self._space.ballast.exists():
                self._say(f"the volume is full and PostgreSQL does not answer; the reserve file is deleted: {error}")
                self._space.ballast.unlink()
            return
        if free > 3 * reserve and not self._space.ballast.exists():
            make_ballast(self._space.ballast, reserve // 2)

    def is_read_only(self) -> bool:
        if self._known is None:
            self._known = self._sql("SELECT setting FROM pg_file_settings WHERE name = {name}", name=SETTING) == [("on",)]
        return self._known

    def _set(self, *, read_only: bool) -> None:
        """The superuser is exempt, who makes backups and tidies up."""
        self._known = None
        for statement in READ_ONLY if read_only else WRITABLE:
            self._sql(statement)

    def _end_writers(self) -> None:
        """Ends sessions that still write in a transaction that began earlier: they would fill the reserve."""
        self._sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename IN ({user}, {other}) AND backend_xid IS NOT NULL",
            user=self._space.users[0],
            other=self._space.users[1],
        )


def make_ballast(path: Path, size: int) -> None:
    """Whole or not at all."""
    unfinished = path.with_suffix(".new")
    with open(unfinished, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    os.replace(unfinished, path)


def sql(statement: str, **parts: Part) -> list[postgres.Row]:
    return postgres.ask(statement, TIMEOUT, **parts)


def main(configuration: Path) -> None:
    written = json.loads(configuration.read_text("utf-8"))
    mount = Path(written["mount"])
    reserve = written["reserve"]
    space = Space(mount, mount / "reserve", (written["users"][0], written["users"][1]), written["database"], reserve["part"], reserve["most"])
    guard = Guard(space, sql, lambda text: print(text, flush=True))
    while True:
        if os.path.ismount(mount):
            guard.look()
        time.sleep(INTERVAL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
