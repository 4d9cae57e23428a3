"""A restored copy, made as the user postgres, that no other program sees: its own folder on the volume, its own socket, no network, no archiving."""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import contextmanager
from typing import Iterator

import backups
import cluster
import recovery
from commands import Failed, as_postgres, run, say
from common import Problem
from pgbackrest import Backup, PgBackRest
from postgres import READER
from room import require
from settings import Settings

LIMITS = {
    "max_prepared_transactions": "max_prepared_xacts setting",
    "max_locks_per_transaction": "max_locks_per_xact setting",
}
"""What PostgreSQL may need as much of as where the WAL was written, and what pg_control calls it."""


def configuration(folder: str, limits: str, libraries: str) -> str:
    """
    Settings that are the copy's alone. `archive_mode` is off, or its timeline would get into the real repository. With
    `hot_standby` off, recovery goes on whatever limits the WAL is from. No worker of an extension or a subscription begins: it
    would do its work a second time.
    """
    return f"""data_directory = '{folder}/data'
hba_file = '{folder}/pg_hba.conf'
ident_file = '{folder}/pg_ident.conf'
listen_addresses = ''
unix_socket_directories = '{folder}'
port = {cluster.COPY_PORT}
archive_mode = off
hot_standby = off
ssl = off
shared_buffers = 64MB
shared_preload_libraries = {quoted(libraries)}
max_worker_processes = 0
max_logical_replication_workers = 0
max_connections = 20
autovacuum = off
fsync = off
logging_collector = off
log_destination = 'stderr'
log_line_prefix = ''
{limits}
"""


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def limits_of(settings: Settings, data: str) -> str:
    """The higher one of what the living cluster has and what the restored files are from."""
    control = run(as_postgres([f"{settings.programs}/pg_controldata", "-D", data]))
    setting = "SELECT current_setting({name})"
    lines = []
    for name, label in LIMITS.items():
        found = re.search(rf"^{label}:\s+(\d+)$", control, re.MULTILINE)
        living = int(cluster.value(settings, setting, name=name))
        lines.append(f"{name} = {max(living, int(found[1]) if found else 0)}")
    return "\n".join(lines)


@contextmanager
def restored(settings: Settings, repository: PgBackRest, backup: Backup, restore_point: str) -> Iterator[str]:
    """
    A running copy, restored from a backup and its WAL up to a named restore point. Yields the folder of its socket; nothing
    of it is left afterwards, whatever happens.
    """
    folder = os.path.join(settings.volume, "holdfast-proof", "copy")
    require(settings.volume, settings.volume_gib, backup.size, "a copy to prove the backup with")
    remove(settings, folder)
    try:
        for path in (folder, f"{folder}/data"):
            os.mkdir(path, 0o700)
        repository.restore(
            f"--set={backup.label}",
            f"--repo={backup.repository}",
            f"--pg1-path={folder}/data",
            "--archive-mode=off",
            "--type=name",
            f"--target={restore_point}",
            "--target-action=promote",
            "--log-level-console=detail",
            on_line=backups.Percent("restore"),
        )
        configure(settings, folder)
        say("the files are there; replaying WAL")
        start(settings, folder)
        await_promoted(settings, folder)
        yield folder
    finally:
        remove(settings, folder)


def configure(settings: Settings, folder: str) -> None:
    """What was set by hand (`ALTER SYSTEM`) came with the files, and is for another computer's memory, ports and folders."""
    recovery.keep_recovery_only(f"{folder}/data")
    libraries = cluster.value(settings, "SHOW shared_preload_libraries")
    for name, content in (
        ("postgresql.conf", configuration(folder, limits_of(settings, f"{folder}/data"), libraries)),
        ("pg_hba.conf", f"local all postgres peer\nlocal all {READER} peer map=reader\n"),
        ("pg_ident.conf", f"reader postgres {READER}\n"),
    ):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(content)


def start(settings: Settings, folder: str) -> None:
    """Raises Problem with PostgreSQL's own last words: the folder that has them is deleted."""
    words = ["start", f"--pgdata={folder}/data", f"--log={folder}/log", "--timeout=43200", "--wait"]
    try:
        run(as_postgres([f"{settings.programs}/pg_ctl", *words, f"--options=-c config_file={folder}/postgresql.conf"]))
    except Failed as failure:
        raise Problem(f"the restored copy did not start: {last_words(f'{folder}/log') or failure.output.strip()}") from failure


def last_words(log: str) -> str:
    """One line: it gets into alarms."""
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file.read().splitlines() if line.strip()]
    except FileNotFoundError:
        return ""
    return " | ".join(lines[-8:])


def await_promoted(settings: Settings, folder: str) -> None:
    """pg_ctl takes a copy that still replays WAL for started. Raises Problem with PostgreSQL's last words when it ends instead."""
    while not cluster.ready(settings, f"{folder}/data"):
        if not os.path.exists(f"{folder}/data/postmaster.pid"):
            raise Problem(f"the restored copy ended while it replayed WAL: {last_words(f'{folder}/log')}")
        time.sleep(0.2)


def remove(settings: Settings, folder: str) -> None:
    """Ends a copy that runs, also one that an earlier proof has left behind, and deletes it."""
    if os.path.exists(f"{folder}/data/postmaster.pid"):
        stop = [f"{settings.programs}/pg_ctl", "stop", "--mode=immediate", f"--pgdata={folder}/data"]
        try:
            run(as_postgres(stop))
        except Failed:
            pass  # A stale file after a power cut: nothing runs that could be stopped.
    shutil.rmtree(folder, ignore_errors=True)
