"""systemd units, brought to their state one after the other, and back again."""

from __future__ import annotations

import time
from datetime import datetime

from comparing import is_active_as_wanted, is_enabled_as_wanted
from events import Events
from layout import Failed, last_lines, run
from looking import look_at_unit
from request import Unit
from transaction import Transaction, UnitBefore

# Seconds. systemd itself gives up a start or stop after 90 by default.
SYSTEMCTL_TIMEOUT = 120.0
# A unit without a `healthy` command has to stay up this long (seconds) to count as started.
SETTLE = 1.0
UNIT_FILE_FOLDERS = ("/etc/systemd/system/", "/usr/local/lib/systemd/system/", "/run/systemd/system/")


def systemctl(*arguments: str) -> str:
    """Output of a systemctl call. Raises `Failed` with systemctl's own words."""
    answer = run(["systemctl", *arguments], SYSTEMCTL_TIMEOUT)
    if answer.returncode != 0:
        raise Failed(f"systemctl {' '.join(arguments)} failed", last_lines(answer.stdout))
    return answer.stdout


def has_unit_files(paths: set[str]) -> bool:
    return any(path.startswith(UNIT_FILE_FOLDERS) for path in paths)


def before(leaving: list[str], units: list[Unit]) -> dict[str, UnitBefore]:
    """What an undo has to come back to."""
    oneshots = {unit["name"] for unit in units if unit["state"] == "oneshot"}
    states: dict[str, UnitBefore] = {}
    for name in [*leaving, *(unit["name"] for unit in units)]:
        look = look_at_unit(name)
        states[name] = {
            "active": look.get("ActiveState") in ("active", "activating", "reloading"),
            "enabled": look.get("UnitFileState", "").startswith("enabled"),
            "oneshot": name in oneshots,
        }
    return states


def leave(name: str, transaction: Transaction, events: Events) -> None:
    """A unit that is no longer in the configuration: not running, not started at boot."""
    events.status(f"stopping {name}, it is no longer in the configuration")
    look = look_at_unit(name)
    transaction.note_touched(name, "stop")
    if look.get("ActiveState") not in ("inactive", None):
        systemctl("stop", name)
    if look.get("UnitFileState", "").startswith("enabled"):
        systemctl("--no-reload", "disable", name)


def bring_to_state(unit: Unit, changed: set[str], transaction: Transaction, events: Events) -> str | None:
    """Does the least that is needed; returns what was done, in a word, or None."""
    name = unit["name"]
    look = look_at_unit(name)
    if look.get("LoadState") == "not-found":
        raise Failed(f"There is no unit {name} on the machine; its package or its file is missing in the configuration.")
    if not is_enabled_as_wanted(unit, look):
        transaction.note_touched(name, "enable")
        systemctl("enable" if unit["enabled"] else "disable", name)
    action = _action(unit, changed, look)
    if action is None:
        return None
    events.status(f"{action} {name}")
    transaction.note_touched(name, action)
    since = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    if action != "stop":
        # Otherwise a unit that failed too often before would not be started again.
        run(["systemctl", "reset-failed", name], SYSTEMCTL_TIMEOUT)
    try:
        systemctl(action, name)
        if unit["state"] == "running":
            _require_health(unit, events)
    except Failed as failure:
        raise Failed(f"{name}: {failure}", _explain(name, since, failure.details)) from failure
    return action


def _action(unit: Unit, changed: set[str], look: dict[str, str]) -> str | None:
    restarts = bool(changed & set(unit["restartOn"]))
    reloads = bool(changed & set(unit["reloadOn"]))
    if unit["state"] == "stopped":
        return None if is_active_as_wanted(unit, look) else "stop"
    if unit["state"] == "oneshot":
        return "restart" if restarts or reloads or not is_active_as_wanted(unit, look) else None
    if restarts:
        return "restart"
    if not is_active_as_wanted(unit, look):
        return "start"
    return "reload" if reloads else None


def _require_health(unit: Unit, events: Events) -> None:
    """Returns when the unit is up and its `healthy` command says so; raises when it fails or the time is over."""
    name = unit["name"]
    deadline = time.monotonic() + unit["timeout"]
    healthy = unit.get("healthy")
    if healthy is None:
        _require_settled(name, deadline)
        return
    output = ""
    while True:
        look = look_at_unit(name)
        if look.get("ActiveState") == "failed":
            raise Failed(f"it failed ({look.get('Result', 'no result')})", output)
        answer = run(["sh", "-c", healthy], max(1.0, deadline - time.monotonic()))
        if answer.returncode == 0 and look.get("ActiveState") == "active":
            return
        output = last_lines(answer.stdout, 5)
        if time.monotonic() > deadline:
            seconds = f"{unit['timeout']:.0f} s"
            raise Failed(f"it did not become healthy within {seconds}: `{healthy}` ended with {answer.returncode}", output)
        events.status(f"waiting until {name} is healthy ({deadline - time.monotonic():.0f} s left)")
        time.sleep(0.3)


def _require_settled(name: str, deadline: float) -> None:
    """A process that dies at once is restarted by systemd for ever: being active once proves nothing."""
    seen: tuple[str | None, str | None] | None = None
    since = time.monotonic()
    while True:
        look = look_at_unit(name)
        now = (look.get("MainPID"), look.get("NRestarts"))
        if look.get("ActiveState") == "failed":
            raise Failed(f"it failed ({look.get('Result', 'no result')})")
        if look.get("ActiveState") != "active" or now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since >= SETTLE:
            return
        if time.monotonic() > deadline + SETTLE:
            raise Failed(f"it does not stay up (state {look.get('ActiveState')}, {look.get('NRestarts', '0')} restarts)")
        time.sleep(0.1)


def _explain(name: str, since: str, details: str) -> str:
    journal = run(["journalctl", "-u", name, "--since", since, "-n", "15", "--no-pager", "-o", "cat"], 20)
    lines = [details.strip()] if details.strip() else []
    if journal.returncode == 0 and journal.stdout.strip():
        lines.append(f"Journal of {name}:\n{last_lines(journal.stdout)}")
    return "\n".join(lines)


def restore(transaction: Transaction, booting: bool, events: Events) -> list[str]:
    """
    After the old files are back: units that were touched get their old state, with the old files. At boot nothing has
    been started yet, so units are only queued. Returns what did not work.
    """
    plan = transaction.plan()
    assert plan is not None, "restore needs a plan"
    problems: list[str] = []
    wait = ["--no-block"] if booting else []

    def attempt(*arguments: str) -> None:
        try:
            systemctl(*wait, *arguments)
        except Failed as failure:
            problems.append(f"{failure}: {failure.details}")

    if has_unit_files({operation["path"] for operation in plan["operations"]}):
        attempt("daemon-reload")
    for name, actions in reversed(transaction.touched().items()):
        old = plan["unitsBefore"].get(name)
        if old is None:
            continue
        look = look_at_unit(name)
        if look.get("UnitFileState", "").startswith("enabled") != old["enabled"]:
            attempt("enable" if old["enabled"] else "disable", name)
        if old["oneshot"] and look.get("LoadState") == "loaded":
            # Its work has to be done again, from the old files.
            attempt("restart", name)
            continue
        if not old["active"]:
            if look.get("ActiveState") not in ("inactive", None):
                attempt("stop", name)
            continue
        events.status(f"putting {name} back")
        run(["systemctl", "reset-failed", name], SYSTEMCTL_TIMEOUT)
        if booting:
            attempt("start", name)
        elif actions <= {"reload", "enable"} and look.get("ActiveState") == "active":
            if "reload" in actions:
                attempt("reload", name)
        else:
            attempt("restart", name)
    return problems
