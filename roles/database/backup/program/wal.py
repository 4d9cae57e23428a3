"""
The WAL that a repository holds, and where some of it is missing. PostgreSQL takes a segment that is not there for the end
of all WAL: a restore over a gap would end early without a word. So what leads from a backup on is looked at before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Mapping, Sequence

from pgbackrest import Archive, Backup, PgBackRest

SEGMENT = 16 * 1024**2
"""Bytes of one, as Debian's PostgreSQL is built."""


@dataclass(frozen=True)
class Fork:
    timeline: int
    at: int
    """WAL position at which the timeline was left."""


def position(lsn: str) -> int:
    """`1/A0000028` as a number of bytes."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def timeline(segment: str) -> int:
    """The first of the three parts of a segment's name."""
    return int(segment[:8], 16)


def serial(segment: str) -> int:
    """Number of a segment in its timeline: 256 of them for each step of the name's middle part."""
    return int(segment[8:16], 16) * 256 + int(segment[16:24], 16)


def name(of_timeline: int, number: int) -> str:
    return f"{of_timeline:08X}{number // 256:08X}{number % 256:08X}"


def parse_history(text: str) -> tuple[Fork, ...]:
    """PostgreSQL's own file about how a timeline came to be: one line for each fork, oldest first."""
    found = re.findall(r"^\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", text, re.MULTILINE)
    return tuple(Fork(int(number), position(lsn)) for number, lsn in found)


def gaps(segments: set[str]) -> list[str]:
    """Names of the segments that a timeline lacks. Each has its own beginning and end."""
    absent = []
    for one in sorted({timeline(segment) for segment in segments}):
        present = {serial(segment) for segment in segments if timeline(segment) == one}
        absent += [name(one, number) for number in range(min(present), max(present)) if number not in present]
    return absent


@dataclass(frozen=True)
class Course:
    """The way of an archive to its newest timeline. Every restore begins a new one."""

    newest: int
    forks: tuple[Fork, ...]
    """Oldest first; empty where nothing in the archive is of before the newest timeline."""
    folders: tuple[str, ...]
    """Of segments: each has those whose names begin the same."""

    def owner(self, number: int) -> int:
        """The timeline on which a segment is read. A new one begins with the segment in which it left the one before."""
        return next((fork.timeline for fork in self.forks if number < fork.at // SEGMENT), self.newest)

    def segment(self, number: int) -> str:
        return name(self.owner(number), number)

    def leads_from(self, backup: Backup) -> bool:
        """
        Whether WAL leads from the end of a backup to the newest timeline. From one that was made after its timeline was
        left, PostgreSQL refuses to go on; pgBackRest picks by time alone.
        """
        own = timeline(backup.last_wal)
        return own == self.newest or any(fork.timeline == own and position(backup.stop_lsn) <= fork.at for fork in self.forks)


@dataclass(frozen=True)
class Run:
    """WAL without a gap, from some segment on."""

    last: str | None
    """None: not even the first one is there."""
    until: float | None
    """When the last one reached the repository, in seconds since 1970: what it holds is of before."""
    missing: str | None
    """The first that is not there although later ones are; None: the run goes to the end of all."""


@dataclass(frozen=True)
class Gap:
    repository: int
    archive: str
    first: str
    last: str
    """Segments that are missing."""
    since: float
    """When the last segment before them reached the repository, in seconds since 1970."""


@dataclass(frozen=True)
class Held:
    """Segments of an archive, from some number on."""

    course: Course
    times: Mapping[str, float]
    """Name → when it reached the repository, in seconds since 1970."""

    def last(self) -> int | None:
        """Number of the newest segment on the way."""
        return max((serial(one) for one in self.times if self.course.segment(serial(one)) == one), default=None)

    def missing(self, first: int) -> Iterator[int]:
        """Numbers that are not there, between the first and the newest."""
        last = self.last()
        return (number for number in range(first, (last or 0) + 1) if self.course.segment(number) not in self.times)

    def run(self, first: int) -> Run:
        missing = next(self.missing(first), None)
        last = self.last() if missing is None else missing - 1
        if last is None or last < first:
            return Run(None, None, self.course.segment(first))
        there = self.course.segment(last)
        return Run(there, self.times[there], None if missing is None else self.course.segment(missing))


def course_of(repository: PgBackRest, archive: Archive) -> Course:
    """What the archive's top folder tells: a listing of all of it would take a question to the storage for every file."""
    folder = f"archive/{repository.settings.stanza}/{archive.name}"
    names = sorted(repository.listing(archive.repository, folder))
    folders = [one for one in names if re.fullmatch(r"[0-9A-F]{16}", one)]
    # A timeline is there with its history, which comes before its first segment.
    histories = [one for one in names if re.fullmatch(r"[0-9A-F]{8}\.history", one)]
    newest = max((timeline(one) for one in (*folders, *histories)), default=1)
    file = f"{newest:08X}.history"
    forks = parse_history(repository.file(archive.repository, f"{folder}/{file}")) if file in histories else ()
    return Course(newest, forks, tuple(folders))


def held(repository: PgBackRest, archive: Archive, course: Course, first: int) -> Held:
    """The segments from a number on."""
    times: dict[str, float] = {}
    for folder in course.folders:
        if int(folder[8:], 16) < first // 256:
            continue
        path = f"archive/{repository.settings.stanza}/{archive.name}/{folder}"
        for file, entry in repository.listing(archive.repository, path).items():
            if is_segment(file):
                times[file[:24]] = float(entry["time"])
    return Held(course, times)


def is_segment(file: str) -> bool:
    """A whole one, as pgBackRest stores it: with its checksum. The end of a timeline that was left is `.partial`."""
    return re.match(r"[0-9A-F]{24}-[0-9a-f]{40}", file) is not None


def gaps_of(archive: Archive, held_now: Held, first: int) -> list[Gap]:
    """Every gap from a number on whose segment before is there."""
    found: list[Gap] = []
    for number in held_now.missing(first):
        segment, before = held_now.course.segment(number), held_now.course.segment(number - 1)
        if found and found[-1].last == before:
            found[-1] = Gap(archive.repository, archive.name, found[-1].first, segment, found[-1].since)
        elif before in held_now.times:
            found.append(Gap(archive.repository, archive.name, segment, segment, held_now.times[before]))
    return found


def first_gap(known: Sequence[Gap], backup: Backup) -> Gap | None:
    """The gap at which the WAL that leads on from a backup ends."""
    later = [
        one
        for one in known
        if (one.repository, one.archive) == (backup.repository, backup.archive)
        and serial(one.last) >= serial(backup.first_wal)
    ]
    return sorted(later, key=lambda one: serial(one.first))[0] if later else None
