"""
Removes the authorized_keys files that the cloud left when it made this machine. sshd reads them no longer, and they would
let old keys in again on the day that its settings are lost. They go only when nobody needs them any more:

- no apply is under way, which might put the old settings of sshd back,
- sshd looks for keys in our file alone,
- somebody has logged in with a key of our file since sshd began to do so.

    stale_keys.py USER FILE      FILE: where sshd looks for the user's keys
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import is_locked, run
from logins import last_start, listed, logins

NAMES = ("authorized_keys", "authorized_keys2")
STATE = Path("/var/lib/holdfast")


def main(user: str, file: str) -> int:
    homes = [pwd.getpwnam(name).pw_dir for name in ("root", user)]
    stale = [(home, name) for home in homes for name in NAMES if os.path.lexists(f"{home}/.ssh/{name}")]
    reason = _why_not(user, file) if stale else None
    if reason is not None:
        print(f"kept for now, because {reason}: {', '.join(f'{home}/.ssh/{name}' for home, name in stale)}")
        return 0
    for home, name in stale:
        if remove(home, name):
            print(f"removed {home}/.ssh/{name}, which sshd no longer reads")
    return 0


def remove(home: str, name: str) -> bool:
    """Removes a file below `.ssh`, which belongs to its user: a link there must lead root nowhere else."""
    try:
        with _folder(home) as outer, _folder(".ssh", outer) as inner:
            if os.fstat(inner).st_uid != os.fstat(outer).st_uid:
                return False
            os.unlink(name, dir_fd=inner)
            return True
    except OSError as error:
        print(f"{home}/.ssh/{name} stays: {error.strerror}")
        return False


@contextmanager
def _folder(path: str, inside: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _why_not(user: str, file: str) -> str | None:
    if is_locked(str(STATE / "lock")) or any(STATE.glob("transactions/*/plan.json")):
        return "an apply is under way"
    settings = run(["/usr/sbin/sshd", "-T", "-C", f"user={user}"], 30).stdout.splitlines()
    found = [line.split()[1:] for line in settings if line.startswith("authorizedkeysfile ")]
    if [[one.replace("%u", user) for one in files] for files in found] != [[file]]:
        return f"sshd does not look for keys in {file} alone"
    started, changed = last_start(), _changed()
    if started is None or started < changed:
        return "sshd has not begun to use its settings, as far as its log tells"
    known = listed(Path(file).read_text("utf-8"))
    if not any(one.at > started and one.user == user and one.fingerprint in known for one in logins()):
        return f"nobody has logged in with a key of {file} since sshd uses it"
    return None


def _changed() -> float:
    """When the settings of sshd last changed."""
    files = [Path("/etc/ssh/sshd_config"), *Path("/etc/ssh/sshd_config.d").glob("*.conf")]
    return max(file.stat().st_mtime for file in files if file.exists())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
