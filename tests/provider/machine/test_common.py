"""The library that all our programs on machines share."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import common


class FilesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = str(self.folder / "deep" / "file.json")

    def test_json_comes_back_as_it_was_written_with_its_mode(self) -> None:
        common.write_json(self.path, {"ä": [1, None]}, 0o640)
        self.assertEqual(common.read_json(self.path), {"ä": [1, None]})
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o640)

    def test_a_file_that_is_not_there_is_none(self) -> None:
        self.assertIsNone(common.read_json(self.path))

    def test_a_write_that_fails_leaves_the_old_content(self) -> None:
        common.write_json(self.path, "old")
        with unittest.mock.patch("os.replace", side_effect=OSError), self.assertRaises(OSError):
            common.write_json(self.path, "new")
        self.assertEqual(common.read_json(self.path), "old")

    def test_a_new_file_takes_no_link_for_its_place(self) -> None:
        theirs, ours = self.folder / "theirs", self.folder / "ours"
        theirs.write_text("theirs")
        ours.symlink_to(theirs)
        common.write_new(ours, b"ours")
        self.assertEqual((theirs.read_text(), ours.read_text(), ours.is_symlink()), ("theirs", "ours", False))

    def test_a_lock_is_seen_as_long_as_somebody_holds_it(self) -> None:
        lock = str(self.folder / "lock")
        self.assertFalse(common.is_locked(lock))
        with open(lock, "w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assertTrue(common.is_locked(lock))
        self.assertFalse(common.is_locked(lock))


class ProgramsTest(unittest.TestCase):
    def test_output_and_errors_are_one_text(self) -> None:
        answer = common.run(["sh", "-c", "cat; echo oops >&2; exit 3"], 5, text="said\n")
        self.assertEqual((answer.returncode, answer.stdout), (3, "said\noops\n"))

    def test_a_program_that_takes_too_long_is_ended(self) -> None:
        answer = common.run(["sh", "-c", "echo begun; exec sleep 60"], 0.3)
        self.assertEqual(answer.returncode, 124)
        self.assertIn("no answer within", answer.stdout)

    def test_a_program_that_reads_gets_nothing_unless_told(self) -> None:
        self.assertEqual(common.run(["cat"], 5).stdout, "")

    def test_the_last_lines_are_the_end_of_a_text(self) -> None:
        self.assertEqual(common.last_lines("1\n2\n3\n\n", 2), "2\n3")


class SystemdTest(unittest.TestCase):
    def test_systemd_hears_it(self) -> None:
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            heard.bind(f"{folder}/notify")
            with unittest.mock.patch.dict(os.environ, {"NOTIFY_SOCKET": f"{folder}/notify"}):
                common.notify_systemd("READY=1")
            self.assertEqual(heard.recv(100), b"READY=1")

    def test_nothing_fails_where_no_systemd_listens(self) -> None:
        for environment in ({}, {"NOTIFY_SOCKET": "/nowhere"}):
            with unittest.mock.patch.dict(os.environ, environment, clear=True):
                common.notify_systemd("READY=1")


if __name__ == "__main__":
    unittest.main()
