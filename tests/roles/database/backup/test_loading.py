"""An existing database that comes in: what it is taken for, and who sees what of it. PostgreSQL's part is in the rehearsals."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import tarfile
import tempfile
import unittest
from typing import Iterator
from unittest import mock

from examples import settings

import dumps
import importing
import loader
import loading
from common import Problem
from explaining import Refusal, explain
from leaving_out import rule_about
from statements import Command, Cut, Reader, Statement

SQL = rb"""-- a dump
\restrict abc
SET x = 'a;b''c'; /* a /* ; */ b */ CREATE FUNCTION f() RETURNS int AS $$ begin; end $$ LANGUAGE sql;
CREATE OR REPLACE FUNCTION g(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;
CREATE RULE r AS ON INSERT TO t DO INSTEAD (SELECT 1; SELECT 2);
INSERT INTO "a;b" VALUES (E'x\';', $x$ ; $$ $x$, 'back\');
INSERT INTO a VALUES (1, 'it''s; -- no comment', -2, 3 / 4);
COPY public.a (b) FROM stdin;
1	x
\\.
\.
\.

SELECT 1;;
COPY t FROM stdin;
\.
\connect "foo"
select $1;
--end"""


class Slow(io.BytesIO):
    """A file that is read so many bytes at a time."""

    def __init__(self, content: bytes, at_once: int) -> None:
        super().__init__(content)
        self._at_once = at_once

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._at_once)


def pieces(text: bytes, at_once: int = 1_000_000) -> Iterator[str]:
    reader = Reader(Slow(text, at_once))
    while True:
        piece = reader.next()
        if piece is None:
            return
        if isinstance(piece, Command):
            yield f"{piece.line} \\{piece.text}"
            continue
        yield f"{piece.line} {piece.text.decode()}"
        if piece.head.startswith("COPY"):
            yield b"".join(reader.rows()).decode()


class StatementsTest(unittest.TestCase):
    def test_each_statement_ends_where_postgresql_ends_it(self) -> None:
        texts = list(pieces(SQL))
        self.assertEqual([text.split(" ")[0] for text in texts if text[:1].isdigit() and "\t" not in text], [*"2334567", *["8", "12"], *["14", "15", "17", "18"]])
        self.assertEqual(texts[8], "1\tx\n\\\\.\n")
        self.assertIn("SELECT CASE WHEN true THEN 2 END; END", texts[3])
        self.assertIn("(SELECT 1; SELECT 2)", texts[4])
        self.assertTrue(texts[5].endswith("'back\\')"))

    def test_it_does_not_matter_where_a_part_of_the_file_ends(self) -> None:
        whole = list(pieces(SQL))
        for at_once in (1, 2, 3, 5, 7, 11, 50):
            self.assertEqual(list(pieces(SQL, at_once)), whole)

    def test_windows_line_ends_are_line_ends(self) -> None:
        self.assertEqual(list(pieces(b"COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n"))[1:], ["1\r\n", "4 SELECT 1"])

    def test_a_text_may_have_backslashes_where_the_server_says_so(self) -> None:
        reader = Reader(io.BytesIO(b"SELECT 'a\\'; b';"))
        reader.standard_strings = False
        found = reader.next()
        self.assertEqual(found and found.text, b"SELECT 'a\\'; b'")

    def test_what_was_cut_is_no_end(self) -> None:
        for text in (b"SELECT 1", b"SELECT 'a", b"SELECT $a$ x", b"COPY t FROM stdin;\n1\n2", b'SELECT "a', b"/* a"):
            with self.assertRaises(Cut, msg=text):
                list(pieces(text))


class LeavingOutTest(unittest.TestCase):
    def test_what_nobody_loses_is_not_told(self) -> None:
        for head in ("ALTER TABLE public . a OWNER TO x", "CREATE DATABASE x WITH", "DROP ROLE x", "GRANT a TO b", "SET SESSION AUTHORIZATION DEFAULT"):
            self.assertEqual(rule_about(head), (None,), head)
        for head, state in (("DROP TABLE public . a", "42P01"), ("CREATE SCHEMA public", "42P06"), ("SET of_18 = 1", "42704"), ("COMMENT ON EXTENSION x IS", "42501")):
            self.assertEqual(rule_about(head, state), (None,), head)

    def test_what_is_lost_is_told_by_its_name(self) -> None:
        for head, state, told in (
            ('CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public', "42501", "extension uuid-ossp"),
            ("CREATE EVENT TRIGGER e ON ddl_command_start", "42501", "event trigger e"),
            ("GRANT SELECT ON TABLE public . a TO b , c", "42704", "rights of role b, c"),
            ("SET default_tablespace = fast", "22023", "tablespace fast: its tables are in the default one"),
            ("SECURITY LABEL FOR anon ON COLUMN public . a", "22023", "security label on COLUMN public.a"),
        ):
            self.assertEqual(rule_about(head, state), (told,))

    def test_everything_else_has_to_succeed(self) -> None:
        for head, state in (("CREATE TABLE a ( i int", "42704"), ("COPY a FROM stdin", "42P01"), ("CREATE VIEW a AS", "42P01"), ("SET ROLE x", "42501"), ("DROP TABLE a", "53100")):
            self.assertIsNone(rule_about(head, state), head)


class ExplainingTest(unittest.TestCase):
    def reason(self, text: bytes, state: str, there: bool = False, **known: object) -> str:
        facts = loader.Facts(**known)  # type: ignore[arg-type]
        piece = Reader(io.BytesIO(text + b";")).next()
        assert isinstance(piece, Statement)
        return explain(piece, Refusal(state, "no"), facts, 17, lambda question, value: there)

    def test_the_reason_follows_from_what_is_known_of_the_dump(self) -> None:
        self.assertIn("SQL_ASCII", self.reason(b"INSERT INTO a VALUES (1)", "22021", no_encoding=True))
        self.assertNotIn("SQL_ASCII", self.reason(b"INSERT INTO a VALUES (1)", "22021"))
        self.assertIn("is of PostgreSQL 18", self.reason(b"CREATE TABLE a (i int)", "42601", version=18))
        self.assertNotIn("is of PostgreSQL 18", self.reason(b"ALTER TABLE a ADD UNIQUE (i)", "23505", version=18))
        self.assertIn("newer PostgreSQL", self.reason(b"CREATE TABLE a(i int, d int GENERATED ALWAYS AS (i*2))", "42601"))
        self.assertIn("pg_dump did not write this", self.reason(b"Dear Sir", "42601"))
        self.assertIn('"de-x-icu"', self.reason(b'CREATE TABLE a(n text COLLATE pg_catalog."de_DE.utf8")', "42704"))
        self.assertIn("extensions: [postgis]", self.reason(b"CREATE TABLE a (g geometry)", "42704", left=["extension postgis"]))
        self.assertIn("--data-only", self.reason(b"COPY a FROM stdin", "42P01"))

    def test_postgresqls_own_words_and_the_statement_are_always_there(self) -> None:
        self.assertEqual(self.reason(b"SELECT  1", "XX000"), "line 1 was refused. PostgreSQL: no\n  SELECT 1")


class FormsTest(unittest.TestCase):
    """What a dump is taken for, by its first bytes."""

    def opened(self, content: bytes) -> tuple[list[str], bytes]:
        """Programs that were run, and what the first of them or the reader gets to read."""
        ran: list[str] = []
        got = b""

        def run(stack: object, command: list[str], source: io.BufferedReader | None) -> dumps.Source:
            nonlocal got
            ran.append(os.path.basename(command[0]) + ("" if source else " of a folder"))
            got = source.read() if source else b"".join(sorted(name.encode() for name in os.listdir(command[-1])))
            return dumps.Source(io.BytesIO(b"made of it"))

        with tempfile.TemporaryDirectory() as work, tempfile.TemporaryFile(buffering=0) as dump, contextlib.ExitStack() as stack:
            dump.write(content)
            dump.seek(0)
            with mock.patch.object(dumps, "run", run):
                source = dumps.of_file(stack, dump, {"programs": "/p", "work": work})
                if not ran:
                    while part := source.sql.read(7):
                        got += part
        return ran, got

    def test_each_form_has_its_program_under_any_compression_that_python_knows(self) -> None:
        for pack in (bytes, gzip.compress, bz2.compress, lzma.compress, lambda text: gzip.compress(gzip.compress(text))):
            self.assertEqual(self.opened(pack(b"PGDMP\x01\x0f\0")), (["pg_restore"], b"PGDMP\x01\x0f\0"))
            self.assertEqual(self.opened(pack(b"-- dump\nSELECT 1;\n")), ([], b"-- dump\nSELECT 1;\n"))
            self.assertEqual(self.opened(pack(b"\xef\xbb\xbfSELECT 1;\n")), ([], b"SELECT 1;\n"))
            own, folder = packed("toc.dat", "restore.sql"), packed("dir/toc.dat", "dir/1.dat.gz")
            self.assertEqual(self.opened(pack(own)), (["pg_restore"], own))
            self.assertEqual(self.opened(pack(folder)), (["pg_restore of a folder"], b"1.dat.gztoc.dat"))

    def test_programs_unpack_what_python_does_not(self) -> None:
        for head in (b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"):
            ran, _ = self.opened(head + b"...")
            self.assertIn(ran[0], ("zstd", "lz4"))

    def test_something_else_is_refused_by_its_name(self) -> None:
        for content, what in (
            (b"", "empty"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "pg_dump did not write this"),
            (b"PK\x03\x04", "zip"),
            (b"SQLite format 3\0", "SQLite"),
            (b"-- MySQL dump 10.13", "MySQL"),
            (b"\xff\xfeC\0", "UTF-16"),
            (packed("letter.txt"), "tar archive that pg_dump did not write"),
            (packed("toc.dat", "restore.sql")[:700], "end of the tar archive"),
            (gzip.compress(os.urandom(2000).hex().encode())[:900], "end of the gzip file"),
        ):
            with self.assertRaisesRegex(Problem, what):
                self.opened(content)


def packed(*names: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 1000
            archive.addfile(member, io.BytesIO(b"x" * 1000))
    return target.getvalue()


class LoadingTest(unittest.TestCase):
    def test_the_loader_runs_as_the_user_who_owns_nothing(self) -> None:
        command = loading.as_importer(["python3"])
        self.assertEqual(command[:3], ["setpriv", "--reuid=holdfast-import", "--regid=holdfast-import"])
        self.assertIn("--no-new-privs", command)

    def outcome(self, script: str) -> loading.Outcome:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(loading, "as_importer", return_value=["sh", "-c", script]):
            return loading.load(settings(folder), {}, (), None)

    def test_what_the_loader_tells_is_told(self) -> None:
        told = self.outcome("""echo '{"left": "extension x"}'; echo '{"done": true, "rows": true}'""")
        self.assertEqual((told.left, told.rows, told.done), (["extension x"], True, True))
        self.assertTrue(self.outcome("""echo '{"again": true}'""").again)

    def test_there_is_always_a_reason(self) -> None:
        for script, reason in (
            ("""echo '{"failed": "no such table"}'; exit 1""", "no such table"),
            ("echo no such program >&2; exit 1", "no such program"),
            ("exit 3", "ended with 3"),
        ):
            with self.assertRaisesRegex(Problem, reason):
                self.outcome(script)

    def test_a_load_ends_before_it_takes_the_apps_room(self) -> None:
        with mock.patch.object(loading, "scarce", return_value=True), self.assertRaisesRegex(Problem, "no room.*volumeSize"):
            self.outcome("exec sleep 20")

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
