"""
Who logged in to this machine, with which key. sshd's log says it; journald adds the process that wrote each line, so
another user cannot write one in sshd's name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from common import run

# Seconds for journald, which may have a gigabyte to look through.
TIMEOUT = 30.0
# sshd's own words for a login, since OpenSSH 6.8.
ACCEPTED = re.compile(r"Accepted publickey for (\S+) from (\S+) port \d+ ssh2: \S+ (SHA256:[A-Za-z0-9+/]{43})")
# Seconds between a key that sshd accepted and the session: what PAM may take.
LONGEST_LOGIN = 60.0
LISTENING = "Server listening on "
# systemd's unit for all that runs in one session, root's shells included.
SCOPE = re.compile(r"/(session-\w+\.scope)$", re.MULTILINE)
BLOB = re.compile(r"AAAA[A-Za-z0-9+/]{30,}={0,2}")


@dataclass(frozen=True)
class Login:
    pid: int
    """Of sshd's process for this connection."""
    at: float
    """Seconds since the epoch."""
    uptime: float
    """The same moment in seconds since the kernel started: nobody sets that clock."""
    user: str
    source: str
    fingerprint: str


@dataclass(frozen=True)
class Session:
    """What logind keeps of a login over SSH until its last process has ended: the connection may be gone long before."""

    scope: str
    leader: int
    uptime: float


def fingerprint(blob: str) -> str:
    """As sshd writes it, of a key's base64."""
    digest = hashlib.sha256(base64.b64decode(blob + "=" * (-len(blob) % 4))).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def listed(text: str) -> dict[str, str]:
    """The keys of an authorized_keys file: fingerprint → comment, which names the owner."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        blob = None if line.lstrip().startswith("#") else BLOB.search(line)
        if blob is not None:
            found[fingerprint(blob.group())] = line[blob.end() :].strip()
    return found


def logins(*matches: str) -> list[Login]:
    """Logins in sshd's log, oldest first. `matches` are journalctl's, to ask for less."""
    found = map(_login, _messages("_COMM=sshd", "_COMM=sshd-session", *matches))
    return [login for login in found if login is not None]


def last_start() -> float | None:
    """When sshd last began to listen, a reload included; None when the log no longer says it."""
    times = [_time(entry) for entry in _messages("_COMM=sshd") if _text(entry).startswith(LISTENING)]
    return max(times, default=None)


def sessions() -> list[Session]:
    listing = run(["loginctl", "list-sessions", "--no-legend", "--no-pager"], TIMEOUT).stdout.splitlines()
    names = [line.split()[0] for line in listing if line.strip()]
    if not names:
        return []
    wanted = [*(f"--property={name}" for name in ("Service", "Scope", "Leader", "TimestampMonotonic")), *names]
    blocks = run(["loginctl", "show-session", "--no-pager", *wanted], TIMEOUT).stdout.split("\n\n")
    shown = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
    return [
        Session(one["Scope"], int(one["Leader"]), int(one["TimestampMonotonic"]) / 1e6)
        for one in shown
        if one.get("Service") == "sshd" and one.get("Scope") and one.get("Leader", "").isdigit()
    ]


def login_of(session: Session) -> Login | None:
    """
    The login that began a session; None when the log no longer has it. A process that had the number before is not meant,
    and one that has it after the connection's end neither.
    """
    found = [login for login in logins("--boot", f"_PID={session.leader}") if login.uptime <= session.uptime]
    # The session begins when sshd has accepted the key.
    return found[-1] if found and session.uptime - found[-1].uptime < LONGEST_LOGIN else None


def own_session() -> Session | None:
    """The session in which this process runs; None when it was not started over SSH."""
    scope = scope_of(Path("/proc/self/cgroup").read_text("utf-8"))
    return next((session for session in sessions() if session.scope == scope), None)


def scope_of(cgroup: str) -> str | None:
    found = SCOPE.search(cgroup)
    return found.group(1) if found else None


def _messages(*matches: str) -> list[dict[str, object]]:
    """Only of root's processes with sshd's names: journald asks the kernel for both."""
    fields = "--output-fields=MESSAGE,_PID"
    answer = run(["journalctl", "--quiet", "--no-pager", "--output=json", fields, "_UID=0", *matches], TIMEOUT)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def _login(entry: dict[str, object]) -> Login | None:
    match = ACCEPTED.match(_text(entry))
    if match is None:
        return None
    user, source, key = match.groups()
    uptime = int(str(entry["__MONOTONIC_TIMESTAMP"])) / 1e6
    return Login(int(str(entry.get("_PID", 0))), _time(entry), uptime, user, source, key)


def _text(entry: dict[str, object]) -> str:
    """journald hands text that is not UTF-8 over as a list of bytes; sshd writes none."""
    message = entry.get("MESSAGE")
    return message if isinstance(message, str) else ""


def _time(entry: dict[str, object]) -> float:
    return int(str(entry["__REALTIME_TIMESTAMP"])) / 1e6
