"""The way back, and the end of applies that a crash cut."""

from __future__ import annotations

import json
import shutil
from typing import Any

import archives
import rollouts
from common import Problem, replace
from events import Events, PrintedEvents
from layout import Aborted, Layout
from locking import lock
from restoring import restore, return_to_service
from systemd import is_shutting_down
from transaction import Transaction

# Seconds to wait for the way back of another apply.
LOCK_TIMEOUT = 900


def failed(failure: Problem) -> dict[str, Any]:
    result = "aborted" if isinstance(failure, Aborted) else "failed"
    return {"result": result, "error": str(failure), "details": failure.details}


def write_result(transaction: Transaction, result: dict[str, Any]) -> None:
    replace(transaction.folder / "result.json", json.dumps(result).encode())


def undo(transaction: Transaction, result: str, error: str, booting: bool, events: Events) -> list[Problem]:
    """Puts everything back, and notes a roll-out as ended with `result`. Returns what did not work."""
    plan = transaction.plan()
    if plan is None:
        return []
    if not booting and transaction.layout.is_machine and is_shutting_down():
        return [Problem("the machine is shutting down; its next start brings the old configuration back")]
    transaction.undo_files()
    problems = restore(transaction, booting, events)
    rollouts.note(transaction.layout, plan["rollout"], result, error, events)
    transaction.tidy()
    return problems


def with_outcome(failure: Problem, problems: list[Problem]) -> Problem:
    """The failure and what the way back came to, for a person; each has its details under its own words."""
    if not problems:
        return type(failure)(f"{failure}. The old configuration is back", failure.details)
    words = "; ".join(map(str, problems))
    told = [f"On the way back, {problem}:\n{problem.details}" for problem in problems if problem.details]
    details = "\n".join(filter(None, [failure.details, *told]))
    return type(failure)(f"{failure}. The old files are back, but not everything runs again: {words}", details)


def unfinished(layout: Layout) -> list[Transaction]:
    """Transactions that a crash interrupted. Call it with the lock: then no process works on them."""
    return [Transaction(layout, plan.parent.name) for plan in sorted(layout.transactions.glob("*/plan.json"))]


def recover(transaction: Transaction, booting: bool) -> None:
    """Brings a cut transaction to its end: tidied up when it was committed, undone otherwise."""
    events = Events(transaction.folder)
    if transaction.state() == "committed":
        complete(transaction, events)
        result: dict[str, Any] = {"result": "applied", "changed": [], "units": {}}
    else:
        problems = undo(transaction, "cut", "The apply was cut on the machine", booting, events)
        result = failed(with_outcome(Problem("The apply was cut on the machine"), problems))
    if not (transaction.folder / "result.json").exists():
        write_result(transaction, result)


def complete(transaction: Transaction, events: Events) -> None:
    """What follows a commit. May be repeated."""
    plan = transaction.plan()
    if plan is None:
        return
    archives.settle(transaction.layout)
    rollouts.note(transaction.layout, plan["rollout"], "applied", "", events)
    transaction.tidy()


def recover_all(layout: Layout, booting: bool) -> None:
    with lock(layout, LOCK_TIMEOUT):
        for transaction in unfinished(layout):
            recover(transaction, booting)


def recover_one(layout: Layout, identity: str) -> None:
    """For a transaction whose worker died, also before it had a plan: a client that waits for its result gets one."""
    transaction = Transaction(layout, identity)
    has_result = (transaction.folder / "result.json").exists
    if has_result() and transaction.plan() is None:
        return
    recover_all(layout, booting=False)
    if transaction.folder.is_dir() and not has_result():
        (transaction.folder / "request.json").unlink(missing_ok=True)
        write_result(transaction, failed(Problem("The apply was cut on the machine before it changed anything")))


def finish_boot(layout: Layout) -> list[str]:
    """What was out of service when the machine went down returns; applies wait until it has."""
    with lock(layout, LOCK_TIMEOUT):
        return return_to_service(layout, PrintedEvents())


def forget_old(layout: Layout, keep: int = 10) -> None:
    """Results stay for a while, for clients that lost their connection."""
    ended = sorted(layout.transactions.glob("*/result.json"), key=lambda path: path.stat().st_mtime)
    for result in ended[:-keep]:
        shutil.rmtree(result.parent, ignore_errors=True)
