"""
How our programs ask PostgreSQL: over the machine's own socket, as the machine's user `postgres`.

Whoever may write in a database may make tables, views and functions with any name in it, and whoever owns it may choose for
all its sessions in which schemas names are looked up. So nothing that comes from a database ever becomes SQL, a session looks
names up in PostgreSQL's own schema only, and the superuser never reads in the app's database: READER does.
A copy of this file lies beside each program that needs it.
"""

from __future__ import annotations

import os
import pwd
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping, Sequence

from common import Problem

USER = "postgres"
"""Of the machine, and of PostgreSQL: its superuser."""
SOCKET = "/run/postgresql"
OWNER = "holdfast_owner"
"""The role that owns the app's database and cannot log in, so that nobody can choose settings for all its sessions."""
READER = "holdfast_reader"
"""The role that counts rows: it reads all tables, whatever their policies say, and may do nothing else."""
IMPORTER = "holdfast_import"
"""The role that loads a foreign dump: it is there meanwhile, and may do nothing outside of the database that is made from it."""
MONITOR = "holdfast_monitor"
"""The role that reads PostgreSQL's figures, and no rows."""

PINNED = {
    "search_path": "pg_catalog,pg_temp",
    "role": "none",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
    "lock_timeout": "10min",
}
"""What a session begins with. It wins over what a database's owner has set for the database."""


class Refused(Problem):
    """PostgreSQL refused a statement, does not answer, or took too long. `state` is its code for the reason (SQLSTATE)."""

    def __init__(self, message: str, state: str | None = None) -> None:
        super().__init__(message)
        self.state = state


@dataclass(frozen=True)
class Name:
    """A name in SQL: of a table, a database, a role."""

    text: str


Part = Name | str | int | tuple[Name, ...] | tuple[str, ...]
"""What stands in a statement. Several names are one with dots, several texts are a list."""
Row = tuple[Any, ...]


@contextmanager
def acting_as_postgres() -> Iterator[None]:
    """
    Opens files and connections as the user postgres. Below a folder that this user owns, root does nothing as itself: there a
    link may lead anywhere. Without effect when the program runs as that user anyway.
    """
    if os.geteuid() != 0:
        yield
        return
    user, groups = pwd.getpwnam(USER), os.getgroups()
    group = os.getegid()
    os.setgroups(os.getgrouplist(USER, user.pw_gid))
    os.setegid(user.pw_gid)
    os.seteuid(user.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


class Session:
    """One connection. Each statement is a transaction of its own, unless it is in `together`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def ask(self, statement: str, **parts: Part) -> list[Row]:
        """
        Rows of a statement; none where it returns none. Raises Refused.

        statement: a text of this program, with {name} where a part belongs
        parts: names and values, of which each is quoted as what it is
        """
        import psycopg
        from psycopg import sql

        def quote(part: Part) -> sql.Composable:
            if isinstance(part, tuple):
                return sql.SQL("." if isinstance(part[0], Name) else ", ").join([quote(one) for one in part])
            return sql.Identifier(part.text) if isinstance(part, Name) else sql.Literal(part)

        quoted = {key: quote(part) for key, part in parts.items()}
        try:
            cursor = self._connection.execute(sql.SQL(statement).format(**quoted) if parts else statement)
            return list(cursor.fetchall()) if cursor.description else []
        except psycopg.Error as error:
            raise refused(error) from error

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements that come into force at once, or not at all."""
        import psycopg

        try:
            with self._connection.transaction():
                yield
        except psycopg.Error as error:
            raise refused(error) from error


@contextmanager
def session(
    database: str = "postgres", user: str = USER, host: str = SOCKET, port: int = 5432, seconds: int = 0
) -> Iterator[Session]:
    """
    A session as a role that the user postgres may be (pg_hba.conf). Raises Refused.

    host: folder of the socket
    seconds: for each statement and for connecting; 0: as long as it takes, and 30 for connecting
    """
    import psycopg

    pinned = {**PINNED, "statement_timeout": f"{seconds}s"}
    try:
        with acting_as_postgres():
            connection = psycopg.connect(
                host=host,
                port=port,
                dbname=database,
                user=user,
                autocommit=True,
                connect_timeout=seconds or 30,
                client_encoding="utf8",
                options=" ".join(f"-c {name}={value}" for name, value in pinned.items()),
                prepare_threshold=None,
            )
    except psycopg.Error as error:
        raise refused(error) from error
    with connection:
        yield Session(connection)


def ask(statement: str, seconds: int = 0, **parts: Part) -> list[Row]:
    """One statement of the superuser's, in the database postgres. Raises Refused."""
    with session(seconds=seconds) as opened:
        return opened.ask(statement, **parts)


def take_over(session: Session, database: str, user: str) -> None:
    """Makes OWNER the owner of a database, in which the instances' role may do everything else. At once, or not at all."""
    name, role = Name(database), Name(user)
    with session.together():
        session.ask("ALTER DATABASE {database} OWNER TO {owner}", database=name, owner=Name(OWNER))
        # By default everybody who may log in may look around in each database.
        session.ask("REVOKE ALL ON DATABASE {database} FROM PUBLIC", database=name)
        session.ask("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {user}", database=name, user=role)
        session.ask("GRANT CONNECT ON DATABASE {database} TO {reader}", database=name, reader=Name(READER))


def give_schema(database: str, user: str, seconds: int = 0) -> bool:
    """
    The schema public belongs to the instances' role, as it did while that role owned the database. Where somebody has given
    it to another role, or dropped it, it stays so. Returns whether something changed.
    """
    with session(database, seconds=seconds) as opened:
        found = opened.ask("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'")
        if found != [("pg_database_owner",)]:
            return False
        opened.ask("ALTER SCHEMA public OWNER TO {user}", user=Name(user))
        return True


def add_extensions(database: str, names: Iterable[str], users: Sequence[str], schemas: Mapping[str, str] = {}, seconds: int = 0) -> list[str]:
    """
    Creates extensions that a database lacks, and those that they need, as the superuser: returns which. Raises Refused.

    users: roles that get at an extension's own schema
    schemas: extension → schema that it is wanted in. @default public
    """
    made: list[str] = []
    with session(database, seconds=seconds) as opened:
        present = {str(name) for (name,) in opened.ask("SELECT extname FROM pg_extension")}
        for name in names:
            _add(opened, name, present, made, schemas)
        for name in made:
            for user in users:
                _let_use(opened, name, user)
    return made


def _add(opened: Session, name: str, present: set[str], made: list[str], schemas: Mapping[str, str]) -> None:
    if name in present:
        return
    found = opened.ask(AVAILABLE, name=name)
    if not found:
        raise Refused(f"extension {name} is not installed on this machine")
    schema, needed = found[0]
    for other in needed:
        _add(opened, str(other), present, made, schemas)
    if schema is None:
        wanted = schemas.get(name, "public")
        opened.ask("CREATE SCHEMA IF NOT EXISTS {schema}", schema=Name(wanted))
        opened.ask("CREATE EXTENSION {name} SCHEMA {schema}", name=Name(name), schema=Name(wanted))
    else:
        opened.ask("CREATE EXTENSION {name}", name=Name(name))
    present.add(name)
    made.append(name)


AVAILABLE = """
    SELECT v.schema::text, coalesce(v.requires::text[], '{{}}') FROM pg_available_extension_versions v
    JOIN pg_available_extensions e ON e.name = v.name AND e.default_version = v.version WHERE v.name = {name}"""
"""The schema that an extension insists on, and the extensions that it needs."""


def _let_use(opened: Session, name: str, user: str) -> None:
    schemas = opened.ask(
        """
        SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace OR n.oid IN (
            SELECT objid FROM pg_depend WHERE refobjid = e.oid AND deptype = 'e' AND classid = 'pg_namespace'::regclass)
        WHERE e.extname = {name} AND n.nspname NOT IN ('pg_catalog', 'public')""",
        name=name,
    )
    for (schema,) in schemas:
        opened.ask("GRANT USAGE ON SCHEMA {schema} TO {user}", schema=Name(schema), user=Name(user))


def refused(error: Any) -> Refused:
    """What PostgreSQL or its library said, as one line without control characters: names in it may be anybody's."""
    words = str(error).strip() or type(error).__name__
    printable = re.sub(r"[^\x20-\x7e\xa0-\uffff]+", " ", words)
    return Refused(f"PostgreSQL: {printable}", getattr(error, "sqlstate", None))
