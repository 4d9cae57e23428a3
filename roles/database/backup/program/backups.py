"""Backups as they are made: the stanza, the backup itself, the hourly check, and the facts for `holdfast status`."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import cluster
import jobs
import marker
import reach
import restorable
from commands import Failed, run, say
from common import Problem, read_json
from history import both, moment
from pgbackrest import Info, PgBackRest, away
from postgres import Refused, acting_as_postgres
from room import duration, size
from settings import RESULTS, STATE, Settings, write_result

BACKUPS = f"{RESULTS}/backups.json"
PROOF = f"{RESULTS}/proof.json"
PUSH_LOG = "/var/log/pgbackrest/{stanza}-archive-push-async.log"


def ensure_stanza(settings: Settings, repository: PgBackRest) -> Info:
    """Makes the repository this cluster's own where it has no owner yet. Raises Problem when it is out of reach or another's."""
    info = repository.info()
    if not info.reachable:
        raise away(info)
    if not info.exists:
        repository.command("stanza-create")
        say("the repository is new and now belongs to this database")
        forget_results()
        return repository.info()
    if info.system != cluster.system_identifier(settings):
        raise Problem(
            "the repository belongs to another database than the one that runs here. That is normal after the loss of a "
            "machine: `holdfast restore --to latest` brings the other database back. `holdfast backup adopt` gives the "
            "repository to this new database instead, and keeps the old backups until they expire"
        )
    return info


def forget_results() -> None:
    """What was known and proven of another repository is not true of a new one."""
    with acting_as_postgres():
        for path in (BACKUPS, PROOF):
            Path(path).unlink(missing_ok=True)


def adopt(repository: PgBackRest) -> None:
    """The repository goes on with the cluster that runs here; backups of the one before stay until they expire."""
    repository.command("stanza-upgrade")
    run(["systemctl", "start", "--no-block", "holdfast-backup@full.service"])
    say("the repository now belongs to this database; its first backup has begun: `holdfast backup list` shows when it is there")


def run_backup(settings: Settings, repository: PgBackRest, kind: str) -> None:
    info = ensure_stanza(settings, repository)
    marker.write(settings, f"backup {kind}")
    begun = time.monotonic()
    say(f"{kind} backup begins")
    failed: dict[int, str] = {}
    for key, why in info.away.items():
        failed[key] = f"{reach.NAMES[key]} has no new backup: it cannot be reached ({why}). Try again later"
    for key in info.repositories:
        # One place that is away must not cost the backup in the other.
        if key in info.away:
            continue
        try:
            options = [f"--repo={key}", f"--type={kind}", "--log-level-console=detail"]
            # WAL reaches the other place in rounds that each wait for the one that is away.
            options += ["--archive-timeout=600"] if info.reason else []
            repository.command("backup", *options, on_line=Percent("backup"))
        except Problem as problem:
            failed[key] = f"{reach.NAMES[key]} has no new backup: {problem}"
    info = record(settings, repository, "; ".join(failed.values()) or None)
    for key in info.repositories:
        newest = next((one for one in reversed(info.backups) if one.repository == key and key not in failed), None)
        if newest:
            say(
                f"backup {newest.label} {reach.WHERE[key]}: {size(newest.size)} database, {size(newest.stored)} new there, "
                f"{duration(time.monotonic() - begun)}"
            )
    if failed:
        raise Problem("\n".join(failed.values()))


class Percent:
    """Says how far pgBackRest is, at most every five seconds, from the percentages in its detailed log."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.said = time.monotonic()

    def __call__(self, line: str) -> None:
        found = re.search(r"B, (\d+(?:\.\d+)?)%\)", line)
        now = time.monotonic()
        if found and now - self.said >= 5:
            self.said = now
            say(f"{self.what}: {float(found.group(1)):.0f} %")


def check(settings: Settings, repository: PgBackRest) -> None:
    """Proves that WAL reaches the repository. WAL that was dropped leaves a gap: a full backup begins anew after it."""
    try:
        info = ensure_stanza(settings, repository)
        if info.reason:
            # pgBackRest would wait for minutes for the one that is away, and say less.
            raise away(info)
        repository.command("check")
    except Problem as problem:
        words = [given_up(settings, newest_known()), str(problem)]
        record(settings, repository, " ".join(word for word in words if word))
        raise
    info = record(settings, repository)
    if lacking := without_backup(info):
        say(f"there is no backup yet {lacking}: the first one begins")
        run_backup(settings, repository, first_kind(info))
    elif dropped := given_up(settings, newest_in_all(info)) or ends_at_gap():
        say(dropped)
        record(settings, repository, dropped)
        run_backup(settings, repository, "full")
    else:
        say("WAL reaches the backup storage")


def newest_in_all(info: Info) -> float:
    """A moment after which each place has a backup, in seconds since 1970. Raises ValueError where one has none."""
    return min(max(one.finished for one in info.backups if one.repository == key) for key in info.repositories)


def without_backup(info: Info) -> str:
    """Names of the places that answer and have none, as one has that was added to a stack just now; empty: all have."""
    having = {one.repository for one in info.backups}
    return " and ".join(reach.WHERE[key] for key in info.repositories if key not in having and key not in info.away)


def first_kind(info: Info) -> str:
    """Where there is no full backup, pgBackRest makes one of any kind; the other place then need not have another."""
    return "diff" if info.backups else "full"


def newest_known() -> float:
    """When the newest backup of which is known ended, in seconds since 1970; 0: none is known."""
    return max((datetime.fromisoformat(one["finished"]).timestamp() for one in last_known()["backups"]), default=0)


def ends_at_gap() -> str | None:
    """What is said where no backup was made since WAL went missing."""
    last = max(last_known().get("restorable", []), key=lambda window: str(window["from"]), default=None)
    if last is None or last["to"] is None:
        return None
    return f"WAL is missing in the backup storage: no moment after {last['to']} can be restored until there is a full backup"


def given_up(settings: Settings, since: float) -> str | None:
    """What is said where pgBackRest gave WAL up (archive-push-queue-max) after a moment, in seconds since 1970."""
    path = PUSH_LOG.format(stanza=settings.stanza)
    try:
        if os.path.getmtime(path) < since:
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line for line in file if "dropped WAL file" in line]
    except FileNotFoundError:
        return None
    stamps = [line[:19] for line in lines if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line)]
    moments = [at for at in (time.mktime(time.strptime(stamp, "%Y-%m-%d %H:%M:%S")) for stamp in stamps) if at > since]
    if not moments:
        return None
    return (
        f"WAL was given up at {both(moment(min(moments)))}, because the backup storage was away for longer than the queue on "
        "the volume lasts. Changes since the storage went away cannot be restored until there is a full backup."
    )


def record(settings: Settings, repository: PgBackRest, problem: str | None = None) -> Info:
    """Writes down what there is, so that `holdfast status` need not wait for the backup storage."""
    info = repository.info()
    previous = last_known()
    # What is not known now is not forgotten: the file keeps the backups that were there when it was last asked.
    if info.reachable:
        try:
            known = restorable.to_json(restorable.look(repository, info, restorable.from_json(previous)))
        except Failed as failure:
            known = {key: previous[key] for key in ("restorable", "restorableUntil", "archive") if key in previous}
            problem = problem or str(failure)
        write_result(BACKUPS, {**description(settings, info, problem or info.reason or None), **known})
    elif problem is not None:
        write_result(BACKUPS, {**previous, "checked": now(), "problem": problem})
    return info


def last_known() -> dict[str, Any]:
    empty: dict[str, Any] = {"version": 1, "updated": None, "backups": [], "lastArchived": None}
    known: dict[str, Any] = read_json(BACKUPS) or empty
    return known


def description(settings: Settings, info: Info, problem: str | None) -> dict[str, Any]:
    return {
        "version": 1,
        "updated": now(),
        "checked": now(),
        "problem": problem,
        "lastArchived": last_archived(settings),
        "repositories": list(info.repositories),
        "backups": [
            {
                **{key: value for key, value in asdict(one).items() if key in ("label", "kind", "repository", "size", "stored")},
                "finished": moment(one.finished).isoformat(),
                "ours": one.system == info.system,
                "damaged": one.damaged,
            }
            for one in info.backups
        ],
    }


def last_archived(settings: Settings) -> str | None:
    """When PostgreSQL last handed a WAL segment over; None when it never did or does not answer."""
    try:
        rows = cluster.query(settings, "SELECT extract(epoch FROM last_archived_time)::bigint FROM pg_stat_archiver")
        return moment(rows[0][0]).isoformat() if rows and rows[0][0] is not None else None
    except Refused:
        return None


def now() -> str:
    return moment(int(time.time())).isoformat()


def switch_wal(settings: Settings, limit: float = 60) -> bool:
    """
    Sends all that is committed to the repository; False when it has not arrived within the limit. The last of it is a
    message of ours: a segment that nothing was written to since is not handed over, and a restore to any moment before
    needs something that was written after.
    """
    cluster.query(settings, "SELECT pg_logical_emit_message(true, 'holdfast', '')")
    current = cluster.value(settings, "SELECT pg_walfile_name(pg_switch_wal())")
    until = time.monotonic() + limit
    while time.monotonic() < until:
        archived = cluster.value(settings, "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver")
        # Names of one timeline are in order; a backup's own small files have longer names that begin the same.
        if archived[:24] >= current and archived[:8] == current[:8]:
            return True
        time.sleep(0.2)
    return False


def start_first(settings: Settings) -> None:
    """After an apply: the stanza, and the first full backup in the background where there is none."""
    repository = PgBackRest(settings)
    make_folders(settings)
    info = ensure_stanza(settings, repository)
    record(settings, repository)
    if lacking := without_backup(info):
        run(["systemctl", "start", "--no-block", f"holdfast-backup@{first_kind(info)}.service"])
        say(f"there is no backup yet {lacking}: the first one has begun")


def make_folders(settings: Settings) -> None:
    """
    What the user postgres writes in, each in a folder of root's; the lock, which systemd makes at boot only; and what earlier
    versions of this program kept elsewhere.
    """
    os.close(jobs.lock_file())
    for folder in (*(os.path.join(settings.volume, name) for name in ON_VOLUME), RESULTS):
        os.makedirs(folder, 0o750 if folder != RESULTS else 0o755, exist_ok=True)
        shutil.chown(folder, "postgres", "postgres")
    for name in ("backups.json", "proof.json", "restore-speed.json"):
        former = os.path.join(STATE, name)
        known = read_json(former)
        if known is not None:
            write_result(os.path.join(RESULTS, name), known)
            os.unlink(former)


ON_VOLUME = ("pgbackrest-spool", "holdfast-proof")
