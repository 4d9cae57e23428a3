"""
Long work runs as a unit of its own, `holdfast-job@NAME.service`, and writes to the journal: whoever asked for it follows it
there, and may go away and come back. One job of a name at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import time
from contextlib import contextmanager
from typing import Any, Iterator

from commands import run, say
from common import Problem, read_json, write_json
from settings import RUN

NAMES = ("backup", "restore", "import", "verify", "proof")
AT_WORK = ("active", "activating", "deactivating", "reloading")
"""systemd's states of a unit that has not ended."""
REPLACING = ("restore", "import")
"""The app is stopped while one of them is at work, and finds another database after it: one at a time."""


def unit(name: str) -> str:
    if name not in NAMES:
        raise Problem(f"there is no job {name}; there are {', '.join(NAMES)}", code=2)
    return f"holdfast-job@{name}.service"


def start(name: str, request: dict[str, Any]) -> None:
    """Raises Problem when one that it cannot run beside is at work."""
    for other in REPLACING if name in REPLACING else (name,):
        if at_work(other):
            raise Problem(f"{other} is running already: `holdfast backup follow {other}` shows it")
    os.makedirs(RUN, 0o711, exist_ok=True)
    write_json(f"{RUN}/{name}.request", request, 0o600)
    if os.path.exists(result_path(name)):
        os.unlink(result_path(name))
    subprocess.run(["systemctl", "reset-failed", unit(name)], check=False, stderr=subprocess.DEVNULL)
    # Returns when it has begun, so that a follower does not see the previous run.
    run(["systemctl", "start", unit(name)])


def request_of(name: str) -> dict[str, Any]:
    """What was asked for. Taken, not read: it may hold a key."""
    path = f"{RUN}/{name}.request"
    request: dict[str, Any] | None = read_json(path)
    if request is None:
        raise Problem(f"there is no request for {name}", code=2)
    os.unlink(path)
    return request


def finish(name: str, code: int) -> None:
    """Tells those who follow how it ended: systemd forgets it."""
    write_json(result_path(name), {"invocation": os.environ.get("INVOCATION_ID", ""), "code": code})


def result_path(name: str) -> str:
    return f"{RUN}/{name}.result"


def at_work(name: str) -> bool:
    return state(name) in AT_WORK


def replacing() -> str | None:
    """The job that replaces the database at this moment."""
    return next((name for name in REPLACING if at_work(name)), None)


def state(name: str) -> str:
    return run(["systemctl", "show", "-P", "ActiveState", unit(name)]).strip()


def follow(name: str, patience: float = 10) -> int:
    """Writes the lines of the job that runs or has run last, to its end; returns its exit code."""
    cursor, begun = "", time.monotonic()
    while True:
        result = read_json(result_path(name))
        invocation = run(["systemctl", "show", "-P", "InvocationID", unit(name)]).strip()
        invocation = str(result["invocation"]) if result else invocation
        if result:
            # What a program has written is in the journal a moment later.
            run(["journalctl", "--sync"])
        if invocation:
            cursor = show(invocation, cursor)
        if result:
            return int(result["code"])
        idle = state(name) in ("inactive", "failed")
        if idle and not os.path.exists(result_path(name)) and time.monotonic() - begun > patience:
            # It was killed, or the machine went down in between.
            raise Problem(f"no {name} is running, and none has left a result")
        time.sleep(0.3)


def show(invocation: str, cursor: str) -> str:
    """New lines of one run of a unit; returns where to go on."""
    command = ["journalctl", f"_SYSTEMD_INVOCATION_ID={invocation}", "-o", "json", "--no-pager", "--all"]
    if cursor:
        command.append(f"--after-cursor={cursor}")
    for line in run(command).splitlines():
        if not line.startswith("{"):
            continue
        entry = json.loads(line)
        cursor = str(entry["__CURSOR"])
        say(str(entry.get("MESSAGE", "")))
    return cursor


@contextmanager
def alone(limit: float = 60) -> Iterator[None]:
    """Nothing else that needs the database as it is runs meanwhile. Raises Problem when it stays busy."""
    os.makedirs(RUN, 0o711, exist_ok=True)
    with open(os.open(f"{RUN}/lock", os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as lock:
        until = time.monotonic() + limit
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Problem(f"{busy_with()} is running on this database: try again when it has ended") from None
                time.sleep(0.2)
        yield


def busy_with() -> str:
    units = run(["systemctl", "list-units", "--plain", "--no-legend", "--state=active,activating", "holdfast-*"])
    names = re.findall(r"holdfast-(?:job@(?:restore|import|backup|verify|proof)|backup@\w+|proof)\.service", units)
    return ", ".join(names) or "something else"
