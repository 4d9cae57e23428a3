#!/usr/bin/python3
"""
Stops this machine's instances while the database is put back, and starts them when it is there again. It watches the
database itself, so that nobody's laptop has to stay open; and it is started again at boot, until it is done.

  holdfast-pause begin    takes the instances out and stops them; returns when that is done
  holdfast-pause end      starts them again now
  holdfast-pause hold     for the unit: waits for the database, then starts them again
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import time
from typing import Any

STATE = "/var/lib/holdfast/pause.json"
"""There while instances are stopped: which, since when, and whether the database has been seen away."""
SETTINGS = "/etc/holdfast/pause.json"
UNIT = "holdfast-pause.service"
NEVER_AWAY_SECONDS = 900.0
"""A database that answers all the time is not being put back: nothing came of it."""
NOT_YET = {"57P03"}
"""SQLSTATE `cannot_connect_now`: PostgreSQL runs, but is not there for anybody yet."""


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
    """Instances that nobody has taken out before: those stay out afterwards too."""
    return [n for n in settings["instances"] if not os.path.exists(f"{settings['states']}/{n}")]


def begin() -> None:
    settings = read(SETTINGS)
    if not os.path.exists(STATE):
        write({"instances": mine(settings), "since": time.time(), "away": False})
    instances: list[int] = read(STATE)["instances"]
    for number in instances:
        drain(number, "maint")
    systemctl("stop", instances)
    subprocess.run(["systemctl", "restart", "--no-block", UNIT], check=True)


def end() -> None:
    try:
        instances: list[int] = read(STATE)["instances"]
    except FileNotFoundError:
        return
    systemctl("start", instances)
    for number in instances:
        drain(number, "ready")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(STATE)  # Somebody else may have ended it at the same moment: once more does no harm.
    print(f"instances {', '.join(map(str, instances)) or 'none'}: back", flush=True)


def hold() -> None:
    settings = read(SETTINGS)
    while True:
        try:
            state = read(STATE)
        except FileNotFoundError:
            return
        there = accepts(settings["address"], int(settings["port"]))
        if there and (state["away"] or time.time() - state["since"] > NEVER_AWAY_SECONDS):
            end()
            return
        if not there and not state["away"]:
            write({**state, "away": True})
        time.sleep(1)


def accepts(address: str, port: int, limit: float = 3) -> bool:
    """
    Whether PostgreSQL there is ready for clients: it asks who we are, instead of saying that it is not ready. It shows
    nothing and is told nothing, so its certificate does not matter.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((address, port), timeout=limit) as plain:
            plain.sendall(struct.pack("!ii", 8, 80877103))  # SSLRequest
            if plain.recv(1) != b"S":
                return False
            with context.wrap_socket(plain) as line:
                words = b"user\0holdfast-pause\0database\0postgres\0\0"
                line.sendall(struct.pack("!ii", 8 + len(words), 196608) + words)
                kind = line.recv(1)
                if kind == b"R":
                    return True
                if kind != b"E":
                    return False
                # Turned away for what we are is an answer; "not yet" is one too, and another.
                return not any(code.encode() in line.recv(4096) for code in NOT_YET)
    except OSError:
        return False


if __name__ == "__main__":
    actions = {"begin": begin, "end": end, "hold": hold}
    action = actions.get(sys.argv[1]) if len(sys.argv) == 2 else None
    if action is None:
        sys.exit((__doc__ or "").strip())
    if os.geteuid() != 0:
        sys.exit("this stops the app, so it needs root: sudo holdfast-pause …")
    action()
