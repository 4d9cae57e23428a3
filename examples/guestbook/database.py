"""Where the guestbook keeps its entries when the stack has a database: PostgreSQL, by $DATABASE_URL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from entries import Entry, Unavailable

# Of one instance. The stack counts on ten for each (docs/database.md).
MOST_CONNECTIONS = 8
# Seconds. A visitor rather reads after a second that the database is away than waits for it.
PATIENCE = 1.0
# Seconds between looks at connections that nobody uses.
LOOK_EVERY = 5.0

_CONNECTION = {
    # One statement is one transaction here.
    "autocommit": True,
    "connect_timeout": 2,
    # Milliseconds after which a database machine that answers nothing any more counts as gone.
    "tcp_user_timeout": 3000,
    "options": "-c statement_timeout=5s",
}

# As one value: without its C part, which Debian has no package of, the driver takes longer for two hundred of them than
# all the rest of a page takes.
_NEWEST = """
    SELECT coalesce(json_agg(newest), '[]') FROM (
        SELECT id, name, text, to_char(written AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') AS written
        FROM entries ORDER BY position DESC LIMIT %s
    ) AS newest
"""


class DatabaseEntries:
    """
    Entries in a table. An entry is acknowledged when PostgreSQL has it on disk. Connections that died with a restart of
    PostgreSQL are noticed before they are used, so the app goes on by itself as soon as the database is back.
    """

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool(
            url,
            kwargs=_CONNECTION,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=PATIENCE,
            # Otherwise the pauses between attempts grow, and the database is back long before the app looks again.
            reconnect_timeout=PATIENCE,
            check=ConnectionPool.check_connection,
            # Waits for nothing: the instance starts, and says what is wrong, while the database is away.
            open=True,
        )
        self._closed = threading.Event()
        threading.Thread(target=self._keep_alive, daemon=True).start()

    def _keep_alive(self) -> None:
        """Replaces connections that died while nobody used them: the next visitor need not wait for a new one."""
        while not self._closed.wait(LOOK_EVERY):
            self._pool.check()

    def add(self, entry: Entry) -> None:
        """An id that is there already is the same entry, sent once more by somebody who got no answer."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO entries (id, name, text, written) VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
                (entry.id, entry.name, entry.text, entry.written),
            )

    def newest(self, count: int) -> list[Entry]:
        """The last entries, newest first."""
        with self._connection() as connection:
            row = connection.execute(_NEWEST, (count,)).fetchone()
        return [Entry(**entry) for entry in row[0]] if row else []

    def close(self) -> None:
        """Ends the pool's own threads; a process that leaves them behind waits for them for ever."""
        self._closed.set()
        self._pool.close(timeout=PATIENCE)

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise Unavailable("the database does not answer") from error
        except psycopg.Error as error:
            # e.g. a full disk, a restart in the middle, a table that is not there yet. The first line names no values.
            raise Unavailable(str(error).split("\n")[0] or type(error).__name__) from error
