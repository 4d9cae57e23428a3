"""systemd units, brought to their state one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from common import Problem
from comparing import is_active_as_wanted, is_enabled_as_wanted
from events import Events
from explaining import last_words, why_it_did_not_start
from health import Begun, put_into_service, require_health, require_no_crashes
from looking import look_at_unit
from request import ServiceHooks, Manifest, Unit, hooks_of
from stopping import stop, take_out_of_service
from systemd import forgive, systemctl
from transaction import Transaction, UnitBefore

# Raises when this apply may not go on: somebody else has the lease.
Fence = Callable[[], None]

UP = ("active", "reloading", "refreshing")


@dataclass
class Deed:
    """What was done to a unit, in a word, and when it began."""

    unit: Unit
    action: str
    begun: Begun


def before(leaving: list[str], units: list[Unit], previous: Manifest) -> dict[str, UnitBefore]:
    """What an undo has to come back to, and with which commands."""
    known = previous["care"]
    wanted = {unit["name"]: unit for unit in units}
    states: dict[str, UnitBefore] = {}
    for name in [*leaving, *wanted]:
        look = look_at_unit(name)
        unit = wanted.get(name)
        states[name] = {
            "active": look.get("ActiveState") in (*UP, "activating"),
            "enabled": look.get("UnitFileState", "").startswith("enabled"),
            "oneshot": unit is not None and unit["state"] == "oneshot",
            # The old commands, which belong to the old files; a unit that is new has none but its own.
            "care": known.get(name) or (hooks_of(unit) if unit is not None else {}),
        }
    return states


def leave(name: str, hooks: ServiceHooks, transaction: Transaction, events: Events, fence: Fence) -> None:
    """A unit that is no longer in the configuration: not running, not started at boot."""
    look = look_at_unit(name)
    _take_out(name, hooks, look, transaction, events, fence)
    fence()
    transaction.note_touched(name, "stop")
    # A failed one too: what is gone cannot be put right any more.
    if look.get("ActiveState") not in ("inactive", None):
        stop(name, events)
    if look.get("UnitFileState", "").startswith("enabled"):
        systemctl("--no-reload", "disable", name)


def bring_to_state(unit: Unit, changed: set[str], transaction: Transaction, events: Events, fence: Fence) -> Deed | None:
    """
    Does the least that is needed; returns what was done, or None. What starts from nothing has to be well once here, and
    for as long as it should in `watch`, together with the other units: no visitor depends on it yet.
    """
    name = unit["name"]
    look = look_at_unit(name)
    if look.get("LoadState") == "not-found":
        raise Problem(f"There is no unit {name} on the machine; its package or its file is missing in the configuration.")
    if not is_enabled_as_wanted(unit, look):
        fence()
        transaction.note_touched(name, "enable")
        systemctl("enable" if unit["enabled"] else "disable", name)
    action = _action(unit, changed, look)
    if action is None:
        return None
    deed = Deed(unit, action, Begun(time.time()))
    with _explained(deed):
        if action in ("stop", "restart"):
            _take_out(name, unit, look, transaction, events, fence)
        fence()
        events.status(f"{action} {name}")
        transaction.note_touched(name, action)
        deed.begun = begin(name, action, unit, look, events)
        if unit["state"] == "running":
            require_health(name, unit, deed.begun, events, hold=0 if action == "start" else None)
            if action != "reload":
                transaction.note_touched(name, "ready")
                put_into_service(name, unit, events)
    return deed


def watch(deeds: list[Deed], events: Events) -> None:
    """Those that started from nothing, all at the same time, for as long as one of them has to stay well."""
    started = [deed for deed in deeds if deed.action == "start" and deed.unit["state"] == "running"]
    seconds = max((deed.unit.get("healthyFor", 0) for deed in started), default=0)
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for deed in started:
            with _explained(deed):
                require_no_crashes(deed.unit["name"], deed.begun)
        events.status(f"everything started, and has to stay up for {left:.0f} s more")
        time.sleep(min(left, 0.3))
    for deed in started if seconds > 0 else []:
        with _explained(deed):
            require_health(deed.unit["name"], deed.unit, deed.begun, events, hold=0)


@contextmanager
def _explained(deed: Deed) -> Iterator[None]:
    """Failures name their unit, and bring its last words."""
    try:
        yield
    except Problem as failure:
        name = deed.unit["name"]
        raise type(failure)(f"{name}: {failure}", last_words(name, deed.begun.at, failure.details)) from failure


def begin(name: str, action: str, hooks: ServiceHooks, look: dict[str, str], events: Events) -> Begun:
    """
    Carries out the action. A unit that is taken out of service before it stops is stopped and started in two steps, so
    that what is left of it can be seen; others are restarted in one, which keeps the units that depend on them.
    """
    if action == "stop":
        stop(name, events)
        return Begun(time.time())
    forgive(name)
    if action == "restart" and "beforeStop" in hooks and look.get("ActiveState") in (*UP, "activating"):
        stop(name, events)
        action = "start"
    begun = Begun(time.time(), int(look.get("NRestarts") or 0) if action == "reload" else 0)
    try:
        systemctl(action, name)
    except Problem as failure:
        words = why_it_did_not_start(name, begun.at)
        raise Problem(words or str(failure), failure.details) from failure
    return begun


def _take_out(
    name: str, hooks: ServiceHooks, look: dict[str, str], transaction: Transaction, events: Events, fence: Fence
) -> None:
    """Only for a unit that runs: a stopped one serves no visitors, and a failed one cannot be drained."""
    if "beforeStop" not in hooks or look.get("ActiveState") not in UP:
        return
    fence()
    transaction.note_touched(name, "drain")
    take_out_of_service(name, hooks, events)


def _action(unit: Unit, changed: set[str], look: dict[str, str]) -> str | None:
    restarts = bool(changed & set(unit["restartOn"]))
    reloads = bool(changed & set(unit["reloadOn"]))
    if unit["state"] == "stopped":
        return None if is_active_as_wanted(unit, look) else "stop"
    if unit["state"] == "oneshot":
        return "restart" if restarts or reloads or not is_active_as_wanted(unit, look) else None
    if restarts and look.get("ActiveState") != "inactive":
        return "restart"
    if not is_active_as_wanted(unit, look):
        return "start"
    return "reload" if reloads else None
