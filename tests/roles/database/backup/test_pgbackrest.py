"""What pgbackrest is asked and what its answers mean, of one place and of two."""

from __future__ import annotations

import json
import socket
import tempfile
import unittest
from typing import Any
from unittest import mock

from examples import settings

import backups
import pgbackrest
import reach
from commands import Failed
from common import Problem


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
        repository = pgbackrest.PgBackRest(settings())
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


class OpenFilesTest(unittest.TestCase):
    """A server that lets no more files be opened."""

    def test_a_restore_goes_on_with_what_is_there_and_says_so(self) -> None:
        full = Failed(["pgbackrest"], 29, "unable to open file 'x' for read: libssh2 error [-31]: sftp error [4] failure")
        repository = pgbackrest.PgBackRest(settings())
        with mock.patch.object(pgbackrest, "run", side_effect=[full, full, ""]) as run:
            with mock.patch.object(pgbackrest, "say") as said:
                repository.restore("--type=name")
        commands = [call.args[0] for call in run.call_args_list]
        self.assertEqual(["--delta" in command for command in commands], [False, True, True])
        for command in commands:
            self.assertIn("--type=name", command)
        self.assertEqual(said.call_count, 2)

    def test_anything_else_ends_it(self) -> None:
        repository = pgbackrest.PgBackRest(settings())
        with mock.patch.object(pgbackrest, "run", side_effect=Failed(["pgbackrest"], 29, "libssh2 error [-43]")) as run:
            with self.assertRaises(Problem):
                repository.restore()
        run.assert_called_once()


if __name__ == "__main__":
    unittest.main()
