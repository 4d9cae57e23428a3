"""The PostgreSQL cluster of this machine: asked over its local socket, started and stopped by systemd."""

from __future__ import annotations

import glob
import re
import time
from contextlib import AbstractContextManager

import postgres
from commands import as_postgres, run, say
from common import Problem
from postgres import READER, Part, Refused, Row, Session, acting_as_postgres
from settings import Settings


def query(settings: Settings, statement: str, **parts: Part) -> list[Row]:
    """One statement of the superuser's, in the database postgres: see Session.ask. Raises Refused."""
    with postgres.session(port=settings.port) as session:
        return session.ask(statement, **parts)


def value(settings: Settings, statement: str, **parts: Part) -> str:
    rows = query(settings, statement, **parts)
    return str(rows[0][0]) if rows else ""


def reading(settings: Settings, database: str, copy: str | None = None) -> AbstractContextManager[Session]:
    """
    A session that may read everything in a database and change nothing. Raises Refused.

    copy: folder of the socket of another cluster than this machine's
    """
    return postgres.session(database, READER, *((copy, COPY_PORT) if copy else (postgres.SOCKET, settings.port)))


COPY_PORT = 5433
"""Of a restored copy: a part of its socket's name; nothing listens on TCP."""


def content(settings: Settings, database: str) -> tuple[int, int]:
    """Tables, and rows as estimated: the counters begin anew after a crash, what ANALYZE has found stays. Raises Refused."""
    with reading(settings, database) as session:
        rows = session.ask("""
            SELECT count(*), coalesce(sum(greatest(s.n_live_tup, c.reltuples::bigint, 0)), 0)::bigint
            FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
        """)
    return rows[0][0], rows[0][1]


def running(settings: Settings) -> bool:
    """Whether it answers, be it only with questions of its own (recovering, for example)."""
    try:
        query(settings, "SELECT 1")
        return True
    except Refused:
        return False


def stop(settings: Settings) -> None:
    run(["systemctl", "stop", settings.unit])


def start(settings: Settings) -> None:
    """Does not wait until it accepts connections: recovery may take long. Raises Failed when it ends at once."""
    run(["systemctl", "start", "--no-block", settings.unit])


def system_identifier(settings: Settings, data: str | None = None) -> int:
    """Which cluster the data directory is, as pg_control tells; a restored one is the one that was backed up."""
    output = run(as_postgres([f"{settings.programs}/pg_controldata", "-D", data or settings.data]))
    found = re.search(r"^Database system identifier:\s+(\d+)$", output, re.MULTILINE)
    if not found:
        raise Problem(f"{data or settings.data} is no PostgreSQL data directory")
    return int(found.group(1))


class TargetNotReached(Problem):
    """The WAL ended before the moment to which PostgreSQL was to replay it."""


TARGET_NOT_REACHED = "before configured recovery target was reached"
"""PostgreSQL's words for it."""


def await_recovered(settings: Settings, limit: float = 12 * 3600) -> None:
    """
    Waits until a restored cluster has replayed its WAL and accepts connections. Says how far it is. Raises Problem when
    PostgreSQL gives up, TargetNotReached when it does because the WAL ended too early.
    """
    begun = said = time.monotonic()
    while not ready(settings):
        if int(run(["systemctl", "show", "-P", "NRestarts", settings.unit]).strip() or 0) > 0:
            # systemd would start it again and again.
            tail = log_tail(settings)
            stop(settings)
            kind = TargetNotReached if TARGET_NOT_REACHED in tail else Problem
            raise kind(f"PostgreSQL ended while it replayed WAL:\n{tail}")
        now = time.monotonic()
        if now - begun > limit:
            raise Problem(f"PostgreSQL has replayed WAL for {limit / 3600:.0f} h and is not done:\n{log_tail(settings)}")
        if now - said >= 5:
            said = now
            say(f"replaying WAL: {replaying() or 'waiting for the next segment'}")
        time.sleep(0.1)


def await_running(settings: Settings, limit: float) -> None:
    """Waits until it answers, if it ever does: one that is broken is no reason not to go on."""
    until = time.monotonic() + limit
    while not running(settings) and time.monotonic() < until:
        time.sleep(0.2)


def ready(settings: Settings, data: str | None = None) -> bool:
    """
    Whether everybody may connect, as PostgreSQL writes it into its lock file. Asking it would fill its log with refusals
    for as long as it recovers.
    """
    try:
        with acting_as_postgres(), open(f"{data or settings.data}/postmaster.pid", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def replaying() -> str | None:
    """Name of the WAL segment that is being replayed, from the title that PostgreSQL gives its startup process."""
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                title = file.read().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        found = re.search(r"postgres: .*startup +(?:recovering|waiting for) +([0-9A-F]{24})", title)
        if found:
            return found.group(1)
    return None


def log_tail(settings: Settings, lines: int = 12) -> str:
    """The last lines of PostgreSQL's log."""
    return run(["journalctl", "-u", settings.unit, "-n", str(lines), "-o", "cat", "--no-pager"]).strip()
