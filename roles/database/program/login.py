"""
Brings the instances' role and database to their state: `login.py CONFIGURATION PASSWORD_FILE`, as root.

PostgreSQL is told the SCRAM verifier of the password and never the password itself, so that none of its logs, statistics
or files can hold it. What is right already is left alone.
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

from psql import psql

ITERATIONS = 4096
# Seconds for one call of psql.
TIMEOUT = 60


@dataclass(frozen=True)
class Login:
    """What instances log in as, and to."""

    user: str
    database: str


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


def statements(login: Login, password: str, kept: str | None, has_database: bool, salt: bytes) -> list[str]:
    """
    What is left to do. `kept` is what PostgreSQL keeps of the role's password, None where there is no such role.
    """
    todo = []
    if kept is None:
        todo.append(f"CREATE ROLE {login.user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION")
    if kept is None or not is_verifier_of(kept, password):
        todo.append(f"ALTER ROLE {login.user} PASSWORD '{verifier(password, salt)}'")
    if not has_database:
        todo.append(f"CREATE DATABASE {login.database} OWNER {login.user}")
        # By default everybody who may log in may look around in each database.
        todo.append(f"REVOKE ALL ON DATABASE {login.database} FROM PUBLIC")
    return todo


def main(configuration: Path, password_file: Path) -> None:
    written = json.loads(configuration.read_text("utf-8"))
    login = Login(written["user"], written["database"])
    for name in (login.user, login.database):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
            raise SystemExit(f"{configuration}: {name!r} is not a plain name")
    bring(login, password_file.read_text("ascii").strip())


def bring(login: Login, password: str) -> None:
    """Raises OSError when PostgreSQL refuses something."""
    found = psql(f"SELECT coalesce(rolpassword, '-') FROM pg_authid WHERE rolname = '{login.user}'", TIMEOUT)
    has_database = psql(f"SELECT 1 FROM pg_database WHERE datname = '{login.database}'", TIMEOUT) == "1"
    # One call each: a database cannot be created inside of a transaction.
    for statement in statements(login, password, found or None, has_database, os.urandom(16)):
        psql(f"{statement};\n", TIMEOUT)
        print(" ".join(statement.split()[:3]))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except OSError as error:
        sys.exit(str(error))
