"""Shell commands that a configuration brings along, run so that they cannot outlive an abort unseen."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from common import Problem
from events import Events

# Seconds after which a message says that it still runs.
TELL_EVERY = 5.0
# Seconds. These commands end by themselves; one that does not is broken.
LONGEST = 3600.0


def run_to_end(command: str, doing: str, events: Events) -> subprocess.CompletedProcess[str]:
    """Runs a shell command to its own end, output and errors as one text. An abort of the apply kills it."""
    events.status(doing)
    started = time.monotonic()
    with subprocess.Popen(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        # A group of its own: what the command started goes with it.
        start_new_session=True,
    ) as process:
        try:
            while True:
                try:
                    output, _ = process.communicate(timeout=TELL_EVERY)
                    return subprocess.CompletedProcess(command, process.returncode, output)
                except subprocess.TimeoutExpired:
                    elapsed = time.monotonic() - started
                    if elapsed > LONGEST:
                        raise Problem(f"`{command}` did not end within {LONGEST:.0f} s") from None
                    events.status(f"{doing} ({elapsed:.0f} s)")
        except BaseException:
            _kill_group(process.pid)
            raise


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
