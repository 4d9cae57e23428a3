"""An existing database that comes in: what it is taken for, and who sees what of it."""

from __future__ import annotations

import os
import tempfile
import unittest
from unittest import mock

from examples import settings

import commands
import importing
import loading
from commands import Failed
from common import Problem


class PipeTest(unittest.TestCase):
    def test_the_reader_that_gives_up_is_the_one_that_is_told_about(self) -> None:
        with self.assertRaisesRegex(Failed, "no such table"):
            loading.pipe([["yes"], ["sh", "-c", "read line; echo no such table >&2; exit 3"]])

    def test_the_writer_that_fails_is_told_about(self) -> None:
        with self.assertRaisesRegex(Failed, "no such server"):
            loading.pipe([["sh", "-c", "echo no such server >&2; exit 1"], ["cat"]])

    def test_what_ends_well_says_nothing(self) -> None:
        loading.pipe([["echo", "1"], ["cat"]])


class LoadingTest(unittest.TestCase):
    """What a dump is taken for, by its first bytes; PostgreSQL's part of it is in the rehearsals."""

    def commands(self, content: bytes) -> list[str]:
        with tempfile.NamedTemporaryFile() as dump, mock.patch.object(loading, "pipe") as pipe:
            dump.write(content)
            dump.flush()
            loading.load_file(settings(), dump.name, "app-import-x")
            ways = pipe.call_args.args[0]
        for way in ways:
            self.assertEqual(way[:3], ["setpriv", "--reuid=holdfast-import", "--regid=holdfast-import"])
            self.assertIn("--no-new-privs", way)
        return [commands.name_of(way) for way in ways]

    def test_each_form_has_its_program_and_all_run_as_the_user_who_owns_nothing(self) -> None:
        self.assertEqual(self.commands(b"PGDMP\x01\x0f"), ["pg_restore"])
        self.assertEqual(self.commands(b"toc.dat\0\0\0"), ["pg_restore"])
        self.assertEqual(self.commands(b"\x1f\x8b\x08"), ["gzip", "psql"])
        self.assertEqual(self.commands(b"-- PostgreSQL database dump\n"), ["psql"])

    def test_something_else_is_refused_before_a_program_sees_it(self) -> None:
        with self.assertRaisesRegex(Problem, "pg_dump did not write this"):
            self.commands(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")

    def test_errors_that_people_meet_are_explained(self) -> None:
        self.assertIn("--no-owner", loading.explain('ERROR:  role "old" does not exist') or "")
        self.assertIn("nor SQL", loading.explain('ERROR:  syntax error at or near "Hello"') or "")
        self.assertIn("its end is missing", loading.explain("gzip: stdin: unexpected end of file") or "")
        self.assertIsNone(loading.explain("ERROR:  could not extend file: No space left on device"))

    def test_a_server_is_asked_how_much_room_its_database_needs_here(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(importing.jobs, "at_work", return_value=False):
            with mock.patch.object(loading, "size_on_server", return_value=10**15):
                with self.assertRaisesRegex(Problem, "no room for a copy of the database there: it takes 931322.6 GiB"):
                    importing.plan(settings(folder), 0, "postgresql://reader@old.example.org/guestbook")

    def test_a_servers_password_is_in_a_file_and_in_nothing_that_others_see(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(loading, "RUN", folder):
            with mock.patch.object(loading.shutil, "chown"):
                with loading.logged_in("postgresql://reader:a%3Ab%5Cc@old.example.org/guestbook") as (address, environment):
                    self.assertEqual(address, "postgresql://reader@old.example.org/guestbook")
                    path = environment[0].removeprefix("PGPASSFILE=")
                    self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
                    with open(path, encoding="utf-8") as file:
                        self.assertEqual(file.read(), "*:*:*:*:a\\:b\\\\c\n")
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()
