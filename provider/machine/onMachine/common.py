"""
What every program of ours on machines shares: files that a power cut cannot tear, other programs, systemd. A copy of this
file lies beside each program (roles/programFolder.ts), so that an apply changes a program and its library together.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any


class Problem(Exception):
    """
    What went wrong, for a person: what, why and what to do. `details` are lines of the program that refused; `code` is the
    exit code of a program that ends with it.
    """

    def __init__(self, message: str, details: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.details = details
        self.code = code


# Files


def sync_folder(folder: Path | str) -> None:
    """Makes renames and removals in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(path: Path, data: bytes, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Writes a file that nobody else can read until it has its mode, and that is on the disk when this returns."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if owner is not None:
            os.fchown(file.fileno(), *owner)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())


def replace(path: Path, data: bytes, mode: int = 0o600) -> None:
    """A reader finds the old content or the new content, never a part of it."""
    candidate = path.with_name(f".{path.name}.new")
    write_new(candidate, data, mode)
    os.replace(candidate, path)
    sync_folder(path.parent)


def rename(old: str, new: str) -> None:
    """On the disk when it returns: a power cut finds one name or the other, and this step before the next one."""
    os.rename(old, new)
    sync_folder(os.path.dirname(new))


def read_json(path: str) -> Any:
    """None when the file is not there."""
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        return None


def write_json(path: str, value: Any, mode: int = 0o644) -> None:
    """As `replace`; makes the folder where there is none."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace(target, f"{json.dumps(value, indent=2)}\n".encode(), mode)


def is_locked(path: str) -> bool:
    """Whether some process holds the lock (flock) on the file. The kernel drops it with the process."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


# Other programs


def run(command: list[str], timeout: float, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a program with output and errors as one text; a timeout is an answer (124), not an exception."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    try:
        return subprocess.run(
            command,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        output = expired.stdout.decode("utf-8", "replace") if isinstance(expired.stdout, bytes) else ""
        return subprocess.CompletedProcess(command, 124, f"{output}\nno answer within {timeout:.0f} s".strip())


def last_lines(text: str, count: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-count:])


def notify_systemd(message: str) -> None:
    """Readiness and signs of life (sd_notify(3)); silent where no systemd asks for them."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        try:
            notify.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            pass  # systemd restarts a unit whose signs of life are missing.
