"""Locks of the program on machines: nobody but root holds one, and who holds one is named."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import unittest
import unittest.mock
from collections.abc import Callable
from pathlib import Path

import fence
import installing
import lease
import locking
from common import Problem
from layout import Layout
from request import Lease

IS_ROOT = os.geteuid() == 0
# Somebody who is not root, as every app is; without root a test is that by itself.
AS_SOMEBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if IS_ROOT else []
HOSTILE = "x\x1b]52;c;bHM=\x07\u202e\r\ny"


class Clock:
    """Time passes by waiting alone, so that a limit of minutes takes none."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_000_000.0 + self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class LockingTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.layout = Layout(Path(folder.name))
        self.clock = Clock()
        self.enterContext(unittest.mock.patch.object(locking, "time", self.clock))
        self.enterContext(unittest.mock.patch.object(installing, "_install"))
        held: Lease = {"generation": 7, "owner": "anna", "reason": "pulumi up"}
        self.takers: dict[str, Callable[[], object]] = {
            "lock": lambda: locking.lock(self.layout, 900).__enter__(),
            "lease.lock": lambda: lease.take(self.layout, {"owner": "a", "reason": "b", "seconds": 1}),
            "install.lock": lambda: installing.install(self.layout),
            "fence.lock": lambda: fence.enter(self.layout, held),
        }

    def file(self, name: str) -> Path:
        return self.layout.state / name

    def hold(self, name: str) -> subprocess.Popen[str]:
        """As the app of an earlier version could: with its file open for reading alone."""
        script = 'exec 9<"$1" || exit 1; flock --exclusive --nonblock 9 || exit 1; echo held; exec sleep 60'
        command = [*AS_SOMEBODY, "sh", "-c", script, "sh", str(self.file(name)), HOSTILE]
        holder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(holder.communicate)
        self.addCleanup(holder.send_signal, signal.SIGKILL)
        return holder

    def test_nobody_else_can_open_a_lock(self) -> None:
        for name, take in self.takers.items():
            with self.subTest(name):
                take()
                self.assertEqual(self.file(name).stat().st_mode & 0o777, 0o600)
                if IS_ROOT:
                    self.assertEqual(self.hold(name).stdout.read(), "")  # type: ignore[union-attr]

    def test_a_lock_of_an_earlier_version_is_closed(self) -> None:
        self.layout.make()
        for name, take in self.takers.items():
            with self.subTest(name):
                self.file(name).touch(0o644)
                take()
                self.assertEqual(self.file(name).stat().st_mode & 0o777, 0o600)

    def test_a_wait_ends_and_names_the_holder(self) -> None:
        self.layout.make()
        for name, take in self.takers.items():
            with self.subTest(name):
                self.file(name).touch(0o644)
                holder = self.hold(name)
                self.assertEqual(holder.stdout.readline(), "held\n")  # type: ignore[union-attr]
                with self.assertRaises(Problem) as refused:
                    take()
                message = str(refused.exception)
                user = "nobody" if IS_ROOT else ""
                self.assertIn(f"{self.file(name)} is held by process {holder.pid} of user {user}", message)
                self.assertIn("sleep 60", message)
                self.assertLess(self.clock.now, 2000)

    def test_a_command_line_cannot_write_on_a_terminal(self) -> None:
        self.layout.make()
        self.file("lock").touch(0o644)
        script = 'exec 9<"$1"; flock -x 9; echo held; sleep 60; :'
        command = [*AS_SOMEBODY, "sh", "-c", script, HOSTILE, str(self.file("lock"))]
        holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(holder.communicate)
        self.addCleanup(os.killpg, holder.pid, signal.SIGKILL)
        self.assertEqual(holder.stdout.readline(), "held\n")  # type: ignore[union-attr]
        with self.assertRaises(Problem) as refused:
            self.takers["lock"]()
        self.assertIn("]52;c;bHM=", str(refused.exception))
        self.assertTrue(str(refused.exception).isprintable())


if __name__ == "__main__":
    unittest.main()
