"""
Loads a dump into an empty database: `loader.py REQUEST`, as the user who owns nothing, with the dump as its input.

It reads the file itself, has PostgreSQL's own programs turn their forms into SQL, and runs that statement by statement over
one connection. No line of it is ever given to psql. It writes JSON lines: what was left out, then what came of it.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

import dumps  # noqa: E402
from common import Problem  # noqa: E402
from explaining import NO_DUMP, Refusal, explain  # noqa: E402
from leaving_out import BEGINS, EXTENSION, MISSING, POLICY, ROWS, SEQUENCE, plain, rule_about  # noqa: E402
from statements import Command, Cut, Reader, Statement  # noqa: E402

SETTINGS = "-c client_min_messages=error -c synchronous_commit=off -c idle_in_transaction_session_timeout=0"
"""A crash in the middle loses the whole import anyway."""
FILLS = re.compile(r"(?:COPY|INSERT|REFRESH|CREATE (?:UNIQUE )?INDEX|ALTER TABLE .*ADD|SELECT)\b", re.I)
"""Statements that call functions of the dump's own."""
MAKES = re.compile(r"(?:CREATE|INSERT|COPY|ALTER TABLE)\b", re.I)
CONNECTS = (re.compile(r"dbname='((?:[^'\\]|\\.)+)'"), re.compile(r'"([^"]+)"$'), re.compile(r"(\S+)$"))
"""How pg_dump's versions write which database is meant."""
LOCALE = re.compile(rb"(?:LC_COLLATE|LOCALE)\s*=\s*'([^']+)'")
ENCODING = re.compile(rb"ENCODING\s*=\s*'([^']+)'")


def tell(**values: Any) -> None:
    print(json.dumps(values), flush=True)


@dataclass
class Facts:
    """What is known of the dump by now."""

    begun: int = 0
    ended: int = 0
    """pg_dump's own marks."""
    version: int | None = None
    """Major version of the PostgreSQL that it is of."""
    no_encoding: bool = False
    """It is of a database with the encoding SQL_ASCII, which takes any bytes for text."""
    section: str | None = None
    """Name of the database that the following is of, where the dump says that."""
    filled: str | None = None
    """Of the section that has something in it."""
    tables: int = 0
    rows: bool = False
    qualified: bool = False
    """It has names looked up in no schema: pg_dump from 10.3 on."""
    left: list[str] = field(default_factory=list)

    def leave_out(self, what: str) -> None:
        if what not in self.left:
            self.left.append(what)
            tell(left=what)

    @property
    def extensions(self) -> list[str]:
        return [one.removeprefix("extension ").strip('"') for one in self.left if one.startswith("extension ")]


class Again(Exception):
    """A function of the dump's looks names up in the schema public, but the dump has that switched off."""


class Loader:
    """Runs the pieces of one dump. Raises Problem with what and why."""

    def __init__(self, reader: Reader, connection: Any, version: int, everywhere: bool) -> None:
        self._reader = reader
        self._connection = connection
        self._version = version
        self._everywhere = everywhere
        """Whether names are looked up in the schema public all the time."""
        self.facts = Facts()

    def load(self) -> None:
        while True:
            piece = self._reader.next()
            for comment in self._reader.comments:
                self._note(comment)
            if piece is None:
                break
            if isinstance(piece, Command):
                self._command(piece)
            else:
                self._statement(piece)
        if self._in_transaction() or self.facts.begun > self.facts.ended:
            raise Cut("the end of the file is missing")

    def _note(self, comment: str) -> None:
        facts = self.facts
        if re.fullmatch(r"-- PostgreSQL database (?:cluster )?dump\s*", comment):
            facts.begun += 1
        elif re.fullmatch(r"-- PostgreSQL database (?:cluster )?dump complete\s*", comment):
            facts.ended += 1
        found = re.match(r"-- Dumped from database version (\d+)", comment)
        if found:
            facts.version = int(found[1])

    def _command(self, command: Command) -> None:
        words = command.text.split(maxsplit=1)
        name = words[0] if words else ""
        if name in ("restrict", "unrestrict"):
            return
        if name in ("connect", "c"):
            self.facts.section = next((found[1] for found in (named.search(words[-1]) for named in CONNECTS) if found), None)
            return
        raise Problem(
            f"line {command.line}: \\{name} is a command of the program psql. An import runs none of them: take the line out"
        )

    def _statement(self, statement: Statement) -> None:
        head, facts = statement.head, self.facts
        self._remember(statement)
        left = rule_about(head)
        if left:
            self._left_out(left[0])
            return
        if re.match(r"SET client_encoding ", head, re.I) and re.search(rb"SQL_ASCII", statement.text, re.I):
            # UTF8 stays: PostgreSQL judges the text then.
            facts.no_encoding = True
            return
        if re.match(r"SELECT pg_catalog \. set_config ", head, re.I) and re.search(rb"'search_path',\s*''", statement.text):
            facts.qualified = True
            if self._everywhere:
                return
        if MAKES.match(head) and not re.match(r"CREATE (SCHEMA|EXTENSION)", head, re.I):
            self._belongs_here()
        guarded = self._in_transaction()
        if guarded:
            self._run(b"SAVEPOINT holdfast")
        refusal = self._run(statement.text)
        if guarded and self._in_transaction():
            self._run(b"ROLLBACK TO holdfast" if refusal else b"RELEASE holdfast")
        if refusal:
            self._refused(statement, refusal)
        elif re.match(r"CREATE (?:UNLOGGED )?TABLE ", head, re.I):
            facts.tables += 1
        elif re.match(r"INSERT ", head, re.I):
            facts.rows = True

    def _remember(self, statement: Statement) -> None:
        if not re.match("CREATE DATABASE ", statement.head, re.I):
            return
        locale, encoding = LOCALE.search(statement.text), ENCODING.search(statement.text)
        if encoding and encoding[1] == b"SQL_ASCII":
            self.facts.no_encoding = True
        if locale and not re.fullmatch(rb"C|POSIX|C\.UTF-?8", locale[1], re.I):
            tell(note=f"the old database sorted text as {locale[1].decode('utf-8', 'replace')} does, this one sorts by code point: "
                 'where an order matters, write COLLATE "de-x-icu" or the like')

    def _belongs_here(self) -> None:
        """A file of pg_dumpall may hold several databases, of which an app has one."""
        facts = self.facts
        if facts.filled is not None and facts.section != facts.filled:
            raise Problem(
                f"the file holds several databases, among them {facts.filled} and {facts.section}, and an import takes one: "
                f"make a dump of that with `pg_dump -Fc {facts.filled}`"
            )
        if facts.section is not None:
            facts.filled = facts.section

    def _in_transaction(self) -> bool:
        return int(self._connection.transaction_status) != 0

    def _run(self, text: bytes) -> Refusal | None:
        """Runs it, rows that follow it included."""
        from psycopg import pq

        result = self._connection.exec_(text)
        takes_rows = result.status == pq.ExecStatus.COPY_IN
        if takes_rows:
            result = self._copy()
        elif result.status in (pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH):
            raise Problem(f"line {self._reader.line}: COPY … TO stdout reads rows: no dump has that")
        if self._connection.status != pq.ConnStatus.OK:
            raise Problem(f"PostgreSQL ended the connection: {self._connection.error_message.decode('utf-8', 'replace').strip()}")
        self._reader.standard_strings = self._connection.parameter_status(b"standard_conforming_strings") != b"off"
        if self._connection.parameter_status(b"client_encoding") == b"SQL_ASCII":
            self._connection.exec_(b"SET client_encoding = 'UTF8'")
        if result.status != pq.ExecStatus.FATAL_ERROR:
            return None
        return Refusal.of(result, text[:4].upper() == b"COPY" and not takes_rows)

    def _copy(self) -> Any:
        self.facts.rows = True
        try:
            for lines in self._reader.rows():
                if lines:
                    self._connection.put_copy_data(lines)
        except Cut:
            self._connection.put_copy_end(b"cut")
            raise
        self._connection.put_copy_end()
        outcome = result = self._connection.get_result()
        while result is not None:
            result = self._connection.get_result()
        return outcome

    def _refused(self, statement: Statement, refusal: Refusal) -> None:
        head, facts = statement.head, self.facts
        rows = ROWS.match(head)
        if rows and refusal.before_rows:
            for _ in self._reader.rows():
                pass
        left = rule_about(head, refusal.state)
        if left and not (head.upper().startswith("REFRESH") and self._could_look_everywhere(refusal)):
            self._left_out(left[0])
            return
        if facts.extensions and (rows and refusal.state == "3F000" or SEQUENCE.match(head) and refusal.state in ("3F000", "42P01")):
            # An extension's own schema went with it.
            facts.leave_out(f"the rows of {plain(rows[1])}, which an extension brings" if rows else "a sequence of an extension")
            return
        policy = POLICY.match(head)
        if policy and refusal.state == "42704" and self._roles_missing(policy[3].split(" , ")):
            facts.leave_out(f"policy {policy[1]} of table {plain(policy[2])}, for a role that is not here: {plain(policy[3])}")
            return
        if facts.tables and FILLS.match(head) and self._could_look_everywhere(refusal):
            raise Again
        raise Problem(explain(statement, refusal, facts, self._version, self._ask))

    def _left_out(self, told: str | None) -> None:
        if told is not None:
            self.facts.leave_out(told)

    def _could_look_everywhere(self, refusal: Refusal) -> bool:
        return self.facts.qualified and not self._everywhere and not refusal.before_rows and refusal.state in MISSING

    def _roles_missing(self, roles: list[str]) -> bool:
        return all(not self._ask(b"SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", role.strip('" ')) for role in roles)

    def _ask(self, question: bytes, value: str) -> bool:
        """Whether there is such a row."""
        result = self._connection.exec_params(question, [value.encode()])
        return bool(result.ntuples > 0)

    def analyze(self) -> None:
        """As the one who loaded it: an index may call a function of the dump's."""
        self._run(b"RESET ALL; SET client_min_messages = error")
        # The counters of what was loaded first, or they would be added to what is found now.
        self._run(b"SELECT pg_catalog.pg_stat_force_next_flush()")
        self._run(b"ANALYZE")


def connect(address: str) -> Any:
    from psycopg import pq

    connection = pq.PGconn.connect(address.encode())
    if connection.status != pq.ConnStatus.OK:
        raise Problem(f"PostgreSQL: {connection.error_message.decode('utf-8', 'replace').strip()}")
    return connection


def wanted_schemas(reader: Reader) -> dict[str, str]:
    """Extension → schema, from the statements before a dump makes anything else."""
    found: dict[str, str] = {}
    try:
        while True:
            piece = reader.next()
            if piece is None or isinstance(piece, Statement) and BEGINS.match(piece.head):
                return found
            match = EXTENSION.match(piece.head) if isinstance(piece, Statement) else None
            if match:
                found[match[1].strip('"')] = match[2].strip('"')
    except Cut:
        # The load itself says so.
        return found


def main(request: dict[str, Any]) -> None:
    """
    request: `connection` to the empty database, `version` of its server, `programs` with pg_restore, `work`, a folder that is
    this user's, `server` where a server is copied from, `everywhere` for a second attempt; `survey` alone for
    where extensions are wanted
    """
    if request.get("survey"):
        with dumps.opened(request) as source:
            tell(schemas=wanted_schemas(Reader(source.sql)), done=True)
        return
    connection = connect(f"{request['connection']} client_encoding=UTF8 options='{SETTINGS}'")
    with dumps.opened(request) as source:
        loader = Loader(Reader(source.sql), connection, int(request["version"]), bool(request.get("everywhere")))
        try:
            try:
                loader.load()
            except Cut:
                # A program that gave up says better why the text ends.
                source.require_success()
                raise
            source.require_success()
        except Again:
            tell(again=True)
            return
        except Cut as cut:
            cause = "the dump was cut" if loader.facts.begun or loader.facts.tables else f"{NO_DUMP}; or it was cut"
            raise Problem(f"{cause}: {cut}. Copy it again, or make it again") from cut
    loader.analyze()
    connection.finish()
    facts = loader.facts
    tell(done=True, rows=facts.rows)


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except Problem as problem:
        tell(failed=str(problem))
        sys.exit(1)
