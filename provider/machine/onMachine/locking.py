"""
Locks on this machine: one apply at a time, and one change at a time to each of our own records. Only root can open their
files: whoever can open a file can lock it, for as long as he likes. No wait is without end.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common import Problem
from events import Events
from layout import Layout

# Seconds. Whoever changes a record has it for some milliseconds, on a slow disk for some more.
RECORD_TIMEOUT = 30.0
# A command line says who it is in its first words.
LONGEST_COMMAND = 120


@contextmanager
def lock(layout: Layout, timeout: float, events: Events | None = None) -> Iterator[None]:
    """The machine's lock: one apply at a time. Raises `Problem` after `timeout` seconds."""

    def wait(left: float) -> None:
        if events is not None:
            events.status(f"waiting for another apply on this machine ({left:.0f} s left)")

    with locked(layout, "lock", "Another apply has been working on this machine", timeout, wait):
        yield


@contextmanager
def locked(
    layout: Layout,
    name: str,
    busy: str,
    timeout: float = RECORD_TIMEOUT,
    wait: Callable[[float], None] = lambda left: None,
) -> Iterator[None]:
    """
    Holds the lock file `name`; the kernel gives it back when its holder dies, however it dies. Raises `Problem` after
    `timeout` seconds, with the words of `busy` and who holds it. `wait` is told the seconds that are left.
    """
    layout.make()
    path = layout.state / name
    deadline = time.monotonic() + timeout
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        # Versions before this one left it readable for everybody.
        os.fchmod(descriptor, 0o600)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Problem(f"{busy} for {timeout:.0f} s. {_holders_of(path)}") from None
                wait(left)
                time.sleep(min(0.5 if timeout > RECORD_TIMEOUT else 0.05, left))
        yield
    finally:
        os.close(descriptor)


def _holders_of(path: Path) -> str:
    """Who holds the lock, and what to do, for a person."""
    holders = [holder for folder in Path("/proc").glob("[0-9]*") if (holder := _holder(folder, path)) is not None]
    if not holders:
        return f"The lock {path} was given back just now: try again."
    return f"The lock {path} is held by {' and '.join(holders)}. Try again when it has ended, or end it with `kill`."


def _holder(process: Path, path: Path) -> str | None:
    """
    The process as a person knows it, if it holds the lock. By its open files and not by /proc/locks: that names the process
    that took the lock, which may have left it to a child, and by a device number that an overlay shows nobody else.
    """
    try:
        file = path.stat()
        for link in (process / "fd").iterdir():
            if os.path.samestat(file, link.stat()) and "lock:" in (process / "fdinfo" / link.name).read_text():
                return f"process {process.name} of {_user(process.stat().st_uid)} ({_command(process)})"
    except OSError:
        pass  # it has ended, or is not ours to look at
    return None


def _user(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user {uid}"


def _command(process: Path) -> str:
    """Anybody may call a program anything: what a terminal would obey becomes a blank."""
    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    words = "".join(character if character.isprintable() else " " for character in command)
    return " ".join(words.split())[:LONGEST_COMMAND] or "without a command line"
