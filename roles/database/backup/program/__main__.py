"""
Backups of this machine's database: made, listed, proven, restored. The command line on the laptop calls this over SSH;
units of systemd call it by the clock.

  holdfast-backup list                what can be restored, as JSON
  holdfast-backup plan                what a restore would do, as JSON; the request comes by stdin
  holdfast-backup start JOB           starts backup, restore, load, import, verify or proof; the request comes by stdin
  holdfast-backup follow JOB          shows it to its end
  holdfast-backup replacing           which job replaces the database at this moment, restore or import; else nothing
  holdfast-backup forget              deletes the databases that restores have put aside
  holdfast-backup adopt               gives the repository to the database that runs here
  holdfast-backup plan-import BYTES   what an import would replace, as JSON; the address of a server comes by stdin
  holdfast-backup receive BYTES       takes a dump from stdin; says where it is

For units: ready, check, scheduled full|diff, scheduled-proof, passphrase, run JOB, ended JOB, undo. Units run what needs no root as
the user postgres.
"""

from __future__ import annotations

import json
import os
import pwd
import sys
from datetime import datetime
from typing import Any, Callable

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

import backups  # noqa: E402
import foreign  # noqa: E402
import importing  # noqa: E402
import jobs  # noqa: E402
import passphrase  # noqa: E402
import proving  # noqa: E402
import restoring  # noqa: E402
import verifying  # noqa: E402
from commands import say  # noqa: E402
from common import Problem, read_json  # noqa: E402
from pgbackrest import PgBackRest  # noqa: E402
from settings import Settings, read_settings  # noqa: E402


def request_from_stdin() -> dict[str, Any]:
    text = sys.stdin.read()
    request: dict[str, Any] = json.loads(text) if text.strip() else {}
    return request


def target_of(request: dict[str, Any]) -> datetime | None:
    """`latest` or a moment in ISO 8601 with its zone."""
    text = str(request.get("target") or "")
    if not text:
        # What asks for a restore may be killed before it has said which.
        raise Problem("a restore needs its moment: `latest`, or a time in ISO 8601", code=2)
    if text == "latest":
        return None
    target = datetime.fromisoformat(text)
    if target.tzinfo is None:
        raise Problem(f"{text} has no time zone, so it is not one certain moment", code=2)
    return target


def become_postgres() -> None:
    """For good: what only asks needs nothing of root's."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def ended(settings: Settings, name: str) -> None:
    """After a job, as root, however it ended. Not while the machine shuts down: the next boot goes on from there."""
    jobs.forget_request(name)
    if name == "restore":
        foreign.forget()
    if restoring.goes_down():
        return
    try:
        if name == "restore" and jobs.was_killed():
            restoring.ended(settings)
        elif name in ("load", "import"):
            importing.ended(settings)
    finally:
        jobs.finish(name)


def show(value: Any) -> None:
    print(json.dumps(value))


def listing(settings: Settings) -> None:
    repository = PgBackRest(settings)
    info = backups.record(settings, repository)
    known = read_json(backups.BACKUPS) if info.reachable else backups.last_known()
    show(
        {
            **known,
            "reachable": info.reachable,
            "reason": info.reason,
            "proof": read_json(backups.PROOF),
            "kept": restoring.kept_copies(settings),
        }
    )


def plan(settings: Settings) -> None:
    request = request_from_stdin()
    with foreign.repository(settings, request.get("files")) as repository:
        show(restoring.plan(settings, repository, target_of(request), bool(request.get("files"))))


def job(settings: Settings, name: str) -> None:
    """One job, as its unit."""
    request = jobs.request_of(name)
    own = PgBackRest(settings)
    if name == "restore":
        restoring.make_way()
        with jobs.alone(), foreign.repository(settings, request.get("files")) as repository:
            restoring.restore(settings, repository, target_of(request), bool(request.get("files")))
        return
    work: dict[str, Callable[[], None]] = {
        "backup": lambda: backups.run_backup(settings, own, str(request.get("kind", "diff"))),
        "load": lambda: importing.load(settings, str(request["source"])),
        "import": lambda: importing.swap_in(settings),
        "verify": lambda: verifying.verify(settings, own),
        "proof": lambda: proving.prove(settings, own),
    }
    with jobs.alone():
        work[name]()


def scheduled(settings: Settings, work: Callable[[], None]) -> None:
    """By the clock: no person could try again, so it waits for its turn."""
    with jobs.alone(6 * 3600):
        work()


def main(arguments: list[str]) -> int:
    settings = read_settings()
    own = PgBackRest(settings)
    match arguments:
        case ["list"]:
            become_postgres()
            listing(settings)
        case ["plan"]:
            plan(settings)
        case ["start", name]:
            jobs.start(name, request_from_stdin())
        case ["follow", name]:
            return jobs.follow(name)
        case ["run", name]:
            job(settings, name)
        case ["forget"]:
            restoring.forget(settings)
        case ["adopt"]:
            with jobs.alone():
                backups.adopt(own)
        case ["plan-import", size]:
            show(importing.plan(settings, int(size), request_from_stdin().get("source")))
        case ["receive", size]:
            print(importing.receive(settings, int(size)))
        case ["replacing"]:
            print(jobs.replacing() or "")
        case ["ended", name]:
            ended(settings, name)
        case ["ready"]:
            restoring.settle_after_cut(settings)
            importing.booted(settings)
            backups.start_first(settings)
        case ["check"]:
            scheduled(settings, lambda: backups.check(settings, own))
        case ["scheduled", "full" | "diff" as kind]:
            scheduled(settings, lambda: backups.run_backup(settings, own, kind))
        case ["scheduled-proof"]:
            scheduled(settings, lambda: proving.prove(settings, own))
        case ["passphrase"]:
            with jobs.alone(300):
                passphrase.settle(settings)
            own.command("check")
        case ["undo"]:
            if restoring.undo(settings):
                say("a restore was interrupted: the previous database is back")
        case _:
            raise Problem((__doc__ or "").strip(), code=2)
    return 0


AS_POSTGRES = ("run", "check", "scheduled", "scheduled-proof", "passphrase")
"""What units run as the user postgres (units.ts); everything else needs root, to stop and start PostgreSQL."""


if __name__ == "__main__":
    if os.geteuid() != 0 and not (sys.argv[1:] and sys.argv[1] in AS_POSTGRES):
        sys.exit("this stops and starts PostgreSQL, so it needs root: sudo holdfast-backup …")
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(problem, file=sys.stderr, flush=True)
        sys.exit(problem.code)
