"""Why PostgreSQL refused a statement of a dump, and what a person can do: by its code for the reason, never by its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Protocol

from statements import Statement

NO_DUMP = (
    "pg_dump did not write this: it is none of its formats (`pg_dump -Fc` or `-Ft`, SQL, a packed folder of `-Fd`), compressed or not"
)
SHOWN = 200
"""Characters of a statement that are shown."""
COLLATION = re.compile(rb"""(?:COLLATE|collation\s*=|locale\s*=)\s*(?:(?:pg_catalog|"pg_catalog")\.)?(?:"([^"]+)"|'([^']+)'|(\w+))""", re.I)
NEWER = re.compile(rb"NOT ENFORCED|WITHOUT OVERLAPS|\bPERIOD\b|\bVIRTUAL\b|GENERATED ALWAYS AS \((?!.*\) STORED)", re.I | re.S)
"""What PostgreSQL 17 does not know yet, and 18 does."""


class Known(Protocol):
    """Of the dump (loader.Facts)."""

    version: int | None
    no_encoding: bool
    tables: int

    @property
    def extensions(self) -> list[str]: ...


@dataclass(frozen=True)
class Refusal:
    """What PostgreSQL answered."""

    state: str
    """Its code for the reason (SQLSTATE)."""
    words: str
    before_rows: bool = False
    """Whether a COPY was refused before it took rows."""

    @staticmethod
    def of(result: Any, before_rows: bool) -> Refusal:
        from psycopg.pq import DiagnosticField as Part

        def part(one: Part) -> str:
            value: bytes | None = result.error_field(one)
            return "" if value is None else re.sub(r"[^\x20-\x7e\xa0-\uffff]+", " ", value.decode("utf-8", "replace"))

        context = part(Part.CONTEXT)
        parts = [part(Part.MESSAGE_PRIMARY), part(Part.MESSAGE_DETAIL), part(Part.MESSAGE_HINT), context[:SHOWN]]
        return Refusal(part(Part.SQLSTATE), ". ".join(one.rstrip(".") for one in parts if one), before_rows)


def explain(statement: Statement, refusal: Refusal, known: Known, version: int, ask: Callable[[bytes, str], bool]) -> str:
    """
    version: major version of the stack's PostgreSQL
    ask: whether a question with one value has an answer
    """
    reason = reason_of(statement, refusal, known, version, ask)
    shown = re.sub(r"\s+", " ", statement.text.decode("utf-8", "replace"))
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    said = f"line {statement.line} was refused. PostgreSQL: {refusal.words}\n  {shown}"
    return f"{reason}.\n{said}" if reason else said


def reason_of(
    statement: Statement, refusal: Refusal, known: Known, version: int, ask: Callable[[bytes, str], bool]
) -> str | None:
    state, text = refusal.state, statement.text
    if state in ("22021", "22P05"):
        return encoding(known)
    newer = known.version is not None and known.version > version
    if newer and state[:2] in ("0A", "42") or state == "42601" and NEWER.search(text):
        which = f"PostgreSQL {known.version}" if newer else "a newer PostgreSQL"
        return f"the dump is of {which}, and this stack has {version}: a dump can be loaded into the same version or a newer one"
    if state == "42601":
        found = known.version or known.tables
        return f"PostgreSQL {version} does not understand line {statement.line}: it was changed, or is of another program" if found else NO_DUMP
    missing = missing_collation(text, ask) if state in ("42704", "22023", "0A000") else None
    if missing:
        language = re.match(r"([a-z]{2})(?=[_.-]|$)", missing)
        icu = f'"{language[1] if language else "und"}-x-icu"'
        return (
            f'the dump sorts by "{missing}" of the old machine\'s C library, which this one does not have. ICU\'s {icu} is there: make '
            f"SQL of it (`pg_restore -f old.sql old.dump`), replace it in the file (`sed -i 's/\"{missing}\"/{icu}/g' old.sql`) and import that"
        )
    if state in ("42P01", "3F000") and re.match(r"COPY|INSERT", statement.head, re.I) and not known.tables:
        return "the dump has rows and no tables (`pg_dump --data-only`): make it without that option"
    if state in ("42704", "42883", "42P01", "3F000", "42501", "58P01") and known.extensions:
        names = ", ".join(known.extensions)
        return (
            f"the dump uses {names}, which an app may not bring with it. Where Debian has it, `holdfast:database: {{ extensions: "
            f"[{names}] }}` and `pulumi up` give it to the database; then import again"
        )
    if state in ("42704", "42883", "42P01", "3F000"):
        return (
            "the dump needs something that is not in it. `pg_dump` with `-n` or `-t` leaves all extensions and other schemas out: make it "
            "without, or add `--extension='*'`"
        )
    if state == "42501":
        return "the dump asks for what only a superuser may, and an import does not: leave that out of the dump"
    return None


def encoding(known: Known) -> str:
    if known.no_encoding:
        return (
            "the old database has no encoding (SQL_ASCII), and its text is not UTF-8. Find out what it is, often WINDOWS-1252 or "
            "LATIN1, and make SQL with its name: `pg_dump --encoding=SQL_ASCII -f old.sql …`, then `iconv -f WINDOWS-1252 -t UTF-8 "
            "old.sql >new.sql`, and import new.sql"
        )
    return "the dump has text that is not in the encoding that it names (`SET client_encoding`): it was converted, or damaged"


def missing_collation(text: bytes, ask: Callable[[bytes, str], bool]) -> str | None:
    """Name of the first one that this server does not have."""
    for match in COLLATION.finditer(text):
        name = next(one for one in match.groups() if one is not None).decode("utf-8", "replace")
        if not ask(b"SELECT 1 FROM pg_catalog.pg_collation WHERE collname = $1 OR colllocale = $1", name):
            return name
    return None
