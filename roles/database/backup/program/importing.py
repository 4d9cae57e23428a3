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
import postgres
from commands import run, say
from common import Problem
from pgbackrest import PgBackRest
from postgres import Name, Refused
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
    tables, count = cluster.content(settings, settings.database)
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
        loading.analyze(settings, fresh)
        tables, _ = cluster.content(settings, fresh)
        if tables == 0:
            raise Problem("the dump has no tables: is it the right file?")
        swap(settings, fresh, before)
    finally:
        try:
            tidy(settings)
        except Refused as refused:
            say(f"{refused}\nHoldfast deletes the rest of the import as soon as PostgreSQL answers", error=True)
    for unit in settings.role_units:
        run(["systemctl", "restart", unit])
    say(f"{tables} tables are in database {settings.database}, after {duration(time.monotonic() - begun)}")
    say(f"the previous data is now database {before}; delete it with `dropdb` when nobody needs it")
    repository = PgBackRest(settings)
    if repository.info().reachable:
        backups.run_backup(settings, repository, "diff")


def make(settings: Settings, fresh: str) -> None:
    """With the same owner and rights as the app's own (login.py)."""
    with postgres.session(port=settings.port) as session:
        session.ask("CREATE DATABASE {new} TEMPLATE template0", new=Name(fresh))
        postgres.take_over(session, fresh, settings.owner)
    postgres.give_schema(fresh, settings.owner)


def close(settings: Settings) -> None:
    """Closes the app's database to new sessions until it is opened again, and ends the present ones."""
    cluster.query(settings, "ALTER DATABASE {name} ALLOW_CONNECTIONS false", name=Name(settings.database))
    end_sessions(settings)


def end_sessions(settings: Settings) -> None:
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = {name}"
    cluster.query(settings, ended, name=settings.database)


def swap(settings: Settings, fresh: str, before: str) -> None:
    """The new database takes the name of the old one, which is open again under its own new name: at once, or not at all."""
    for _ in range(50):
        end_sessions(settings)
        try:
            rename_both(settings, Name(settings.database), Name(fresh), Name(before))
            return
        except Refused as refused:
            # A session that was ended is not gone in the same moment.
            if refused.state != IN_USE:
                raise
            time.sleep(0.1)
    raise Problem(f"database {settings.database} could not be renamed: another session is still connected to it")


IN_USE = "55006"
"""PostgreSQL's code for a database that somebody is connected to (object_in_use)."""


def rename_both(settings: Settings, name: Name, fresh: Name, before: Name) -> None:
    with postgres.session(port=settings.port) as session, session.together():
        session.ask("ALTER DATABASE {name} RENAME TO {before}", name=name, before=before)
        session.ask("ALTER DATABASE {before} ALLOW_CONNECTIONS true", before=before)
        session.ask("ALTER DATABASE {fresh} RENAME TO {name}", fresh=fresh, name=name)


def tidy(settings: Settings) -> None:
    """
    What an import leaves that did not come to its end: a closed database, half of a new one, the dump. After one that did
    there is only the dump. Raises Refused when PostgreSQL does not answer.
    """
    shutil.rmtree(os.path.join(settings.volume, UPLOADS), ignore_errors=True)
    closed = "SELECT 1 FROM pg_database WHERE datname = {name} AND NOT datallowconn"
    if cluster.query(settings, closed, name=settings.database):
        cluster.query(settings, "ALTER DATABASE {name} ALLOW_CONNECTIONS true", name=Name(settings.database))
    unfinished = "SELECT datname FROM pg_database WHERE starts_with(datname, {beginning})"
    for (left,) in cluster.query(settings, unfinished, beginning=f"{settings.database}-import-"):
        cluster.query(settings, "DROP DATABASE IF EXISTS {left} WITH (FORCE)", left=Name(left))


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
