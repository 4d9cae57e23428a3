"""What becomes of a machine's answers."""

import sys
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "monitor" / "facts"))

import figures  # noqa: E402

NOTHING: dict[str, Any] = {"now": 100.0, "unanswered": {}}


def lines(**answers: Any) -> list[str]:
    found = list(figures.samples({**NOTHING, **answers}, "app-1"))
    return [line for line in figures.text(found).splitlines() if not line.startswith("#")]


class FiguresTest(unittest.TestCase):
    def test_a_machine_that_has_nothing_of_ours_says_when_it_looked(self) -> None:
        empty = {name: None for name in ("reboot", "release", "instances", "haproxy", "keeper", "database", "backups", "proof")}
        self.assertEqual(lines(**empty), ["holdfast_facts_time_seconds{} 100.0"])

    def test_a_question_without_an_answer_is_told(self) -> None:
        self.assertIn('holdfast_unanswered{question="haproxy"} 1.0', lines(unanswered={"haproxy": "no answer"}))

    def test_names_from_outside_cannot_end_their_label(self) -> None:
        told = lines(disks=[{"folder": '/mnt/a"} 1\nevil', "size": 2, "free": 1}])
        self.assertIn('holdfast_disk_size_bytes{folder="/mnt/a\\"} 1\\nevil"} 2.0', told)
        self.assertEqual(len(told), 3)

    def test_instances_and_who_holds_them(self) -> None:
        hold = {"owner": "person", "word": "drain", "who": "ana", "since": "1970-01-01T00:01:00Z"}
        told = lines(instances=[{"number": 2, "unit": "active", "restarts": 3, "holds": [hold]}])
        self.assertIn('holdfast_instance_restarts_total{app_instance="app-1-2"} 3.0', told)
        self.assertIn('holdfast_instance_held_since_seconds{app_instance="app-1-2",owner="person"} 60.0', told)

    def test_a_lease_counts_while_it_lasts(self) -> None:
        lease = {"ended": "", "since": 40.0, "expires": 150.0}
        self.assertIn("holdfast_lease_since_seconds{} 40.0", lines(lease=lease))
        self.assertEqual(len(lines(lease={**lease, "expires": 90.0})), 1)
        self.assertEqual(len(lines(lease={**lease, "ended": "well"})), 1)

    def test_the_newest_backup_of_each_place_and_whether_it_is_damaged(self) -> None:
        one = {"repository": 1, "finished": "1970-01-01T00:00:10Z", "ours": True, "damaged": False}
        newer = {**one, "finished": "1970-01-01T00:00:20Z"}
        told = lines(backups={"problem": None, "backups": [one, newer, {**one, "ours": False, "damaged": True}]})
        self.assertIn('holdfast_backup_newest_seconds{place="1"} 20.0', told)
        self.assertIn("holdfast_backup_problem{} 0.0", told)
        self.assertIn("holdfast_backup_problem{} 1.0", lines(backups={"problem": None, "backups": [{**newer, "damaged": True}]}))

    def test_a_proof_that_never_was_says_nothing(self) -> None:
        self.assertEqual(len(lines(proof="never")), 1)
        proof = {"repositories": [], "repository": None, "ok": False, "finished": "1970-01-01T00:00:10Z"}
        self.assertIn('holdfast_proof_ok{place="1"} 0.0', lines(proof=proof))


if __name__ == "__main__":
    unittest.main()
