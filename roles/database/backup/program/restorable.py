"""
From when to when a restore is possible. Only what has come to the archive since it was last looked at is looked at: a listing
over SFTP takes a question for every file, and the archive has one for each minute. `verify` reads all of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Iterable

from history import moment, usable
from pgbackrest import Archive, Backup, Info, PgBackRest
from wal import SEGMENT, Course, Gap, course_of, first_gap, gaps_of, held, serial, timeline


@dataclass(frozen=True)
class Window:
    """Moments that can be restored, in seconds since 1970."""

    since: float
    until: float | None
    """None: until what was archived last."""


@dataclass(frozen=True)
class Known:
    """What is remembered of the archives."""

    gaps: tuple[Gap, ...] = ()
    examined: tuple[tuple[int, str, str], ...] = ()
    """Repository, archive, and the newest segment that was looked at there."""
    windows: tuple[Window, ...] = ()
    until: float | None = None
    """When the newest segment of all reached its repository; None: none has."""


def look(repository: PgBackRest, info: Info, known: Known) -> Known:
    """What is known after a look at what is new. Raises Failed when a repository ends to answer meanwhile."""
    answering = {archive.repository for archive in info.archives}
    gaps = [gap for gap in known.gaps if gap.repository not in answering]
    examined = [one for one in known.examined if one[0] not in answering]
    windows: list[Window] = []
    until: float | None = None
    for archive in info.archives:
        course = course_of(repository, archive)
        backups = usable(info, archive, course)
        if not backups:
            continue
        oldest = serial(backups[0].first_wal)
        seen = next((segment for key, name, segment in known.examined if (key, name) == (archive.repository, archive.name)), None)
        first = beginning(course, oldest, seen)
        now = held(repository, archive, course, first)
        if next(now.missing(first), None) is not None:
            # A segment may have come while the folder was read: only one that is still missing is.
            now = held(repository, archive, course, first)
        own = [*kept(known.gaps, archive, course, oldest), *gaps_of(archive, now, first)]
        own = list({gap.first: gap for gap in own}.values())
        last = now.last()
        if last is not None:
            examined.append((archive.repository, archive.name, course.segment(last)))
            until = max(until or 0, now.times[course.segment(last)])
        gaps += own
        windows += windows_of(backups, own)
    return Known(tuple(gaps), tuple(examined), tuple(merged(windows)), until)


def beginning(course: Course, oldest: int, seen: str | None) -> int:
    """
    Number of the segment to begin with: the newest that was looked at, or, where a timeline has begun since, the one with
    which it did.
    """
    if seen is None:
        return oldest
    forks = [fork.at // SEGMENT for fork in course.forks if fork.timeline >= timeline(seen)]
    return max(oldest, min([serial(seen), *forks]))


def kept(gaps: Iterable[Gap], archive: Archive, course: Course, oldest: int) -> list[Gap]:
    """Gaps that are still on the way from a backup to the newest timeline."""
    return [
        gap
        for gap in gaps
        if (gap.repository, gap.archive) == (archive.repository, archive.name)
        and serial(gap.last) >= oldest
        and course.segment(serial(gap.first)) == gap.first
    ]


def windows_of(backups: Iterable[Backup], gaps: list[Gap]) -> list[Window]:
    windows = []
    for backup in backups:
        gap = first_gap(gaps, backup)
        if gap is None:
            windows.append(Window(backup.finished, None))
        elif serial(gap.first) > serial(backup.last_wal):
            windows.append(Window(backup.finished, max(gap.since, backup.finished)))
    return windows


def merged(windows: Iterable[Window]) -> list[Window]:
    """Without those that others contain, and with those that touch put together."""
    result: list[Window] = []
    for one in sorted(windows, key=lambda window: window.since):
        last = result[-1] if result else None
        if last is None or (last.until is not None and one.since > last.until):
            result.append(one)
        elif last.until is not None and (one.until is None or one.until > last.until):
            result[-1] = Window(last.since, one.until)
    return result


def to_json(known: Known) -> dict[str, Any]:
    """As backups.json has it: see results.ts."""
    return {
        "restorable": [
            {"from": moment(one.since).isoformat(), "to": moment(one.until).isoformat() if one.until is not None else None}
            for one in known.windows
        ],
        "restorableUntil": moment(known.until).isoformat() if known.until is not None else None,
        "archive": {
            "gaps": [asdict(gap) for gap in known.gaps],
            "examined": [list(one) for one in known.examined],
        },
    }


def from_json(document: dict[str, Any]) -> Known:
    """Only what is needed for the next look."""
    archive = document.get("archive", {})
    return Known(
        tuple(Gap(**gap) for gap in archive.get("gaps", [])),
        tuple((int(key), str(name), str(segment)) for key, name, segment in archive.get("examined", [])),
    )
