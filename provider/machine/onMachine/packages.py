"""Debian packages. They are installed before anything else, and stay when an apply is undone: an additional package does no harm."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from common import Problem, last_lines
from events import Events
from looking import missing_packages

# Seconds. Package lists older than this are fetched again before an installation.
LISTS_FRESH = 3600
STAMP = Path("/var/lib/holdfast/package-lists")
# Seconds that apt waits for another apt (unattended upgrades, cloud-init).
LOCK_TIMEOUT = 600
OPTIONS = [
    "-q",
    "-y",
    "--no-install-recommends",
    "-o",
    f"DPkg::Lock::Timeout={LOCK_TIMEOUT}",
    # Files that are there already are Holdfast's or the admin's: never a question, never overwritten.
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
]


def install(packages: list[str], events: Events) -> None:
    """Raises `Problem` with apt's own words."""
    missing = missing_packages(packages)
    if not missing:
        return
    names = ", ".join(missing)
    _finish_interrupted(events)
    if not _lists_are_fresh():
        events.status(f"fetching package lists (for {names})")
        _fetch_lists(events, f"fetching package lists for {names}")
    events.status(f"installing {names}")
    try:
        _apt(["apt-get", *OPTIONS, "install", *missing], events, f"installing {names}")
    except Problem:
        # Lists from this morning name versions that the mirror no longer has.
        events.status("fetching package lists again, because the installation failed with the old ones")
        _fetch_lists(events, "fetching package lists")
        _apt(["apt-get", *OPTIONS, "install", *missing], events, f"installing {names}")
    left = missing_packages(packages)
    if left:
        raise Problem(f"apt-get reported success, but these packages are not installed: {', '.join(left)}")


def _fetch_lists(events: Events, doing: str) -> None:
    _apt(["apt-get", *OPTIONS, "update"], events, doing)
    STAMP.touch()


def _lists_are_fresh() -> bool:
    """apt itself leaves no trace of a fetch that found nothing new."""
    there = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    return there and STAMP.exists() and time.time() - STAMP.stat().st_mtime < LISTS_FRESH


def _finish_interrupted(events: Events) -> None:
    """A power cut in the middle of an installation leaves packages half configured; apt refuses to go on from there."""
    if any(Path("/var/lib/dpkg/updates").glob("[0-9]*")):
        events.status("finishing an interrupted package installation")
        _apt(["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"], events, "finishing an installation")


def _apt(command: list[str], events: Events, doing: str) -> None:
    """Runs apt in a session of its own: an abort of the transaction lets it end, so that no package stays half installed."""
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "NEEDRESTART_SUSPEND": "1",
        "APT_LISTCHANGES_FRONTEND": "none",
        "LC_ALL": "C.UTF-8",
    }
    started = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None, "its output is a pipe"
        for line in process.stdout:
            if line.strip():
                lines.append(line.rstrip())
                events.status(f"{doing} ({time.monotonic() - started:.0f} s): {line.strip()[:120]}")
    if process.returncode != 0:
        raise Problem(f"{command[0]} failed while {doing}", last_lines("\n".join(lines)))
