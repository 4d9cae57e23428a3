"""
Brings an existing PostgreSQL database in, in two steps. `load` makes a new database beside the app's from it, while the app
goes on: a dump is read to its end and judged before anybody notices. `swap_in` gives that database the name of the app's, by
renaming, while the app is stopped; what was there before is kept.

Each step is a job of its own, so that a laptop that goes away in between leaves the app as it was.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from typing import Any

import cluster
import jobs
import loading
import postgres
from commands import run, say
from common import Problem
from loading import UPLOADS
from postgres import IMPORTER, Name, Refused
from room import counted, duration, require
from settings import Settings

LOADING = "-import-"
"""After the name of the app's database: one that is being loaded. pg_hba.conf lets the loading role into it."""
LOADED = "-loaded-"
"""The same: one that is whole, judged, and the app's role's."""


def plan(settings: Settings, bytes_of_dump: int, source: str | None) -> dict[str, Any]:
    """
    What an import would replace. Raises Problem when there is no room for it.

    source: address of a PostgreSQL server; None: the dump comes as a file
    """
    for job in ("load", "import"):
        if jobs.at_work(job):
            raise Problem(f"an import is running already: `holdfast backup follow {job}` shows it")
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
    os.mkdir(folder, 0o711)
    path = os.path.join(folder, "dump")
    require(settings.volume, settings.volume_gib, bytes_expected, "the dump")
    new = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(0, "rb", closefd=False) as source, open(new, "wb") as target:
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

    Raises Problem, with nothing left of it.
    """
    begun = time.monotonic()
    # Also when somebody stops the unit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    discard(settings)
    fresh = f"{settings.database}{LOADING}{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    try:
        schemas = loading.survey(settings, source) if settings.extensions else {}
        make(settings, fresh, schemas)
        outcome = loading.fill(settings, source, fresh)
        if outcome.again:
            say("functions of the dump need its tables to be found by their names alone: loading it once more, in that way")
            drop(settings, fresh)
            make(settings, fresh, schemas)
            outcome = loading.fill(settings, source, fresh, everywhere=True)
        hand_over(settings, fresh)
        tables, rows = cluster.content(settings, fresh)
        if tables == 0:
            raise Problem("the dump has no tables: is it the right file?")
        cluster.query(
            settings, "ALTER DATABASE {fresh} RENAME TO {whole}", fresh=Name(fresh), whole=Name(fresh.replace(LOADING, LOADED))
        )
    finally:
        try:
            tidy(settings)
        except Refused as refused:
            say(f"{refused}\nHoldfast deletes the rest of the import as soon as PostgreSQL answers", error=True)
    what = f"{counted(tables, 'table')} with about {counted(rows, 'row')}" if outcome.rows else f"{counted(tables, 'table')} and no rows"
    say(f"loaded beside the app's database in {duration(time.monotonic() - begun)}: {what}")
    if not outcome.rows:
        say("note: the dump has no rows at all, as `pg_dump --schema-only` writes it")


def swap_in(settings: Settings) -> None:
    """Gives the database that was loaded the name of the app's. Raises Problem, with the app's database as it was."""
    begun = time.monotonic()
    found = databases(settings, LOADED)
    if not found:
        raise Problem("no database is loaded: `holdfast import --from …` loads one first")
    fresh = str(found[0][0])
    before = fresh.replace(LOADED, "-before-")
    try:
        cluster.query(settings, "ALTER DATABASE {name} ALLOW_CONNECTIONS false", name=Name(settings.database))
        swap(settings, fresh, before)
    finally:
        reopen(settings)
    # When this job has ended, so that nobody waits for it: earlier backups lead to the earlier database.
    run(["systemctl", "start", "--no-block", "holdfast-backup@diff.service"])
    tables, _ = cluster.content(settings, settings.database)
    say(f"database {settings.database} now has {counted(tables, 'table')}, after {duration(time.monotonic() - begun)}")
    say(f"the previous data is now database {before}; delete it with `dropdb` when nobody needs it")


def make(settings: Settings, fresh: str, schemas: dict[str, str]) -> None:
    """
    Empty but for the stack's extensions, for a role that may do everything in it and nothing elsewhere.

    schemas: extension → schema that the dump expects it in
    """
    with postgres.session(port=settings.port) as session:
        name, importer = Name(fresh), Name(IMPORTER)
        if not session.ask("SELECT 1 FROM pg_roles WHERE rolname = {role}", role=IMPORTER):
            session.ask("CREATE ROLE {role} LOGIN", role=importer)
        session.ask("CREATE DATABASE {new} TEMPLATE template0", new=name)
        with session.together():
            session.ask("REVOKE ALL ON DATABASE {new} FROM PUBLIC", new=name)
            session.ask("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {new} TO {role}", new=name, role=importer)
    # While nobody else has been in it: what a superuser creates there runs nothing of the dump's.
    postgres.add_extensions(fresh, settings.extensions, [settings.owner, IMPORTER], schemas)
    with postgres.session(fresh, port=settings.port) as session:
        for (schema,) in session.ask(SCHEMAS):
            session.ask("ALTER SCHEMA {schema} OWNER TO {role}", schema=Name(schema), role=importer)


def hand_over(settings: Settings, fresh: str) -> None:
    """Everything in it becomes the app's, as if its role had made it (login.py)."""
    importer, owner = Name(IMPORTER), Name(settings.owner)
    with postgres.session(fresh, port=settings.port) as session:
        session.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = {role}", role=IMPORTER)
        # Each for itself: together they would need a lock for each table and index at once.
        for schema, name in session.ask(TABLES, role=IMPORTER):
            session.ask("ALTER TABLE {schema}.{name} OWNER TO {owner}", schema=Name(schema), name=Name(name), owner=owner)
        session.ask("REASSIGN OWNED BY {role} TO {owner}", role=importer, owner=owner)
        session.ask("DROP OWNED BY {role}", role=importer)
        postgres.take_over(session, fresh, settings.owner)
    postgres.give_schema(fresh, settings.owner)


SCHEMAS = """
    SELECT nspname FROM pg_namespace n WHERE nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = n.oid AND d.classid = 'pg_namespace'::regclass AND d.deptype = 'e')"""
"""Of a new database: public, and those that were made for extensions, but not the extensions' own."""

TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = (SELECT oid FROM pg_roles WHERE rolname = {role}) AND c.relpersistence <> 't'
    AND (c.relkind IN ('r', 'p', 'v', 'm', 'f') OR c.relkind = 'S' AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
    ))"""
"""Tables, views and sequences of a role; a sequence that belongs to a column goes with its table."""


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
    What a load leaves that did not come to its end: half of a new database, its role, the dump. After one that did there is only
    the dump. Raises Refused when PostgreSQL does not answer.
    """
    shutil.rmtree(os.path.join(settings.volume, UPLOADS), ignore_errors=True)
    for (left,) in databases(settings, LOADING):
        drop(settings, left)
    cluster.query(settings, "DROP ROLE IF EXISTS {role}", role=Name(IMPORTER))


def reopen(settings: Settings) -> None:
    """Opens the app's database again where a swap was cut."""
    closed = "SELECT 1 FROM pg_database WHERE datname = {name} AND NOT datallowconn"
    if cluster.query(settings, closed, name=settings.database):
        cluster.query(settings, "ALTER DATABASE {name} ALLOW_CONNECTIONS true", name=Name(settings.database))


def discard(settings: Settings) -> None:
    """Deletes what was loaded and did not take the app's database's place."""
    for (loaded,) in databases(settings, LOADED):
        drop(settings, loaded)


def databases(settings: Settings, part: str) -> list[postgres.Row]:
    names = "SELECT datname FROM pg_database WHERE starts_with(datname, {beginning}) ORDER BY 1 DESC"
    return cluster.query(settings, names, beginning=f"{settings.database}{part}")


def drop(settings: Settings, name: str) -> None:
    cluster.query(settings, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=Name(name))


def ended(settings: Settings, patience: float = 60) -> None:
    """After a load or a swap, however it ended: one that was killed could do nothing any more."""
    until = time.monotonic() + patience
    while not cluster.running(settings) and time.monotonic() < until:
        time.sleep(1)
    reopen(settings)
    tidy(settings)


def booted(settings: Settings) -> None:
    """After a power cut in the middle of an import. One that is at work is left alone."""
    if not jobs.at_work("load") and not jobs.at_work("import"):
        reopen(settings)
        tidy(settings)
        discard(settings)
