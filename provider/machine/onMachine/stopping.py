"""Taking a unit out of service, and seeing that it has really ended."""

from __future__ import annotations

import os
import signal
import time

import processes
from commands import run_to_end
from common import Problem, last_lines
from events import Events
from request import ServiceHooks
from systemd import forgive, show, systemctl

# Seconds that a port may stay open after its process was stopped.
PORT_PATIENCE = 5.0


def take_out_of_service(name: str, hooks: ServiceHooks, events: Events) -> None:
    """Raises `Problem` when the unit cannot be taken out: then it may not be stopped either."""
    command = hooks.get("beforeStop")
    if command is None:
        return
    answer = run_to_end(command, f"taking {name} out of service", events)
    if answer.returncode != 0:
        message = f"`{command}`, which takes it out of service, ended with {answer.returncode}; it was not stopped"
        raise Problem(message, last_lines(answer.stdout))


def stop(name: str, events: Events) -> None:
    """
    Stops the unit. Reports processes that outlive the stop, and kills those of the unit. A unit that ended badly is not
    left as failed: it was to be stopped, and it would be an alarm until the next boot.
    """
    events.status(f"stopping {name}")
    before = processes.of_group(show(name, "ControlGroup").get("ControlGroup", ""))
    ports = {port for _, port in processes.listening(set(before))}
    started = time.monotonic()
    systemctl("stop", name)
    if show(name, "Result").get("Result") == "timeout":
        seconds = time.monotonic() - started
        events.warning(f"{name} did not end after SIGTERM; systemd killed it after {seconds:.0f} s")
    _end_leftovers(name, before, events)
    _await_free(name, ports, events)
    forgive(name)


def _end_leftovers(name: str, before: dict[int, str], events: Events) -> None:
    """Processes of the unit that survived its stop would serve the old version beside the new one."""
    left = [pid for pid, start in before.items() if processes.start_time(pid) == start]
    for pid in left:
        events.warning(f"process {pid} ({processes.name_of(pid)}) outlived the stop of {name}; Holdfast kills it")
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _await_free(name: str, ports: set[int], events: Events) -> None:
    deadline = time.monotonic() + PORT_PATIENCE
    for port in sorted(ports):
        while processes.addresses_of(port):
            if time.monotonic() > deadline:
                by = ", ".join(f"process {pid} ({processes.name_of(pid)})" for pid in processes.holders(port))
                events.warning(f"{by or 'an unknown process'} still listens on port {port} after the stop of {name}")
                break
            time.sleep(0.1)
