"""Which backup a moment is restored from, and whether the WAL that leads there is whole: asked before anything is touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable, Sequence

from common import Problem
from pgbackrest import Archive, Backup, Info, PgBackRest
from wal import Course, Run, course_of, held, serial


@dataclass(frozen=True)
class Place:
    """What one repository offers."""

    backups: tuple[Backup, ...]
    """Those from which its newest timeline can be reached, oldest first."""
    run_from: Callable[[Backup], Run]
    """The WAL that leads on from one of them; asks the repository."""


def places(repository: PgBackRest, info: Info) -> list[Place]:
    return [place(repository, info, archive) for archive in info.archives]


def place(repository: PgBackRest, info: Info, archive: Archive) -> Place:
    course = course_of(repository, archive)

    def run_from(backup: Backup) -> Run:
        first = serial(backup.first_wal)
        return held(repository, archive, course, first).run(first)

    return Place(usable(info, archive, course), run_from)


def usable(info: Info, archive: Archive, course: Course) -> tuple[Backup, ...]:
    """Backups of the cluster that an archive is of, from which its newest timeline can be reached, oldest first."""
    return tuple(
        one
        for one in info.backups
        if (one.repository, one.archive) == (archive.repository, archive.name)
        and one.system == info.system
        and course.leads_from(one)
    )


def choose(offers: Sequence[Place], target: datetime | None, all_until: datetime | None = None) -> tuple[Backup, Run]:
    """
    The newest backup that ended before the target and from which WAL leads there without a gap; without a target, to the
    end of all. Raises Problem for a moment that cannot be restored, with what can be.

    all_until: moment until which everything that was committed is known to be in the repositories
    """
    everything = sorted((one for offer in offers for one in offer.backups), key=lambda one: one.finished)
    if not everything:
        raise Problem("there is no backup to restore; `holdfast backup list` shows all")
    before = [
        (fitting[-1], offer)
        for offer in offers
        if (fitting := [one for one in offer.backups if target is None or one.finished < target.timestamp()])
    ]
    if target is not None and not before:
        raise Problem(
            f"{both(target)} is before the oldest backup: the earliest moment that can be restored is "
            f"{both(moment(everything[0].finished + 1))}"
        )
    obstacles = []
    for backup, offer in sorted(before, key=lambda one: one[0].finished, reverse=True):
        run = offer.run_from(backup)
        reason = obstacle(backup, run, target, all_until, offer.backups)
        if reason is None:
            return backup, run
        obstacles.append(reason)
    raise Problem("\n".join(dict.fromkeys(obstacles)))


def obstacle(
    backup: Backup, run: Run, target: datetime | None, all_until: datetime | None, others: Sequence[Backup]
) -> str | None:
    """Why a restore from this backup would not come to the target; None: it does."""
    if run.last is None or run.until is None or serial(run.last) < serial(backup.last_wal):
        return f"backup {backup.label} cannot be restored: WAL {run.missing}, which it needs, is not in the backup storage"
    until = moment(run.until)
    if run.missing is None:
        reached = max(until, all_until) if all_until else until
        if target is None or target <= reached:
            return None
        return (
            f"{both(target)} is later than the newest WAL in the backup storage: {both(reached)} can be restored, or "
            "`--to latest`"
        )
    if target is not None and target <= until:
        return None
    return "\n".join(
        [
            f"WAL {run.missing} is missing in the backup storage, although later WAL is there: a restore to "
            f"{both(target) if target else 'the latest'} would end before the missing WAL.",
            what_can_be(backup, until, others),
        ]
    )


def what_can_be(backup: Backup, until: datetime, others: Sequence[Backup]) -> str:
    """Around a gap. `until`: when the last WAL before it arrived, which is a little later than what it holds."""
    first, last = moment(backup.finished + 1), until - timedelta(seconds=1)
    later = next((one for one in others if one.finished > until.timestamp()), None)
    again = f" Any moment from {both(moment(later.finished + 1))} on can be restored again." if later else ""
    if last <= first:
        return f"The backup before the missing WAL ended at {both(moment(backup.finished))}, and nothing after it can be restored.{again}"
    return (
        f"Any moment from {both(first)} to {both(last)} can be restored, the last by `holdfast restore --to {iso(last)}`.{again}"
    )


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def iso(time: datetime) -> str:
    """As `--to` takes it."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def both(time: datetime) -> str:
    """In UTC, which logs and backups are in. The machine's own zone is UTC; the terminal's is the laptop's business."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
