"""
What of a dump an import leaves out, because the app's database cannot have it: and what it says of that.

A rule looks at a statement's first words (statements.py) and, where PostgreSQL has refused it, at PostgreSQL's code for the
reason (SQLSTATE). Everything that no rule is about has to succeed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable

NAME = r'(?:"(?:[^"]|"")*"|[\w$]+)'
QUALIFIED = rf"{NAME}(?: \. {NAME})?"
ROWS = re.compile(rf"COPY ({QUALIFIED}) .*FROM stdin\b", re.I)
SEQUENCE = re.compile(r"SELECT pg_catalog \. setval ", re.I)
POLICY = re.compile(rf"CREATE POLICY ({NAME}) ON ({QUALIFIED}) (?:AS \w+ )?(?:FOR \w+ )?TO ((?:{NAME}(?: , )?)+)", re.I)
EXTENSION = re.compile(rf"CREATE EXTENSION (?:IF NOT EXISTS )?({NAME}) (?:WITH )?SCHEMA ({NAME})", re.I)
BEGINS = re.compile(r"CREATE (?:UNLOGGED |FOREIGN )?(?:TABLE|TYPE|DOMAIN|SEQUENCE|VIEW)|CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)|COPY|INSERT", re.I)
"""What comes after a dump's extensions."""

NOT_ALLOWED = "42501"
EXISTS = ("42P06", "42710", "42P07", "42723")
MISSING = ("42P01", "42703", "42704", "42883", "3D000", "3F000")
"""A table, column, object, function, database or schema that is not there."""
UNKNOWN_HERE = ("0A000", "22023", "55000", "58P01")
"""What this server does not have: an extension's files, a tablespace, a provider of labels."""
ANY: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    about: re.Pattern[str]
    states: tuple[str, ...] | None
    """With which of PostgreSQL's codes it is left out; empty: with any; None: it is not even tried."""
    told: Callable[[re.Match[str]], str | None]
    """What is said of it; None: nothing, since nothing is lost."""

    def covers(self, head: str, state: str | None) -> re.Match[str] | None:
        if (self.states is None) != (state is None) or self.states and state not in self.states:
            return None
        return self.about.match(head)


def rule(about: str, states: tuple[str, ...] | None, told: str | None = None) -> Rule:
    """told: with \\1 for the first group"""
    return Rule(re.compile(about, re.I), states, lambda match: None if told is None else plain(match.expand(told)))


def plain(text: str) -> str:
    """Names as people write them."""
    return re.sub(r'"([\w-]+)"', r"\1", text.replace(" . ", ".").replace(" , ", ", ").replace(" (", "(")).strip()


RULES = (
    # All of it belongs to the app, in the database that the stack has made.
    rule(r"ALTER (?!DEFAULT PRIVILEGES).* OWNER TO ", None),
    rule(r"SET SESSION AUTHORIZATION|RESET SESSION AUTHORIZATION", None),
    rule(r"(CREATE|DROP) DATABASE |COMMENT ON DATABASE |UPDATE pg_catalog \. pg_database |UPDATE pg_database ", None),
    rule(rf"ALTER DATABASE {NAME} (?:SET|RESET) ({QUALIFIED})", None, r"a setting of the old database: \1"),
    rule(r"ALTER DATABASE ", None),
    rule(r"CREATE ROLE postgres$", None),
    rule(rf"CREATE (?:ROLE|USER|GROUP) (?!MAPPING)({NAME})", None, r"role \1"),
    rule(rf"ALTER (?:ROLE|USER) ({NAME}) (?:IN DATABASE {NAME} )?SET ({QUALIFIED})", None, r"a setting of role \1: \2"),
    rule(r"(?:ALTER|DROP) (?:ROLE|USER|GROUP) (?!MAPPING)|COMMENT ON ROLE |GRANT (?:(?! ON ).)* TO ", None),
    rule(rf"CREATE TABLESPACE ({NAME})", None, r"tablespace \1"),
    rule(r"(?:ALTER|DROP) TABLESPACE |COMMENT ON TABLESPACE ", None),
    rule(r"(?:GRANT|REVOKE) .* ON (?:DATABASE|TABLESPACE|PARAMETER|LANGUAGE|FOREIGN) ", None),
    # The new database is empty: what is not there need not be dropped.
    rule(r"DROP |ALTER .* DROP |SELECT pg_catalog \. lo_unlink ", (*MISSING, "2BP01", NOT_ALLOWED)),
    rule(r"CREATE SCHEMA ", EXISTS),
    rule(r"CREATE (?:OR REPLACE )?(?:TRUSTED )?(?:PROCEDURAL )?LANGUAGE plpgsql", (*EXISTS, NOT_ALLOWED)),
    rule(r"COMMENT ON (?:EXTENSION|EVENT TRIGGER|LANGUAGE|PUBLICATION|SUBSCRIPTION|SERVER|FOREIGN) ", ANY),
    rule(r"COMMENT ON (.*?) IS", (NOT_ALLOWED,), r"the comment on \1"),
    rule(rf"CREATE EXTENSION (?:IF NOT EXISTS )?({NAME})", (*MISSING, *UNKNOWN_HERE, NOT_ALLOWED), r"extension \1"),
    rule(rf"ALTER EXTENSION ({NAME})", ANY, r"a change of extension \1"),
    rule(rf"CREATE EVENT TRIGGER ({NAME})", ANY, r"event trigger \1"),
    rule(r"ALTER EVENT TRIGGER ", ANY),
    rule(rf"(?:CREATE|ALTER) PUBLICATION ({NAME})", ANY, r"publication \1"),
    rule(rf"(?:CREATE|ALTER) SUBSCRIPTION ({NAME})", ANY, r"subscription \1"),
    rule(rf"CREATE FOREIGN DATA WRAPPER ({NAME})", ANY, r"foreign data wrapper \1"),
    rule(rf"CREATE SERVER (?:IF NOT EXISTS )?({NAME})", ANY, r"foreign server \1"),
    rule(rf"CREATE USER MAPPING .*SERVER ({NAME})", ANY, r"user mapping of foreign server \1"),
    rule(rf"CREATE FOREIGN TABLE ({QUALIFIED})", (*MISSING, NOT_ALLOWED), r"foreign table \1"),
    rule(rf"SECURITY LABEL .*ON (\w+ {QUALIFIED})", ANY, r"security label on \1"),
    rule(r"(?:GRANT|REVOKE) .* (?:TO|FROM) ((?:(?! GRANTED BY| WITH GRANT).)*)", ANY, r"rights of role \1"),
    rule(rf"ALTER DEFAULT PRIVILEGES (?:FOR ROLE ({NAME}))?", ANY, r"default rights of what role \1 makes"),
    rule(rf"SET default_tablespace = ({NAME})", ANY, r"tablespace \1: its tables are in the default one"),
    rule(r"SET (default_table_access_method|default_with_oids)", ANY, r"the setting \1"),
    # A parameter of another version.
    rule(rf"SET {QUALIFIED} (?:=|TO)", ("42704",)),
    rule(
        rf"REFRESH MATERIALIZED VIEW (?:CONCURRENTLY )?({QUALIFIED})",
        (*MISSING, NOT_ALLOWED, "55000", "0A000", "22023", "42P17"),
        r"the content of materialized view \1: fill it with REFRESH MATERIALIZED VIEW \1",
    ),
)


def rule_about(head: str, state: str | None = None) -> tuple[str | None] | None:
    """
    What to say of a statement that is left out; None: it is not left out.

    state: PostgreSQL's code, when it refused; without, before it is tried
    """
    for one in RULES:
        match = one.covers(head, state)
        if match:
            return (one.told(match),)
    return None
