"""How a transaction tells what it does: lines in a file, so that any connection can follow it, also a later one."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Callable

# Seconds between looks at whether somebody still works on a transaction; also the time it has to begin.
PATIENCE = 3.0


class Events:
    """Writes one JSON object per line."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "events.jsonl"
        self._last = ""

    def status(self, text: str) -> None:
        """What is going on just now. Said again, it is no news."""
        if text != self._last:
            self._last = text
            self._write({"event": "status", "text": text})

    def info(self, text: str) -> None:
        """Something worth keeping on the screen."""
        self._write({"event": "info", "text": text})

    def warning(self, text: str) -> None:
        self._write({"event": "warning", "text": text})

    def _write(self, event: dict[str, Any]) -> None:
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(event) + "\n")
        except OSError:
            pass  # a full disk must not stop the way back


class PrintedEvents(Events):
    """For a run that no connection follows: systemd's journal keeps what it prints."""

    def __init__(self) -> None:
        self._last = ""

    def _write(self, event: dict[str, Any]) -> None:
        print(event["text"], flush=True)


def say(event: dict[str, Any]) -> None:
    """To the plugin at the other end of the connection."""
    print(json.dumps(event), flush=True)


def follow(folder: Path, is_working: Callable[[], bool], on_death: Callable[[], None]) -> int:
    """
    Repeats the transaction's events until its result is there. `on_death` is called when nothing has been working on it
    for a while; it has to leave a result.
    """
    position = 0
    looked = time.monotonic()
    while True:
        result = folder / "result.json"
        ended = result.exists()
        position = _repeat(folder / "events.jsonl", position)
        if ended:
            end = json.loads(result.read_text("utf-8"))
            say({"event": "end", **end})
            return 0
        if not folder.is_dir():
            say({"event": "end", "result": "unknown"})
            return 0
        if time.monotonic() - looked > PATIENCE:
            if not is_working():
                on_death()
            looked = time.monotonic()
        time.sleep(0.05)


def _repeat(path: Path, position: int) -> int:
    try:
        with open(path, "rb") as file:
            file.seek(position)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # still being written
                print(line.decode("utf-8"), end="", flush=True)
                position += len(line)
    except FileNotFoundError:
        pass
    return position


def worker(folder: Path) -> int | None:
    """Pid of the process that works on the transaction. Its command line shows whether the pid belongs to another process by now."""
    try:
        pid = int((folder / "pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if folder.name.encode() in command and pid != os.getpid() else None
