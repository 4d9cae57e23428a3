"""
Runs the on-machine program and kills it (SIGKILL) right before its n-th change to the file system.

    crashAt.py N PROGRAM ARGUMENTS…
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from typing import Any

CHANGES = {"os.rename", "os.link", "os.remove", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}
left = int(sys.argv[1])
program = sys.argv[2]
root = os.path.realpath(sys.argv[4])


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    global left
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event not in CHANGES and not writes:
        return
    # Locks and logs of the program are no steps of a transaction.
    if not str(arguments[0]).startswith(root) or str(arguments[0]).endswith(("/lock", "/events.jsonl")):
        return
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


sys.argv = [program, *sys.argv[3:]]
sys.addaudithook(watch)
runpy.run_path(program, run_name="__main__")
