"""
Who keeps an instance out of rotation, and since when: a file for each instance and owner. What a person took out lasts
until a person takes it back, over reboots too; roll-outs and debug sessions end with the machine's uptime at the latest.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Literal

Owner = Literal["person", "roll-out", "debug"]
OWNERS: tuple[Owner, ...] = ("person", "roll-out", "debug")
# From the mildest to the strictest: of several holds the strictest counts.
WORDS = ("ready", "drain", "maint")


@dataclass(frozen=True)
class Hold:
    owner: Owner
    word: str
    """`drain`: no new visitors. `maint`: no visitors and no health checks."""
    who: str
    """e.g. `anna@laptop`; empty when it is not known."""
    since: str
    """UTC, ISO 8601."""

    def described(self) -> str:
        by = f" by {self.who}" if self.who else ""
        return f"{self.owner}{by} since {self.since}" if self.since else f"{self.owner}{by}"


@dataclass(frozen=True)
class Holds:
    lasting: str
    """Folder of what people took out: `holdfast-drain` writes it."""
    passing: str
    """Folder of the others, emptied by a reboot."""

    def path(self, number: int, owner: Owner) -> str:
        if owner == "person":
            return os.path.join(self.lasting, str(number))
        return os.path.join(self.passing, f"{number}.{owner}")

    def of(self, number: int) -> list[Hold]:
        """All that count; an unreadable file does not count."""
        found = [self._read(number, owner) for owner in OWNERS]
        return [hold for hold in found if hold is not None]

    def state_of(self, number: int) -> str:
        return max((hold.word for hold in self.of(number)), key=WORDS.index, default="ready")

    def put(self, number: int, owner: Owner, word: str = "drain", who: str = "") -> None:
        """Writes it beside and renames it: a reader sees the old hold or the new one."""
        path = self.path(number, owner)
        folder, name = os.path.split(path)
        os.makedirs(folder, mode=0o755, exist_ok=True)
        candidate = os.path.join(folder, f".{name}.new")
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with open(candidate, "w", encoding="utf-8") as file:
            file.write(f"{word}\n{who}\n{since}\n")
        os.replace(candidate, path)

    def drop(self, number: int, owner: Owner) -> bool:
        """Whether there was one."""
        try:
            os.unlink(self.path(number, owner))
        except FileNotFoundError:
            return False
        return True

    def _read(self, number: int, owner: Owner) -> Hold | None:
        try:
            with open(self.path(number, owner), encoding="utf-8") as file:
                word, who, since, *_ = [*file.read(1024).splitlines(), "", "", ""]
        except (OSError, ValueError):
            return None
        return Hold(owner, word.strip(), who, since) if word.strip() in WORDS[1:] else None
