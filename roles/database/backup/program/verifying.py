"""Reads every file of the repository and says which backups a damaged one concerns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Sequence

import reach
import wal
from commands import Failed, as_postgres, run, say
from common import Problem
from pgbackrest import Backup, Info, PgBackRest, away, error_of
from settings import Settings


@dataclass(frozen=True)
class Damage:
    what: str
    """As pgBackRest says it, with the file's place in the repository."""
    backup: str | None
    """Label of the backup that the file belongs to; None for WAL."""
    wal: str | None
    """Name of the WAL segment; None for a backup's file."""
    archive: str | None = None
    """Folder of the WAL segment, e.g. `17-1`: each cluster that the repository has belonged to begins with the same names."""
    missing: bool = False
    """Whether the file is not there, and not there damaged."""


def verify(settings: Settings, repository: PgBackRest) -> None:
    """Raises Problem when something is damaged, naming each backup that cannot be relied on and why."""
    info = repository.info()
    if not info.reachable:
        raise away(info)
    affected: dict[str, list[str]] = {}
    damages: list[Damage] = []
    for key in info.repositories:
        if key in info.away:
            continue
        say(f"reading every file {reach.WHERE[key]}")
        output = output_of(repository, key)
        found = [*understand(output), *missing(repository, key)]
        damages += found
        for label, reasons in consequences([one for one in info.backups if one.repository == key], found).items():
            affected.setdefault(label, []).extend(reasons)
    if damages:
        raise Problem("\n".join([report(info, damages, affected), *([str(away(info))] if info.away else [])]))
    say(f"{len(info.backups)} backups and their WAL are whole")
    if info.away:
        raise away(info)


def output_of(repository: PgBackRest, key: int) -> str:
    """What pgBackRest says. It ends well when it has found damage, and with an error when it could not look."""
    options = [f"--repo={key}", "--output=text", "--verbose", "--log-level-console=info", "--log-level-stderr=off"]
    try:
        return run(as_postgres(["pgbackrest", *repository.options, *options, "verify"]))
    except Failed as failure:
        if not re.search(r"^\s*status: error$", failure.output, re.MULTILINE):
            raise Problem(f"the repository could not be verified: {error_of(failure.output)}") from failure
        return failure.output


def understand(output: str) -> list[Damage]:
    """Every damaged file that pgBackRest names, and every backup that it calls invalid without naming a file."""
    damages = []
    for what, name in re.findall(r"(?:INFO|WARN|ERROR): +((?:invalid|missing|unable)[^']*|file missing[^']*)'([^']+)'", output):
        backup = re.match(r"([\dFDI_-]+[FDI])/", name)
        segment = re.match(r"(\d+-\d+)/.*?([0-9A-F]{24})[-.]", name)
        damages.append(
            Damage(
                f"{what.strip()}: {name}",
                backup.group(1) if backup else None,
                segment.group(2) if segment else None,
                segment.group(1) if segment else None,
            )
        )
    named = {damage.backup for damage in damages}
    for label, status in re.findall(r"^  backup: (\S+), status: ([^,]+),", output, re.MULTILINE):
        if status != "valid" and label not in named:
            damages.append(Damage(f"{status}: {label}", label, None))
    if not damages and re.search(r"^\s*status: error$", output, re.MULTILINE):
        damages.append(Damage("pgBackRest found an error and named no file", None, None))
    return damages


def missing(repository: PgBackRest, key: int) -> list[Damage]:
    """WAL that is not there, between segments that are: pgBackRest reads what it finds and misses nothing."""
    archives: dict[str, set[str]] = {}
    for path in repository.listing(key, f"archive/{repository.settings.stanza}", "--recurse"):
        archive, file = path.split("/")[0], path.split("/")[-1]
        if wal.is_segment(file):
            archives.setdefault(archive, set()).add(file[:24])
    return [
        Damage(f"missing: {archive}/{segment}", None, segment, archive, True)
        for archive, segments in sorted(archives.items())
        for segment in wal.gaps(segments)
    ]


def consequences(backups: Sequence[Backup], damages: Sequence[Damage]) -> dict[str, list[str]]:
    """Label → why this backup cannot be relied on."""
    affected: dict[str, list[str]] = {}

    def add(label: str, why: str) -> None:
        reasons = affected.setdefault(label, [])
        if why not in reasons:
            reasons.append(why)

    for damage in damages:
        if damage.backup:
            for one in backups:
                if one.label == damage.backup:
                    add(one.label, "a file of it is damaged: it cannot be restored")
                elif one.label.startswith(f"{damage.backup}_") or builds_on(one.label, damage.backup, backups):
                    add(one.label, f"it builds on {damage.backup}, of which a file is damaged")
        if damage.wal:
            for one in backups:
                if one.archive != damage.archive or wal.timeline(one.first_wal) != wal.timeline(damage.wal):
                    continue
                state = "missing" if damage.missing else "damaged"
                if one.first_wal[8:] <= damage.wal[8:] <= one.last_wal[8:]:
                    add(one.label, f"WAL {damage.wal}, which it needs, is {state}: it cannot be restored")
                elif one.last_wal[8:] < damage.wal[8:]:
                    add(one.label, f"WAL {damage.wal} is {state}: it can be restored, but not to a moment after that")
    return affected


def builds_on(label: str, base: str, backups: Sequence[Backup]) -> bool:
    """A differential backup carries the label of its full one; an incremental one may need any backup between."""
    full = base.split("_")[0]
    return label.startswith(f"{full}_") and label.endswith("I") and label > base and any(one.label == base for one in backups)


def report(info: Info, damages: Sequence[Damage], affected: dict[str, list[str]]) -> str:
    whole = [one.label for one in info.backups if one.label not in affected]
    lines = [f"{len(damages)} damaged or missing files in the repository"]
    lines += [f"  {damage.what}" for damage in damages[:10]]
    lines += [f"backup {label}: {'; '.join(reasons)}" for label, reasons in sorted(affected.items())]
    lines.append(f"whole: {', '.join(whole)}" if whole else "no backup is whole")
    lines.append("make a new one now: `holdfast backup now --full`")
    return "\n".join(lines)
