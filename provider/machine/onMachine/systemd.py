"""Calls of systemctl, with its own words when it refuses."""

from __future__ import annotations

from common import Problem, last_lines, run

# Seconds. systemd bounds starts and stops itself (90 s by default, an app's unit may say more).
SYSTEMCTL_TIMEOUT = 900.0
UNIT_FILE_FOLDERS = ("/etc/systemd/system/", "/usr/local/lib/systemd/system/", "/run/systemd/system/")


def systemctl(*arguments: str) -> str:
    """Output of a systemctl call. Raises `Problem` with systemctl's own words."""
    answer = run(["systemctl", *arguments], SYSTEMCTL_TIMEOUT)
    if answer.returncode != 0:
        raise Problem(f"systemctl {' '.join(arguments)} failed", last_lines(answer.stdout))
    return answer.stdout


def forgive(name: str) -> None:
    """Otherwise a unit that failed too often before would not be started again."""
    run(["systemctl", "reset-failed", name], SYSTEMCTL_TIMEOUT)


def show(name: str, *properties: str) -> dict[str, str]:
    """Properties of a unit, as systemd names them."""
    answer = run(["systemctl", "show", "-p", ",".join(properties), "--", name], 30)
    return dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)


def has_unit_files(paths: set[str]) -> bool:
    return any(path.startswith(UNIT_FILE_FOLDERS) for path in paths)


def is_shutting_down() -> bool:
    """Nothing can be started any more."""
    return run(["systemctl", "is-system-running"], 10).stdout.strip() == "stopping"
