"""One apply at a time on a machine."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from common import Problem
from events import Events
from layout import Layout


@contextmanager
def lock(layout: Layout, timeout: float, events: Events | None = None) -> Iterator[None]:
    """The kernel gives the lock back when its holder dies, however it dies. Raises `Problem` after `timeout` seconds."""
    layout.make()
    deadline = time.monotonic() + timeout
    with open(layout.state / "lock", "a+", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Problem(f"Another apply has been working on this machine for {timeout:.0f} s; try again later.")
                if events is not None:
                    events.status(f"waiting for another apply on this machine ({left:.0f} s left)")
                time.sleep(min(0.5, left))
        yield
