"""
The part of Holdfast that runs on a machine, as root, called by the machine plugin over SSH. Questions come as JSON on
standard input, never as arguments: arguments can be read by every process. Answers are one JSON object per line.

    submit        applies the request on standard input, repeats events until the end (a known id is only followed)
    follow ID     repeats the events of an apply, also of one that has ended
    abort ID      asks an apply to put the old configuration back
    receive SHA256 tar|tar.gz    takes an archive from standard input
    run ID        carries out an apply; called by holdfast-apply@ID.service
    recover [ID] [--boot]        brings cut applies to an end
    view JOB      runs validators; called in a mount namespace
    install       makes this version the machine's
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import applying
from comparing import compare, missing_archives
from events import follow, say, worker
from layout import Failed, Layout, run, write_new
from request import Request
from transaction import Transaction


def submit(layout: Layout, request: Request) -> int:
    if not re.fullmatch(r"[a-z0-9-]{8,64}", request["id"]):
        raise Failed(f"{request['id']!r} cannot be the name of a transaction.")
    transaction = Transaction(layout, request["id"])
    if transaction.folder.is_dir():
        return follow_one(layout, request["id"])
    missing = missing_archives(layout, request)
    if missing:
        say({"event": "end", "result": "archivesMissing", "missing": missing})
        return 0
    busy = any(layout.transactions.glob("*/plan.json"))
    if not busy and not compare(layout, request):
        say({"event": "end", "result": "unchanged"})
        return 0
    layout.make()
    applying.forget_old(layout)
    transaction.folder.mkdir(mode=0o700)
    write_new(transaction.folder / "request.json", json.dumps(request).encode())
    start(layout, request["id"])
    return follow_one(layout, request["id"])


def start(layout: Layout, identity: str) -> None:
    """The apply belongs to the machine, not to this connection."""
    if layout.is_machine:
        answer = run(["systemctl", "start", "--no-block", f"holdfast-apply@{identity}.service"], 60)
        if answer.returncode != 0:
            raise Failed("The apply could not be started on the machine", answer.stdout)
        return
    command = [sys.executable, str(Path(__file__).parent), "--root", str(layout.root), "run", identity]
    subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)


def follow_one(layout: Layout, identity: str) -> int:
    folder = Transaction(layout, identity).folder
    if not folder.is_dir():
        say({"event": "end", "result": "unknown"})
        return 0
    return follow(folder, lambda: is_working(layout, identity), lambda: applying.recover_one(layout, identity))


def is_working(layout: Layout, identity: str) -> bool:
    if layout.is_machine:
        state = run(["systemctl", "show", "-p", "ActiveState", "--value", f"holdfast-apply@{identity}.service"], 30)
        return state.stdout.strip() in ("active", "activating", "deactivating", "reloading")
    return worker(Transaction(layout, identity).folder) is not None


def abort(layout: Layout, identity: str) -> int:
    pid = worker(Transaction(layout, identity).folder)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
    say({"event": "end", "result": "asked" if pid is not None else "ended"})
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holdfast", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("/"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("submit", "install"):
        commands.add_parser(name)
    for name in ("follow", "abort", "run"):
        commands.add_parser(name).add_argument("id")
    recover = commands.add_parser("recover")
    recover.add_argument("id", nargs="?")
    recover.add_argument("--boot", action="store_true")
    receive = commands.add_parser("receive")
    receive.add_argument("sha256")
    receive.add_argument("form", choices=("tar", "tar.gz"))
    commands.add_parser("view").add_argument("job", type=Path)
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    layout = Layout(asked.root)
    match asked.command:
        case "submit":
            return submit(layout, json.load(sys.stdin))
        case "follow":
            return follow_one(layout, asked.id)
        case "abort":
            return abort(layout, asked.id)
        case "receive":
            from archives import receive

            receive(layout, asked.sha256, asked.form, sys.stdin.buffer)
            say({"event": "end", "result": "received"})
        case "run":
            applying.apply(layout, Transaction(layout, asked.id))
        case "recover" if asked.id:
            applying.recover_one(layout, asked.id)
        case "recover":
            applying.recover_all(layout, booting=asked.boot)
        case "view":
            from validation import view

            return view(asked.job)
        case "install":
            from installing import install

            install(layout)
            say({"event": "end", "result": "installed"})
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    try:
        sys.exit(main())
    except Failed as failure:
        say({"event": "end", **applying.failed(failure)})
    except BrokenPipeError:
        # The connection is gone; the apply goes on without it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
