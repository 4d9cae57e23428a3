"""
Brings an existing PostgreSQL database in, once. It is loaded into a new database beside the app's, whole or not at all,
and takes its place by renaming: what was there before is kept.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from typing import Any, Sequence
from urllib.parse import unquote, urlsplit

import backups
import cluster
from commands import Failed, Problem, as_postgres, run, say
from pgbackrest import PgBackRest
from room import duration, require, size
from settings import Settings

UPLOADS = "holdfast-import"
"""Folder on the volume that a dump is uploaded to; deleted when it has been loaded."""


def plan(settings: Settings, bytes_of_dump: int) -> dict[str, Any]:
    """What an import would replace. Raises Problem when there is no room for it."""
    # A compressed dump becomes some four times as large, with its indexes; it lies there itself while it is loaded.
    require(settings.volume, settings.volume_gib, bytes_of_dump * 5, "the dump and the database made from it")
    rows = cluster.query(settings, cluster.CONTENT, settings.database)
    tables, count = (int(value) for value in rows[0])
    return {"database": settings.database, "tables": tables, "rows": count}


def receive(settings: Settings, bytes_expected: int) -> str:
    """Stores a dump from stdin on the volume. Returns its path. Raises Problem when not all of it came."""
    folder = os.path.join(settings.volume, UPLOADS)
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    shutil.chown(folder, "postgres", "postgres")
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
    shutil.chown(path, "postgres", "postgres")
    return path


def load(settings: Settings, source: str) -> None:
    """
    source: path of a dump on this machine, or the address of a PostgreSQL server (`postgresql://…`)

    Raises Problem, with the app's database as it was.
    """
    begun = time.monotonic()
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    fresh, before = f"{settings.database}-import-{stamp}", f"{settings.database}-before-{stamp}"
    owner, new = cluster.identifier(settings.owner), cluster.identifier(fresh)
    cluster.query(settings, f"CREATE DATABASE {new} OWNER {owner} TEMPLATE template0")
    try:
        fill(settings, source, fresh)
        cluster.query(settings, "ANALYZE", fresh)
        tables = cluster.query(settings, "SELECT count(*) FROM pg_stat_user_tables", fresh)[0][0]
        if tables == "0":
            raise Problem("the dump holds no tables: is it the right one?")
        swap(settings, fresh, before)
    except BaseException:
        cluster.query(settings, f"DROP DATABASE IF EXISTS {new} WITH (FORCE)")
        raise
    finally:
        shutil.rmtree(os.path.join(settings.volume, UPLOADS), ignore_errors=True)
    say(f"{tables} tables are in database {settings.database}, after {duration(time.monotonic() - begun)}")
    say(f"what was there before is database {before}: DROP DATABASE deletes it when nobody needs it")
    repository = PgBackRest(settings)
    if repository.info().reachable:
        backups.run_backup(settings, repository, "diff")


def fill(settings: Settings, source: str, database: str) -> None:
    if re.match(r"postgres(ql)?://", source):
        copy_from_server(settings, source, database)
    else:
        say(f"loading {size(os.path.getsize(source))}")
        restore_file(settings, source, database)


def restore_file(settings: Settings, path: str, database: str) -> None:
    """A dump in any of pg_dump's single-file forms, plain ones gzipped or not. In one transaction, as the app's own role."""
    with open(path, "rb") as file:
        head = file.read(5)
    if head == b"PGDMP":
        command = ["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        run(as_postgres([*command, f"--role={settings.owner}", "--dbname", database, "-p", str(settings.port), path]))
        return
    reader = ["gzip", "-dc", path] if head[:2] == b"\x1f\x8b" else ["cat", path]
    try:
        pipe([as_postgres(reader), plain_loader(settings, database)])
    except Failed as failure:
        if re.search(r"SET ROLE|must be owner|permission denied|role .* does not exist", failure.output):
            raise Problem(
                "the dump says who owns what, and the app's role may not do that. Make it anew with `pg_dump --no-owner "
                f"--no-privileges`, or in the custom form (`pg_dump -Fc`), where that can be left out.\n{failure.output.strip()}"
            ) from failure
        raise


def plain_loader(settings: Settings, database: str) -> list[str]:
    """
    Runs SQL as the app's role: without its rights a dump from a foreign place could do anything a superuser can. What
    such a dump says about owners it is not allowed to; pg_dump leaves that out with --no-owner.
    """
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-p", str(settings.port), "-d", database]
    return as_postgres(["env", f"PGOPTIONS=-c role={settings.owner} -c client_min_messages=error", "psql", *options, "-o", "/dev/null"])


def copy_from_server(settings: Settings, address: str, database: str) -> None:
    """The password goes to pg_dump by a file that only postgres reads: neither arguments nor the environment have it."""
    parts = urlsplit(address)
    password = unquote(parts.password or "")
    say(f"copying from {parts.hostname}")
    folder = os.path.join(settings.volume, UPLOADS)
    os.makedirs(folder, 0o700, exist_ok=True)
    shutil.chown(folder, "postgres", "postgres")
    secret = os.path.join(folder, "pgpass")
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(f"*:*:*:*:{escaped}\n")
    shutil.chown(secret, "postgres", "postgres")
    open_address = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@") if parts.password else parts.netloc)
    dump = ["env", f"PGPASSFILE={secret}", "PGCONNECT_TIMEOUT=10", f"{settings.programs}/pg_dump"]
    dump += ["--no-owner", "--no-privileges", "--format=plain", open_address.geturl()]
    pipe([as_postgres(dump), plain_loader(settings, database)])


def pipe(commands: Sequence[Sequence[str]]) -> None:
    """Runs programs with each one's output as the next one's input. Raises Failed for the first that failed."""
    processes: list[subprocess.Popen[bytes]] = []
    errors = []
    for index, command in enumerate(commands):
        error = open(os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o600), "w+b")
        errors.append(error)
        processes.append(
            subprocess.Popen(
                command,
                cwd="/",
                stdin=processes[-1].stdout if processes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if index < len(commands) - 1 else subprocess.DEVNULL,
                stderr=error,
            )
        )
        if index > 0 and processes[index - 1].stdout:
            processes[index - 1].stdout.close()  # type: ignore[union-attr]
    codes = [process.wait() for process in processes]
    messages = []
    for error in errors:
        error.seek(0)
        messages.append(error.read().decode("utf-8", "replace"))
        error.close()
    # A reader that gives up ends the writer by SIGPIPE: then the reader's reason is the reason.
    for index in sorted(range(len(codes)), key=lambda one: codes[one] in (-13, 141)):
        if codes[index] != 0:
            raise Failed(commands[index], codes[index], messages[index])


def swap(settings: Settings, fresh: str, before: str) -> None:
    """The new database takes the name of the old one. Connections to it end: the app makes new ones."""
    name, old, new = (cluster.identifier(one) for one in (settings.database, before, fresh))
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {cluster.literal(settings.database)}"
    rename = f"ALTER DATABASE {name} RENAME TO {old}; ALTER DATABASE {new} RENAME TO {name};"
    for _ in range(50):
        try:
            cluster.query(settings, f"{ending}; BEGIN; {rename} COMMIT;")
            break
        except Failed as failure:
            # The app was quicker with its next connection.
            if "being accessed by other users" not in failure.output:
                raise
            time.sleep(0.1)
    else:
        raise Problem(f"database {settings.database} could not be renamed: its users come back too quickly; stop the app first")
    for unit in settings.role_units:
        run(["systemctl", "restart", unit])
