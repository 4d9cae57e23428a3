"""What damage means for the backups of a cluster."""

from __future__ import annotations

import unittest
from dataclasses import replace
from unittest import mock

from examples import NOON, made, settings

import pgbackrest
import verifying
import wal


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
        repository = pgbackrest.PgBackRest(settings())
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


if __name__ == "__main__":
    unittest.main()
