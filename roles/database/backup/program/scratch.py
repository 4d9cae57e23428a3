"""A restored copy, made as the user postgres, that no other program sees: its own folder on the volume, its own socket, no network, no archiving."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from typing import Iterator

import backups
import cluster
import postgres
from commands import Failed, as_postgres, run, say
from pgbackrest import Backup, PgBackRest
from postgres import READER
from room import require
from settings import Settings

LIMITS = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)
"""What recovery demands to be as high as where the WAL was written."""


def configuration(folder: str, limits: str) -> str:
    """Settings that are the copy's alone. `archive_mode` is off, or its timeline would get into the real repository."""
    return f"""data_directory = '{folder}/data'
hba_file = '{folder}/pg_hba.conf'
ident_file = '{folder}/pg_ident.conf'
listen_addresses = ''
unix_socket_directories = '{folder}'
port = {cluster.COPY_PORT}
archive_mode = off
ssl = off
shared_buffers = 64MB
autovacuum = off
fsync = off
logging_collector = off
log_destination = 'stderr'
{limits}
"""


def limits_of(settings: Settings) -> str:
    setting = "SELECT current_setting({name})"
    return "\n".join(f"{name} = {int(cluster.value(settings, setting, name=name))}" for name in LIMITS)


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
        for name, content in (
            ("postgresql.conf", configuration(folder, limits_of(settings))),
            ("pg_hba.conf", f"local all postgres peer\nlocal all {READER} peer map=reader\n"),
            ("pg_ident.conf", f"reader postgres {READER}\n"),
        ):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(content)
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
        say("the files are there; replaying WAL")
        options = f"-c config_file={folder}/postgresql.conf"
        # In the background of pg_ctl's own log: the copy's messages are read when it fails.
        run(
            as_postgres(
                [
                    f"{settings.programs}/pg_ctl",
                    "start",
                    f"--pgdata={folder}/data",
                    f"--log={folder}/data/copy.log",
                    "--timeout=43200",
                    "--wait",
                    f"--options={options}",
                ]
            )
        )
        await_promoted(folder)
        yield folder
    finally:
        remove(settings, folder)


def await_promoted(folder: str) -> None:
    """A copy answers questions before it has reached its target."""
    with postgres.session(host=folder, port=cluster.COPY_PORT) as session:
        while session.ask("SELECT pg_is_in_recovery()") != [(False,)]:
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
