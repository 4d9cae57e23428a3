"""
Brings an existing PostgreSQL database in, once. It is loaded into a new database beside the app's, whole or not at all,
and takes its place by renaming: what was there before is kept.

Meanwhile the app's database accepts no connection. What an instance wrote to it now would be gone after the renaming, although
it was acknowledged; and it is how the app's machines see that the database is not back yet (pause.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from typing import Any

import backups
import cluster
import jobs
import loading
from commands import Failed, run, say
from common import Problem
from pgbackrest import PgBackRest
from room import duration, require
from settings import Settings

UPLOADS = "holdfast-import"
"""Folder on the volume that a dump is uploaded to; deleted when it has been loaded."""


def plan(settings: Settings, bytes_of_dump: int, source: str | None) -> dict[str, Any]:
    """
    What an import would replace. Raises Problem when there is no room for it.

    source: address of a PostgreSQL server; None: the dump comes as a file
    """
    if jobs.at_work("import"):
        raise Problem("an import is running already: `holdfast backup follow import` shows it")
    if source is None:
        # A compressed dump becomes some four times as large, with its indexes; it lies there itself while it is loaded.
        require(settings.volume, settings.volume_gib, bytes_of_dump * 5, "the dump and the database made from it")
    else:
        bytes_there = loading.size_on_server(settings, source)
        require(settings.volume, settings.volume_gib, bytes_there, "a copy of the database there")
    rows = cluster.query(settings, cluster.CONTENT, settings.database)
    tables, count = (int(value) for value in rows[0])
    return {"database": settings.database, "tables": tables, "rows": count}


def receive(settings: Settings, bytes_expected: int) -> str:
    """Stores a dump from stdin on the volume. Returns its path. Raises Problem when not all of it came."""
    folder = os.path.join(settings.volume, UPLOADS)
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    path = os.path.join(folder, "dump")
    require(settings.volume, settings.volume_gib, bytes_expected, "the dump")
    with open(0, "rb", closefd=False) as source, open(path, "wb") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)
        target.flush()
        os.fsync(target.fileno())
    received = os.path.getsize(path)
    if received != bytes_expected:
        shutil.rmtree(folder, ignore_errors=True)
        raise Problem(f"the dump has {bytes_expected} bytes, {received} arrived: the connection broke; try again")
    return path


def load(settings: Settings, source: str) -> None:
    """
    source: path of a dump on this machine, or the address of a PostgreSQL server (`postgresql://…`)

    Raises Problem, with the app's database as it was.
    """
    begun = time.monotonic()
    # Also when somebody stops the unit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    fresh, before = f"{settings.database}-import-{stamp}", f"{settings.database}-before-{stamp}"
    try:
        make(settings, fresh)
        close(settings)
        loading.fill(settings, source, fresh)
        cluster.query(settings, "ANALYZE", fresh)
        tables = cluster.query(settings, "SELECT count(*) FROM pg_stat_user_tables", fresh)[0][0]
        if tables == "0":
            raise Problem("the dump has no tables: is it the right file?")
        swap(settings, fresh, before)
    finally:
        try:
            tidy(settings)
        except Failed as failure:
            say(f"{failure}\nHoldfast deletes the rest of the import as soon as PostgreSQL answers", error=True)
    for unit in settings.role_units:
        run(["systemctl", "restart", unit])
    say(f"{tables} tables are in database {settings.database}, after {duration(time.monotonic() - begun)}")
    say(f"the previous data is now database {before}; delete it with DROP DATABASE when nobody needs it")
    repository = PgBackRest(settings)
    if repository.info().reachable:
        backups.run_backup(settings, repository, "diff")


def make(settings: Settings, fresh: str) -> None:
    """As for the app's own: no other role may connect to it (login.py)."""
    owner, new = cluster.identifier(settings.owner), cluster.identifier(fresh)
    cluster.query(settings, f"CREATE DATABASE {new} OWNER {owner} TEMPLATE template0")
    cluster.query(settings, f"REVOKE ALL ON DATABASE {new} FROM PUBLIC")


def close(settings: Settings) -> None:
    """Closes the app's database to new sessions until it is opened again, and ends the present ones."""
    cluster.query(settings, f"ALTER DATABASE {cluster.identifier(settings.database)} ALLOW_CONNECTIONS false")
    end_sessions(settings)


def end_sessions(settings: Settings) -> None:
    name = cluster.literal(settings.database)
    cluster.query(settings, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {name}")


def swap(settings: Settings, fresh: str, before: str) -> None:
    """The new database takes the name of the old one, which is open again under its own new name: at once, or not at all."""
    name, old, new = (cluster.identifier(one) for one in (settings.database, before, fresh))
    rename = f"ALTER DATABASE {name} RENAME TO {old}; ALTER DATABASE {old} ALLOW_CONNECTIONS true;"
    for _ in range(50):
        end_sessions(settings)
        try:
            cluster.query(settings, f"BEGIN; {rename} ALTER DATABASE {new} RENAME TO {name}; COMMIT;")
            return
        except Failed as failure:
            # A session that was ended is not gone in the same moment.
            if "being accessed by other users" not in failure.output:
                raise
            time.sleep(0.1)
    raise Problem(f"database {settings.database} could not be renamed: another session is still connected to it")


def tidy(settings: Settings) -> None:
    """
    What an import leaves that did not come to its end: a closed database, half of a new one, the dump. After one that did
    there is only the dump. Raises Failed when PostgreSQL does not answer.
    """
    shutil.rmtree(os.path.join(settings.volume, UPLOADS), ignore_errors=True)
    name, unfinished = cluster.literal(settings.database), cluster.literal(f"{settings.database}-import-%")
    if cluster.value(settings, f"SELECT datallowconn FROM pg_database WHERE datname = {name}") == "f":
        cluster.query(settings, f"ALTER DATABASE {cluster.identifier(settings.database)} ALLOW_CONNECTIONS true")
    for (left,) in cluster.query(settings, f"SELECT datname FROM pg_database WHERE datname LIKE {unfinished}"):
        cluster.query(settings, f"DROP DATABASE IF EXISTS {cluster.identifier(left)} WITH (FORCE)")


def ended(settings: Settings, patience: float = 60) -> None:
    """After an import, however it ended: one that was killed could do nothing any more."""
    until = time.monotonic() + patience
    while not cluster.running(settings) and time.monotonic() < until:
        time.sleep(1)
    tidy(settings)


def booted(settings: Settings) -> None:
    """After a power cut in the middle of an import. One that is at work is left alone."""
    if not jobs.at_work("import"):
        tidy(settings)
