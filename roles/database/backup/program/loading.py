"""
Fills an empty database from a dump or from another server.

What is loaded comes from a foreign place, and SQL can do whatever the one who runs it may. So a program of ours reads it
(loader.py) as a user of the machine who owns nothing, logged in as a role that is there for the import alone: it may make what
it likes in the new database, and nothing anywhere else.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from commands import say
from common import Problem, last_lines
from postgres import IMPORTER, SOCKET
from reachable import no_way_to
from room import scarce, size
from settings import RUN, Settings

USER = "holdfast-import"
"""Made by sysusers.d (backup.ts)."""
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "loader.py")
UPLOADS = "holdfast-import"
"""Folder on the volume that a dump is uploaded to; deleted when it has been loaded."""


@dataclass
class Outcome:
    """What loader.py has told."""

    left: list[str] = field(default_factory=list)
    rows: bool = False
    done: bool = False
    again: bool = False
    """Functions of the dump's look names up in the schema public, which it has switched off: it needs a second attempt."""
    reason: str | None = None
    schemas: dict[str, str] = field(default_factory=dict)
    """Extension → schema that the dump wants it in."""


def is_address(source: str) -> bool:
    return re.match(r"postgres(ql)?://", source) is not None


def survey(settings: Settings, source: str) -> dict[str, str]:
    """Extension → schema that a dump wants it in, from its beginning. Raises Problem."""
    request = {"programs": settings.programs, "work": work_folder(settings), "survey": True}
    if is_address(source):
        with logged_in(source) as (address, environment):
            return load(settings, {**request, "server": address}, environment, None).schemas
    return load(settings, request, (), source).schemas


def fill(settings: Settings, source: str, database: str, everywhere: bool = False) -> Outcome:
    """
    source: path of a dump on this machine, or the address of a PostgreSQL server (`postgresql://…`)
    everywhere: whether names are looked up in the schema public all the time

    Raises Problem, with whatever was loaded until then in the database.
    """
    request: dict[str, Any] = {
        "connection": f"host={SOCKET} port={settings.port} user={IMPORTER} dbname={database}",
        "programs": settings.programs,
        "version": settings.version,
        "work": work_folder(settings),
        "everywhere": everywhere,
    }
    if is_address(source):
        say(f"copying from {urlsplit(source).hostname}")
        with logged_in(source) as (address, environment):
            return load(settings, {**request, "server": address}, environment, None)
    say(f"loading {size(os.path.getsize(source))}")
    return load(settings, request, (), source)


def work_folder(settings: Settings) -> str:
    """Empty, and the loading user's."""
    uploads = os.path.join(settings.volume, UPLOADS)
    os.makedirs(uploads, 0o711, exist_ok=True)
    folder = os.path.join(uploads, "work")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    shutil.chown(folder, USER, USER)
    return folder


def load(settings: Settings, request: dict[str, Any], environment: Sequence[str], path: str | None) -> Outcome:
    command = as_importer(["/usr/bin/python3", "-B", PROGRAM, json.dumps(request)], environment)
    with (
        open(path or os.devnull, "rb", buffering=0) as file,
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, cwd="/", stdin=file, stdout=subprocess.PIPE, stderr=said, start_new_session=True) as loader,
    ):
        full = threading.Event()
        watching = threading.Thread(target=watch, args=(settings, loader, full), daemon=True)
        watching.start()
        try:
            outcome = listen(loader)
        finally:
            loader.kill()
            watching.join()
        if outcome.done or outcome.again:
            return outcome
        if full.is_set():
            raise Problem(
                f"the volume has no room for the imported database beside the present one: set holdfast:database.volumeSize to more than "
                f"{settings.volume_gib} and run `pulumi up`, then import again"
            )
        said.seek(0)
        raise Problem(outcome.reason or last_lines(said.read().decode("utf-8", "replace"), 8).strip() or f"loading ended with {loader.returncode}")


def listen(loader: subprocess.Popen[bytes]) -> Outcome:
    """Passes on what is told as it comes."""
    outcome = Outcome()
    assert loader.stdout is not None
    for line in loader.stdout:
        told = json.loads(line)
        if "left" in told:
            outcome.left.append(str(told["left"]))
            say(f"left out: {told['left']}")
        if "note" in told:
            say(f"note: {told['note']}")
        outcome.rows = bool(told.get("rows", outcome.rows))
        outcome.done = bool(told.get("done", outcome.done))
        outcome.again = bool(told.get("again", outcome.again))
        outcome.reason = told.get("failed", outcome.reason)
        outcome.schemas.update(told.get("schemas", {}))
    loader.wait()
    return outcome


def watch(settings: Settings, loader: subprocess.Popen[bytes], full: threading.Event) -> None:
    """Ends a load before it takes the room that the app needs to go on writing."""
    while loader.poll() is None:
        if scarce(settings.volume):
            full.set()
            loader.kill()
        try:
            loader.wait(0.5)
        except subprocess.TimeoutExpired:
            pass


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
    """Bytes that the database there takes. Raises Problem when it cannot be asked, or is of a newer PostgreSQL."""
    with logged_in(address) as (open_address, environment):
        question = "SELECT pg_database_size(current_database()), current_setting('server_version_num')::int / 10000"
        ask = ["psql", "-XqAtw", "-F", " ", "-d", open_address, "-c", question]
        found = subprocess.run(as_importer(ask, environment), cwd="/", capture_output=True, text=True, check=False)
    if found.returncode != 0:
        host = urlsplit(address).hostname or ""
        raise Problem(f"{host} did not answer: {no_way_to(host) or found.stderr.strip()}")
    bytes_there, version = (int(word) for word in found.stdout.split())
    if version > int(settings.version):
        raise Problem(
            f"{urlsplit(address).hostname} has PostgreSQL {version}, and this stack has {settings.version}: a database can be "
            "brought into the same version or a newer one"
        )
    return bytes_there
