"""
The proof that a backup is worth something: it is restored, and what comes back is compared with what was there. Weekly by
a timer, and whenever somebody asks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Iterable, NamedTuple, Sequence

import backups
import cluster
import marker
import reach
import scratch
from commands import Failed, as_postgres, run, say
from common import Problem, read_json
from history import Place, moment, places
from pgbackrest import Backup, PgBackRest, away
from postgres import Name, Refused
from restoring import SPEED
from room import counted, duration, size
from settings import Settings, write_result


class Table(NamedTuple):
    """What its owner calls it, which may be any text."""

    schema: str
    name: str

    def __str__(self) -> str:
        return ascii(f"{self.schema}.{self.name}")[1:-1]


@dataclass(frozen=True)
class Count:
    table: Table
    rows: int
    """In one snapshot of the living database."""
    inserted: int
    deleted: int
    """While it was counted and until the restore point: by so much the copy may differ, in either direction."""
    rewritten: bool = False
    """Whether it got other files meanwhile, as by TRUNCATE, REFRESH or VACUUM FULL: rows go without being counted as deleted."""

    @property
    def least(self) -> int:
        return 0 if self.rewritten else self.rows - self.deleted

    def fits(self, restored: int) -> bool:
        return self.least <= restored <= self.rows + self.inserted


class Changes(NamedTuple):
    """Of a table, as PostgreSQL counts them."""

    inserted: int
    deleted: int
    file: int
    """Number of the file that its rows are in."""


@dataclass(frozen=True)
class Expected:
    marker: int
    restore_point: str
    counts: tuple[Count, ...]


def prove(settings: Settings, repository: PgBackRest) -> None:
    """
    Restores the newest backup of each repository, that which was not proven for longest first. Writes proof.json either way.
    Raises Problem when one is not proven.
    """
    before: list[dict[str, Any]] = (read_json(backups.PROOF) or {}).get("repositories", [])
    try:
        info = backups.ensure_stanza(settings, repository)
        if info.away:
            # It takes WAL that was written just now, which PostgreSQL calls archived when all places have it.
            raise away(info)
        chosen = in_turn(newest(places(repository, info)), before)
        if not chosen:
            raise Problem("there is no backup to prove yet: `holdfast backup now` makes one")
    except Problem as problem:
        nothing = {**document(None, time.time()), "ok": False, "reason": str(problem), "seconds": 0}
        write_result(backups.PROOF, {**nothing, "repositories": before})
        raise
    proofs = {one["repository"]: one for one in before if one["repository"] in info.repositories}
    failed = []
    for backup in chosen:
        proofs[backup.repository] = proof = prove_one(settings, repository, backup)
        write_result(backups.PROOF, {**least(proofs.values()), "repositories": [proofs[key] for key in sorted(proofs)]})
        if not proof["ok"]:
            failed.append(f"backup {backup.label} {reach.WHERE[backup.repository]}: {proof['reason']}")
    if failed:
        raise Problem("\n".join(failed))


def newest(offers: Sequence[Place]) -> list[Backup]:
    """Of each repository that answers and has one from which a restore would begin."""
    return [offer.backups[-1] for offer in offers if offer.backups]


def in_turn(chosen: Sequence[Backup], before: Sequence[dict[str, Any]]) -> list[Backup]:
    """Those whose repository was not proven for longest first: when time or room is short, it is not always the same one."""
    last = {one["repository"]: str(one["finished"]) for one in before if one["ok"]}
    return sorted(chosen, key=lambda backup: last.get(backup.repository, ""))


def least(proofs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The proof that promises least: one that failed, else the oldest."""
    return min(proofs, key=lambda one: (bool(one["ok"]), str(one["finished"])))


def prove_one(settings: Settings, repository: PgBackRest, backup: Backup) -> dict[str, Any]:
    """What came of it, as proof.json has it."""
    begun = time.monotonic()
    outcome: dict[str, Any] = {"ok": False, "reason": None}
    try:
        say(f"proving backup {backup.label} {reach.WHERE[backup.repository]} ({size(backup.size)}) by restoring it")
        if empty := unlogged(settings):
            say(f"not compared: {', '.join(empty)}: no backup has the rows of unlogged tables, and a restore gives them back empty")
        expected = expectation(settings)
        restore_begun = time.monotonic()
        with scratch.restored(settings, repository, backup, expected.restore_point) as folder:
            outcome["restoreSeconds"] = round(time.monotonic() - restore_begun, 1)
            compare(settings, folder, expected)
            say("the rows are right; checking tables and indexes")
            amcheck(settings, folder)
        outcome.update(ok=True, tables=len(expected.counts), rows=sum(count.rows for count in expected.counts))
        speed = backup.size / max(outcome["restoreSeconds"], 0.1)
        write_result(SPEED, {"bytesPerSecond": speed, "bytes": backup.size, "seconds": outcome["restoreSeconds"]})
    except (Problem, OSError) as problem:
        outcome["reason"] = str(problem)
        say(f"backup {backup.label} is not proven: {problem}", error=True)
    outcome["seconds"] = round(time.monotonic() - begun, 1)
    if outcome["ok"]:
        say(
            f"proven: backup {backup.label} gives back {counted(outcome['rows'], 'row')} in {counted(outcome['tables'], 'table')}; restored in "
            f"{duration(outcome['restoreSeconds'])}, all in {duration(outcome['seconds'])}"
        )
    return {**document(backup, time.time()), **outcome}


def document(backup: Backup | None, finished: float) -> dict[str, Any]:
    """What the proof is about."""
    return {
        "version": 1,
        "finished": moment(int(finished)).isoformat(),
        "repository": backup.repository if backup else None,
        "backup": backup.label if backup else None,
        "backupFinished": moment(backup.finished).isoformat() if backup else None,
        "ageSeconds": int(finished - backup.finished) if backup else None,
        "bytes": backup.size if backup else None,
        "restoreSeconds": None,
        "tables": 0,
        "rows": 0,
    }


def expectation(settings: Settings) -> Expected:
    """
    What the copy has to have: a marker that is new, and every table's rows. Counting takes time and the app goes on
    writing, so PostgreSQL's own counters tell by how much the numbers may differ.
    """
    name = f"holdfast-proof-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    begun = cluster.value(settings, "SELECT now()")
    before = changes(settings)
    counts = count(settings, before)
    number = marker.write(settings, "proof")
    cluster.query(settings, "SELECT pg_create_restore_point({name})", name=name)
    await_counters(settings, begun)
    after = changes(settings)
    if not backups.switch_wal(settings, 300):
        raise Problem("WAL does not reach the backup storage within 300 s: `holdfast backup list` tells more")
    both = ((table, rows, before[table], after[table]) for table, rows in counts.items() if table in after)
    return Expected(number, name, tuple(between(*one) for one in both))


def between(table: Table, rows: int, before: Changes, after: Changes) -> Count:
    inserted, deleted = after.inserted - before.inserted, after.deleted - before.deleted
    # After a crash PostgreSQL counts from nothing.
    anew = inserted < 0 or deleted < 0
    return Count(table, rows, after.inserted if anew else inserted, deleted, anew or after.file != before.file)


COUNTERS_AFTER = 10.5
"""Seconds of idleness after which a backend hands its counters over for certain (PGSTAT_IDLE_INTERVAL)."""


def await_counters(settings: Settings, begun: str) -> None:
    """Backends hand over what they have counted once a second at most, and what is left when they have been idle for a while."""
    time.sleep(1.5)
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = {name} AND state_change >= {begun}::timestamptz"
    if cluster.value(settings, busy, name=settings.database, begun=begun) != "0":
        time.sleep(COUNTERS_AFTER - 1.5)


def changes(settings: Settings) -> dict[Table, Changes]:
    """Rows that were ever inserted and deleted, of all tables whose rows a backup has: not of temporary or unlogged ones."""
    with cluster.reading(settings, settings.database) as session:
        rows = session.ask("""
            SELECT s.schemaname, s.relname, s.n_tup_ins, s.n_tup_del, coalesce(pg_relation_filenode(s.relid), 0)::bigint
            FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
            WHERE c.relpersistence = 'p' ORDER BY 1, 2
        """)
    return {Table(schema, name): Changes(inserted, deleted, file) for schema, name, inserted, deleted, file in rows}


def unlogged(settings: Settings) -> list[str]:
    """Tables whose rows no backup has, because PostgreSQL writes no WAL for them."""
    with cluster.reading(settings, settings.database) as session:
        rows = session.ask("""
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence = 'u' AND c.relkind = 'r' ORDER BY 1, 2
        """)
    return [str(Table(schema, name)) for schema, name in rows]


def count(settings: Settings, tables: Iterable[Table], copy: str | None = None) -> dict[Table, int]:
    """
    Rows of each table, those left out that are not there (any more). Raises Refused when one cannot be counted.

    copy: folder of the restored copy's socket; without, the living database
    """
    counts = {}
    # One session for all of them, and a statement each: together they would hold the locks of all tables at once.
    with cluster.reading(settings, settings.database, copy) as session:
        for table in tables:
            try:
                counting = "SELECT count(*) FROM ONLY {schema}.{name}"
                counts[table] = int(session.ask(counting, schema=Name(table.schema), name=Name(table.name))[0][0])
            except Refused as refused:
                if refused.state not in NOTHING_TO_COUNT:
                    raise
    return counts


NOTHING_TO_COUNT = ("42P01", "3F000", "55000")
"""PostgreSQL's codes for a table or a schema that is gone, and for a materialized view that nothing is in yet."""


def compare(settings: Settings, copy: str, expected: Expected) -> None:
    """Raises Problem naming the first table that is not as it was."""
    if not marker.is_in(copy, expected.marker):
        raise Problem(f"the restored copy lacks marker row {expected.marker}, which was written just before the proof")
    counts = count(settings, [one.table for one in expected.counts], copy)
    for one in expected.counts:
        restored = counts.get(one.table)
        if restored is None or not one.fits(restored):
            raise Problem(
                f"table {one.table} has {counted(restored or 0, 'row')} in the restored copy and had {one.rows} in the database ("
                f"{one.least} to {one.rows + one.inserted}, because the app went on writing)"
            )


def amcheck(settings: Settings, folder: str) -> None:
    """Every table and index of every database, as PostgreSQL's own checker sees them. Raises Problem with what it found."""
    command = [
        f"{settings.programs}/pg_amcheck",
        "--all",
        "--install-missing",
        f"--host={folder}",
        f"--port={cluster.COPY_PORT}",
        "--username=postgres",
    ]
    try:
        run(as_postgres(command), environment={"PGOPTIONS": "-c search_path=pg_catalog,pg_temp -c role=none"})
    except Failed as failure:
        raise Problem(f"pg_amcheck found damage in the restored copy:\n{failure.output.strip()[-1000:]}") from failure
