"""Where Holdfast keeps its things on the machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common import Problem


PACKED_ENDINGS = (".tar.gz", ".tar.zst")


class Aborted(Problem):
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
    def programs(self) -> Path:
        """A folder for each program of ours."""
        return self.real("/usr/local/lib/holdfast")

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
