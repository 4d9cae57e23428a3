"""
The machine's own memory of the highest lease generation that it has worked for: the previous holder cannot
change anything here any more, not even in the middle of an apply.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import TypedDict

from common import Problem, replace
from events import worker
from layout import Aborted, Layout
from locking import locked
from request import Lease, Request
from transaction import Transaction


class Fence(TypedDict):
    generation: int
    owner: str
    reason: str


# Generation of a person who goes without a lease, and says so.
WITHOUT = 0
NOBODY: Fence = {"generation": 0, "owner": "nobody", "reason": ""}


def read(layout: Layout) -> Fence:
    try:
        fence: Fence = json.loads((layout.state / "fence.json").read_text("utf-8"))
        return fence
    except FileNotFoundError:
        return NOBODY


def enter(layout: Layout, lease: Lease) -> None:
    """Notes the generation. Raises `Problem` when the machine works for a newer one already."""
    if lease["generation"] == WITHOUT:
        return
    with locked(layout, "fence.lock", "Something else has been changing the record of the newest lease"):
        known = read(layout)
        if lease["generation"] < known["generation"]:
            raise Problem(_lost(known))
        if lease["generation"] > known["generation"]:
            new: Fence = {"generation": lease["generation"], "owner": lease["owner"], "reason": lease["reason"]}
            replace(layout.state / "fence.json", json.dumps(new).encode())


def check(layout: Layout, request: Request) -> Callable[[], None]:
    """A function that raises `Aborted` as soon as the request's lease is no longer the newest."""
    lease = request.get("lease")

    def require() -> None:
        known = read(layout)
        if lease is not None and WITHOUT < lease["generation"] < known["generation"]:
            raise Aborted(_lost(known))

    return require


def end_older(layout: Layout, lease: Lease) -> None:
    """Asks applies under an older lease to go back; the next apply waits for the lock until they are done."""
    for folder in layout.transactions.glob("*"):
        pid = worker(folder)
        if pid is None or _generation(Transaction(layout, folder.name)) >= lease["generation"]:
            continue
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass


def _generation(transaction: Transaction) -> int:
    """Of a running apply. One without a lease is as old as can be: its stack has learnt of leases since."""
    try:
        request: Request = json.loads((transaction.folder / "request.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return 0
    lease = request.get("lease")
    return lease["generation"] if lease is not None else 0


def _lost(known: Fence) -> str:
    whose = f"{known['owner']} ({known['reason']}, generation {known['generation']})"
    return f"Somebody else has the stack's lease now: {whose}"
