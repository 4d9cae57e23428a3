"""What is known of the WAL between a backup and a moment, and what a restore makes of it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta
from typing import Any, Iterable
from unittest import mock

from examples import NOON, settings

import backups
import history
import proving
import reach
import recovery
import restorable
import wal
from common import Problem, read_json, write_json
from pgbackrest import Archive, Backup, Info, PgBackRest
from settings import Settings


def made(minute: int, number: int, timeline: int = 1, repository: int = 1, system: int = 7, archive: str = "17-1") -> Backup:
    """A full backup that ended so many minutes after noon, with WAL of one segment."""
    at = int((NOON + timedelta(minutes=minute)).timestamp())
    segment, stop = wal.name(timeline, number), f"0/{number * wal.SEGMENT + 256:X}"
    return Backup(f"m{minute}r{repository}", "full", repository, at - 60, at, 1000, 100, segment, segment, stop, system, archive, False)


class Storage:
    """Repositories as pgBackRest lists them: a segment for each number, that many minutes after noon."""

    def __init__(self, *backups: Backup) -> None:
        self.folders: dict[tuple[int, str], dict[str, float]] = {}
        self.histories: dict[tuple[int, str], str] = {}
        self.backups = backups
        self.listed: list[str] = []
        self.settings = settings()

    def add(self, numbers: Iterable[int], timeline: int = 1, repository: int = 1, archive: str = "17-1") -> "Storage":
        there = self.folders.setdefault((repository, archive), {})
        for number in numbers:
            there[wal.name(timeline, number)] = (NOON + timedelta(minutes=number)).timestamp()
        return self

    def fork(self, text: str, repository: int = 1) -> "Storage":
        self.histories[repository, "00000002.history"] = text
        return self

    def listing(self, repository: int, path: str, *_: str) -> dict[str, Any]:
        self.listed.append(path)
        archive, *folder = path.removeprefix("archive/main/").split("/")
        segments = self.folders[repository, archive]
        if folder:
            return {f"{one}-{'a' * 40}.zst": {"time": at} for one, at in segments.items() if one.startswith(folder[0])}
        histories = [name for key, name in self.histories if key == repository]
        return {name: {} for name in (*{one[:16] for one in segments}, *histories)}

    def file(self, repository: int, path: str) -> str:
        return self.histories[repository, os.path.basename(path)]

    def info(self) -> Info:
        keys = tuple(sorted({key for key, _ in self.folders}))
        ordered = tuple(sorted(self.backups, key=lambda one: one.finished))
        return Info(True, "", True, 7, ordered, keys, {}, tuple(Archive(key, "17-1") for key in keys))

    def choose(self, target: datetime | None, all_until: datetime | None = None) -> tuple[Backup, wal.Run]:
        return history.choose(history.places(self, self.info()), target, all_until)  # type: ignore[arg-type]

    def look(self, known: restorable.Known = restorable.Known()) -> restorable.Known:
        return restorable.look(self, self.info(), known)  # type: ignore[arg-type]


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def minutes(known: restorable.Known) -> list[tuple[float, float | None]]:
    """The windows in minutes after noon."""
    def at(seconds: float) -> float:
        return (seconds - NOON.timestamp()) / 60

    return [(at(one.since), None if one.until is None else at(one.until)) for one in known.windows]


class ChoiceTest(unittest.TestCase):
    def test_the_newest_backup_before_the_moment_is_chosen(self) -> None:
        early, late = made(1, 1), made(30, 30)
        storage = Storage(early, late).add(range(1, 61))
        self.assertEqual(storage.choose(minute(20))[0], early)
        self.assertEqual(storage.choose(None), (late, wal.Run(wal.name(1, 60), minute(60).timestamp(), None)))

    def test_a_moment_before_the_oldest_backup_is_refused_with_what_is_possible(self) -> None:
        with self.assertRaisesRegex(Problem, r"12:00:30 UTC is before the oldest.*12:01:01 UTC"):
            Storage(made(1, 1)).add(range(1, 9)).choose(minute(0.5))

    def test_a_moment_after_the_last_wal_is_refused_with_what_is_possible(self) -> None:
        storage = Storage(made(1, 1)).add(range(1, 9))
        with self.assertRaisesRegex(Problem, r"later than the newest WAL.*12:08:00 UTC can be restored"):
            storage.choose(minute(9))
        self.assertEqual(storage.choose(minute(9), minute(9.5))[0].label, "m1r1")

    def test_no_backup_is_no_restore(self) -> None:
        with self.assertRaisesRegex(Problem, "no backup to restore"):
            Storage().add([1]).choose(None)

    def test_a_moment_before_a_gap_is_restored_and_one_after_it_refused_with_what_is_possible(self) -> None:
        storage = Storage(made(1, 1), made(40, 40)).add([*range(1, 21), *range(31, 61)])
        self.assertEqual(storage.choose(minute(20))[0].label, "m1r1")
        self.assertEqual(storage.choose(minute(41))[0].label, "m40r1")
        words = rf"(?s)WAL {wal.name(1, 21)} is missing .*from .*12:01:01 UTC to .*12:19:59 UTC can.*12:40:01 UTC on can be restored again"
        with self.assertRaisesRegex(Problem, words):
            storage.choose(minute(30))

    def test_the_latest_behind_a_gap_is_no_latest(self) -> None:
        storage = Storage(made(1, 1)).add([*range(1, 21), *range(31, 61)])
        with self.assertRaisesRegex(Problem, "(?s)restore to the latest would end before the missing WAL.*--to 2026-03-01T12:19:59Z"):
            storage.choose(None)
        with self.assertRaisesRegex(Problem, "before the missing WAL ended at 2026-03-01 12:01:00 UTC"):
            Storage(made(1, 1)).add([1, 3]).choose(None)

    def test_a_backup_that_lacks_its_own_wal_is_none(self) -> None:
        with self.assertRaisesRegex(Problem, f"m1r1 cannot be restored: WAL {wal.name(1, 1)}"):
            Storage(made(1, 1)).add([2, 3]).choose(None)

    def test_one_place_makes_up_for_what_the_other_lacks(self) -> None:
        storage = Storage(made(1, 1), made(2, 2, repository=2)).add([2, 9], repository=2).add(range(1, 10))
        self.assertEqual(storage.choose(None)[0].label, "m1r1")

    def test_a_backup_that_was_made_after_the_fork_leads_nowhere(self) -> None:
        storage = Storage(made(3, 3), made(8, 8)).add(range(1, 10)).add(range(5, 20), timeline=2).fork("1\t0/5000028\tx\n")
        chosen, run = storage.choose(None)
        self.assertEqual((chosen.label, run.last), ("m3r1", wal.name(2, 19)))

    def test_the_segment_of_a_fork_has_to_be_there_on_the_new_timeline(self) -> None:
        storage = Storage(made(3, 3)).add(range(1, 10)).add(range(6, 20), timeline=2).fork("1\t0/5000028\tx\n")
        with self.assertRaisesRegex(Problem, wal.name(2, 5)):
            storage.choose(None)

    def test_a_backup_of_another_cluster_is_not_ours(self) -> None:
        stranger = made(30, 30, system=8, archive="17-2")
        self.assertEqual(Storage(made(1, 1), stranger).add(range(1, 61)).choose(None)[0].label, "m1r1")

    def test_history_of_several_restores_and_comments(self) -> None:
        forks = wal.parse_history("1\t0/5000000\treason\n\n# note\n2\t1/A0\tno recovery target specified\n")
        self.assertEqual(forks, (wal.Fork(1, 0x5000000), wal.Fork(2, 0x1000000A0)))


class WindowTest(unittest.TestCase):
    def test_any_moment_since_the_oldest_backup(self) -> None:
        known = Storage(made(1, 1), made(30, 30)).add(range(1, 61)).look()
        self.assertEqual(minutes(known), [(1, None)])
        self.assertEqual(known.until, minute(60).timestamp())

    def test_a_gap_splits_them_and_a_backup_begins_anew(self) -> None:
        storage = Storage(made(1, 1), made(40, 40)).add([*range(1, 21), *range(31, 61)])
        self.assertEqual(minutes(storage.look()), [(1, 20), (40, None)])
        self.assertEqual(minutes(Storage(made(1, 1)).add([*range(1, 21), *range(31, 61)]).look()), [(1, 20)])

    def test_only_what_is_new_is_looked_at_and_what_was_found_is_remembered(self) -> None:
        storage = Storage(made(1, 1), made(590, 590)).add([*range(1, 21), *range(31, 300)])
        known = storage.look()
        storage.add(range(300, 600)).listed.clear()
        again = storage.look(restorable.from_json(restorable.to_json(known)))
        self.assertEqual([path[-16:] for path in storage.listed if "0001" in path], ["0000000100000001", "0000000100000002"])
        self.assertEqual((minutes(again), again.gaps), ([(1, 20), (590, None)], known.gaps))

    def test_a_gap_goes_with_the_backups_of_before_it(self) -> None:
        known = Storage(made(1, 1), made(40, 40)).add([*range(1, 21), *range(31, 61)]).look()
        later = Storage(made(40, 40)).add(range(40, 70)).look(known)
        self.assertEqual((later.gaps, minutes(later)), ((), [(40, None)]))

    def test_a_restore_to_before_a_gap_leaves_it_behind(self) -> None:
        numbers = [*range(1, 21), *range(31, 61)]
        known = Storage(made(1, 1)).add(numbers).look()
        storage = Storage(made(1, 1)).add(numbers).add(range(10, 90), timeline=2).fork("1\t0/A000028\tx\n")
        self.assertEqual(minutes(storage.look(known)), [(1, None)])

    def test_places_are_told_apart_and_one_that_is_away_is_not_forgotten(self) -> None:
        both = Storage(made(1, 1), made(2, 2, repository=2)).add([1, 2, 4]).add(range(1, 9), repository=2)
        known = both.look()
        self.assertEqual(minutes(known), [(1, None)])
        alone = Storage(made(2, 2, repository=2)).add(range(1, 9), repository=2).look(known)
        self.assertEqual((minutes(alone), alone.gaps), ([(2, None)], known.gaps))


class RecoveryTest(unittest.TestCase):
    def exit_code(self, *codes: int) -> tuple[int, int]:
        """What PostgreSQL sees when pgBackRest ends with these, one after the other; and how often it was called."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (
                ("get", 'n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) >"$0.n"; shift "$n"; exit "$1"'),
                ("sleep", "exit 0"),
            ):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(f"#!/bin/sh\n{text}\n")
                os.chmod(os.path.join(folder, name), 0o755)
            command = recovery.restore_command(" ".join(["get", *map(str, codes)])).replace("%f", "").replace("%p", "")
            code = subprocess.run(
                ["/bin/sh", "-c", command], env={"PATH": f"{folder}:{os.environ['PATH']}"}, check=False
            ).returncode
            with open(os.path.join(folder, "get.n"), encoding="utf-8") as file:
                return code, int(file.read())

    def test_wal_that_is_not_there_ends_recovery_and_wal_that_cannot_be_fetched_gives_it_up(self) -> None:
        self.assertEqual(self.exit_code(0), (0, 1))
        self.assertEqual(self.exit_code(1), (1, 1))
        self.assertEqual(self.exit_code(41, 41, 0), (0, 3))
        self.assertEqual(self.exit_code(103, 49, 1), (1, 3))
        self.assertEqual(self.exit_code(41, 41, 41, 41), (255, 4))
        # The shell's code for SIGTERM, by which PostgreSQL stops.
        self.assertEqual(self.exit_code(143), (143, 1))

    def recover(self, target: datetime | None, run: wal.Run, fork_at: int, log: str = "") -> mock.Mock:
        """`log`: what PostgreSQL says when it gives up at the first start; empty: it does not."""
        ready = [False, True] if log else [True]
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/data/pg_wal")
            with open(f"{folder}/data/pg_wal/00000002.history", "w", encoding="utf-8") as file:
                file.write(f"1\t{fork_at >> 32:X}/{fork_at & 0xFFFFFFFF:X}\tno recovery target specified\n")
            with open(f"{folder}/data/postgresql.auto.conf", "w", encoding="utf-8") as file:
                file.write("recovery_target_time = 'x'\n")
            with mock.patch.multiple(
                recovery.cluster,
                start=mock.DEFAULT,
                stop=mock.DEFAULT,
                ready=mock.Mock(side_effect=ready),
                run=mock.Mock(return_value="1\n"),
                log_tail=mock.Mock(return_value=log),
                value=mock.Mock(return_value=wal.name(2, 9)),
            ) as mocks, mock.patch.object(recovery, "say"):
                recovery.recover(settings(folder), target, run)
            return mocks["start"]

    WHOLE = wal.Run(wal.name(1, 9), 0.0, None)
    ENDED = "LOG:  last completed transaction was at log time 2026-03-01 12:08:30.25+00\nFATAL:  recovery ended before configured recovery target was reached"

    def test_the_latest_is_the_end_of_what_the_storage_has(self) -> None:
        self.recover(None, self.WHOLE, 9 * wal.SEGMENT + 40)
        self.recover(None, self.WHOLE, 10 * wal.SEGMENT)
        with self.assertRaisesRegex(Problem, rf"in WAL {wal.name(1, 8)}, but .* {wal.name(1, 9)}"):
            self.recover(None, self.WHOLE, 9 * wal.SEGMENT - 40)

    def test_a_moment_that_nothing_was_written_after_is_the_end_of_whole_wal_only(self) -> None:
        self.assertEqual(self.recover(minute(9), self.WHOLE, 9 * wal.SEGMENT + 40, self.ENDED).call_count, 2)
        with self.assertRaisesRegex(Problem, "in WAL"):
            self.recover(minute(9), self.WHOLE, 8 * wal.SEGMENT, self.ENDED)
        gap = wal.Run(wal.name(1, 9), minute(10).timestamp(), wal.name(1, 10))
        with self.assertRaisesRegex(Problem, rf"WAL ends with {wal.name(1, 9)}, before .*--to 2026-03-01T12:08:29Z"):
            self.recover(minute(9), gap, 9 * wal.SEGMENT + 40, self.ENDED)

    def test_any_other_end_is_told_as_it_is(self) -> None:
        with self.assertRaisesRegex(Problem, "could not restore file"):
            self.recover(minute(9), self.WHOLE, 0, "FATAL:  could not restore file: child process exited with exit code 255")


class CheckTest(unittest.TestCase):
    """The hourly check, with a storage that was away until WAL was given up."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "backups.json")
        self.log = os.path.join(folder.name, "push.log")
        for name, value in (("BACKUPS", self.file), ("PUSH_LOG", self.log), ("say", mock.Mock()), ("last_archived", lambda _: None)):
            patch = mock.patch.object(backups, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        os.environ["TZ"] = "UTC"

    def check(self, storage: Storage, refusal: str = "") -> mock.Mock:
        """Returns what stands for a backup. `refusal`: why the storage cannot be used."""
        repository = mock.Mock(wraps=PgBackRest(settings()), listing=storage.listing, file=storage.file, settings=settings())
        repository.command = mock.Mock(side_effect=Problem(refusal) if refusal else None)
        repository.info = mock.Mock(return_value=storage.info() if not refusal else Info(False, refusal, False, None, (), (1,), {}, ()))
        with mock.patch.object(backups, "ensure_stanza", side_effect=Problem(refusal) if refusal else None, return_value=storage.info()):
            with mock.patch.object(backups, "run_backup") as run_backup:
                backups.check(settings(), repository)
        return run_backup

    def dropped(self, at: datetime) -> None:
        with open(self.log, "w", encoding="utf-8") as file:
            file.write(f"{at:%Y-%m-%d %H:%M:%S}.000 P00   WARN: dropped WAL file '0001' because archive queue exceeded 1GB\n")

    def test_all_is_well(self) -> None:
        self.check(Storage(made(1, 1)).add(range(1, 10))).assert_not_called()
        self.assertIsNone(read_json(self.file)["problem"])

    def test_while_it_is_away_the_loss_is_told_with_the_reason(self) -> None:
        self.check(Storage(made(1, 1)).add(range(1, 10)))
        self.dropped(minute(20))
        with self.assertRaisesRegex(Problem, "no route"):
            self.check(Storage(made(1, 1)), "no route")
        self.assertRegex(read_json(self.file)["problem"], r"given up at 2026-03-01 12:20:00 UTC.* no route")
        self.assertEqual(len(read_json(self.file)["backups"]), 1)

    def test_when_it_is_back_a_full_backup_begins_and_the_loss_is_told_until_it_has_ended(self) -> None:
        self.dropped(minute(20))
        self.check(Storage(made(1, 1)).add([*range(1, 10), *range(21, 30)])).assert_called_once()
        found = read_json(self.file)
        self.assertIn("given up at", found["problem"])
        self.assertEqual([window["to"] for window in found["restorable"]], [minute(9).isoformat()])
        self.check(Storage(made(1, 1), made(25, 25)).add([*range(1, 10), *range(21, 30)])).assert_not_called()
        found = read_json(self.file)
        self.assertIsNone(found["problem"])
        self.assertEqual([window["to"] for window in found["restorable"]], [minute(9).isoformat(), None])

    def test_a_gap_that_nobody_logged_is_closed_as_well(self) -> None:
        self.check(Storage(made(1, 1)).add([*range(1, 10), *range(21, 30)])).assert_called_once()
        self.assertIn("WAL is missing", read_json(self.file)["problem"])


class ProofTest(unittest.TestCase):
    """Two places: neither stays unproven behind the other."""

    def prove(self, folder: str, failing: int | None = None) -> dict[str, Any]:
        storage = Storage(made(1, 1), made(2, 2, repository=2)).add(range(1, 9)).add(range(1, 9), repository=2)

        def one(_: Settings, __: PgBackRest, backup: Backup) -> dict[str, Any]:
            proven.append(backup.repository)
            ok = backup.repository != failing
            return {**proving.document(backup, minute(len(proven)).timestamp()), "ok": ok, "reason": None if ok else "2 rows"}

        proven: list[int] = []
        with mock.patch.object(proving.backups, "PROOF", os.path.join(folder, "proof.json")):
            with mock.patch.object(proving.backups, "ensure_stanza", return_value=storage.info()):
                with mock.patch.object(proving, "prove_one", one):
                    if failing is None:
                        proving.prove(settings(), storage)  # type: ignore[arg-type]
                    else:
                        with self.assertRaisesRegex(Problem, f"{reach.WHERE[failing]}: 2 rows"):
                            proving.prove(settings(), storage)  # type: ignore[arg-type]
        return {"order": proven, **read_json(os.path.join(folder, "proof.json"))}

    def test_each_is_proven_that_which_was_not_for_longest_first(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found = self.prove(folder)
            self.assertEqual((found["order"], found["ok"]), ([1, 2], True))
            self.assertEqual([one["repository"] for one in found["repositories"]], [1, 2])
            write_json(
                os.path.join(folder, "proof.json"),
                {"repositories": [{"repository": 1, "ok": True, "finished": minute(5).isoformat()}]},
            )
            self.assertEqual(self.prove(folder)["order"], [2, 1])

    def test_one_that_fails_is_told_and_costs_the_other_nothing(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found = self.prove(folder, failing=1)
            self.assertEqual((found["order"], found["ok"], found["repository"]), ([1, 2], False, 1))
            self.assertEqual([one["ok"] for one in found["repositories"]], [False, True])


if __name__ == "__main__":
    unittest.main()
