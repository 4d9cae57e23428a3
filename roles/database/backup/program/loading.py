"""
Fills an empty database from a dump or from another server.

What is loaded comes from a foreign place, and SQL can do whatever the one who runs it may. So it is run by a user of the
machine who owns nothing, logged in as the app's role (pg_hba.conf lets that user be this role, in databases that are
being imported): neither `SET ROLE` nor a command of psql's own gets it any further.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from contextlib import contextmanager
from typing import IO, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from commands import Failed, say
from common import Problem
from postgres import SOCKET
from room import size
from settings import RUN, Settings

USER = "holdfast-import"
"""Made by sysusers.d (backup.ts)."""
DUMP = ("--no-owner", "--no-privileges")
QUIET = ("PGOPTIONS=-c client_min_messages=error",)

NO_DUMP = "pg_dump did not write this: it is neither its custom format (`pg_dump -Fc`), nor SQL, nor gzipped SQL"
OWNERS = (
    "the dump has commands that the app's role may not run, usually those that set owners. Make it again with `pg_dump "
    "--no-owner --no-privileges`, or in the custom format (`pg_dump -Fc`), from which an import leaves them out"
)


def is_address(source: str) -> bool:
    return re.match(r"postgres(ql)?://", source) is not None


def fill(settings: Settings, source: str, database: str) -> None:
    """
    source: path of a dump on this machine, or the address of a PostgreSQL server (`postgresql://…`)

    Raises Problem, with whatever was loaded until then in the database.
    """
    if is_address(source):
        say(f"copying from {urlsplit(source).hostname}")
        with logged_in(source) as (address, environment):
            dump = [f"{settings.programs}/pg_dump", *DUMP, "--format=plain", address]
            pipe([as_importer(dump, environment), run_sql(settings, database)])
    else:
        say(f"loading {size(os.path.getsize(source))}")
        load_file(settings, source, database)


def load_file(settings: Settings, path: str, database: str) -> None:
    """A dump in any of pg_dump's forms that are one file, SQL gzipped or not. Whole, or up to the first error."""
    with open(path, "rb", buffering=0) as file:
        head = file.read(512)
        file.seek(0)
        if head.startswith((b"PGDMP", b"toc.dat\0")):
            command = ["pg_restore", *DUMP, "--single-transaction", "--exit-on-error", "--dbname", connection(settings, database)]
            commands = [as_importer(command)]
        elif head.startswith(b"\x1f\x8b"):
            commands = [as_importer(["gzip", "-dc"]), run_sql(settings, database)]
        elif b"\0" in head:
            raise Problem(NO_DUMP)
        else:
            commands = [run_sql(settings, database)]
        try:
            pipe(commands, file)
        except Failed as failure:
            reason = explain(failure.output)
            if reason is None:
                raise
            raise Problem(f"{reason}.\n{failure.output.strip()}") from failure


def explain(output: str) -> str | None:
    """What an error of the loading programs most likely means, for a person."""
    if re.search(r"SET ROLE|must be owner|permission denied|role .* does not exist", output):
        return OWNERS
    if re.search(r"syntax error|invalid byte sequence|not in gzip format|unexpected end of file", output):
        return f"{NO_DUMP}; or its end is missing"
    return None


def analyze(settings: Settings, database: str) -> None:
    """Counts what was loaded. As the one who loaded it: an index may call a function of the dump's."""
    pipe([as_importer(["psql", "-Xqw", "-c", "ANALYZE", "-d", connection(settings, database)], QUIET)])


def run_sql(settings: Settings, database: str) -> list[str]:
    """Runs SQL from its input, in one transaction."""
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-o", "/dev/null", "-f", "-"]
    return as_importer(["psql", *options, "-d", connection(settings, database)], QUIET)


def connection(settings: Settings, database: str) -> str:
    return f"host={SOCKET} port={settings.port} user={settings.owner} dbname={database}"


def as_importer(command: Sequence[str], environment: Sequence[str] = ()) -> list[str]:
    """As a user who owns nothing and cannot become another user."""
    user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all", "--no-new-privs"]
    return [*user, "env", "HOME=/nonexistent", f"USER={USER}", "LC_ALL=C.UTF-8", *environment, *command]


@contextmanager
def logged_in(address: str) -> Iterator[tuple[str, list[str]]]:
    """
    The address without its password, and the environment that has it: by a file that only the importing user reads, since
    arguments are everybody's to read.
    """
    parts = urlsplit(address)
    password = unquote(parts.password or "").replace("\\", "\\\\").replace(":", "\\:")
    os.makedirs(RUN, 0o711, exist_ok=True)
    path = f"{RUN}/import-{secrets.token_hex(8)}.pgpass"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"*:*:*:*:{password}\n")
        shutil.chown(path, USER, USER)
        user, at, host = parts.netloc.rpartition("@")
        netloc = f"{user.split(':')[0]}{at}{host}"
        yield parts._replace(netloc=netloc).geturl(), [f"PGPASSFILE={path}", "PGCONNECT_TIMEOUT=10"]
    finally:
        if os.path.exists(path):
            os.unlink(path)


def size_on_server(settings: Settings, address: str) -> int:
    """Bytes that the database there takes. Raises Problem when it cannot be asked."""
    with logged_in(address) as (open_address, environment):
        ask = ["psql", "-XqAtw", "-d", open_address, "-c", "SELECT pg_database_size(current_database())"]
        found = subprocess.run(as_importer(ask, environment), cwd="/", capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise Problem(f"{urlsplit(address).hostname} did not answer: {found.stderr.strip()}")
    return int(found.stdout)


def pipe(commands: Sequence[Sequence[str]], source: IO[bytes] | None = None) -> None:
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
                stdin=processes[-1].stdout if processes else source or subprocess.DEVNULL,
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
