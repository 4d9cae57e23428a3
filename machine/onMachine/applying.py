"""One apply from its beginning to its end, which is always one of two: the new configuration or the old one."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import archives
import packages
import units
import validation
from comparing import Differences, compare, read_manifest, require_owners
from events import Events
from layout import Aborted, Failed, Layout, last_lines, replace, run
from request import Check, Request
from transaction import Transaction


@contextmanager
def lock(layout: Layout, timeout: float, events: Events | None = None) -> Iterator[None]:
    """One apply at a time on a machine. The kernel gives the lock back when its holder dies, however it dies."""
    layout.make()
    deadline = time.monotonic() + timeout
    with open(layout.state / "lock", "a+", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Failed(f"Another apply has been working on this machine for {timeout:.0f} s; try again later.")
                if events is not None:
                    events.status(f"waiting for another apply on this machine ({left:.0f} s left)")
                time.sleep(min(0.5, left))
        yield


def apply(layout: Layout, transaction: Transaction) -> dict[str, Any]:
    """Carries out the transaction's request; the result is written down before this returns."""
    request: Request = json.loads((transaction.folder / "request.json").read_text("utf-8"))
    events = Events(transaction.folder)
    (transaction.folder / "pid").write_text(str(os.getpid()))
    signal.signal(signal.SIGTERM, _abort)
    try:
        with lock(layout, request["lockTimeout"], events):
            for other in unfinished(layout):
                recover(other, booting=False)
            result = _apply_locked(layout, transaction, request, events)
    except Failed as failure:
        result = failed(failure)
    except Exception as error:  # a full disk, a mistake of ours: said, not swallowed
        result = failed(Failed(f"{type(error).__name__}: {error}", last_lines(traceback.format_exc())))
    (transaction.folder / "request.json").unlink(missing_ok=True)
    write_result(transaction, result)
    return result


def _abort(_signal: int, _frame: object) -> None:
    # A second one must not interrupt the way back.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Aborted("The apply was aborted")


def failed(failure: Failed) -> dict[str, Any]:
    result = "aborted" if isinstance(failure, Aborted) else "failed"
    return {"result": result, "error": str(failure), "details": failure.details}


def write_result(transaction: Transaction, result: dict[str, Any]) -> None:
    replace(transaction.folder / "result.json", json.dumps(result).encode())


def _apply_locked(layout: Layout, transaction: Transaction, request: Request, events: Events) -> dict[str, Any]:
    if layout.is_machine:
        packages.install(request["packages"], events)
        _make_users(request, events)
    for archive in request["archives"].values():
        events.status(f"unpacking {archive['sha256'][:12]}")
        archives.unpack(layout, archive)
    previous = read_manifest(layout, request["configuration"])
    differences = compare(layout, request)
    require_owners(differences.operations, request)
    validation.validate(layout, transaction, differences.operations, _validators(request, differences), events)
    try:
        transaction.prepare(differences.operations, units.before(differences.leaving_units, request["units"]))
        actions = _carry_out(transaction, request, differences, events)
        # An abort that comes now is too late: everything is done and proven.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        transaction.commit()
    except Exception as failure:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        events.status("putting the old configuration back")
        problems = undo(transaction, booting=False, events=events)
        details = failure.details if isinstance(failure, Failed) else ""
        kind = Aborted if isinstance(failure, Aborted) else Failed
        raise kind(f"{failure}. {_told(problems)}", details) from failure
    archives.discard_unused(layout, request, previous)
    return {"result": "applied", "changed": _told_changes(differences, layout, request), "units": actions}


def _carry_out(
    transaction: Transaction, request: Request, differences: Differences, events: Events
) -> dict[str, str]:
    for name in differences.leaving_units:
        units.leave(name, transaction, events)
    transaction.swap()
    if units.has_unit_files(differences.paths):
        units.systemctl("daemon-reload")
    actions = {name: "stop" for name in differences.leaving_units}
    for unit in request["units"]:
        action = units.bring_to_state(unit, differences.paths, transaction, events)
        if action is not None:
            actions[unit["name"]] = action
    for check in request["checks"]:
        _require_check(check, events)
    return actions


def _require_check(check: Check, events: Events) -> None:
    deadline = time.monotonic() + check["timeout"]
    while True:
        answer = run(["sh", "-c", check["command"]], max(1.0, deadline - time.monotonic()))
        if answer.returncode == 0:
            return
        left = deadline - time.monotonic()
        if left <= 0:
            message = f"Check \"{check['name']}\" did not succeed within {check['timeout']:.0f} s"
            raise Failed(f"{message}: `{check['command']}` ended with {answer.returncode}", last_lines(answer.stdout))
        events.status(f"waiting for check \"{check['name']}\" ({left:.0f} s left)")
        time.sleep(0.3)


def _make_users(request: Request, events: Events) -> None:
    """Users come before the files they own. They stay when the apply is undone: nothing runs as them then."""
    for path, file in request["files"].items():
        if path.startswith("/etc/sysusers.d/"):
            events.status(f"making the users of {path}")
            answer = run(["systemd-sysusers", "--replace", path, "-"], 30, text=file["content"])
            if answer.returncode != 0:
                raise Failed(f"systemd-sysusers refused {path}", last_lines(answer.stdout))


def _validators(request: Request, differences: Differences) -> dict[str, str]:
    return {
        path: file["validate"]
        for path, file in request["files"].items()
        if path in differences.paths and "validate" in file
    }


def _told_changes(differences: Differences, layout: Layout, request: Request) -> list[str]:
    own = layout.manifest(request["configuration"])
    return sorted(path for path in differences.paths if path != own)


def _told(problems: list[str]) -> str:
    if not problems:
        return "The old configuration is back"
    return "The old files are back, but not everything runs again: " + "; ".join(problems)


# Recovery


def undo(transaction: Transaction, booting: bool, events: Events) -> list[str]:
    if transaction.plan() is None:
        return []
    transaction.undo_files()
    problems = units.restore(transaction, booting, events)
    transaction.tidy()
    return problems


def unfinished(layout: Layout) -> list[Transaction]:
    """Those that a crash cut. Call it with the lock: then nobody works on them."""
    return [Transaction(layout, plan.parent.name) for plan in sorted(layout.transactions.glob("*/plan.json"))]


def recover(transaction: Transaction, booting: bool) -> None:
    """Brings a cut transaction to its end: tidied up when it was committed, undone otherwise."""
    events = Events(transaction.folder)
    if transaction.state() == "committed":
        transaction.tidy()
        result: dict[str, Any] = {"result": "applied", "changed": [], "units": {}}
    else:
        problems = undo(transaction, booting, events)
        result = failed(Failed(f"The apply was cut on the machine. {_told(problems)}"))
    if not (transaction.folder / "result.json").exists():
        write_result(transaction, result)


def recover_all(layout: Layout, booting: bool) -> None:
    with lock(layout, 60):
        for transaction in unfinished(layout):
            recover(transaction, booting)


def recover_one(layout: Layout, identity: str) -> None:
    """For a transaction whose worker died, also before it had a plan: whoever waits for its result gets one."""
    transaction = Transaction(layout, identity)
    has_result = (transaction.folder / "result.json").exists
    if has_result() and transaction.plan() is None:
        return
    recover_all(layout, booting=False)
    if transaction.folder.is_dir() and not has_result():
        (transaction.folder / "request.json").unlink(missing_ok=True)
        write_result(transaction, failed(Failed("The apply was cut on the machine before it changed anything")))


def forget_old(layout: Layout, keep: int = 10) -> None:
    """Results stay for a while, for clients that lost their connection."""
    ended = sorted(layout.transactions.glob("*/result.json"), key=lambda path: path.stat().st_mtime)
    for result in ended[:-keep]:
        shutil.rmtree(result.parent, ignore_errors=True)
