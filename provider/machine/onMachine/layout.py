"""Where Holdfast keeps its things on the machine, and how they are written so that a power cut cannot tear them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


PACKED_ENDINGS = (".tar.gz", ".tar.zst")


class Failed(Exception):
    """Something that the person at the keyboard has to know; `details` are lines of the program that refused."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class Aborted(Failed):
    """The person pressed Ctrl-C, the machine is shutting down, or somebody else has the lease now."""


@dataclass(frozen=True)
class Layout:
    """All paths below one root: `/` on a machine, a temporary folder in tests."""

    root: Path

    @property
    def is_machine(self) -> bool:
        """Whether this is the running machine itself: only there may units and packages be touched."""
        return self.root == Path("/")

    def real(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    @property
    def state(self) -> Path:
        return self.real("/var/lib/holdfast")

    @property
    def transactions(self) -> Path:
        return self.state / "transactions"

    @property
    def archives(self) -> Path:
        return self.state / "archives"

    def packed(self, sha256: str) -> Path | None:
        """An archive that arrived and is not unpacked yet."""
        candidates = (self.archives / f"{sha256}{ending}" for ending in PACKED_ENDINGS)
        return next((path for path in candidates if path.is_file()), None)

    def manifest(self, configuration: str) -> str:
        """The list of what a configuration manages here: itself a file of the transaction, so never out of step."""
        return f"/var/lib/holdfast/applied/{configuration}.json"

    def make(self) -> None:
        """Archives are read by the app's user, so the parents may be entered; transactions hold secrets."""
        for folder, mode in ((self.state, 0o755), (self.archives, 0o755), (self.transactions, 0o700)):
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
            folder.chmod(mode)


def sync_folder(folder: Path) -> None:
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
    """Old content or new content, never a part of it."""
    candidate = path.with_name(f".{path.name}.new")
    write_new(candidate, data, mode)
    os.replace(candidate, path)
    sync_folder(path.parent)


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
