"""
Which backup a moment is restored from. Every restore begins a new timeline, and a backup of an old one that was made
after the fork leads nowhere: PostgreSQL refuses to follow the new timeline from it. pgBackRest picks by time alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Sequence

from commands import Problem
from pgbackrest import Backup, Info, PgBackRest


@dataclass(frozen=True)
class Fork:
    timeline: int
    at: int
    """WAL position at which the timeline was left."""


def position(lsn: str) -> int:
    """`1/A0000028` as a number of bytes."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def timeline(wal: str) -> int:
    """Timeline of a WAL segment, which is the first of the three parts of its name."""
    return int(wal[:8], 16)


def parse_history(text: str) -> list[Fork]:
    """PostgreSQL's own file about how a timeline came to be: one line for each fork, oldest first."""
    found = re.findall(r"^\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", text, re.MULTILINE)
    return [Fork(int(number), position(lsn)) for number, lsn in found]


def leads_to(backup: Backup, newest: int, forks: Sequence[Fork]) -> bool:
    """Whether WAL leads from the end of a backup to the newest timeline."""
    own = timeline(backup.last_wal)
    if own == newest:
        return True
    return any(fork.timeline == own and position(backup.stop_lsn) <= fork.at for fork in forks)


def usable(info: Info, forks: Sequence[Fork]) -> list[Backup]:
    """Backups from which the newest history can be reached, oldest first."""
    if info.last_wal is None:
        return []
    newest = timeline(info.last_wal)
    return [one for one in info.backups if one.system == info.system and leads_to(one, newest, forks)]


def forks_of(repository: PgBackRest, info: Info) -> list[Fork]:
    """None where the newest timeline is older than its repository: then nothing in it is of before the fork."""
    if info.last_wal is None or timeline(info.last_wal) == 1:
        return []
    name = f"{timeline(info.last_wal):08X}.history"
    return parse_history(repository.file(info.repository, f"archive/{repository.settings.stanza}/{info.archive}/{name}"))


def choose(backups: Sequence[Backup], target: datetime | None, last_wal_at: datetime | None) -> Backup:
    """
    The newest backup that ended before the target; without a target, the newest of all. Raises Problem for a moment that
    cannot be restored, with what can be.
    """
    if not backups:
        raise Problem("there is no backup to restore: `holdfast backup list`")
    if target is None:
        return backups[-1]
    before = [one for one in backups if one.finished < target.timestamp()]
    if not before:
        raise Problem(
            f"{both(target)} is before the oldest backup: the earliest moment that can be restored is "
            f"{both(moment(backups[0].finished + 1))}"
        )
    if last_wal_at is not None and target > last_wal_at:
        raise Problem(
            f"{both(target)} is later than what has reached the backup storage: {both(last_wal_at)} can be restored, or "
            "`--to latest`"
        )
    return before[-1]


def archived_until(repository: PgBackRest, info: Info) -> datetime | None:
    """When the newest WAL segment reached the repository: nothing later can be restored."""
    if info.last_wal is None:
        return None
    folder = f"archive/{repository.settings.stanza}/{info.archive}/{info.last_wal[:16]}"
    times = [entry["time"] for name, entry in repository.listing(info.repository, folder).items() if name.startswith(info.last_wal)]
    return moment(max(times)) if times else None


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def both(time: datetime) -> str:
    """In UTC, which logs and backups are in. The machine's own zone is UTC; the terminal's is the laptop's business."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
