"""
Runs the on-machine program and kills it (SIGKILL) right before its n-th change: to the file system, or by a command.

    crashAt.py N PROGRAM ARGUMENTS…
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from typing import Any

CHANGES = {"os.rename", "os.link", "os.remove", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}
# Of systemctl, what only looks.
LOOKS = {"show", "is-system-running", "reset-failed"}
left = int(sys.argv[1])
program = sys.argv[2]
root = os.path.realpath(sys.argv[4])


def commands(event: str, arguments: tuple[Any, ...]) -> bool:
    if event != "subprocess.Popen":
        return False
    command = arguments[1]
    return command[0] == "sh" or (command[0] == "systemctl" and command[1] not in LOOKS)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if commands(event, arguments):
        step()
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event not in CHANGES and not writes:
        return
    # Locks and logs of the program are no steps of a transaction.
    if not str(arguments[0]).startswith(root) or str(arguments[0]).endswith(("lock", "/events.jsonl")):
        return
    step()


def step() -> None:
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


sys.argv = [program, *sys.argv[3:]]
sys.addaudithook(watch)
runpy.run_path(program, run_name="__main__")
