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
from pathlib import Path
from typing import Any, Iterator

from commands import run, say
from common import Problem, read_json, write_json
from settings import RUN

NAMES = ("backup", "restore", "load", "import", "verify", "proof")
AT_WORK = ("active", "activating", "deactivating", "reloading")
"""systemd's states of a unit that has not ended."""
LOCK = f"{RUN}/lock"
REPLACING = ("restore", "import")
"""The app is stopped while one of them is at work, and finds another database after it."""
ONE_AT_A_TIME = (*REPLACING, "load")
"""Loading makes the database that an import puts in the place of the app's."""


def unit(name: str) -> str:
    if name not in NAMES:
        raise Problem(f"there is no job {name}; there are {', '.join(NAMES)}", code=2)
    return f"holdfast-job@{name}.service"


def start(name: str, request: dict[str, Any]) -> None:
    """Raises Problem when one that it cannot run beside is at work."""
    for other in ONE_AT_A_TIME if name in ONE_AT_A_TIME else (name,):
        if at_work(other):
            raise Problem(f"{other} is running already: `holdfast backup follow {other}` shows it")
    os.makedirs(RUN, 0o711, exist_ok=True)
    write_json(request_path(name), request, 0o600)
    if os.path.exists(result_path(name)):
        os.unlink(result_path(name))
    subprocess.run(["systemctl", "reset-failed", unit(name)], check=False, stderr=subprocess.DEVNULL)
    try:
        # Returns when it has begun, so that a follower does not see the previous run; then systemd has given it the request.
        run(["systemctl", "start", unit(name)])
    finally:
        forget_request(name)


def request_of(name: str) -> dict[str, Any]:
    """What was asked for, as systemd hands it over (LoadCredential=)."""
    request: dict[str, Any] | None = read_json(os.path.join(os.environ.get("CREDENTIALS_DIRECTORY", "/"), "request"))
    if request is None:
        raise Problem(f"there is no request for {name}", code=2)
    return request


def request_path(name: str) -> str:
    return f"{RUN}/{name}.request"


def forget_request(name: str) -> None:
    """It may hold a key."""
    Path(request_path(name)).unlink(missing_ok=True)


def was_killed() -> bool:
    """In what systemd runs after the job (ExecStopPost=): whether it did not end by itself."""
    return os.environ.get("EXIT_CODE") != "exited"


def finish(name: str) -> None:
    """Tells those who follow how it ended, as systemd says: it forgets that."""
    code = 1 if was_killed() else int(os.environ.get("EXIT_STATUS", "1"))
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
    with open(lock_file(), "rb") as lock:
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


def lock_file() -> int:
    """Only root may open it. A unit gets it from systemd (OpenFile=), so that nobody else of its user can hold it."""
    if os.environ.get("LISTEN_FDNAMES") == "lock":
        return 3
    os.makedirs(RUN, 0o711, exist_ok=True)
    return os.open(LOCK, os.O_RDONLY | os.O_CREAT, 0o600)


def busy_with() -> str:
    units = run(["systemctl", "list-units", "--plain", "--no-legend", "--state=active,activating", "holdfast-*"])
    names = re.findall(r"holdfast-(?:job@(?:restore|load|import|backup|verify|proof)|backup@\w+|proof)\.service", units)
    return ", ".join(names) or "something else"
