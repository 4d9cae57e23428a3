"""Why a unit is not well, in plain words, from what systemd and the unit itself wrote into the journal."""

from __future__ import annotations

import json
import re
import signal
from typing import Any

import processes
from common import last_lines, run
from systemd import show

# Messages of systemd, by their ids in its catalog.
UNIT_STARTED = "39f53479d3a045ac8e11786248231fbf"
PROCESS_EXITED = "98e322203f7a4ed290d09fe03c09fe15"
OUT_OF_MEMORY = "fe6faa94e7774663a0da52717891d8ef"

# What the C library and the runtimes above it say about a file that may not be written (errno(3): EROFS, EACCES).
CANNOT_WRITE = re.compile(r"\b(EROFS|EACCES)\b|read-only file ?system|permission denied|AccessDeniedException", re.IGNORECASE)

# Exit statuses by which systemd (systemd.exec(5)) and the shell say that a program was not even begun.
NOT_BEGUN = {
    "126": "its start command cannot be executed (exit status 126)",
    "127": "its start command was not found (exit status 127)",
    "200": "its working directory cannot be entered (200/CHDIR)",
    "203": "its start command is missing or cannot be executed (203/EXEC)",
    "209": "its output cannot be opened (209/STDOUT)",
    "216": "its group does not exist (216/GROUP)",
    "217": "its user does not exist (217/USER)",
    "226": "its sandbox cannot be set up (226/NAMESPACE)",
}


def why_it_ended(name: str, since: float, look: dict[str, str]) -> str:
    """`look` are the unit's properties now, for the case that the journal says nothing."""
    found = in_words(_journal(name, since))
    if found is not None:
        return found
    result = look.get("Result", "")
    if result in ("", "success"):
        return f"it is {look.get('ActiveState', 'not running')}, though it was started"
    return f"it failed ({result})"


def why_it_did_not_start(name: str, since: float) -> str | None:
    """For a start that systemd itself calls a failure; None when its journal has no better reason."""
    return in_words(_journal(name, since))


def in_words(entries: list[dict[str, Any]]) -> str | None:
    """Pure: what systemd's messages tell of the last process that ended; None when none did."""
    exits = [entry for entry in entries if entry.get("MESSAGE_ID") == PROCESS_EXITED]
    if not exits:
        return None
    last = exits[-1]
    code, status = last.get("EXIT_CODE"), str(last.get("EXIT_STATUS", ""))
    when = _lived(entries, last)
    if any(entry.get("MESSAGE_ID") == OUT_OF_MEMORY for entry in entries):
        return f"it ran out of memory and was killed{when}"
    if code in ("killed", "dumped"):
        killer = _signal_name(status)
        # Not every kernel tells systemd that it was the one.
        hint = ", which is how the kernel ends a process when memory is used up" if killer == "SIGKILL" else ""
        return f"it was killed by {killer}{when}{hint}"
    if status in NOT_BEGUN:
        return NOT_BEGUN[status]
    if status == "0":
        return f"it ended by itself, with exit status 0{when}"
    # What a shell says about a program of its command.
    killed = f" (killed by {_signal_name(str(int(status) - 128))})" if status.isdigit() and 128 < int(status) < 160 else ""
    return f"it crashed with exit status {status}{killed}{when}"


def _lived(entries: list[dict[str, Any]], last: dict[str, Any]) -> str:
    end = int(last.get("__REALTIME_TIMESTAMP", 0))
    starts = [int(one["__REALTIME_TIMESTAMP"]) for one in entries if one.get("MESSAGE_ID") == UNIT_STARTED]
    before = [start for start in starts if start <= end]
    return f", {(end - before[-1]) / 1e6:.1f} s after its start" if before else ""


def _signal_name(number: str) -> str:
    try:
        return signal.Signals(int(number)).name
    except ValueError:
        return f"signal {number}"


def _journal(name: str, since: float) -> list[dict[str, Any]]:
    wanted = [f"MESSAGE_ID={one}" for one in (UNIT_STARTED, PROCESS_EXITED, OUT_OF_MEMORY)]
    answer = run(["journalctl", "-o", "json", "--since", f"@{since:.6f}", f"UNIT={name}", *wanted], 20)
    entries = []
    for line in answer.stdout.splitlines() if answer.returncode == 0 else []:
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue  # a remark of journalctl
    return entries


def where_it_listens(name: str) -> str:
    """A program that runs and does not answer has often opened another port, or another address, than it was told."""
    pids = processes.of_group(show(name, "ControlGroup").get("ControlGroup", ""))
    if not pids:
        return "none of its processes runs now"
    places = sorted(processes.listening(set(pids)), key=lambda place: (place[1], place[0]))
    if not places:
        return "it runs, but has not opened any TCP port"
    return f"it listens on {', '.join(dict.fromkeys(_place(*place) for place in places))}"


def _place(address: str, port: int) -> str:
    if address in ("0.0.0.0", "::"):
        return f"port {port}"
    return f"port {port} of {address} only"


def last_words(name: str, since: float, details: str) -> str:
    """`details`, and the end of what the unit wrote since."""
    # More than is shown: the reason stands above a long stack trace.
    answer = run(["journalctl", "-u", name, "--since", f"@{since:.6f}", "-n", "500", "--no-pager", "-o", "cat"], 20)
    lines = [details.strip()] if details.strip() else []
    if answer.returncode == 0 and answer.stdout.strip():
        lines.append(f"Journal of {name}:\n{last_lines(answer.stdout)}")
        hint = where_it_writes(answer.stdout, show(name, "ProtectSystem", "StateDirectory", "CacheDirectory"))
        if hint is not None:
            lines.append(hint)
    return "\n".join(lines)


def where_it_writes(journal: str, unit: dict[str, str]) -> str | None:
    """Pure: a hint for a program that met a folder it cannot write in; None when its words tell of none."""
    if unit.get("ProtectSystem") != "strict" or not CANNOT_WRITE.search(journal):
        return None
    places = [f"{variable} ({top}/{name})" for variable, top, name in (
        ("$STATE_DIRECTORY", "/var/lib", unit.get("StateDirectory")),
        ("$CACHE_DIRECTORY", "/var/cache", unit.get("CacheDirectory")),
    ) if name]
    return (
        f"It was not allowed to write somewhere. It can write in {', '.join([*places, '/tmp'])} and in no other folder, "
        "a release's own included: docs/apps.md says how programs are told another place."
    )
