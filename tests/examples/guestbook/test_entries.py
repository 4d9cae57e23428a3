"""Entries survive what happens to files."""

import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "guestbook"))

from entries import BadEntry, Entries, new_entry  # noqa: E402


class EntriesTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "entries.jsonl"
        self.entries = Entries(self.path)

    def test_newest_first_and_no_more_than_asked_for(self) -> None:
        for number in range(5):
            self.entries.add(new_entry(str(number), "Ana", f"line {number}"))
        self.assertEqual([entry.id for entry in self.entries.newest(3)], ["4", "3", "2"])

    def test_no_file_is_an_empty_book(self) -> None:
        self.assertEqual(self.entries.newest(10), [])

    def test_a_line_cut_by_a_kill_harms_neither_the_one_before_nor_the_one_after(self) -> None:
        self.entries.add(new_entry("before", "Ana", "hello"))
        with open(self.path, "ab") as file:
            file.write(b'{"id": "cut", "na')
        self.entries.add(new_entry("after", "Ben", "hello"))
        self.assertEqual([entry.id for entry in self.entries.newest(10)], ["after", "before"])

    def test_writers_at_the_same_time_lose_nothing(self) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: Entries(self.path).add(new_entry(str(n), "Ana", "x" * 400)), range(200)))
        self.assertEqual({entry.id for entry in self.entries.newest(1000)}, {str(n) for n in range(200)})

    def test_what_cannot_become_an_entry(self) -> None:
        for name, text in (("Ana", "  "), ("Ana", "x" * 501), ("n" * 61, "hello")):
            with self.subTest(name=name, text=text), self.assertRaises(BadEntry):
                new_entry("1", name, text)

    def test_who_gives_no_name_is_somebody(self) -> None:
        self.assertEqual(new_entry("1", " ", "hello").name, "Somebody")


if __name__ == "__main__":
    unittest.main()
