"""The parts of the program that decide something, without PostgreSQL; with it, they run in the rehearsals."""

from __future__ import annotations

import os
import tempfile
import unittest
from dataclasses import replace
from unittest import mock

from examples import NOON, settings

import backups
import commands
import postgres
import proving
import recovery
import room
import scratch
from common import Problem, read_json, write_json


class ProofTest(unittest.TestCase):
    def test_a_quiet_table_has_to_have_every_row_and_a_busy_one_what_was_written_meanwhile(self) -> None:
        quiet, busy = proving.Count("a", 10, 0, 0), proving.Count("b", 10, 3, 2)
        self.assertEqual([rows for rows in range(20) if quiet.fits(rows)], [10])
        self.assertEqual([rows for rows in range(20) if busy.fits(rows)], [8, 9, 10, 11, 12, 13])

    def test_a_table_that_was_emptied_or_rewritten_meanwhile_may_have_fewer_rows_than_were_deleted(self) -> None:
        table = proving.Table("public", "a")
        before, emptied = proving.Changes(10, 0, 1), proving.Changes(12, 0, 2)
        self.assertEqual([rows for rows in range(20) if proving.between(table, 5, before, emptied).fits(rows)], list(range(8)))
        # A crash in between: PostgreSQL counts from nothing.
        anew = proving.between(table, 5, before, proving.Changes(3, 0, 1))
        self.assertEqual([rows for rows in range(20) if anew.fits(rows)], list(range(9)))

    def test_tables_are_counted_in_one_session_and_those_that_are_gone_are_left_out(self) -> None:
        a, b = proving.Table("public", "a"), proving.Table("public", "b; DROP TABLE a")
        with mock.patch.object(proving.cluster, "reading") as reading:
            ask = reading.return_value.__enter__.return_value.ask
            ask.side_effect = [[(10,)], postgres.Refused("there is no such table", "42P01")]
            self.assertEqual(proving.count(settings(), [a, b]), {a: 10})
            reading.assert_called_once()
            # A name is a part, and never in the text of a statement.
            self.assertEqual({call.args for call in ask.call_args_list}, {("SELECT count(*) FROM ONLY {schema}.{name}",)})
            ask.side_effect = [[(10,)], postgres.Refused("permission denied for table b", "42501")]
            with self.assertRaisesRegex(Problem, "permission denied"):
                proving.count(settings(), [a, b])

    def test_a_table_is_told_of_without_its_control_characters(self) -> None:
        self.assertEqual(str(proving.Table("public", "a\x1b]52;\nb")), "public.a\\x1b]52;\\nb")


class NewRepositoryTest(unittest.TestCase):
    def test_nothing_that_was_known_of_another_one_is_known_of_it(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            proof, known = f"{folder}/proof.json", f"{folder}/backups.json"
            write_json(proof, {"ok": False})
            write_json(known, {"restorable": []})
            repository = mock.Mock()
            repository.info.return_value = mock.Mock(reachable=True, exists=False)
            with mock.patch.object(backups, "PROOF", proof), mock.patch.object(backups, "BACKUPS", known):
                backups.ensure_stanza(settings(), repository)
            repository.command.assert_called_once_with("stanza-create")
            self.assertEqual(os.listdir(folder), [])


class CopyTest(unittest.TestCase):
    """The restored copy that a proof looks at."""

    def test_it_has_what_the_wal_needs_whichever_of_both_has_more(self) -> None:
        control = "max_connections setting: 200\nmax_prepared_xacts setting:   30\nmax_locks_per_xact setting:   64\n"
        with mock.patch.object(scratch, "run", return_value=control), mock.patch.object(scratch.cluster, "value", return_value="100"):
            self.assertEqual(scratch.limits_of(settings(), "/copy"), "max_prepared_transactions = 100\nmax_locks_per_transaction = 100")
        with mock.patch.object(scratch, "run", return_value=control), mock.patch.object(scratch.cluster, "value", return_value="5"):
            self.assertEqual(scratch.limits_of(settings(), "/copy"), "max_prepared_transactions = 30\nmax_locks_per_transaction = 64")

    def test_when_it_does_not_start_postgresqls_last_words_are_the_reason_in_one_line(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(scratch, "as_postgres", list):
            with open(f"{folder}/log", "w", encoding="utf-8") as file:
                file.write("LOG:  starting\nFATAL:  could not access file\n\n")
            programs = mock.Mock(programs="/nowhere/bin", spec=["programs"])
            with mock.patch.object(scratch, "run", side_effect=commands.Failed(["pg_ctl"], 1, "Examine the log output.")):
                with self.assertRaisesRegex(Problem, r"^the restored copy did not start: LOG:  starting \| FATAL:  could not access file$"):
                    scratch.start(programs, folder)

    def test_what_was_set_by_hand_is_told_from_what_a_restore_has_written(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/postgresql.auto.conf"
            with open(path, "w", encoding="utf-8") as file:
                file.write("# a heading\nshared_preload_libraries = 'pg_cron, \"x\"'\nport = '1'\nrestore_command = 'get'\nrecovery_target_name = 'x'\n")
            found = recovery.by_hand(folder)
            self.assertEqual(found, [("shared_preload_libraries", "'pg_cron, \"x\"'"), ("port", "'1'")])
            self.assertEqual(recovery.missing_libraries(settings(), found), ["pg_cron", "x"])
            recovery.keep_recovery_only(folder)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), "# a heading\nrestore_command = 'get'\nrecovery_target_name = 'x'\n")


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


if __name__ == "__main__":
    unittest.main()
