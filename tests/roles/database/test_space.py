"""Who may write, by the room that there is."""

import os
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "database" / "program"))

import space  # noqa: E402

MIB = space.MIB


class Volume(space.Space):
    """A volume of 10 GiB, as full as the test says."""

    room = 8000 * MIB

    def free(self) -> int:
        return self.room

    def reserve(self) -> int:
        return 512 * MIB


class SpaceTest(unittest.TestCase):
    def test_the_reserve_is_a_part_of_the_volume_up_to_a_limit(self) -> None:
        folder = Path(tempfile.gettempdir())
        size = os.statvfs(folder).f_blocks * os.statvfs(folder).f_frsize
        part = space.Space(folder, folder, ("app", "app_b"), "app", 0.1, size)
        self.assertEqual(part.reserve(), int(size * 0.1))
        self.assertEqual(space.Space(folder, folder, ("app", "app_b"), "app", 0.1, 7).reserve(), 7)


class GuardTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.volume = Volume(Path(folder.name), Path(folder.name) / "reserve", ("app", "app_b"), "app", 1 / 20, 5 * 1024 * MIB)
        self.read_only = False
        self.answers = True
        self.ended = 0
        self.guard = space.Guard(self.volume, self.sql, lambda _: None)
        self.volume.ballast.touch()

    def sql(self, text: str, **parts: str) -> list[tuple[str, ...]]:
        if not self.answers:
            raise space.Refused("the connection was refused")
        if "ALTER SYSTEM" in text:
            self.written = text
        if "pg_reload_conf" in text:
            self.read_only = self.written == "ALTER SYSTEM SET default_transaction_read_only = on"
        if "pg_terminate_backend" in text:
            self.ended += 1
            self.assertEqual(parts, {"user": "app", "other": "app_b"})
        return [("on",)] if self.read_only else []

    def look(self, room: int) -> bool:
        object.__setattr__(self.volume, "room", room * MIB)
        self.guard.look()
        return self.read_only

    def test_reading_goes_on_when_the_room_gets_short_and_writing_when_there_is_plenty_again(self) -> None:
        self.assertEqual([self.look(room) for room in (8000, 513, 511, 600, 1000, 1100)], [False, False, True, True, True, False])

    def test_sessions_are_ended_only_while_room_is_short_and_nobody_may_write(self) -> None:
        ended = []
        for room in (8000, 400, 300, 200, 600, 2000, 3000):
            self.look(room)
            ended.append(self.ended)
        self.assertEqual(ended, [0, 0, 1, 2, 2, 2, 2])

    def test_the_reserve_is_given_back_only_when_postgresql_does_not_answer_on_a_full_volume(self) -> None:
        self.look(0)
        self.assertTrue(self.volume.ballast.exists())
        self.answers = False
        self.look(400)
        self.assertTrue(self.volume.ballast.exists())
        self.look(0)
        self.assertFalse(self.volume.ballast.exists())

    def test_postgresql_is_left_alone_while_nothing_changes(self) -> None:
        self.look(8000)
        self.answers = False
        for _ in range(30):
            self.assertFalse(self.look(8000))

    def test_the_reserve_comes_back_with_the_room(self) -> None:
        self.volume.ballast.unlink()
        with unittest.mock.patch.object(space, "make_ballast") as make:
            self.look(1200)
            make.assert_not_called()
            self.look(8000)
            make.assert_called_once_with(self.volume.ballast, 256 * MIB)


if __name__ == "__main__":
    unittest.main()
