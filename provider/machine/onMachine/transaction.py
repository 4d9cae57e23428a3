"""
Files and links changed together or not at all. Every path gets its new content beside it (`.NAME.holdfast-new`) and a
second name for its old one (`.NAME.holdfast-old`); taking place and putting back are then single renames, and both can
be repeated from any point, because the plan is on the disk before the first of them.

    preparing ──► swapping ──► committed        a transaction found in `preparing` or `swapping` is undone,
        └────────────┴──────► undone            one found in `committed` is tidied up
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from common import replace, sync_folder, write_new
from layout import Layout
from request import ServiceHooks
from rollouts import Rollout

State = Literal["preparing", "swapping", "committed"]


class Operation(TypedDict):
    """One path. Exactly one of `content` and `link` for something that takes its place, none for a removal."""

    path: str
    existed: bool
    content: NotRequired[str]
    link: NotRequired[str]
    mode: NotRequired[int]
    uid: NotRequired[int]
    gid: NotRequired[int]


class UnitBefore(TypedDict):
    active: bool
    enabled: bool
    oneshot: bool
    care: ServiceHooks
    """The commands of the way back."""


class Plan(TypedDict):
    operations: list[Operation]
    unitsBefore: dict[str, UnitBefore]
    madeFolders: list[str]
    rollout: Rollout
    """What stands in the roll-out log when this is over, also when it was cut."""


class Transaction:
    """One apply, by its folder. Reading it back after a crash gives the same object."""

    def __init__(self, layout: Layout, identity: str) -> None:
        self.layout = layout
        self.id = identity
        self.folder = layout.transactions / identity

    # What is on the disk

    @property
    def plan_file(self) -> Path:
        return self.folder / "plan.json"

    def plan(self) -> Plan | None:
        try:
            plan: Plan = json.loads(self.plan_file.read_text("utf-8"))
            return plan
        except FileNotFoundError:
            return None

    def state(self) -> State:
        try:
            state: State = json.loads((self.folder / "state.json").read_text())
            return state
        except FileNotFoundError:
            return "preparing"

    def _enter(self, state: State) -> None:
        replace(self.folder / "state.json", json.dumps(state).encode())

    def note_touched(self, unit: str, action: str) -> None:
        """
        Before a unit is touched (`drain`, `stop`, `restart`, `ready` …): after a crash, exactly these have to be looked
        after.
        After it has come back: `restored`, so that a way back that is cut as well goes on where it was.
        """
        with open(self.folder / "touched.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps([unit, action]) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def touched(self) -> dict[str, set[str]]:
        """Unit → what was done to it, in the order in which they were first touched."""
        found: dict[str, set[str]] = {}
        try:
            lines = (self.folder / "touched.jsonl").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return found
        for line in lines:
            try:
                unit, action = json.loads(line)
            except ValueError:
                continue  # torn by a power cut, so the action never began
            found.setdefault(unit, set()).add(action)
        return found

    # The way forward

    def prepare(self, operations: list[Operation], units_before: dict[str, UnitBefore], rollout: Rollout) -> None:
        """Everything that can fail for lack of space or rights happens here, before anything takes its place."""
        folders: list[Path] = []
        for operation in operations:
            folder = self.layout.real(operation["path"]).parent
            while not folder.exists() and folder not in folders:
                folders.append(folder)
                folder = folder.parent
        folders.sort()
        plan: Plan = {
            "operations": operations,
            "unitsBefore": units_before,
            "madeFolders": [str(folder) for folder in folders],
            "rollout": rollout,
        }
        self._enter("preparing")
        replace(self.plan_file, json.dumps(plan).encode())
        for folder in folders:
            folder.mkdir(mode=0o755, exist_ok=True)
            sync_folder(folder.parent)
        for operation in operations:
            target, new, old = self._names(operation)
            if operation["existed"]:
                old.unlink(missing_ok=True)
                os.link(target, old, follow_symlinks=False)
            if "content" in operation:
                write_new(new, operation["content"].encode(), operation["mode"], (operation["uid"], operation["gid"]))
            elif "link" in operation:
                new.unlink(missing_ok=True)
                os.symlink(operation["link"], new)
        self._sync(operations)

    def swap(self) -> None:
        plan = self.plan()
        assert plan is not None, "swap comes after prepare"
        self._enter("swapping")
        for operation in plan["operations"]:
            target, new, _ = self._names(operation)
            if "content" in operation or "link" in operation:
                os.replace(new, target)
            else:
                target.unlink(missing_ok=True)
        self._sync(plan["operations"])

    def commit(self) -> None:
        """From here on the new configuration is the configuration; `tidy` is left to do."""
        self._enter("committed")

    def tidy(self) -> None:
        """Removes the old content's second names and everything that held secrets."""
        plan = self.plan()
        if plan is not None:
            for operation in plan["operations"]:
                _, new, old = self._names(operation)
                _remove(new)
                _remove(old)
            self._remove_emptied_folders(plan["operations"])
        (self.folder / "request.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "staged", ignore_errors=True)
        # Last: as long as the plan is there, tidying up is done again.
        self.plan_file.unlink(missing_ok=True)
        sync_folder(self.folder)

    # The way back

    def undo_files(self) -> None:
        """Puts every old file back. May be interrupted and repeated: what is done is not done twice."""
        plan = self.plan()
        assert plan is not None, "undo needs a plan"
        swapping = self.state() == "swapping"
        for operation in reversed(plan["operations"]):
            target, new, old = self._names(operation)
            _remove(new)
            if operation["existed"]:
                if os.path.lexists(old):
                    os.replace(old, target)
                    # Two names of one file: the rename has done nothing, and the second name is still there.
                    _remove(old)
            elif swapping:
                _remove(target)
        self._sync(plan["operations"])
        for folder in reversed(plan["madeFolders"]):
            try:
                os.rmdir(folder)
            except OSError:
                pass  # somebody else put something in, or it was never made

    # Helpers

    def _remove_emptied_folders(self, operations: list[Operation]) -> None:
        """A program of ours that is gone leaves no folder; what Python compiled in it does not keep it."""
        removed = [operation for operation in operations if "content" not in operation and "link" not in operation]
        for folder in {self.layout.real(operation["path"]).parent for operation in removed}:
            if self.layout.programs in folder.parents and {entry.name for entry in folder.glob("*")} <= {"__pycache__"}:
                shutil.rmtree(folder, ignore_errors=True)

    def _names(self, operation: Operation) -> tuple[Path, Path, Path]:
        target = self.layout.real(operation["path"])
        # A leading dot and an unusual end: no daemon that reads a whole folder takes these for configuration.
        return (
            target,
            target.with_name(f".{target.name}.holdfast-new"),
            target.with_name(f".{target.name}.holdfast-old"),
        )

    def _sync(self, operations: list[Operation]) -> None:
        for folder in {self.layout.real(operation["path"]).parent for operation in operations}:
            if folder.exists():
                sync_folder(folder)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
