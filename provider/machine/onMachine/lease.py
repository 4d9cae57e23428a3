"""
The stack's lease, kept on one machine: whoever holds it may change the machines of the stack. Its generation only ever
grows, also when this machine is made anew, so that every machine can tell an older holder from a newer one.
"""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypedDict

from common import replace
from layout import Layout
from locking import locked
from people import signed

# Seconds that a lease lasts without being renewed, where its holder asks for more.
LONGEST = 600.0


class Lease(TypedDict):
    generation: int
    owner: str
    reason: str
    since: float
    """Seconds since the epoch, like `expires`: this machine's clock alone decides."""
    expires: float
    ended: str
    """Empty while it runs; otherwise how it ended: `released` or `broken`."""


def take(layout: Layout, asked: dict[str, Any]) -> dict[str, Any]:
    """Gives the lease to `owner`, unless somebody else's runs."""
    owner = signed(layout, str(asked["owner"]))
    with _alone(layout):
        now = time.time()
        known = _read(layout)
        if known is not None and _runs(known, now):
            return {"result": "held", "lease": shown(known)}
        before = known["generation"] if known is not None else 0
        new: Lease = {
            # A machine made anew knows no generation; its clock is ahead of any that was given out before.
            "generation": max(before + 1, int(now * 1000)),
            "owner": owner,
            "reason": str(asked["reason"]),
            "since": now,
            "expires": now + min(float(asked["seconds"]), LONGEST),
            "ended": "",
        }
        _write(layout, new)
        return {"result": "taken", "lease": shown(new)}


def renew(layout: Layout, asked: dict[str, Any]) -> dict[str, Any]:
    """
    A lease that ran out while nobody else wanted it goes on: its holder has been cut off for a while, and nothing has
    happened in between.
    """
    with _alone(layout):
        known = _read(layout)
        if known is None or known["generation"] != asked["generation"] or known["ended"]:
            return {"result": "lost", "lease": shown(known)}
        known["expires"] = time.time() + min(float(asked["seconds"]), LONGEST)
        _write(layout, known)
        return {"result": "renewed", "lease": shown(known)}


def release(layout: Layout, asked: dict[str, Any]) -> dict[str, Any]:
    with _alone(layout):
        known = _read(layout)
        if known is None or known["generation"] != asked["generation"]:
            return {"result": "lost", "lease": shown(known)}
        _write(layout, _end(known, "released"))
        return {"result": "released"}


def break_it(layout: Layout) -> dict[str, Any]:
    """For a person who knows that the holder is gone: the next one need not wait, and the old one gets nothing renewed."""
    with _alone(layout):
        known = _read(layout)
        if known is None or not _runs(known, time.time()):
            return {"result": "free", "lease": shown(known)}
        broken = _end(known, "broken")
        _write(layout, broken)
        return {"result": "broken", "lease": shown(broken)}


def show(layout: Layout) -> dict[str, Any]:
    return {"result": "lease", "lease": shown(_read(layout))}


def shown(lease: Lease | None) -> dict[str, Any] | None:
    """For the other end: times as people and programs read them, and how many seconds are left."""
    if lease is None:
        return None
    now = time.time()
    return {
        **lease,
        "since": _iso(lease["since"]),
        "expires": _iso(lease["expires"]),
        "held": _runs(lease, now),
        "left": max(0.0, round(lease["expires"] - now, 1)) if _runs(lease, now) else 0.0,
    }


def in_words(answer: dict[str, Any]) -> str:
    lease = answer["lease"]
    if lease is None:
        return "The lease was never taken."
    whose = f"{lease['owner']} ({lease['reason']}, generation {lease['generation']}), since {lease['since']}"
    if lease["held"]:
        return f"Held by {whose}; ends in {lease['left']:.0f} s unless it is renewed."
    return f"Free. Last held by {whose}; {lease['ended'] or 'ran out'} {lease['expires']}."


def _runs(lease: Lease, now: float) -> bool:
    return not lease["ended"] and now < lease["expires"]


def _end(lease: Lease, how: str) -> Lease:
    lease["expires"], lease["ended"] = time.time(), how
    return lease


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _alone(layout: Layout) -> AbstractContextManager[None]:
    return locked(layout, "lease.lock", "Something else has been changing the record of the lease")


def _file(layout: Layout) -> Path:
    return layout.state / "lease.json"


def _read(layout: Layout) -> Lease | None:
    try:
        lease: Lease = json.loads(_file(layout).read_text("utf-8"))
        return lease
    except FileNotFoundError:
        return None


def _write(layout: Layout, lease: Lease) -> None:
    replace(_file(layout), json.dumps(lease).encode())
