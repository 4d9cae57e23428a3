"""The machine's log of roll-outs: one line for each apply that changed what an archive's path leads to, or failed to."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from typing import NotRequired, TypedDict

from common import replace
from events import Events
from layout import Layout
from request import Lease, Manifest, Request, archive_key, kept_before, label_of

LOG = "/var/log/holdfast/rollouts.log"
# Bytes. Some 4,000 roll-outs; what is older goes in halves.
LARGEST = 1 << 20


class Change(TypedDict):
    path: str
    before: str | None
    after: str
    sha256: NotRequired[str]
    """Of what comes: two that are called the same are told apart by it. Transactions of older programs have none."""


class Rollout(TypedDict):
    id: str
    machine: str
    started: float
    """Seconds since the epoch."""
    changes: list[Change]
    lease: NotRequired[Lease]


def planned(request: Request, previous: Manifest) -> Rollout:
    """What the request rolls out on this machine: only what people have a name for."""
    changes: list[Change] = []
    for path, archive in sorted(request["archives"].items()):
        if "label" not in archive or previous["archives"].get(path) == archive_key(archive):
            continue
        kept = kept_before(path, previous)
        before = kept[0]["label"] if kept else None
        changes.append({"path": path, "before": before, "after": label_of(archive), "sha256": archive["sha256"]})
    rollout: Rollout = {
        "id": request["id"],
        "machine": request.get("machine", request["configuration"]),
        "started": time.time(),
        "changes": changes,
    }
    lease = request.get("lease")
    if lease is not None:
        rollout["lease"] = lease
    return rollout


def note(layout: Layout, rollout: Rollout, result: str, error: str, events: Events) -> None:
    """Repeated after a crash, it writes nothing twice. A log that cannot be written does not stop the apply."""
    seconds = round(time.time() - rollout["started"], 1)
    try:
        for change in rollout["changes"]:
            words = f"{change['before'] or 'nothing'} → {change['after']}"
            if _append(layout, rollout, change, {"result": result, "error": error, "seconds": seconds}):
                tell = events.info if result == "applied" else events.warning
                tell(f"roll-out {words}: {result} after {seconds:.1f} s")
    except OSError as failure:
        events.warning(f"the roll-out could not be noted in {LOG}: {failure}")


def _append(layout: Layout, rollout: Rollout, change: Change, end: dict[str, object]) -> bool:
    log = layout.real(LOG)
    log.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    known = log.read_text("utf-8").splitlines() if log.exists() else []
    line: dict[str, object] = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "machine": rollout["machine"],
        **rollout.get("lease", {}),
        "archive": change["path"],
        "from": change["before"],
        "to": change["after"],
        "sha256": change.get("sha256"),
        **end,
        "id": rollout["id"],
    }
    mark = (rollout["id"], change["path"])
    if any(mark == _mark(one) for one in known[-20:]):
        return False
    text = json.dumps(line, ensure_ascii=False) + "\n"
    if sum(len(one.encode()) + 1 for one in known) + len(text) > LARGEST:
        replace(log, ("\n".join([*known[len(known) // 2 :], text])).encode(), 0o644)
        return True
    with open(log, "a", encoding="utf-8") as file:
        file.write(text)
    return True


def _mark(line: str) -> tuple[object, object]:
    try:
        entry = json.loads(line)
        return (entry.get("id"), entry.get("archive"))
    except (ValueError, AttributeError):
        return (None, None)
