"""
Brings the instances' role and database to their state: `login.py CONFIGURATION PASSWORD_FILE`, as the user postgres.

PostgreSQL is told the SCRAM verifier of the password and never the password itself, so that none of its logs, statistics
or files can hold it. What is right already is left alone.

The instances' role may do everything in its database but own it: an owner chooses settings for all sessions in the
database, a superuser's too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

import postgres
from common import Problem
from postgres import MONITOR, OWNER, READER, Name, Part

ITERATIONS = 4096
# Seconds for one statement.
TIMEOUT = 60


@dataclass(frozen=True)
class Login:
    """What instances log in as, and to."""

    users: tuple[str, str]
    """The instances' role, and one that is that role from its login on: instances use it while the first gets a new password."""
    database: str
    extensions: tuple[str, ...] = ()
    """That the database is to have."""
    monitor: bool = False
    """Whether somebody reads PostgreSQL's figures."""


@dataclass(frozen=True)
class Present:
    """What there is already."""

    roles: Mapping[str, str | None]
    """What PostgreSQL keeps of each role's password."""
    settings: Mapping[tuple[str, str], frozenset[str]]
    """Role and database (empty: all of them) → `NAME=VALUE`, as the role's sessions begin."""
    owner: str | None
    """Role that owns the database; None: there is no such database."""


Statement = tuple[str, dict[str, Part]]


def verifier(password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """What PostgreSQL keeps of a password (RFC 5802 and 7677, in PostgreSQL's own notation)."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${_base64(stored_key)}:{_base64(server_key)}"


def is_verifier_of(kept: str, password: str) -> bool:
    """Whether what PostgreSQL keeps belongs to this password."""
    match = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$.+", kept)
    if match is None:
        return False
    salt = base64.b64decode(match[2])
    return hmac.compare_digest(kept, verifier(password, salt, int(match[1])))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


SET_PASSWORD = "ALTER ROLE {user} PASSWORD {verifier}"
NO_PASSWORD = "ALTER ROLE {user} PASSWORD NULL"
PASSWORD = (SET_PASSWORD, NO_PASSWORD)


def roles(login: Login, passwords: Sequence[str], present: Present, salt: bytes) -> list[Statement]:
    """What is left to do about roles. passwords: of login.users; an empty one lets nobody in"""
    user, other = (Name(text) for text in login.users)
    owner, reader = Name(OWNER), Name(READER)
    todo: list[Statement] = []
    if user.text not in present.roles:
        todo.append(("CREATE ROLE {user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION", {"user": user}))
    if passwords[1] and other.text not in present.roles:
        todo.append(("CREATE ROLE {other} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION", {"other": other}))
        todo.append(("GRANT {user} TO {other} WITH INHERIT TRUE, SET TRUE", {"user": user, "other": other}))
    for role, password in zip((user, other), passwords):
        kept = present.roles.get(role.text)
        if password and (kept is None or not is_verifier_of(kept, password)):
            todo.append((SET_PASSWORD, {"user": role, "verifier": verifier(password, salt)}))
        if not password and kept is not None:
            todo.append((NO_PASSWORD, {"user": role}))
    if OWNER not in present.roles:
        todo.append(("CREATE ROLE {owner} NOLOGIN", {"owner": owner}))
    if READER not in present.roles:
        # Policies of the app's tables would hide rows from it, and they are programs of the app's.
        todo.append(("CREATE ROLE {reader} LOGIN BYPASSRLS IN ROLE pg_read_all_data, pg_monitor", {"reader": reader}))
    if login.monitor and MONITOR not in present.roles:
        todo.append(("CREATE ROLE {monitor} LOGIN IN ROLE pg_monitor", {"monitor": Name(MONITOR)}))
    return todo


EVERYWHERE = ("ALTER ROLE {other} RESET ALL", "ALTER ROLE {other} SET {name} = {value}")
IN_DATABASE = (
    "ALTER ROLE {other} IN DATABASE {database} RESET ALL",
    "ALTER ROLE {other} IN DATABASE {database} SET {name} = {value}",
)
LISTS = ("search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries")
"""Settings whose value is a list of names (pg_dump: variable_is_guc_list_quote)."""


def settings(login: Login, present: Present) -> list[Statement]:
    """What is left to do so that the second role's sessions begin as the first one's do, and as that role."""
    user, other = login.users
    todo: list[Statement] = []
    for database in ("", login.database):
        wanted = present.settings.get((user, database), frozenset())
        if database == "":
            wanted = frozenset(one for one in wanted if not one.startswith("role=")) | {f"role={user}"}
        if present.settings.get((other, database), frozenset()) == wanted:
            continue
        parts: dict[str, Part] = {"other": Name(other), **({"database": Name(database)} if database else {})}
        reset, begin = IN_DATABASE if database else EVERYWHERE
        todo.append((reset, parts))
        todo.extend((begin, {**parts, **_setting(one)}) for one in sorted(wanted))
    return todo


def _setting(written: str) -> dict[str, Part]:
    name, _, value = written.partition("=")
    values = [value]
    if name in LISTS:
        values = [quoted.replace('""', '"') or plain for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|([^,\s"]+)', value)] or [""]
    return {"name": tuple(Name(part) for part in name.split(".")), "value": tuple(values)}


def main(configuration: Path, password_file: Path) -> None:
    written = json.loads(configuration.read_text("utf-8"))
    first, second = written["users"]
    login = Login((first, second), written["database"], tuple(written.get("extensions", ())), monitor=written.get("monitor", False))
    for name in (*login.users, login.database):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise SystemExit(f"{configuration}: {name!r} is not a plain name")
    lines = password_file.read_text("ascii").split("\n")
    bring(login, (lines[0], lines[1] if len(lines) > 1 else ""))


def bring(login: Login, passwords: Sequence[str]) -> None:
    """Raises Refused when PostgreSQL refuses something."""
    with postgres.session(seconds=TIMEOUT) as session:
        present = look(session, login)
        for statement, parts in roles(login, passwords, present, os.urandom(16)):
            session.ask(statement, **parts)
            print(" ".join(statement.split()[:2]), flush=True)
            if statement in PASSWORD:
                end_sessions(session, parts["user"])
        if present.owner is None:
            session.ask("CREATE DATABASE {database}", database=Name(login.database))
            print("CREATE DATABASE", flush=True)
        if present.owner != OWNER:
            postgres.take_over(session, login.database, login.users[0])
            print(f"the database belongs to {OWNER}", flush=True)
        if login.users[1] in present.roles or passwords[1]:
            with session.together():
                for statement, parts in settings(login, look(session, login)):
                    session.ask(statement, **parts)
    if postgres.give_schema(login.database, login.users[0], TIMEOUT):
        print(f"the schema public belongs to {login.users[0]}", flush=True)
    for name in postgres.add_extensions(login.database, login.extensions, [login.users[0]], seconds=TIMEOUT):
        print(f"the database has the extension {name} now", flush=True)


def end_sessions(session: postgres.Session, role: Part) -> None:
    """Those that came over the network, of a role whose password has just changed: instances have the other role's."""
    user = role.text if isinstance(role, Name) else role
    ended = session.ask(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = {user} AND client_addr IS NOT NULL", user=user
    )
    if ended != [(0,)]:
        print(f"sessions of {user} that were ended: {ended[0][0]}", flush=True)


def look(session: postgres.Session, login: Login) -> Present:
    found = session.ask("SELECT rolname, rolpassword FROM pg_authid")
    owner = session.ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = {database}", database=login.database)
    begun = session.ask(
        "SELECT pg_get_userbyid(setrole), coalesce(datname, ''), setconfig FROM pg_db_role_setting"
        " LEFT JOIN pg_database ON pg_database.oid = setdatabase WHERE setrole <> 0"
    )
    return Present(
        {str(name): password for name, password in found},
        {(str(role), str(database)): frozenset(config) for role, database, config in begun},
        str(owner[0][0]) if owner else None,
    )


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Problem as problem:
        sys.exit(str(problem))
