"""Which release has migrated: in files where the stack has no database; in the database, see the rehearsals."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "app"))

import migrations  # noqa: E402

FIRST, SECOND = "a" * 64, "b" * 64


class MigrationsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.link = self.folder / "release"
        self.release(FIRST)
        places = {"RELEASE": str(self.link), "FILES": self.folder / "noted", "ENVIRONMENT": self.folder / "env", "VOLUME": self.folder / "volume"}
        for name, value in places.items():
            self.enterContext(mock.patch.object(migrations, name, value))

    def release(self, sha256: str) -> None:
        self.link.unlink(missing_ok=True)
        os.symlink(f"/opt/app/.releases/{sha256}", self.link)

    def test_each_release_migrates_once_and_the_way_back_runs_nothing(self) -> None:
        self.assertEqual(migrations.main("due"), 0)
        migrations.main("note")
        self.assertEqual(migrations.main("due"), 1)
        self.release(SECOND)
        self.assertEqual(migrations.main("due"), 0)
        migrations.main("note")
        self.release(FIRST)
        self.assertEqual(migrations.main("due"), 1)

    def test_when_it_ran_is_when_it_ran_first(self) -> None:
        notes = migrations.Notes(self.folder / "noted")
        self.assertEqual(notes.since(FIRST), "")
        notes.note(FIRST)
        since = notes.since(FIRST)
        self.assertRegex(since, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")
        (self.folder / "noted" / FIRST).write_text("2026-01-01T00:00:00+00:00\n")
        notes.note(FIRST)
        self.assertEqual(notes.since(FIRST), "2026-01-01T00:00:00+00:00")

    def test_the_database_is_reached_past_the_pool(self) -> None:
        self.assertIsNone(migrations.database_url(migrations.ENVIRONMENT))
        migrations.ENVIRONMENT.write_text('# heading\nDATABASE_URL="postgresql://pool"\nDATABASE_DIRECT_URL="postgresql://a:b@c/d?e=f"\n')
        self.assertEqual(migrations.database_url(migrations.ENVIRONMENT), "postgresql://a:b@c/d?e=f")

    def test_a_database_that_lets_nobody_in_stops_no_way_back_but_every_new_release(self) -> None:
        migrations.ENVIRONMENT.write_text('DATABASE_DIRECT_URL="postgresql://nobody"\n')
        migrations.VOLUME.write_text("1234\n")
        with mock.patch.object(migrations, "connect", side_effect=OSError("too many clients already")):
            with self.assertRaisesRegex(OSError, "too many clients"):
                migrations.main("due")
            migrations.Notes(migrations.FILES / "1234").note(FIRST)
            self.assertEqual(migrations.main("due"), 1)
            migrations.VOLUME.write_text("5678\n")
            with self.assertRaisesRegex(OSError, "too many clients"):
                migrations.main("due")

    def test_what_the_database_says_counts_more_than_what_the_machine_remembers(self) -> None:
        migrations.ENVIRONMENT.write_text('DATABASE_DIRECT_URL="postgresql://restored"\n')
        migrations.Notes(migrations.FILES).note(FIRST)
        with mock.patch.object(migrations, "connect") as connect:
            connect.return_value.execute.return_value.fetchone.return_value = (None,)
            self.assertEqual(migrations.main("due"), 0)

    @unittest.skipIf(os.geteuid() != 0, "the command wants to be root")
    def test_what_cannot_be_known_is_neither_due_nor_done(self) -> None:
        program = Path(migrations.__file__).read_text()
        changed = program.replace('"/opt/app/release"', f'"{self.folder}/nothing"')
        answer = subprocess.run([sys.executable, "-", "due"], input=changed, text=True, capture_output=True, check=False)
        self.assertEqual(answer.returncode, 255, answer.stderr)


if __name__ == "__main__":
    unittest.main()
