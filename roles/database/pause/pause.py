#!/usr/bin/python3
"""
Stops this machine's instances while the database is put back or replaced, and starts them when it is there again, with
what their release needs. It watches the database itself, so that no laptop has to stay open; and it is started
again at boot, until it is done.

  holdfast-pause begin [--no-migrate]   takes the instances out and stops them; returns when that is done. When they come
                                        back, the release migrates the database, unless it has before or may not
  holdfast-pause end                    starts them again now; fails when the database lacks what the release needs
  holdfast-pause hold                   for the unit: waits for the database, then starts them again
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from typing import Any

STATE = "/var/lib/holdfast/pause.json"
"""There while instances are stopped: which, since when, of which database, and whether that has been seen away."""
SETTINGS = "/etc/holdfast/pause.json"
ENVIRONMENT = "/etc/holdfast/app/database.env"
UNIT = "holdfast-pause.service"
MIGRATION_UNIT = "app-migrate.service"
MIGRATIONS = "/usr/local/sbin/holdfast-migrations"
NEVER_AWAY_SECONDS = 900.0
"""
A database that lets the app in all the time, and stays the same one, is not being put back or replaced: nothing came of it.
"""
MIGRATION_SECONDS = 900.0
"""For how long another machine's migration is waited for: it has less (migrate.service.ts)."""
AGAIN_SECONDS = 30.0
"""Until a migration that failed is tried again, by whatever has been mended then."""
EVERY_SECONDS = 1.0


class NotReady(Exception):
    """The database is there, but not what the release needs in it."""


def read(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(state: dict[str, Any]) -> None:
    with open(f"{STATE}.new", "w", encoding="utf-8") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{STATE}.new", STATE)


def drain(instance: int, state: str) -> None:
    subprocess.run(
        ["/usr/local/sbin/holdfast-drain", str(instance), state],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "SUDO_USER": "restore"},
    )


def systemctl(verb: str, instances: list[int]) -> None:
    if instances:
        subprocess.run(["systemctl", verb, *(f"app@{number}.service" for number in instances)], check=True)


def mine(settings: dict[str, Any]) -> list[int]:
    """Instances in rotation. A person took the others out, and they stay out."""
    return [n for n in settings["instances"] if not os.path.exists(f"{settings['states']}/{n}")]


def begin(migrate: bool = True) -> None:
    settings = read(SETTINGS)
    instances: list[int] = read(STATE)["instances"] if os.path.exists(STATE) else mine(settings)
    database = identity(database_url(ENVIRONMENT))
    write({"instances": instances, "since": time.time(), "away": False, "database": database, "migrate": migrate})
    for number in instances:
        drain(number, "maint")
    systemctl("stop", instances)
    subprocess.run(["systemctl", "restart", "--no-block", UNIT], check=True)


def end() -> None:
    """Raises NotReady, with the instances still stopped."""
    try:
        state = read(STATE)
    except FileNotFoundError:
        return
    prepare(read(SETTINGS).get("migration"), bool(state.get("migrate", True)))
    instances: list[int] = state["instances"]
    systemctl("start", instances)
    for number in instances:
        drain(number, "ready")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(STATE)  # Somebody else may have ended it at the same moment: once more does no harm.
    print(f"instances {', '.join(map(str, instances)) or 'none'} run again", flush=True)


def prepare(migration: str | None, migrate: bool) -> None:
    """No instance starts on a schema that its release does not know. Raises NotReady."""
    if migration == "here":
        # It looks itself whether there is something to do.
        command = ["systemctl", "start", MIGRATION_UNIT] if migrate else [MIGRATIONS, "note"]
        if subprocess.run(command, check=False).returncode != 0:
            raise NotReady(
                f"the release's migration failed, so the instances stay stopped: `journalctl -u {MIGRATION_UNIT}` says why. "
                "Holdfast tries it again every half minute. Roll out a release whose migration works, or run `sudo "
                "holdfast-migrations note` if the database needs no migration"
            )
    elif migration == "elsewhere":
        until = time.monotonic() + MIGRATION_SECONDS
        while due() and time.monotonic() < until:
            time.sleep(EVERY_SECONDS)


def due() -> bool:
    return subprocess.run([MIGRATIONS, "due"], check=False, stderr=subprocess.DEVNULL).returncode != 1


def hold() -> None:
    while True:
        try:
            state = read(STATE)
        except FileNotFoundError:
            return
        there = identity(database_url(ENVIRONMENT))
        if there is not None and (replaced(state, there) or time.time() - state["since"] > NEVER_AWAY_SECONDS):
            try:
                end()
                return
            except NotReady as problem:
                print(problem, flush=True)
                time.sleep(AGAIN_SECONDS)
                continue
        if there is None and not state["away"]:
            write({**state, "away": True})
        time.sleep(EVERY_SECONDS)


def database_url(environment: str) -> str:
    """As instances come, but past the pool, which lets in before it has asked PostgreSQL."""
    with open(environment, encoding="utf-8") as file:
        for line in file:
            name, _, value = line.strip().partition("=")
            if name == "DATABASE_DIRECT_URL":
                return "".join(shlex.split(value))
    raise LookupError(f"{environment} has no DATABASE_DIRECT_URL")


def replaced(state: dict[str, Any], there: int) -> bool:
    """An import needs the database for so short a time that nobody may have seen it away."""
    known = state.get("database")
    return bool(state["away"]) or known is not None and known != there


def identity(url: str) -> int | None:
    """
    PostgreSQL's number of the app's database; None while the app could not work with it: it has to be there, open, and take its
    password, which a restore may have changed.
    """
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            row = connection.execute("SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = current_database()").fetchone()
            return int(row[0]) if row else None
    except psycopg.Error:
        return None


def main(arguments: list[str]) -> None:
    match arguments:
        case ["begin"]:
            begin()
        case ["begin", "--no-migrate"]:
            begin(migrate=False)
        case ["end"]:
            end()
        case ["hold"]:
            hold()
        case _:
            sys.exit((__doc__ or "").strip())


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("this stops the app, so it needs root: sudo holdfast-pause …")
    try:
        main(sys.argv[1:])
    except NotReady as problem:
        sys.exit(str(problem))
