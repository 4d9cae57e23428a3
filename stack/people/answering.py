"""
Runs as root on each machine of a stack, for `npx holdfast who` and `npx holdfast revoke`. It comes over SSH with the
question (program.ts), so that it also works on machines that another version configured.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common import Problem, last_lines, replace, run
from logins import BLOB, Login, fingerprint, last_start, listed, login_of, logins, own_session, sessions

DROP_IN = Path("/etc/ssh/sshd_config.d/09-holdfast-revoked.conf")
LOCK = "/run/holdfast-revoke.lock"
# Seconds: sshd writes its log before the session begins, but journald reads it later.
LOG_DELAY = 3.0
# Seconds between the logins of one command.
JUST_NOW = 10.0
# Rounds of ending: a login that was being made during the first is seen in a later one.
ROUNDS = 5


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return who(asked) if asked["action"] == "who" else revoke(asked)
    except Problem as problem:
        return {"problem": str(problem), "details": problem.details}


def who(asked: dict[str, Any]) -> dict[str, Any]:
    own = _own()

    def asks(login: Login) -> bool:
        """Whether it is this question's, or that of another machine which comes through this one."""
        return login.fingerprint == own.fingerprint and login.at > own.at - JUST_NOW

    last = {login.fingerprint: login for login in logins() if not asks(login)}
    found = [login for login in map(login_of, sessions()) if login is not None]
    return {
        "own": own.fingerprint,
        "open": [asdict(login) for login in found if not asks(login)],
        "last": [asdict(login) for login in last.values()],
        "listed": listed(_text(Path(asked["authorized"]))),
    }


def revoke(asked: dict[str, Any]) -> dict[str, Any]:
    """Each step may be repeated, and a cut between two of them leaves no way in that was not there before."""
    keys: list[str] = asked["keys"]
    prints = {fingerprint(blob.group()) for blob in map(BLOB.search, keys) if blob is not None}
    authorized, revoked = Path(asked["authorized"]), Path(asked["revoked"])
    with open(os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+", encoding="utf-8") as lock:
        _lock(lock.fileno())
        if _own().fingerprint in prints:
            raise Problem("this connection was made with that key")
        known = listed(_text(authorized))
        if not set(known) - prints:
            raise Problem(f"{authorized} holds no other key, and nobody could log in any more")
        _refuse(revoked, keys)
        _take_out(authorized, prints)
        ended, unknown = _end_sessions(prints)
        return {"was": sorted(prints & set(known)), "ended": ended, "unknown": unknown}


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Problem("another revocation has been at work on this machine for 30 s") from None
            time.sleep(0.5)


def _own() -> Login:
    """By which login this question came. Without it nobody can tell which session must not be ended."""
    session = own_session()
    deadline = time.monotonic() + LOG_DELAY
    while session is not None:
        login = login_of(session)
        if login is not None:
            return login
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    raise Problem("sshd's log does not say with which key this connection was made")


def _refuse(revoked: Path, keys: list[str]) -> None:
    """sshd refuses every key when it cannot read the list, so the list is there before sshd hears of it."""
    there = _text(revoked) or "# Written by Holdfast: keys that sshd refuses. Without this file it refuses all keys.\n"
    new = [key for key in keys if key not in there.splitlines()]
    if new or not revoked.exists():
        replace(revoked, (there + "".join(f"{key}\n" for key in new)).encode(), 0o644)
    before = _text(DROP_IN)
    text = f"# Written by Holdfast: `npx holdfast revoke` was run.\nRevokedKeys {revoked}\n"
    if before != text:
        replace(DROP_IN, text.encode(), 0o644)
    if f"revokedkeys {revoked}" not in _sshd("-T").splitlines():
        if before:
            replace(DROP_IN, before.encode(), 0o644)
        else:
            DROP_IN.unlink()
        raise Problem(f"sshd does not take {DROP_IN} into account", _sshd("-T")[-500:])
    started = last_start()
    if started is None or started < DROP_IN.stat().st_mtime:
        reloaded = run(["systemctl", "reload", "ssh.service"], 60)
        if reloaded.returncode != 0:
            raise Problem("sshd could not be reloaded", last_lines(reloaded.stdout))


def _sshd(*arguments: str) -> str:
    done = run(["/usr/sbin/sshd", *arguments], 30)
    return done.stdout if done.returncode == 0 else f"sshd {' '.join(arguments)} failed:\n{done.stdout}"


def _take_out(authorized: Path, prints: set[str]) -> None:
    lines = _text(authorized).splitlines(keepends=True)
    kept = [line for line in lines if not prints & set(listed(line))]
    if kept != lines:
        replace(authorized, "".join(kept).encode(), authorized.stat().st_mode & 0o777)


def _end_sessions(prints: set[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """
    Ends what was opened with these keys, and nothing else: also what runs on after its connection was lost. The second
    list is of sessions whose key is not known.
    """
    ended: dict[str, Login] = {}
    for _ in range(ROUNDS):
        found = {session: login_of(session) for session in sessions()}
        theirs = {session: login for session, login in found.items() if login is not None and login.fingerprint in prints}
        for session, login in theirs.items():
            run(["systemctl", "kill", "--kill-whom=all", "--signal=SIGKILL", session.scope], 30)
            ended[session.scope] = login
        time.sleep(0.5)
        if not theirs:
            return [asdict(login) for login in ended.values()], [one.scope for one, login in found.items() if login is None]
    raise Problem(f"these go on after they were ended: {', '.join(session.scope for session in theirs)}")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
