#!/usr/bin/python3 -I
"""Written by Holdfast. ExecStop= of an instance.

systemd sends SIGTERM to the main process of a unit alone. Where that is a
shell that waits for the programs of a start command, they would hear nothing, and be killed with it. So they get the
signal here, and the time that they have to end. Nothing is done where the main process is the app itself.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

SHELLS = ("bash", "busybox", "dash", "ksh93", "mksh", "sh", "zsh")
PAUSE = 0.05
# That a filter has for what is left when its input has ended.
FILTER_SECONDS = 2.0


def status(pid: int) -> dict[str, str]:
    """Fields of /proc/PID/status; empty when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def only_waits(pid: int) -> bool:
    """Whether it is a shell without a trap for SIGTERM. One that has a trap does what its author wrote there."""
    try:
        program = os.path.basename(os.readlink(f"/proc/{pid}/exe")).removesuffix(" (deleted)")
    except OSError:
        return False
    caught = int(status(pid).get("SigCgt", "0"), 16)
    return program in SHELLS and not caught & 1 << (signal.SIGTERM - 1)


def children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        found.setdefault(int(status(int(name)).get("PPid", "0")), []).append(int(name))
    return found


def programs(shell: int, family: dict[int, list[int]]) -> list[int]:
    """What a shell waits for, also past other shells."""
    found: list[int] = []
    for child in family.get(shell, []):
        found += programs(child, family) if only_waits(child) else [child]
    return found


def is_alive(pid: int) -> bool:
    return status(pid).get("State", "Z")[0] not in "ZX"


def pipes(pid: int, *numbers: int) -> set[str]:
    """Pipes that a process has open under these numbers."""
    found: set[str] = set()
    for number in numbers:
        try:
            found.add(os.readlink(f"/proc/{pid}/fd/{number}"))
        except OSError:
            pass
    return {one for one in found if one.startswith("pipe:")}


def first_of_pipelines(pids: list[int]) -> list[int]:
    """Without those that read what another one writes: they end by themselves with it, and its last words are theirs."""
    return [pid for pid in pids if not any(pipes(pid, 0) & pipes(other, 1, 2) for other in pids if other != pid)]


def tell(pids: list[int], shell: int) -> None:
    """Asks them to end, and waits until they have."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    await_end(pids, shell)


def await_end(pids: list[int], shell: int, seconds: float = float("inf")) -> None:
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)) and only_waits(shell) and time.monotonic() < deadline:
        time.sleep(PAUSE)


def stop(main: int) -> None:
    """Returns when they have ended. How long that may take is systemd's business (TimeoutStopSec=)."""
    if not only_waits(main):
        return
    running = programs(main, children())
    first = first_of_pipelines(running)
    tell(first, main)
    # One that goes on without what it reads is no filter.
    rest = [pid for pid in running if pid not in first]
    await_end(rest, main, FILTER_SECONDS)
    tell([pid for pid in rest if is_alive(pid)], main)


if __name__ == "__main__":
    # systemd sets it as long as there is a main process.
    stop(int(os.environ.get("MAINPID", "0")))
