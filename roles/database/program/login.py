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

import postgres
from common import Problem
from postgres import OWNER, READER, Name, Part

ITERATIONS = 4096
# Seconds for one statement.
TIMEOUT = 60


@dataclass(frozen=True)
class Login:
    """What instances log in as, and to."""

    user: str
    database: str


@dataclass(frozen=True)
class Present:
    """What there is already."""

    roles: frozenset[str]
    kept: str | None
    """What PostgreSQL keeps of the password of the instances' role."""
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


def roles(login: Login, password: str, present: Present, salt: bytes) -> list[Statement]:
    """What is left to do about roles."""
    user, owner, reader = Name(login.user), Name(OWNER), Name(READER)
    todo: list[Statement] = []
    if login.user not in present.roles:
        todo.append(("CREATE ROLE {user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION", {"user": user}))
    if present.kept is None or not is_verifier_of(present.kept, password):
        todo.append(("ALTER ROLE {user} PASSWORD {verifier}", {"user": user, "verifier": verifier(password, salt)}))
    if OWNER not in present.roles:
        todo.append(("CREATE ROLE {owner} NOLOGIN", {"owner": owner}))
    if READER not in present.roles:
        # Policies of the app's tables would hide rows from it, and they are programs of the app's.
        todo.append(("CREATE ROLE {reader} LOGIN BYPASSRLS IN ROLE pg_read_all_data, pg_monitor", {"reader": reader}))
    return todo


def main(configuration: Path, password_file: Path) -> None:
    written = json.loads(configuration.read_text("utf-8"))
    login = Login(written["user"], written["database"])
    for name in (login.user, login.database):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise SystemExit(f"{configuration}: {name!r} is not a plain name")
    bring(login, password_file.read_text("ascii").strip())


def bring(login: Login, password: str) -> None:
    """Raises Refused when PostgreSQL refuses something."""
    with postgres.session(seconds=TIMEOUT) as session:
        present = look(session, login)
        for statement, parts in roles(login, password, present, os.urandom(16)):
            session.ask(statement, **parts)
            print(" ".join(statement.split()[:2]), flush=True)
        if present.owner is None:
            session.ask("CREATE DATABASE {database}", database=Name(login.database))
            print("CREATE DATABASE", flush=True)
        if present.owner != OWNER:
            postgres.take_over(session, login.database, login.user)
            print(f"the database belongs to {OWNER}", flush=True)
    if postgres.give_schema(login.database, login.user, TIMEOUT):
        print(f"the schema public belongs to {login.user}", flush=True)


def look(session: postgres.Session, login: Login) -> Present:
    found = session.ask("SELECT rolname, rolpassword FROM pg_authid")
    owner = session.ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = {database}", database=login.database)
    kept = {str(name): password for name, password in found}
    return Present(frozenset(kept), kept.get(login.user), str(owner[0][0]) if owner else None)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Problem as problem:
        sys.exit(str(problem))
