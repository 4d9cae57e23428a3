"""The way back: units that an apply has touched get their old state, with the old files and with the same hooks."""

from __future__ import annotations

import json
import time
from pathlib import Path

from common import Problem, replace
from events import Events
from health import Begun, put_into_service, require_health
from layout import Layout
from looking import look_at_unit
from request import ServiceHooks
from stopping import take_out_of_service
from systemd import forgive, has_unit_files, systemctl
from transaction import Plan, Transaction, UnitBefore
from units import UP, begin

# Seconds that a unit may take to become healthy after a boot, where it says no more itself.
BOOT_PATIENCE = 120.0


# Seconds that a unit which was not well on the way back has at its end, when all others are back.
LAST_PATIENCE = 5.0


class NotRestored(Problem):
    """A unit that is not as before, and with which commands it would be."""

    def __init__(self, name: str, hooks: ServiceHooks, failure: Problem) -> None:
        super().__init__(f"{name}: {failure}", failure.details)
        self.name, self.hooks = name, hooks


def restore(transaction: Transaction, booting: bool, events: Events) -> list[Problem]:
    """
    After the old files are back: touched units, one after the other. At boot nothing has been started yet, so units are
    only queued, and put back into service later. Returns what did not work.
    """
    plan = transaction.plan()
    assert plan is not None, "restore needs a plan"
    problems: list[Problem] = []
    if has_unit_files({operation["path"] for operation in plan["operations"]}):
        _attempt(problems, *(["--no-block"] if booting else []), "daemon-reload")
    if booting:
        _restore_at_boot(transaction, plan, problems)
        return problems
    for name, actions in _in_order(transaction.touched()):
        old = plan["unitsBefore"].get(name)
        if old is None or "restored" in actions:
            continue
        events.status(f"putting {name} back")
        _restore_unit(name, actions, old, events, problems)
        transaction.note_touched(name, "restored")
    return [problem for problem in problems if not _is_well_after_all(problem, events)]


def _in_order(touched: dict[str, set[str]]) -> list[tuple[str, set[str]]]:
    """
    What only reads its old configuration again comes first, as on the way forward: instances get no visitors before the
    packet filter lets load balancers come. The rest follows, last touched first.
    """
    reads = [(name, actions) for name, actions in touched.items() if actions <= {"reload", "enable"}]
    return reads + [one for one in reversed(touched.items()) if one not in reads]


def _is_well_after_all(problem: Problem, events: Events) -> bool:
    """What was missing to a unit may have come back after it."""
    if not isinstance(problem, NotRestored) or look_at_unit(problem.name).get("ActiveState") not in UP:
        return False
    hooks = problem.hooks.copy()
    hooks["timeout"] = LAST_PATIENCE
    try:
        require_health(problem.name, hooks, Begun(time.time(), _restarts(problem.name)), events, hold=0)
        put_into_service(problem.name, hooks, events)
        return True
    except Problem:
        return False


def _restarts(name: str) -> int:
    return int(look_at_unit(name).get("NRestarts") or 0)


def _restore_unit(name: str, actions: set[str], old: UnitBefore, events: Events, problems: list[Problem]) -> None:
    look = look_at_unit(name)
    if look.get("UnitFileState", "").startswith("enabled") != old["enabled"]:
        _attempt(problems, "enable" if old["enabled"] else "disable", name)
    if old["oneshot"] and look.get("LoadState") == "loaded":
        # Its work has to be done again, from the old files.
        _attempt(problems, "restart", name)
        return
    hooks = old["care"]
    up = look.get("ActiveState") in UP
    # Taken out by this apply and not put back since: there is nothing to drain.
    serves = up and ("ready" in actions or (old["active"] and "drain" not in actions))
    try:
        if not old["active"]:
            if look.get("ActiveState") not in ("inactive", None):
                _take_out(name, hooks, serves, events)
                begin(name, "stop", hooks, look, events)
        elif up and actions <= {"drain", "reload", "enable"}:
            # It still runs as before: at most its configuration has to be read again.
            if "reload" in actions:
                systemctl("reload", name)
            if "drain" in actions:
                put_into_service(name, hooks, events)
        else:
            _take_out(name, hooks, serves, events)
            require_health(name, hooks, begin(name, "restart", hooks, look, events), events)
            put_into_service(name, hooks, events)
    except Problem as failure:
        problems.append(NotRestored(name, hooks, failure))


def _take_out(name: str, hooks: ServiceHooks, serves: bool, events: Events) -> None:
    """On the way back a unit is stopped in any case: the version it runs is the one that was refused."""
    if not serves:
        return
    try:
        take_out_of_service(name, hooks, events)
    except Problem as failure:
        events.warning(f"{name} could not be taken out of service first, and is stopped all the same: {failure}")


def _attempt(problems: list[Problem], *arguments: str) -> None:
    try:
        systemctl(*arguments)
    except Problem as failure:
        problems.append(failure)


# After a boot


def _restore_at_boot(transaction: Transaction, plan: Plan, problems: list[Problem]) -> None:
    returning = _read_returning(transaction.layout)
    for name, actions in reversed(transaction.touched().items()):
        old = plan["unitsBefore"].get(name)
        if old is None or "restored" in actions:
            continue
        look = look_at_unit(name)
        if look.get("UnitFileState", "").startswith("enabled") != old["enabled"]:
            _attempt(problems, "--no-block", "enable" if old["enabled"] else "disable", name)
        if old["oneshot"] and look.get("LoadState") == "loaded":
            _attempt(problems, "--no-block", "restart", name)
        elif old["active"]:
            forgive(name)
            _attempt(problems, "--no-block", "start", name)
            # Whether it was out of service when the machine went down is not known; before the apply it was in.
            if "afterHealthy" in old["care"]:
                returning[name] = old["care"]
    if returning:
        replace(_returning(transaction.layout), json.dumps(returning).encode())


def return_to_service(layout: Layout, events: Events) -> list[str]:
    """After a boot: what the cut apply had taken out of service goes back as soon as it is healthy. Lock held."""
    problems: list[str] = []
    for name, hooks in _read_returning(layout).items():
        patient = hooks.copy()
        patient["timeout"] = max(BOOT_PATIENCE, hooks.get("timeout", 0))
        try:
            require_health(name, patient, Begun(time.time(), _restarts(name)), events)
            put_into_service(name, patient, events)
        except Problem as failure:
            problems.append(f"{name}: {failure}")
    _returning(layout).unlink(missing_ok=True)
    return problems


def _returning(layout: Layout) -> Path:
    return layout.state / "returning.json"


def _read_returning(layout: Layout) -> dict[str, ServiceHooks]:
    try:
        found: dict[str, ServiceHooks] = json.loads(_returning(layout).read_text("utf-8"))
        return found
    except FileNotFoundError:
        return {}
