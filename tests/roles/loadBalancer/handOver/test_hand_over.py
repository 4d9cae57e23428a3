"""holdfast-failover as a process, between two keepers that can be told what to say."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROLE = os.path.join(FOLDER, "../../../../roles/loadBalancer")
sys.path[:0] = [os.path.join(FOLDER, "../floatingIpKeeper"), os.path.join(ROLE, "floatingIpKeeper")]
sys.dont_write_bytecode = True

from common import is_locked  # noqa: E402
from lab import eventually, web  # noqa: E402


class HandOverTest(unittest.TestCase):
    """This machine is the active one and its peer is fit, unless a test says otherwise."""

    def setUp(self) -> None:
        self.directory = tempfile.mkdtemp(prefix="holdfast-failover-")
        self.lock, self.maintenance = self.path("handing-over"), self.path("no-failover")
        self.takes_over = self.api_confirms = True
        self.mine: dict[str, Any] = {"server": 11, "master": True, "fit": True, "held": True}
        self.peer: dict[str, Any] = {"server": 22, "master": False, "fit": True, "held": False}
        self.keepers = [web(lambda: (200, self.elect()[0])), web(lambda: (200, self.elect()[1]))]
        own, peer = (f"127.0.0.1:{keeper.server_address[1]}" for keeper in self.keepers)
        self.write({"peers": [f"http://{peer}/state"], "handOverFile": self.lock, "maintenanceFile": self.maintenance}, own)

    def tearDown(self) -> None:
        for keeper in self.keepers:
            keeper.shutdown()
            keeper.server_close()
        shutil.rmtree(self.directory)

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def write(self, pair: dict[str, Any] | None, own: str = "127.0.0.1:1") -> None:
        with open(self.path("keeper.json"), "w", encoding="utf-8") as file:
            json.dump({"listen": own, "pair": pair}, file)

    def elect(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What both say; the peer takes over once this machine has left the election, as the keeper finds out."""
        out = is_locked(self.lock) or os.path.exists(self.maintenance)
        if out and self.takes_over and self.mine["master"]:
            self.mine = {**self.mine, "master": False, "held": False}
            self.peer = {**self.peer, "master": True, "held": self.api_confirms}
        return self.mine, self.peer

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, os.path.join(FOLDER, "under_test.py"), self.path("keeper.json"), *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_it(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        said, complained = process.communicate(timeout=60)
        self.assertFalse(is_locked(self.lock), "back in the election, whatever came of it")
        return process.returncode, (said + complained).strip()

    def test_it_hands_over_and_stays_ready(self) -> None:
        self.assertEqual(self.run_it(), (0, "the other load balancer has the floating IP"))
        self.assertFalse(os.path.exists(self.maintenance))

    def test_the_standby_says_that_it_is_not_the_one(self) -> None:
        self.mine, self.peer = {**self.mine, "master": False, "held": False}, {**self.peer, "master": True, "held": True}
        code, said = self.run_it()
        self.assertEqual(code, 3)
        self.assertIn("run this on the other one", said)

    def test_nobody_is_fit_to_take_over(self) -> None:
        self.peer["fit"] = False
        for arguments in ([], ["out"], ["before-stop"]):
            code, said = self.run_it(*arguments)
            self.assertEqual(code, 1)
            self.assertIn("no other load balancer is fit", said)
        self.assertFalse(os.path.exists(self.maintenance))
        self.assertTrue(self.mine["master"])

    def test_there_is_no_peer(self) -> None:
        self.write(None)
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("holdfast:loadBalancer.machines: 2", said)

    def test_its_own_keeper_is_silent(self) -> None:
        self.write({"peers": [], "handOverFile": self.lock, "maintenanceFile": self.maintenance})
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("systemctl status holdfast-floating-ip-keeper", said)

    def test_the_peer_does_not_become_master(self) -> None:
        self.takes_over = False
        for arguments in ([], ["out"]):
            code, said = self.run_it(*arguments)
            self.assertEqual(code, 1)
            self.assertIn("did not become master within 3 s; this one takes part again", said)
        self.assertFalse(os.path.exists(self.maintenance))

    def test_the_peer_is_master_but_the_api_confirms_nothing(self) -> None:
        self.api_confirms = False
        code, said = self.run_it()
        self.assertEqual(code, 4)
        self.assertIn("leave it running", said)

    def test_a_master_without_the_address_does_not_hand_it_over(self) -> None:
        self.mine["held"] = False
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("has not confirmed yet that the floating IP is here", said)

    def test_out_and_in(self) -> None:
        code, said = self.run_it("out")
        self.assertEqual(code, 0)
        self.assertIn("stays out of the election", said)
        self.assertTrue(os.path.exists(self.maintenance))
        # Once more changes nothing.
        self.assertEqual(self.run_it("out")[0], 0)
        self.assertEqual(self.run_it("in"), (0, "this machine takes part in the election"))
        self.assertFalse(os.path.exists(self.maintenance))
        self.assertEqual(self.run_it("in")[0], 0)

    def test_status_shows_both(self) -> None:
        code, said = self.run_it("status")
        self.assertEqual(code, 0)
        self.assertRegex(said, r'this machine: .*"held": true.*\n127\.0\.0\.1:\d+: .*"held": false')

    def test_killed_midway_it_leaves_nothing_behind(self) -> None:
        self.takes_over = False
        for arguments in ([], ["out"]):
            for death in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
                process = self.start(*arguments)
                eventually(lambda: is_locked(self.lock), 2, "under way")
                process.send_signal(death)
                process.communicate(timeout=10)
                self.assertFalse(is_locked(self.lock))
                self.assertFalse(os.path.exists(self.maintenance))

    def test_another_hand_over_that_never_ends_is_not_waited_for(self) -> None:
        self.takes_over = False
        with open(self.lock, "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _, complained = self.start().communicate(timeout=30)
        self.assertIn("another hand-over has been under way for 3 s", complained)

    def test_before_a_stop_it_waits_for_a_peer_that_restarts_just_now(self) -> None:
        self.peer["fit"] = False
        process = self.start("before-stop")
        time.sleep(0.6)
        self.peer["fit"] = True
        said, _ = process.communicate(timeout=30)
        self.assertEqual((process.returncode, said.strip()), (0, "handed over before HAProxy stops"))

    def test_before_a_stop_the_standby_waits_for_nobody(self) -> None:
        self.mine["master"], self.peer["fit"] = False, False
        self.assertEqual(self.run_it("before-stop")[0], 0)

    def test_a_peer_that_falls_silent_is_not_waited_for(self) -> None:
        self.takes_over = False
        process = self.start("before-stop")
        eventually(lambda: is_locked(self.lock), 2, "under way")
        self.keepers[1].shutdown()
        self.keepers[1].server_close()
        _, complained = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(complained, r"did not become master within [12] s")


if __name__ == "__main__":
    unittest.main()
