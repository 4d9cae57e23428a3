"""
A restore in place: the broken data directory is put aside, the new one is made beside it, and the old one comes back when
anything fails. How far it has got is on disk, so that a machine that loses power in the middle knows what to do.
"""

from __future__ import annotations

import os
import shutil
import time
from datetime import datetime, timezone
from typing import Any

import backups
import cluster
import history
import jobs
import recovery
from commands import run, say
from common import Problem, read_json, rename, sync_folder, write_json
from pgbackrest import Backup, Info, PgBackRest, away
from postgres import Refused, acting_as_postgres
from room import counted, duration, require, size, used_by
from settings import RESULTS, STATE, Settings, write_result
from wal import Run

PROGRESS = f"{STATE}/restore.json"
"""There while a restore is under way; then what is in `kept` is the data directory that was."""
SPEED = f"{RESULTS}/restore-speed.json"
INTERRUPTED = (
    "holdfast-backup@full.service",
    "holdfast-backup@diff.service",
    "holdfast-backup-check.service",
    "holdfast-proof.service",
    *(jobs.unit(name) for name in jobs.NAMES if name not in ("restore", "import")),
)


def plan(settings: Settings, repository: PgBackRest, target: datetime | None, foreign: bool) -> dict[str, Any]:
    """What a restore would do, for the question before it. Raises Problem when it could not be done."""
    if jobs.at_work("restore"):
        raise Problem("a restore is running already: `holdfast backup follow restore` shows it")
    chosen, _ = choose(settings, repository, target, foreign)
    speed = (read_json(SPEED) or {}).get("bytesPerSecond")
    return {
        "backup": chosen.label,
        "repository": chosen.repository,
        "backupFinished": history.moment(chosen.finished).isoformat(),
        "bytes": chosen.size,
        "seconds": chosen.size / speed if speed else None,
        "present": description_of_present(settings),
    }


def make_way() -> None:
    """Ends a running backup: a restore in an emergency does not wait for it."""
    run(["systemctl", "stop", *INTERRUPTED])


def description_of_present(settings: Settings) -> str:
    """What would be put aside."""
    if not os.path.exists(os.path.join(settings.data, "PG_VERSION")):
        return "no database"
    try:
        tables, rows = cluster.content(settings, settings.database)
        return f"database {settings.database} with {counted(tables, 'table')} and about {counted(rows, 'row')}"
    except Refused:
        return f"a database that does not answer, {size(used_by(settings.data))}"


def restore(settings: Settings, repository: PgBackRest, target: datetime | None, foreign: bool) -> None:
    """
    Puts the database back to a moment; None: to the newest that the repository has. Raises Problem, with the old database
    in its place again.

    foreign: from another stack's repository; then the restored database becomes the owner of this stack's own.
    """
    begun = time.monotonic()
    if undo(settings):
        say("an earlier restore was interrupted: the previous database is back")
        cluster.await_running(settings, 60)
    chosen, run = choose(settings, repository, target, foreign)
    kept = put_aside(settings)
    try:
        fetch(settings, repository, chosen, target, foreign)
        recovery.recover(settings, target, run)
    except BaseException:
        say("the restore failed: the previous database comes back")
        undo(settings)
        raise
    os.unlink(PROGRESS)
    sync_folder(STATE)
    settle(settings, foreign)
    say(f"restored to {history.both(target) if target else 'the latest that was archived'} in {duration(time.monotonic() - begun)}")
    if kept:
        say(f"the previous database is kept in {kept}: `holdfast restore --forget` deletes it")


def choose(settings: Settings, repository: PgBackRest, target: datetime | None, foreign: bool) -> tuple[Backup, Run]:
    """
    The backup to begin with, and the WAL that leads on from it. Raises Problem when there is none for this moment, when WAL
    is missing on the way, or when there is no room. Everything that the present database has committed is sent to its
    repository first: then any moment until now can be restored, and a restore to the wrong one can be followed by another.
    """
    info = repository.info()
    if not info.reachable:
        raise away(info)
    all_until = None
    if not foreign and archives_into(settings, info):
        if backups.switch_wal(settings, 30):
            all_until, info = datetime.now(timezone.utc), repository.info()
        else:
            say("the last WAL of the present database did not reach the backup storage within 30 s", error=True)
    chosen, run = history.choose(history.places(repository, info), target, all_until)
    require(settings.volume, settings.volume_gib, chosen.size, "a restored database beside the present one")
    return chosen, run


def archives_into(settings: Settings, info: Info) -> bool:
    """Whether the database that runs here is the one that the repository belongs to."""
    return cluster.running(settings) and cluster.system_identifier(settings) == info.system


def put_aside(settings: Settings) -> str | None:
    """Stops PostgreSQL and renames its data directory, which needs no room. Returns its new name; None: there was none."""
    was_active = run(["systemctl", "show", "-P", "ActiveState", settings.unit]).strip() == "active"
    say("stopping PostgreSQL")
    cluster.stop(settings)
    kept = None
    if os.path.exists(settings.data):
        kept = f"{settings.data}.before-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    write_json(PROGRESS, {"kept": kept, "active": was_active})
    if kept:
        move(settings.data, kept)
    return kept


def move(old: str, new: str) -> None:
    """Both are in a folder of the user postgres."""
    with acting_as_postgres():
        rename(old, new)


def delete(folder: str) -> None:
    with acting_as_postgres():
        shutil.rmtree(folder, ignore_errors=True)


def fetch(settings: Settings, repository: PgBackRest, chosen: Backup, target: datetime | None, foreign: bool) -> None:
    """Copies the backup into a new data directory."""
    say(f"restoring backup {chosen.label} ({size(chosen.size)})")
    with acting_as_postgres():
        os.mkdir(settings.data, 0o700)
    options = [f"--set={chosen.label}", f"--repo={chosen.repository}", f"--pg1-path={settings.data}"]
    # Visitors must not see a database that is still on its way.
    options += ["--recovery-option=hot_standby=off"]
    # PostgreSQL would ask the other place for each segment too, and wait for it to answer when it is away.
    get = " ".join(["pgbackrest", *repository.options, f"--repo={chosen.repository}", "archive-get"])
    options.append(f"--recovery-option=restore_command={recovery.restore_command(get)}")
    if target:
        options += ["--type=time", f"--target={target.strftime('%Y-%m-%d %H:%M:%S.%f+00')}", "--target-action=promote"]
    begun = time.monotonic()
    repository.restore(*options, "--log-level-console=detail", on_line=backups.Percent("restore"))
    seconds = time.monotonic() - begun
    write_result(SPEED, {"bytesPerSecond": chosen.size / max(seconds, 0.1), "bytes": chosen.size, "seconds": seconds})
    sort_out(settings, foreign)
    recovery.hold_archiving(settings)
    say(f"files are back after {duration(seconds)}; replaying WAL")


def sort_out(settings: Settings, foreign: bool) -> None:
    """
    What somebody has set by hand (`ALTER SYSTEM`) came with the files. Another stack's is for its own machine, and a library that
    is not here keeps PostgreSQL from starting.
    """
    found = recovery.by_hand(settings.data)
    missing = recovery.missing_libraries(settings, found)
    left = [one for one in found if foreign or missing and one[0] in recovery.LIBRARIES]
    recovery.leave_out(settings.data, [name for name, _ in left])
    for name, value in left:
        why = f": {', '.join(missing)} is not on this machine" if missing and name in recovery.LIBRARIES else " on the other stack"
        say(f"left out: the setting {name} = {value}, made by hand{why}")


def settle(settings: Settings, foreign: bool) -> None:
    """The database runs; what follows makes it this stack's own again, and cannot make it worse."""
    try:
        for unit in settings.role_units:
            run(["systemctl", "restart", unit])
    finally:
        # Last: while archiving is held, the run after a killed one knows what is left to do.
        recovery.release(settings)
    if foreign:
        try:
            PgBackRest(settings).command("stanza-upgrade")
            say("this stack's repository now belongs to the restored database")
        except Problem as problem:
            say(f"the database is restored, but has no backups yet: {problem}\nRun `holdfast backup adopt` once the storage answers")
            return
    # The restore began a new timeline: older backups serve only for moments before it.
    run(["systemctl", "start", "--no-block", f"holdfast-backup@{'full' if foreign else 'diff'}.service"])


def settle_after_cut(settings: Settings) -> None:
    """A machine that lost power between the end of a restore and what follows it goes on there when it is back."""
    if not os.path.exists(PROGRESS) and recovery.holds_archiving(settings):
        recovery.release(settings)
        say("a restore had ended just before the machine stopped: from now on PostgreSQL archives its WAL")


def undo(settings: Settings) -> bool:
    """
    Puts the data directory back that was there before; at boot as well. False when no restore was under way. Raises Problem
    when neither is there, as without the volume: then it can still be done later.
    """
    progress = read_json(PROGRESS)
    if progress is None:
        return False
    kept = progress["kept"]
    failed = f"{settings.data}.failed"
    if kept and not os.path.exists(kept) and not os.path.exists(settings.data):
        raise Problem(f"neither {kept} nor {settings.data} exists, so nothing can be put back: is the volume {settings.volume} mounted?")
    cluster.stop(settings)
    if os.path.exists(settings.data) and not (kept and not os.path.exists(kept)):
        # What an undoing that was cut short itself has left: a folder that is not empty cannot be renamed over.
        delete(failed)
        move(settings.data, failed)
    if kept and os.path.exists(kept):
        move(kept, settings.data)
    os.unlink(PROGRESS)
    sync_folder(STATE)
    # First, because people wait for the database; deleting files takes long and has time.
    if progress["active"]:
        cluster.start(settings)
    delete(failed)
    return True


def ended(settings: Settings) -> None:
    """After a restore that was killed: it could do nothing any more."""
    if undo(settings):
        say("the restore was killed: the previous database is back")
    elif cluster.running(settings) and recovery.holds_archiving(settings):
        settle(settings, False)
        say("the restore was killed after its last step: the restored database is complete, and PostgreSQL archives its WAL")


def goes_down() -> bool:
    """Whether this machine shuts down: then PostgreSQL cannot be started, and the next boot undoes what has to be undone."""
    return run(["systemctl", "list-jobs", "--no-legend", "--plain", "shutdown.target"]).strip() != ""


def kept_copies(settings: Settings) -> list[str]:
    folder, name = os.path.split(settings.data)
    return sorted(os.path.join(folder, one) for one in os.listdir(folder) if one.startswith(f"{name}.before-"))


def forget(settings: Settings) -> None:
    """Deletes the databases that restores have put aside."""
    copies = kept_copies(settings)
    if os.path.exists(PROGRESS):
        raise Problem("a restore is running and still needs the previous database")
    for copy in copies:
        bytes_used = used_by(copy)
        delete(copy)
        say(f"deleted {copy} ({size(bytes_used)})")
    delete(f"{settings.data}.failed")
    if not copies:
        say("no restore has kept a previous database")
