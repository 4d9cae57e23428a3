"""The parts of the program that decide something, without PostgreSQL; with it, they run in the rehearsals."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import sys
import tempfile
import unittest
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "../../../../roles/database/backup/program"))

import backups  # noqa: E402
import commands  # noqa: E402
import importing  # noqa: E402
import loading  # noqa: E402
import pgbackrest  # noqa: E402
import proving  # noqa: E402
import reach  # noqa: E402
import restoring  # noqa: E402
import room  # noqa: E402
import verifying  # noqa: E402
import wal  # noqa: E402
from commands import Failed, Problem  # noqa: E402
from files import read_json, write_json  # noqa: E402
from settings import Settings  # noqa: E402

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def made(label: str, finished: datetime, wal: str = "00000001", lsn: str = "0/3000100", system: int = 7) -> pgbackrest.Backup:
    kind = {"F": "full", "D": "diff", "I": "incr"}[label[-1]]
    at = int(finished.timestamp())
    first = f"{wal}0000000000000003"
    return pgbackrest.Backup(label, kind, 1, at - 60, at, 1000, 100, first, first, lsn, system, "17-1", False)


class InfoTest(unittest.TestCase):
    def answer(self, code: int = 0, message: str = "ok") -> list[dict[str, Any]]:
        return [
            {
                "name": "main",
                "status": {"code": code, "message": message},
                "repo": [{"key": 1, "status": {"code": code, "message": message}}],
                "db": [{"id": 1, "repo-key": 1, "system-id": 5, "version": "17"}, {"id": 2, "repo-key": 1, "system-id": 6, "version": "17"}],
                "archive": [
                    {"id": "17-1", "min": "0" * 24, "max": "A" * 24, "database": {"id": 1, "repo-key": 1}},
                    {"id": "17-2", "min": "0" * 24, "max": "B" * 24, "database": {"id": 2, "repo-key": 1}},
                ],
                "backup": [],
            }
        ]

    def test_the_repository_belongs_to_the_newest_cluster(self) -> None:
        info = pgbackrest.understand(self.answer(), "main")
        self.assertEqual((info.system, info.archives, info.exists), (6, (pgbackrest.Archive(1, "17-2"),), True))

    def test_storage_that_is_away_is_said_with_its_reason(self) -> None:
        info = pgbackrest.understand(self.answer(99, "[TimeoutError] timeout connecting to '203.0.113.9:23'"), "main")
        self.assertFalse(info.reachable)
        self.assertIn("timeout connecting", info.reason)

    def test_one_of_two_places_that_is_away_is_said_and_the_other_used(self) -> None:
        answer = self.answer()
        answer[0]["repo"].insert(0, {"key": 1, "status": {"code": 99, "message": "no way there"}})
        answer[0]["repo"][1]["key"] = 2
        for part in answer[0]["db"]:
            part["repo-key"] = 2
        for part in answer[0]["archive"]:
            part["database"]["repo-key"] = 2
        info = pgbackrest.understand(answer, "main")
        self.assertEqual((info.reachable, info.reason), (True, "the Storage Box: no way there"))
        self.assertEqual((info.repositories, info.archives), ((1, 2), (pgbackrest.Archive(2, "17-2"),)))

    def test_an_empty_repository_has_no_stanza(self) -> None:
        self.assertFalse(pgbackrest.understand([], "main").exists)
        self.assertFalse(pgbackrest.understand(self.answer(1, "missing stanza path"), "main").exists)

    def test_errors_that_people_meet_are_explained(self) -> None:
        for output, words in (
            ("unable to list file info for path: libssh2 error [-43]", "broke"),
            ("[HostConnectError] unable to connect to '127.0.0.1:23': [111]", "cannot be reached"),
            ("timeout connecting to '203.0.113.9:23': [111] Connection refused", "cannot be reached"),
        ):
            self.assertIn(words, pgbackrest.explain(output) or "")
        idle = "unable to list file info for path: libssh2 error [-43]"
        self.assertNotIn("idle", pgbackrest.explain(idle, "restore") or "")
        self.assertIn("holdfast:backup.s3", pgbackrest.explain(idle, "backup") or "")
        self.assertIsNone(pgbackrest.explain("something that nobody has seen"))

    def test_another_passphrase_is_told_from_other_errors(self) -> None:
        crypto = "ERROR: [095]: unable to load info file 'archive.info' or 'archive.info.copy':\n CryptoError: cipher header invalid"
        self.assertIn("passphrase", pgbackrest.explain(crypto) or "")
        away = pgbackrest.Info(False, "[CryptoError] cipher header invalid", False, None, (), (1,), {}, ())
        self.assertIn("passphrase", str(pgbackrest.away(away)))
        for output in (
            "ERROR: [031]: invalid option '--nonsense'",
            "ERROR: [055]: unable to load info file 'archive.info' or 'archive.info.copy':\n FileMissingError: unable to open",
        ):
            self.assertNotIn("passphrase", pgbackrest.explain(output) or "")


    def test_what_a_bucket_refuses_is_told_from_another_passphrase(self) -> None:
        for output, words in (
            ("[CryptoError] unable to verify certificate presented by 's3.example.org:443': [20]", "holdfast:backup.s3.ca"),
            ("[ProtocolError] HTTP request failed with 403 (Forbidden):", "accessKey"),
            ("HTTP request failed with 404 (Not Found): <Code>NoSuchBucket</Code>", "no such bucket"),
        ):
            self.assertIn(words, pgbackrest.explain(output) or "")


class ReachTest(unittest.TestCase):
    def test_places_are_known_by_their_own_configuration(self) -> None:
        conf = "\n".join(
            [
                "repo1-type=sftp",
                "repo1-sftp-host=u1.your-storagebox.de",
                "repo1-sftp-host-port=23",
                "repo2-type=s3",
                "repo2-s3-endpoint=s3.example.org:9000",
            ]
        )
        expected = {1: ("u1.your-storagebox.de", 23), 2: ("s3.example.org", 9000)}
        self.assertEqual(reach.addresses(conf), expected)
        self.assertEqual(reach.addresses(conf.replace(":9000", ""))[2], ("s3.example.org", 443))

    def test_who_takes_no_connection_is_told_and_who_does_is_not(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as here, tempfile.NamedTemporaryFile("w+") as conf:
            port = here.getsockname()[1]
            conf.write(f"repo1-type=sftp\nrepo1-sftp-host=127.0.0.1\nrepo1-sftp-host-port={port}\n")
            conf.write("repo2-type=s3\nrepo2-s3-endpoint=127.0.0.1:1\n")
            conf.flush()
            away = reach.unreached(conf.name)
        self.assertEqual(list(away), [2])
        self.assertRegex(away[2], "unable to connect to '127.0.0.1:1': Connection refused")
        self.assertIn("cannot be reached", pgbackrest.explain(away[2]) or "")
        self.assertEqual(reach.unreached("/nowhere"), {})

    def test_the_place_that_is_there_is_asked_alone(self) -> None:
        asked: list[str] = []
        repository = pgbackrest.PgBackRest(settings("/nowhere"))
        status = {"code": 0, "message": "ok"}
        entry = {"name": "main", "repo": [{"key": 1, "status": status}], "db": [], "backup": [], "archive": []}

        def answer(*arguments: str) -> str:
            asked.extend(arguments)
            return json.dumps([entry])

        with mock.patch.object(reach, "unreached", return_value={2: "refused"}):
            with mock.patch.object(repository, "quiet", side_effect=answer):
                info = repository.info()
        self.assertIn("--repo=1", asked)
        self.assertEqual((info.reachable, info.repositories, info.away), (True, (1, 2), {2: "refused"}))
        self.assertEqual(info.reason, "the bucket: refused")
        self.assertEqual(backups.without_backup(info), "on the Storage Box")


class VerifyTest(unittest.TestCase):
    def setUp(self) -> None:
        full = made("20260301-100000F", NOON)
        self.backups = [
            full,
            made("20260301-100000F_20260302-100000D", NOON),
            made("20260301-100000F_20260303-100000I", NOON),
            replace(made("20260308-100000F", NOON), first_wal="000000010000000000000009", last_wal="00000001000000000000000A"),
        ]

    def damaged(self, backup: str | None = None, wal: str | None = None, archive: str = "17-1") -> list[verifying.Damage]:
        return [verifying.Damage("damaged", backup, wal, archive if wal else None)]

    def test_what_builds_on_a_damaged_full_backup_is_lost_with_it(self) -> None:
        found = verifying.consequences(self.backups, self.damaged("20260301-100000F"))
        self.assertEqual(set(found), {one.label for one in self.backups[:3]})

    def test_a_damaged_differential_backup_concerns_what_came_after_it(self) -> None:
        found = verifying.consequences(self.backups, self.damaged("20260301-100000F_20260302-100000D"))
        self.assertEqual(set(found), {self.backups[1].label, self.backups[2].label})

    def test_damaged_wal_ends_what_earlier_backups_can_be_restored_to(self) -> None:
        found = verifying.consequences(self.backups, self.damaged(wal="000000010000000000000009"))
        self.assertIn("not to a moment after that", found["20260301-100000F"][0])
        self.assertIn("it cannot be restored", found["20260308-100000F"][0])

    def test_wal_of_another_cluster_concerns_none_of_ours_though_its_name_is_the_same(self) -> None:
        self.assertEqual(verifying.consequences(self.backups, self.damaged(wal="000000010000000000000003", archive="17-2")), {})

    def test_a_gap_is_looked_for_in_each_archive_alone(self) -> None:
        """After `adopt`, both clusters have a timeline 1; the new one begins where the old one had been long ago."""
        repository = pgbackrest.PgBackRest(settings("/nowhere"))
        files = {
            f"{archive}/0000000100000000/{wal.name(1, number)}-{'a' * 40}.zst": {"type": "file"}
            for archive, numbers in (("17-1", (100, 101, 102)), ("17-2", (1, 2, 4)))
            for number in numbers
        }
        with mock.patch.object(repository, "listing", return_value={**files, "17-1/archive.info": {}, "17-1": {}}):
            found = verifying.missing(repository, 1)
        self.assertEqual([(one.archive, one.wal, one.missing) for one in found], [("17-2", wal.name(1, 3), True)])

    def test_what_pgbackrest_says_is_understood(self) -> None:
        output = (
            "2026-11-24 11:29:45.041 P01   INFO: invalid checksum '20260301-100000F/bundle/1'\n"
            "2026-11-24 11:29:48.617 P01   INFO: invalid checksum '17-1/0000000100000000/000000010000000000000003-f2d2.zst'\n"
            "stanza: main\nstatus: error\n"
            "  backup: 20260301-100000F, status: invalid, total files checked: 3, total valid files: 2\n"
            "  backup: 20260308-100000F, status: manifest missing, total files checked: 0, total valid files: 0\n"
        )
        found = [(damage.backup, damage.archive, damage.wal) for damage in verifying.understand(output)]
        expected = [
            ("20260301-100000F", None, None),
            (None, "17-1", "000000010000000000000003"),
            ("20260308-100000F", None, None),
        ]
        self.assertEqual(found, expected)

    def test_an_error_without_a_name_is_still_an_error_and_no_error_is_none(self) -> None:
        self.assertEqual(len(verifying.understand("stanza: main\nstatus: error\n")), 1)
        self.assertEqual(verifying.understand("stanza: main\nstatus: ok\n"), [])

    def test_a_gap_is_found_over_the_end_of_a_name(self) -> None:
        there = {wal.name(1, number) for number in (254, 255, 257)} | {wal.name(2, 300)}
        self.assertEqual(wal.gaps(there), ["000000010000000100000000"])


class ProofTest(unittest.TestCase):
    def test_a_quiet_table_has_to_have_every_row_and_a_busy_one_what_was_written_meanwhile(self) -> None:
        quiet, busy = proving.Count("a", 10, 0, 0), proving.Count("b", 10, 3, 2)
        self.assertEqual([rows for rows in range(20) if quiet.fits(rows)], [10])
        self.assertEqual([rows for rows in range(20) if busy.fits(rows)], [8, 9, 10, 11, 12, 13])


    def test_tables_are_counted_in_one_session_and_those_that_are_gone_are_left_out(self) -> None:
        answer = [["public.a", "10"], ['psql:<stdin>:2: ERROR:  relation "public.b" does not exist'], ["LINE 1: SELECT"]]
        with mock.patch.object(proving.cluster, "query", return_value=answer) as query:
            self.assertEqual(proving.count(settings("/nowhere"), ["public.a", "public.b"]), {"public.a": 10})
            query.assert_called_once()
            query.return_value = [["public.a", "10"], ["psql:<stdin>:2: ERROR:  permission denied for table b"]]
            with self.assertRaisesRegex(Problem, "permission denied"):
                proving.count(settings("/nowhere"), ["public.a", "public.b"])


class OpenFilesTest(unittest.TestCase):
    """A server that lets no more files be opened."""

    def test_a_restore_goes_on_with_what_is_there_and_says_so(self) -> None:
        full = Problem("unable to open file 'x' for read: libssh2 error [-31]: sftp error [4] failure")
        repository = pgbackrest.PgBackRest(settings("/nowhere"))
        with mock.patch.object(repository, "command", side_effect=[full, full, ""]) as command:
            with mock.patch.object(pgbackrest, "say") as said:
                repository.restore("--type=name")
        again = ("restore", "--type=name", "--delta")
        self.assertEqual([call.args for call in command.call_args_list], [("restore", "--type=name"), again, again])
        self.assertEqual(said.call_count, 2)

    def test_anything_else_ends_it(self) -> None:
        repository = pgbackrest.PgBackRest(settings("/nowhere"))
        with mock.patch.object(repository, "command", side_effect=Problem("libssh2 error [-43]")) as command:
            with self.assertRaises(Problem):
                repository.restore()
        command.assert_called_once()


class CommandTest(unittest.TestCase):
    def test_a_program_that_answers_while_it_reads_is_neither_waited_for_nor_kept_waiting(self) -> None:
        text = "a line of text\n" * 50_000
        self.assertEqual(commands.run(["cat"], stdin=text), text)

    def test_a_program_that_does_not_read_all_is_judged_by_its_exit_code(self) -> None:
        self.assertEqual(commands.run(["true"], stdin="x" * 1_000_000), "")


class RoomTest(unittest.TestCase):
    def test_no_room_is_refused_with_the_size_that_would_do(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            room.require(folder, 10, 0, "nothing")
            with self.assertRaisesRegex(Problem, r"no room for a copy.*volumeSize to \d{4,}"):
                room.require(folder, 10, 1 << 60, "a copy")

    def test_figures_are_short(self) -> None:
        self.assertEqual([room.size(n) for n in (12, 2048, 3 * 1024**2, 1.5 * 1024**3)], ["12 bytes", "2.0 KiB", "3.0 MiB", "1.5 GiB"])
        self.assertEqual([room.duration(n) for n in (1.25, 75, 150, 7300)], ["1.2 s", "75 s", "2 min 30 s", "2 h 1 min"])


class FilesTest(unittest.TestCase):
    def test_a_secret_file_is_never_open_to_others(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "new", "request")
            write_json(path, {"key": "secret"}, 0o600)
            self.assertEqual(read_json(path), {"key": "secret"})
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            self.assertEqual(os.listdir(os.path.dirname(path)), ["request"])
            self.assertIsNone(read_json(f"{path}.missing"))

    def test_dropped_wal_is_seen_after_the_last_backup_only(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "{stanza}.log")
            with open(log.format(stanza="main"), "w", encoding="utf-8") as file:
                file.write("2026-03-01 12:00:00.000 P00   WARN: dropped WAL file '0001' because archive queue exceeded 1GB\n")
            backups.PUSH_LOG = log
            os.environ["TZ"] = "UTC"
            at = NOON.timestamp()
            self.assertIn("given up at 2026-03-01 12:00:00 UTC", backups.given_up(settings(folder), at - 1) or "")
            self.assertIsNone(backups.given_up(settings(folder), at + 1))
            self.assertIsNone(backups.given_up(replace(settings(folder), stanza="other"), 0))


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

    def after_a_kill(self, progress: bool, held: bool, result: bool = False, down: bool = False) -> tuple[list[str], list[str]]:
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
                mock.patch.object(restoring, "goes_down", return_value=down),
                mock.patch.object(restoring.cluster, "stop"),
                mock.patch.object(restoring.cluster, "start", lambda _: done.append("postgresql")),
                mock.patch.object(restoring.cluster, "running", return_value=True),
                mock.patch.object(restoring.recovery, "holds_archiving", return_value=held),
                mock.patch.object(restoring.recovery, "release", lambda _: done.append("archiving")),
                mock.patch.object(restoring, "run", lambda command: done.append(command[-1])),
            ):
                if result:
                    restoring.jobs.finish("restore", 0)
                restoring.ended(replace(settings(folder), role_units=("logins.service",)))
                self.assertEqual((read_json(restoring.jobs.result_path("restore")) or {}).get("code"), None if down else 0 if result else 1)
            return sorted(os.listdir(folder)), done

    def test_one_that_is_killed_half_way_is_undone_and_postgresql_started(self) -> None:
        self.assertEqual(self.after_a_kill(progress=True, held=True), (["data"], ["postgresql"]))

    def test_one_that_is_killed_at_its_very_end_is_brought_to_it(self) -> None:
        kept, done = self.after_a_kill(progress=False, held=True)
        self.assertEqual(kept, ["data", "data.before-x"])
        self.assertEqual(done, ["logins.service", "archiving", "holdfast-backup@diff.service"])

    def test_after_one_that_came_to_its_end_nothing_is_left_to_do(self) -> None:
        self.assertEqual(self.after_a_kill(progress=False, held=False, result=True), (["data", "data.before-x"], []))

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
        spec = importlib.util.spec_from_file_location("program", os.path.join(sys.path[0], "__main__.py"))
        assert spec and spec.loader
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        for request in ({}, {"target": ""}, {"target": "2026-03-01T12:00:00"}):
            with self.subTest(request=request), self.assertRaises(Problem):
                program.target_of(request)
        self.assertIsNone(program.target_of({"target": "latest"}))
        self.assertEqual(program.target_of({"target": "2026-03-01T12:00:00+00:00"}), NOON)


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
            loading.load_file(settings("/nowhere"), dump.name, "app-import-x")
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
        with self.assertRaisesRegex(Problem, "nothing that pg_dump writes"):
            self.commands(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")

    def test_errors_that_people_meet_are_explained(self) -> None:
        self.assertIn("--no-owner", loading.explain('ERROR:  role "old" does not exist') or "")
        self.assertIn("nor SQL", loading.explain('ERROR:  syntax error at or near "Hello"') or "")
        self.assertIn("cut", loading.explain("gzip: stdin: unexpected end of file") or "")
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


def settings(folder: str) -> Settings:
    return Settings(
        "main", "17", "main", f"{folder}/data", folder, 10, "/etc/postgresql/17/main/postgresql.conf", "app", "app", 5432, ()
    )


if __name__ == "__main__":
    unittest.main()
