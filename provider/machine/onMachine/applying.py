"""One apply from its beginning to its end, which is always one of two: the new configuration or the old one."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from typing import Any

import archives
import fence
import packages
import rollouts
import units
import validation
from common import Problem, last_lines, run
from comparing import Differences, compare, read_manifest, require_owners
from events import Events
from layout import Aborted, Layout
from locking import lock
from recovering import complete, failed, recover, undo, unfinished, with_outcome, write_result
from request import Check, Manifest, Request
from systemd import has_unit_files, systemctl
from transaction import Transaction


def apply(layout: Layout, transaction: Transaction) -> dict[str, Any]:
    """Carries out the transaction's request; the result is written down before this returns."""
    request: Request = json.loads((transaction.folder / "request.json").read_text("utf-8"))
    events = Events(transaction.folder)
    (transaction.folder / "pid").write_text(str(os.getpid()))
    _abort_on_signal(layout, request)
    try:
        with lock(layout, request["lockTimeout"], events):
            for other in unfinished(layout):
                recover(other, booting=False)
            result = _Apply(layout, transaction, request, events).to_end()
    except Problem as failure:
        result = failed(failure)
    except Exception as error:  # a full disk, a mistake of ours: said, not swallowed
        result = failed(_unexpected(error))
    (transaction.folder / "request.json").unlink(missing_ok=True)
    write_result(transaction, result)
    return result


def _abort_on_signal(layout: Layout, request: Request) -> None:
    def abort(_signal: int, _frame: object) -> None:
        # A second one must not interrupt the way back.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        fence.check(layout, request)()
        raise Aborted("The apply was aborted")

    signal.signal(signal.SIGTERM, abort)


def _unexpected(error: Exception) -> Problem:
    return Problem(f"{type(error).__name__}: {error}", last_lines(traceback.format_exc()))


class _Apply:
    """The apply while it holds the machine's lock."""

    def __init__(self, layout: Layout, transaction: Transaction, request: Request, events: Events) -> None:
        self.layout = layout
        self.transaction = transaction
        self.request = request
        self.events = events
        self.previous: Manifest = read_manifest(layout, request["configuration"])
        self.rollout = rollouts.planned(request, self.previous)
        self.fence = fence.check(layout, request)
        self.times: dict[str, int] = {}

    def to_end(self) -> dict[str, Any]:
        try:
            differences = self._prepare()
        except Problem as failure:
            kind = "aborted" if isinstance(failure, Aborted) else "failed"
            rollouts.note(self.layout, self.rollout, kind, str(failure), self.events)
            raise
        try:
            self._stage(differences)
            actions = self._carry_out(differences)
            self.fence()
            # An abort that comes now is too late: everything is done and proven.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.transaction.commit()
        except Exception as error:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            raise self._go_back(error if isinstance(error, Problem) else _unexpected(error)) from error
        complete(self.transaction, self.events)
        return {"result": "applied", "changed": self._changed(differences), "units": actions, "times": self.times}

    def _prepare(self) -> Differences:
        """Everything that can be refused before anything on the machine has changed."""
        self.fence()
        if self.layout.is_machine:
            packages.install(self.request["packages"], self.events)
            self._make_users()
        for path, archive in self.request["archives"].items():
            self.events.status(f"unpacking {archive.get('label') or archive['sha256'][:12]}")
            archives.unpack(self.layout, archive)
            self.times[path] = archives.date(self.layout, path, archive)
        differences = compare(self.layout, self.request)
        require_owners(differences.operations, self.request)
        validators = {
            path: file["validate"]
            for path, file in self.request["files"].items()
            if path in differences.paths and "validate" in file
        }
        validation.validate(self.layout, self.transaction, differences.operations, validators, self.events)
        return differences

    def _stage(self, differences: Differences) -> None:
        before = units.before(differences.leaving_units, self.request["units"], self.previous)
        self.transaction.prepare(differences.operations, before, self.rollout)

    def _carry_out(self, differences: Differences) -> dict[str, str]:
        # After the plan is on the disk: a newer holder of the lease sees by the plan that it has to wait for this apply.
        self.fence()
        hooks = self.previous["care"]
        for name in differences.leaving_units:
            units.leave(name, hooks.get(name, {}), self.transaction, self.events, self.fence)
        self.transaction.swap()
        if has_unit_files(differences.paths):
            systemctl("daemon-reload")
        actions = {name: "stop" for name in differences.leaving_units}
        deeds: list[units.Deed] = []
        for unit in self.request["units"]:
            deed = units.bring_to_state(unit, differences.paths, self.transaction, self.events, self.fence)
            if deed is not None:
                deeds.append(deed)
        units.watch(deeds, self.events)
        actions.update((deed.unit["name"], deed.action) for deed in deeds)
        for check in self.request["checks"]:
            _require_check(check, self.events)
        return actions

    def _go_back(self, failure: Problem) -> Problem:
        """Puts the old configuration back; returns the error for the person."""
        self.events.status("putting the old configuration back")
        result = "aborted" if isinstance(failure, Aborted) else "failed"
        if self.transaction.plan() is None:
            rollouts.note(self.layout, self.rollout, result, str(failure), self.events)
        problems = undo(self.transaction, result, str(failure), booting=False, events=self.events)
        return with_outcome(failure, problems)

    def _make_users(self) -> None:
        """Users come before the files they own. They stay when the apply is undone: nothing runs as them then."""
        for path, file in self.request["files"].items():
            if path.startswith("/etc/sysusers.d/"):
                self.events.status(f"making the users of {path}")
                answer = run(["systemd-sysusers", "--replace", path, "-"], 30, text=file["content"])
                if answer.returncode != 0:
                    raise Problem(f"systemd-sysusers refused {path}", last_lines(answer.stdout))

    def _changed(self, differences: Differences) -> list[str]:
        own = self.layout.manifest(self.request["configuration"])
        return sorted(path for path in differences.paths if path != own)


def _require_check(check: Check, events: Events) -> None:
    deadline = time.monotonic() + check["timeout"]
    while True:
        answer = run(["sh", "-c", check["command"]], max(1.0, deadline - time.monotonic()))
        if answer.returncode == 0:
            return
        left = deadline - time.monotonic()
        if left <= 0:
            message = f"Check \"{check['name']}\" did not succeed within {check['timeout']:.0f} s"
            raise Problem(f"{message}: `{check['command']}` ended with {answer.returncode}", last_lines(answer.stdout))
        events.status(f"waiting for check \"{check['name']}\" ({left:.0f} s left)")
        time.sleep(0.3)
