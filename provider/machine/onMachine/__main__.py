"""
The part of Holdfast that runs on a machine, as root, called by the machine plugin over SSH. Questions come as JSON on
standard input, never as arguments: arguments can be read by every process. Answers are one JSON object per line.

    submit        applies the request on standard input, repeats events until the end (a known id is only followed)
    follow ID     repeats the events of an apply, also of one that has ended
    abort ID      asks an apply to put the old configuration back
    receive SHA256 tar|tar.gz|tar.zst    takes an archive from standard input
    lease take|renew|release     the stack's lease, as standard input says; on the machine that keeps it
    lease show|break [--json]    for people: who has it; take it away from somebody who is gone
    run ID        carries out an apply; called by holdfast-apply@ID.service
    recover [ID] [--boot]        brings cut applies to an end
    return        after a boot: puts back into service what a cut apply had taken out
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
import archives
import fence
import lease
import recovering
from common import Problem, run, write_new
from comparing import compare, missing_archives
from events import follow, say, worker
from layout import Layout
from people import signed
from request import Request
from transaction import Transaction


def submit(layout: Layout, request: Request) -> int:
    if not re.fullmatch(r"[a-z0-9-]{8,64}", request["id"]):
        raise Problem(f"{request['id']!r} cannot be the name of a transaction.")
    transaction = Transaction(layout, request["id"])
    if transaction.folder.is_dir():
        return follow_one(layout, request["id"])
    held = request.get("lease")
    if held is not None:
        # Before anything is compared: from here on no holder of an older lease changes the machine.
        fence.enter(layout, held)
        fence.end_older(layout, held)
    missing = missing_archives(layout, request)
    if missing:
        say({"event": "end", "result": "archivesMissing", "missing": missing})
        return 0
    busy = any(layout.transactions.glob("*/plan.json"))
    if not busy and not compare(layout, request) and (times := archives.times(layout, request)) is not None:
        say({"event": "end", "result": "unchanged", "times": times})
        return 0
    layout.make()
    recovering.forget_old(layout)
    transaction.folder.mkdir(mode=0o700)
    if held is not None:
        held["owner"] = signed(layout, held["owner"])
    write_new(transaction.folder / "request.json", json.dumps(request).encode())
    start(layout, request["id"])
    return follow_one(layout, request["id"])


def start(layout: Layout, identity: str) -> None:
    """The apply belongs to the machine, not to this connection."""
    if layout.is_machine:
        answer = run(["systemctl", "start", "--no-block", f"holdfast-apply@{identity}.service"], 60)
        if answer.returncode != 0:
            raise Problem("The apply could not be started on the machine", answer.stdout)
        return
    command = [sys.executable, str(Path(__file__).parent), "--root", str(layout.root), "run", identity]
    subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)


def follow_one(layout: Layout, identity: str) -> int:
    folder = Transaction(layout, identity).folder
    if not folder.is_dir():
        say({"event": "end", "result": "unknown"})
        return 0
    return follow(folder, lambda: is_working(layout, identity), lambda: recovering.recover_one(layout, identity))


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


def keep_lease(layout: Layout, action: str, as_json: bool) -> int:
    match action:
        case "take":
            answer = lease.take(layout, json.load(sys.stdin))
        case "renew":
            answer = lease.renew(layout, json.load(sys.stdin))
        case "release":
            answer = lease.release(layout, json.load(sys.stdin))
        case "break":
            answer = lease.break_it(layout)
        case _:
            answer = lease.show(layout)
    if action in ("show", "break") and not as_json:
        print(lease.in_words(answer))
    else:
        say({"event": "end", **answer})
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holdfast", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("/"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("submit", "install", "return"):
        commands.add_parser(name)
    for name in ("follow", "abort", "run"):
        commands.add_parser(name).add_argument("id")
    recover = commands.add_parser("recover")
    recover.add_argument("id", nargs="?")
    recover.add_argument("--boot", action="store_true")
    receive = commands.add_parser("receive")
    receive.add_argument("sha256")
    receive.add_argument("form", choices=("tar", "tar.gz", "tar.zst"))
    kept = commands.add_parser("lease")
    kept.add_argument("action", choices=("take", "renew", "release", "show", "break"))
    kept.add_argument("--json", action="store_true")
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
            recovering.recover_one(layout, asked.id)
        case "recover":
            recovering.recover_all(layout, booting=asked.boot)
        case "lease":
            return keep_lease(layout, asked.action, asked.json)
        case "return":
            return 1 if recovering.finish_boot(layout) else 0
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
    except Problem as failure:
        say({"event": "end", **recovering.failed(failure)})
    except BrokenPipeError:
        # The connection is gone; the apply goes on without it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
