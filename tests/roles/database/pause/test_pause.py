"""When instances stay stopped and when they start: the program's own decisions; the rest runs in the rehearsals."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import tempfile
import unittest
from typing import Any
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "../../../../roles/database/pause/pause.py")
SPEC = importlib.util.spec_from_file_location("pause", PATH)
assert SPEC and SPEC.loader
pause: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pause)

URL = "postgresql://app:secret@10.0.1.21:5432/app?sslmode=verify-full"


class PauseTest(unittest.TestCase):
    """A machine with two instances. `codes` is how commands end, by their beginning; 0 where nothing is said."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.codes: dict[str, list[int]] = {}
        self.commands: list[str] = []
        self.now = 1000.0
        self.state, self.settings, environment = (f"{folder.name}/{name}" for name in ("state", "settings", "environment"))
        with open(environment, "w", encoding="utf-8") as file:
            file.write(f'# a heading\nDATABASE_URL="postgresql://pool"\nDATABASE_DIRECT_URL="{URL}"\n')
        self.configure(None)
        for name, value in {
            "STATE": self.state,
            "SETTINGS": self.settings,
            "ENVIRONMENT": environment,
            "identity": lambda url: 1,
            "time": mock.Mock(time=lambda: self.now, monotonic=lambda: self.now, sleep=self.sleep),
        }.items():
            self.enterContext(mock.patch.object(pause, name, value))
        self.enterContext(mock.patch.object(pause.subprocess, "run", self.run_command))

    def configure(self, migration: str | None) -> None:
        with open(self.settings, "w", encoding="utf-8") as file:
            json.dump({"instances": [1, 2], "states": "/nowhere", **({"migration": migration} if migration else {})}, file)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run_command(self, command: list[str], check: bool = False, **_: Any) -> Any:
        line = " ".join(os.path.basename(word) for word in command)
        self.commands.append(line)
        codes = next((codes for start, codes in self.codes.items() if line.startswith(start)), [])
        code = (codes.pop(0) if len(codes) > 1 else codes[0]) if codes else 0
        if check and code:
            raise subprocess.CalledProcessError(code, command)
        return subprocess.CompletedProcess(command, code)

    def hold(self, *there: int) -> None:
        """Looks at the database as often as there are answers, which are its number or 0; the last one is what it stays at."""
        answers = [number or None for number in map(int, there)]
        with mock.patch.object(pause, "identity", lambda url: answers.pop(0) if len(answers) > 1 else answers[0]):
            pause.hold()

    def started(self) -> bool:
        return "systemctl start app@1.service app@2.service" in self.commands

    def test_instances_are_taken_out_stopped_and_watched_over(self) -> None:
        pause.begin()
        self.assertEqual(self.commands[:3], ["holdfast-drain 1 maint", "holdfast-drain 2 maint", "systemctl stop app@1.service app@2.service"])
        self.assertEqual(pause.read(self.state)["instances"], [1, 2])

    def test_they_start_when_another_database_has_its_name_though_nobody_saw_it_away(self) -> None:
        pause.begin()
        self.hold(1, 1, 2)
        self.assertTrue(self.started())
        self.assertLess(self.now, 1010)

    def test_they_start_when_the_database_was_away_and_is_back(self) -> None:
        pause.begin()
        self.hold(True, False, False, True)
        self.assertTrue(self.started())
        self.assertFalse(os.path.exists(self.state))
        self.assertLess(self.now, 1010)

    def test_however_long_it_lets_nobody_in(self) -> None:
        pause.begin()
        self.hold(*[False] * 5000, True)
        self.assertTrue(self.started())
        self.assertGreater(self.now, 1000 + 4999)

    def test_they_start_when_nothing_came_of_it(self) -> None:
        pause.begin()
        self.hold(True)
        self.assertTrue(self.started())
        self.assertGreater(self.now, 1000 + pause.NEVER_AWAY_SECONDS)

    def test_the_machine_that_migrates_does_so_first(self) -> None:
        self.configure("here")
        pause.begin()
        self.hold(False, True)
        migrated = self.commands.index("systemctl start app-migrate.service")
        self.assertLess(migrated, self.commands.index("systemctl start app@1.service app@2.service"))

    def test_after_a_migration_that_failed_nothing_starts_until_one_goes_well(self) -> None:
        self.configure("here")
        self.codes["systemctl start app-migrate"] = [1]
        pause.begin()
        with self.assertRaisesRegex(pause.NotReady, "journalctl -u app-migrate.service"):
            pause.end()
        self.assertFalse(self.started())
        self.codes["systemctl start app-migrate"] = [1, 1, 0]
        self.hold(False, True)
        self.assertTrue(self.started())
        self.assertGreaterEqual(self.now, 1000 + 2 * pause.AGAIN_SECONDS)

    def test_where_it_may_not_migrate_it_notes_that_the_database_is_right(self) -> None:
        self.configure("here")
        pause.begin(migrate=False)
        self.hold(False, True)
        self.assertIn("holdfast-migrations note", self.commands)
        self.assertNotIn("systemctl start app-migrate.service", self.commands)

    def test_the_other_machines_wait_for_the_migration(self) -> None:
        self.configure("elsewhere")
        self.codes["holdfast-migrations due"] = [255, 0, 0, 1]
        pause.begin()
        self.hold(False, True)
        self.assertEqual(self.commands.count("holdfast-migrations due"), 4)
        self.assertTrue(self.started())

    def test_but_not_for_ever(self) -> None:
        self.configure("elsewhere")
        self.codes["holdfast-migrations due"] = [0]
        pause.begin()
        self.hold(False, True)
        self.assertTrue(self.started())
        self.assertGreater(self.now, 1000 + pause.MIGRATION_SECONDS)

    def test_it_looks_past_the_pool(self) -> None:
        self.assertEqual(pause.database_url(pause.ENVIRONMENT), URL)


if __name__ == "__main__":
    unittest.main()
