"""
How PostgreSQL is led through a restored cluster's WAL. By itself it takes the end of what it gets for the end of all, opens
the database there, and calls that a success; so here it is told apart from WAL that is missing or out of reach.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from datetime import datetime, timedelta, timezone

import cluster
from commands import say
from common import Problem
from history import both, iso
from postgres import Name, acting_as_postgres
from settings import Settings
from wal import SEGMENT, Fork, Run, name, parse_history, serial, timeline

SETTINGS = (
    "restore_command",
    "recovery_target_time",
    "recovery_target_action",
    "recovery_target_timeline",
    "hot_standby",
    "archive_command",
)
"""What a restore writes into postgresql.auto.conf."""

OURS = ("default_transaction_read_only",)
"""What the watch over the volume's room sets (space.py), and only it."""
LIBRARIES = ("shared_preload_libraries", "session_preload_libraries", "local_preload_libraries")

PAUSES = (1, 10, 30, 0)
"""Seconds after each failed attempt to fetch a segment."""


def restore_command(get: str) -> str:
    """
    For PostgreSQL, exit codes from 1 to 125 all mean that a segment is not there, and recovery ends; it is given up at
    those above (its manual on `restore_command`). pgBackRest ends with 1 when it has looked and found none, and with a higher
    code when something went wrong: then it is tried again, and in the end recovery is given up.
    """
    attempts = " ".join(str(pause) for pause in PAUSES)
    return (
        f'for pause in {attempts}; do {get} %f "%p"; code=$?; [ $code -le 1 ] && exit $code; [ $code -gt 125 ] && exit $code; '
        "sleep $pause; done; exit 255"
    )


def auto_conf(settings: Settings) -> str:
    return os.path.join(settings.data, "postgresql.auto.conf")


def hold_archiving(settings: Settings) -> None:
    """
    Nothing of the new timeline gets into the repository before it is known to be the right one: once there, every later
    restore would follow it. PostgreSQL keeps its WAL meanwhile.
    """
    with acting_as_postgres(), open(auto_conf(settings), "a", encoding="utf-8") as file:
        file.write("archive_command = ''\n")


def holds_archiving(settings: Settings) -> bool:
    return os.path.exists(auto_conf(settings)) and cluster.value(settings, "SHOW archive_command") == ""


def release(settings: Settings) -> None:
    """The cluster has its own settings again, and what it has written since is archived."""
    for one in SETTINGS:
        cluster.query(settings, "ALTER SYSTEM RESET {setting}", setting=Name(one))
    cluster.query(settings, "SELECT pg_reload_conf()")


def recover(settings: Settings, target: datetime | None, run: Run) -> None:
    """
    Starts the restored cluster and waits until it is there. Raises Problem when its WAL ended before the target, or before the
    end of what the repository is known to have.

    run: the WAL that leads on from the backup
    """
    cluster.start(settings)
    try:
        cluster.await_recovered(settings)
    except cluster.TargetNotReached as problem:
        if target is None:
            raise
        if run.missing is not None:
            raise Problem(ended_at_gap(target, run, cluster.log_tail(settings, 400))) from problem
        # The WAL is whole, so nothing was written between the target and its end: then the end is the target.
        say("nothing was written after the wanted moment: restoring to the end of the archived WAL")
        drop_target(settings)
        cluster.start(settings)
        cluster.await_recovered(settings)
        require_end(settings, run)
        return
    if target is None:
        require_end(settings, run)


def ended_at_gap(target: datetime, run: Run, log: str) -> str:
    """What arrived before a moment may have been written long before."""
    words = f"WAL ends with {run.last}, before {both(target)}, and WAL {run.missing} is not in the backup storage"
    found = re.findall(r"last completed transaction was at log time (\S+ [\d:.]+)", log)
    if not found:
        return words
    # PostgreSQL calls a moment reached when it meets something later. Its log, like the machine, is in UTC.
    last = datetime.fromisoformat(found[-1]).replace(tzinfo=timezone.utc) - timedelta(seconds=1)
    return f"{words}. The last moment that can be restored: `holdfast restore --to {iso(last)}`"


def by_hand(data: str) -> list[tuple[str, str]]:
    """Names and values that somebody has set with `ALTER SYSTEM`, as they came with restored files."""
    with acting_as_postgres(), open(os.path.join(data, "postgresql.auto.conf"), encoding="utf-8") as file:
        found = [re.match(r"\s*([\w.]+)\s*=\s*(.*?)\s*$", line) for line in file]
    ours = (*SETTINGS, *OURS)
    return [(match[1], match[2]) for match in found if match and match[1] not in ours and not match[1].startswith("recovery_target")]


def leave_out(data: str, names: Collection[str]) -> None:
    """Takes settings out of what came with restored files."""
    with acting_as_postgres(), open(os.path.join(data, "postgresql.auto.conf"), "r+", encoding="utf-8") as file:
        kept = [line for line in file if line.partition("=")[0].strip() not in names]
        file.seek(0)
        file.writelines(kept)
        file.truncate()


def keep_recovery_only(data: str) -> list[tuple[str, str]]:
    """Takes all out that was set by hand, and returns it."""
    found = by_hand(data)
    leave_out(data, [name for name, _ in found] + list(OURS))
    return found


def missing_libraries(settings: Settings, found: Collection[tuple[str, str]]) -> list[str]:
    """Those among settings made by hand that PostgreSQL is to load when it starts, and cannot, as they are not on this machine."""
    names = [name.strip().strip('"') for key, value in found if key in LIBRARIES for name in value.strip("'").split(",")]
    return [name for name in names if name and not os.path.exists(f"{settings.libraries}/{name.removeprefix('$libdir/')}.so")]


def drop_target(settings: Settings) -> None:
    """Takes the target out of what pgBackRest wrote, so that recovery goes to the end."""
    leave_out(settings.data, ["recovery_target_time"])


def require_end(settings: Settings, run: Run) -> None:
    """Raises Problem when the cluster was opened before the end of the WAL that was there when the restore began."""
    fork = fork_of(settings)
    number = fork.at // SEGMENT
    if run.last is None or number < serial(run.last):
        raise Problem(
            f"PostgreSQL ended recovery in WAL {name(fork.timeline, number)}, but the backup storage has WAL up to "
            f"{run.last}: the changes in between would be lost. `holdfast backup verify` names the damaged file"
        )


def fork_of(settings: Settings) -> Fork:
    """Where the restored cluster left the timeline that it was restored on."""
    current = timeline(cluster.value(settings, "SELECT pg_walfile_name(pg_current_wal_lsn())"))
    history = os.path.join(settings.data, "pg_wal", f"{current:08X}.history")
    with acting_as_postgres(), open(history, encoding="utf-8") as file:
        return parse_history(file.read())[-1]
