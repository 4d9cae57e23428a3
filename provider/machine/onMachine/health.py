"""Whether a unit that was started is well: up, answering, and for long enough."""

from __future__ import annotations

import time
from dataclasses import dataclass

from commands import run_to_end
from common import Problem, last_lines, run
from events import Events
from explaining import why_it_ended, where_it_listens
from looking import look_at_unit
from request import ServiceHooks

# A unit without a `healthy` command has to stay up this long (seconds) to count as started.
SETTLE = 1.0
# Seconds between two looks: short at first, when most units come up, so that a roll-out does not wait for looks.
SHORT, LONG, SHORT_UNTIL = 0.1, 0.3, 5.0
# Seconds for a look however little time is left, or a busy machine's reason would be that the look itself was cut.
LAST_LOOK = 5.0
# Crashes before the first answer that may be a stumble at the start (a port that is not free yet).
MOST_CRASHES = 3


@dataclass
class Begun:
    """The moment in which a unit was started, restarted or reloaded."""

    at: float
    """Seconds since the epoch, for the journal."""
    restarts: int = 0
    """How often systemd had restarted it by itself before."""


def require_health(name: str, hooks: ServiceHooks, begun: Begun, events: Events, hold: float | None = None) -> None:
    """
    Returns when the unit is well, and has been for `hold` seconds (where it says no other number, its own); raises
    `Problem` with the reason when it crashes or the time is over.
    """
    if "healthy" in hooks:
        _require_answers(name, hooks, begun, events, hooks.get("healthyFor", 0) if hold is None else hold)
    else:
        _require_settled(name, time.monotonic() + hooks.get("timeout", 30))


def require_no_crashes(name: str, begun: Begun) -> None:
    """For a unit that has been well once: raises `Problem` with the reason when it has crashed since."""
    _require_no_crash(name, begun, was_healthy=True)


def put_into_service(name: str, hooks: ServiceHooks, events: Events) -> None:
    command = hooks.get("afterHealthy")
    if command is None:
        return
    answer = run_to_end(command, f"putting {name} into service", events)
    if answer.returncode != 0:
        message = f"it is healthy, but `{command}`, which puts it into service, ended with {answer.returncode}"
        raise Problem(message, last_lines(answer.stdout))


def _require_answers(name: str, hooks: ServiceHooks, begun: Begun, events: Events, hold: float) -> None:
    started = time.monotonic()
    timeout = hooks.get("timeout", 30)
    # Since when `healthy` has succeeded without a break, and what it said the last time that it did not.
    since: float | None = None
    was_healthy = False
    said = "its health command did not run"
    while True:
        crashes = _require_no_crash(name, begun, was_healthy)
        left = started + timeout - time.monotonic()
        answer = run(["sh", "-c", hooks["healthy"]], max(LAST_LOOK, left))
        now = time.monotonic()
        if answer.returncode == 0 and look_at_unit(name).get("ActiveState") in ("active", "reloading"):
            since = since if since is not None else now
            was_healthy = True
            if now - since >= hold:
                _require_no_crash(name, begun, was_healthy)
                return
            events.status(f"{name} is healthy and has to stay healthy for {hold - (now - since):.0f} s more")
            due = hold - (now - since)
        else:
            due = LONG
            said = _said(hooks["healthy"], answer.returncode, answer.stdout)
            if since is not None:
                events.info(f"{name} stopped being healthy after {now - since:.1f} s: {said}")
            since = None
            if left <= 0:
                raise Problem(_never_ready(name, timeout, said, crashes, begun), last_lines(answer.stdout, 5))
            events.status(f"waiting until {name} is healthy ({left:.0f} s left)")
        # The look that finds the time over is not late: a roll-out has one for each instance.
        time.sleep(min(due, SHORT if now - started < SHORT_UNTIL else LONG))


def _require_no_crash(name: str, begun: Begun, was_healthy: bool) -> int:
    """How often it has crashed since it was started; raises when that is too often, or systemd gave it up."""
    look = look_at_unit(name)
    crashes = max(0, int(look.get("NRestarts") or 0) - begun.restarts)
    gone = look.get("ActiveState") in ("failed", "inactive", "deactivating")
    if not gone and crashes < (1 if was_healthy else MOST_CRASHES):
        return crashes
    when = ", after it had been healthy" if was_healthy else ""
    times = f", {crashes} times" if crashes > 1 else ""
    raise Problem(f"{why_it_ended(name, begun.at, look)}{when}{times}")


def _said(command: str, code: int, output: str) -> str:
    words = last_lines(output, 1)
    return f"`{command}` ended with {code}" + (f": {words}" if words else "")


def _never_ready(name: str, timeout: float, said: str, crashes: int, begun: Begun) -> str:
    message = f"it did not become healthy within {timeout:.0f} s: {said}; {where_it_listens(name)}"
    return message if crashes == 0 else f"{message}; meanwhile {why_it_ended(name, begun.at, {})}"


def _require_settled(name: str, deadline: float) -> None:
    """A process that dies at once is restarted by systemd for ever: being active once proves nothing."""
    seen: tuple[str | None, str | None] | None = None
    since = time.monotonic()
    while True:
        look = look_at_unit(name)
        now = (look.get("MainPID"), look.get("NRestarts"))
        if look.get("ActiveState") == "failed":
            raise Problem(f"it failed ({look.get('Result', 'no result')})")
        if look.get("ActiveState") != "active" or now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since >= SETTLE:
            return
        if time.monotonic() > deadline + SETTLE:
            raise Problem(f"it does not stay up (state {look.get('ActiveState')}, {look.get('NRestarts', '0')} restarts)")
        time.sleep(0.1)
