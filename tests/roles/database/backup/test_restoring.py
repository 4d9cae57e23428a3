"""A restore that is cut short: whatever was there before is there again."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import unittest
from dataclasses import replace
from typing import Any
from unittest import mock

from examples import NOON, PROGRAM, settings

import pgbackrest
import restoring
from common import Problem, read_json, write_json


def program() -> Any:
    """What the command `holdfast-backup` runs."""
    spec = importlib.util.spec_from_file_location("program", os.path.join(PROGRAM, "__main__.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class UndoTest(unittest.TestCase):
    """A machine that lost power in the middle of a restore: whatever was there before is there again."""

    def undo(self, folder: str, *present: str) -> list[str]:
        for name in present:
            os.mkdir(os.path.join(folder, name))
            with open(os.path.join(folder, name, "who"), "w", encoding="utf-8") as file:
                file.write(name)
        restoring.PROGRESS, restoring.STATE = os.path.join(folder, "restore.json"), folder
        write_json(restoring.PROGRESS, {"kept": os.path.join(folder, "data.before-x"), "active": False})
        restoring.cluster.stop = lambda _: None  # type: ignore[assignment]
        self.assertTrue(restoring.undo(settings(folder)))
        self.assertFalse(restoring.undo(settings(folder)))
        return sorted(os.listdir(folder))

    def test_before_the_rename_nothing_moves(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.undo(folder, "data"), ["data"])

    def test_after_the_rename_it_comes_back(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.undo(folder, "data.before-x"), ["data"])

    def test_half_a_new_one_goes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.undo(folder, "data", "data.before-x"), ["data"])
            with open(os.path.join(folder, "data", "who"), encoding="utf-8") as file:
                self.assertEqual(file.read(), "data.before-x")

    def test_what_an_undoing_that_was_cut_short_has_left_is_in_nobodys_way(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.undo(folder, "data", "data.before-x", "data.failed"), ["data"])
            with open(os.path.join(folder, "data", "who"), encoding="utf-8") as file:
                self.assertEqual(file.read(), "data.before-x")

    def after_a_kill(self, progress: bool, held: bool, killed: bool = True, down: bool = False) -> tuple[list[str], list[str]]:
        """What is in the folder, and which units were started, after the end of a restore that could do nothing any more."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("data", "data.before-x"):
                os.mkdir(os.path.join(folder, name))
            restoring.PROGRESS, restoring.STATE = os.path.join(folder, "restore.json"), folder
            if progress:
                write_json(restoring.PROGRESS, {"kept": os.path.join(folder, "data.before-x"), "active": True})
            done: list[str] = []
            with (
                tempfile.TemporaryDirectory() as results,
                mock.patch.object(restoring.jobs, "RUN", results),
                mock.patch.dict(os.environ, {"EXIT_CODE": "killed"} if killed else {"EXIT_CODE": "exited", "EXIT_STATUS": "0"}),
                mock.patch.object(restoring, "goes_down", return_value=down),
                mock.patch.object(restoring.cluster, "stop"),
                mock.patch.object(restoring.cluster, "start", lambda _: done.append("postgresql")),
                mock.patch.object(restoring.cluster, "running", return_value=True),
                mock.patch.object(restoring.recovery, "holds_archiving", return_value=held),
                mock.patch.object(restoring.recovery, "release", lambda _: done.append("archiving")),
                mock.patch.object(restoring, "run", lambda command: done.append(command[-1])),
            ):
                program().ended(replace(settings(folder), role_units=("logins.service",)), "restore")
                self.assertEqual((read_json(restoring.jobs.result_path("restore")) or {}).get("code"), None if down else 1 if killed else 0)
            return sorted(os.listdir(folder)), done

    def test_one_that_is_killed_half_way_is_undone_and_postgresql_started(self) -> None:
        self.assertEqual(self.after_a_kill(progress=True, held=True), (["data"], ["postgresql"]))

    def test_one_that_is_killed_at_its_very_end_is_brought_to_it(self) -> None:
        kept, done = self.after_a_kill(progress=False, held=True)
        self.assertEqual(kept, ["data", "data.before-x"])
        self.assertEqual(done, ["logins.service", "archiving", "holdfast-backup@diff.service"])

    def test_after_one_that_came_to_its_end_nothing_is_left_to_do(self) -> None:
        self.assertEqual(self.after_a_kill(progress=False, held=False, killed=False), (["data", "data.before-x"], []))

    def test_one_that_is_killed_because_the_machine_goes_down_is_left_to_the_next_boot(self) -> None:
        kept, done = self.after_a_kill(progress=True, held=True, down=True)
        self.assertEqual((kept, done), (["data", "data.before-x", "restore.json"], []))

    def test_without_the_volume_it_is_left_for_later(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(Problem, "mounted"):
                self.undo(folder)
            self.assertTrue(os.path.exists(restoring.PROGRESS))

    def test_a_restore_after_one_that_was_killed_begins_with_the_database_of_before(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("data", "data.before-x"):
                os.mkdir(os.path.join(folder, name))
            restoring.PROGRESS, restoring.STATE = os.path.join(folder, "restore.json"), folder
            write_json(restoring.PROGRESS, {"kept": os.path.join(folder, "data.before-x"), "active": False})
            repository = pgbackrest.PgBackRest(settings(folder))
            with mock.patch.object(restoring.cluster, "stop"), mock.patch.object(restoring.cluster, "await_running"):
                with mock.patch.object(restoring, "choose", side_effect=Problem("no backup")):
                    with self.assertRaisesRegex(Problem, "no backup"):
                        restoring.restore(settings(folder), repository, None, False)
            self.assertEqual(sorted(os.listdir(folder)), ["data"])


class TargetTest(unittest.TestCase):
    def test_a_request_that_was_cut_off_is_no_wish_for_the_latest(self) -> None:
        for request in ({}, {"target": ""}, {"target": "2026-03-01T12:00:00"}):
            with self.subTest(request=request), self.assertRaises(Problem):
                program().target_of(request)
        self.assertIsNone(program().target_of({"target": "latest"}))
        self.assertEqual(program().target_of({"target": "2026-03-01T12:00:00+00:00"}), NOON)


if __name__ == "__main__":
    unittest.main()
