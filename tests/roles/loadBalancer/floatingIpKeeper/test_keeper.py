"""The keeper as a process, against an API that misbehaves as Hetzner's documentation says it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import unittest

from lab import ME, PEER, TOKEN, Lab, eventually


class KeeperTest(unittest.TestCase):
    pair = True

    def setUp(self) -> None:
        self.lab = Lab(self.pair)

    def tearDown(self) -> None:
        said = self.lab.said()
        self.lab.close()
        shutil.rmtree(self.lab.directory)
        # Whatever happened in the test, the API's answers quoted the token and nothing may repeat it.
        self.assertNotIn(TOKEN, said)
        self.assertNotIn("Traceback", said)

    def become_master(self) -> None:
        self.lab.vrrp("MASTER")
        eventually(lambda: "is here, confirmed" in self.lab.said(), 3, "claimed and confirmed")


class InAPair(KeeperTest):
    def test_a_standby_claims_nothing(self) -> None:
        self.lab.vrrp("BACKUP")
        time.sleep(0.7)
        self.assertEqual(self.lab.api.claims(), [])
        self.assertEqual(self.lab.api.holder, PEER)

    def test_a_new_master_claims_at_once_and_verifies(self) -> None:
        self.lab.api.action_seconds = 0.3
        eventually(lambda: len(self.lab.api.calls) > 0, 2, "a warm connection")
        begun = time.monotonic()
        self.lab.vrrp("MASTER")
        eventually(lambda: len(self.lab.api.claims()) == 1, 1, "the claim")
        self.assertLess(self.lab.api.claims()[0][0] - begun, 0.15)
        eventually(lambda: "is here, confirmed" in self.lab.said(), 2, "confirmed")
        # One claim, although the action stayed pending for several looks at it.
        self.assertEqual(len(self.lab.api.claims()), 1)
        self.assertIn('holdfast_floating_ip_held{address="203.0.113.200"} 1', self.lab.metrics())
        self.assertEqual(self.lab.state(), {"server": ME, "master": True, "fit": True, "unfit": None, "held": True})

    def test_it_takes_the_address_back_when_a_person_moved_it(self) -> None:
        self.become_master()
        self.lab.api.holder = 99
        eventually(self.lab.holds, 3, "back again")

    def test_it_takes_the_address_back_when_nobody_has_it(self) -> None:
        self.become_master()
        self.lab.api.holder = None
        eventually(self.lab.holds, 3, "back again")

    def test_two_masters_do_not_tear_the_address_to_and_fro(self) -> None:
        self.become_master()
        claims = len(self.lab.api.claims())
        self.lab.peer_state = {"server": PEER, "master": True}
        self.lab.api.holder = PEER
        eventually(lambda: "the floating IP keeper there is master as well" in self.lab.said(), 3, "it sees that the peer is master too")
        time.sleep(1.2)
        self.assertEqual(len(self.lab.api.claims()), claims)
        # The path heals: the machine of higher priority hears the other one and stays master.
        self.lab.vrrp("MASTER_RX_LOWER_PRI")
        eventually(self.lab.holds, 1, "claimed on the lower advert")

    def test_a_storm_of_lower_adverts_is_not_a_storm_of_requests(self) -> None:
        self.become_master()
        calls = len(self.lab.api.calls)
        for _ in range(40):
            self.lab.vrrp("MASTER_RX_LOWER_PRI")
            time.sleep(0.02)
        self.assertLess(len(self.lab.api.calls) - calls, 6)

    def test_it_stops_trying_when_it_is_no_longer_master(self) -> None:
        self.lab.api.trouble = (423, "locked")
        self.lab.vrrp("MASTER")
        eventually(lambda: len(self.lab.api.claims()) >= 2, 3, "it retries")
        self.lab.vrrp("BACKUP")
        eventually(lambda: not self.lab.state()["master"], 1, "it obeys")
        claims = len(self.lab.api.claims())
        self.lab.api.trouble = None
        time.sleep(0.8)
        self.assertEqual(len(self.lab.api.claims()), claims)
        self.assertEqual(self.lab.api.holder, PEER)

    def test_it_follows_no_action_when_it_is_no_longer_master(self) -> None:
        self.lab.api.action_seconds = 5
        self.lab.vrrp("MASTER")
        eventually(lambda: len(self.lab.api.claims()) == 1, 2, "the claim")
        self.lab.vrrp("FAULT")
        eventually(lambda: not self.lab.state()["master"], 1, "it obeys")
        self.lab.api.holder = PEER
        calls = len(self.lab.api.calls)
        time.sleep(0.6)
        self.assertLessEqual(len(self.lab.api.calls) - calls, 1)

    def test_keepalived_killed_means_not_master_although_its_marker_stays(self) -> None:
        self.become_master()
        self.lab.kill_keepalived()
        eventually(lambda: "keepalived is gone" in self.lab.said(), 2, "noticed")
        self.lab.api.holder = PEER
        time.sleep(0.8)
        self.assertEqual(self.lab.api.holder, PEER)
        self.lab.start_keepalived()
        self.lab.vrrp("BACKUP")
        self.lab.vrrp("MASTER")
        eventually(self.lab.holds, 2, "claims again")

    def test_a_reload_of_keepalived_changes_nothing(self) -> None:
        self.become_master()
        self.lab.kill_keepalived()
        self.lab.start_keepalived()
        time.sleep(0.7)
        self.assertTrue(self.lab.state()["master"])
        self.assertNotIn("gone", self.lab.said())

    def test_a_restarted_keeper_learns_the_state_from_the_marker(self) -> None:
        self.become_master()
        self.lab.keeper.kill()
        self.lab.keeper.wait()
        self.lab.api.holder = 99
        claims = len(self.lab.api.claims())
        self.lab.start()
        eventually(self.lab.holds, 3, "claims without any word from keepalived")
        self.assertNotIn("unfit", self.lab.said().split("is here, confirmed")[1], "a restart is no reason for a failover")
        self.assertEqual(len(self.lab.api.claims()), claims + 1)

    def test_a_backlog_is_read_to_its_end_before_anything_is_done(self) -> None:
        self.lab.keeper.kill()
        self.lab.keeper.wait()
        for state in ("MASTER", "BACKUP", "MASTER", "FAULT"):
            self.lab.vrrp(state)
        self.lab.start()
        eventually(lambda: "not master" in self.lab.said(), 3, "it knows")
        time.sleep(0.4)
        self.assertEqual(self.lab.api.claims(), [])

    def test_a_message_that_got_lost_is_made_up_for(self) -> None:
        open(self.lab.path("marker"), "w").close()
        eventually(self.lab.holds, 3, "the marker says master")
        os.remove(self.lab.path("marker"))
        eventually(lambda: not self.lab.state()["master"], 3, "the marker is gone")

    def test_a_keepalived_that_may_not_set_the_marker_is_believed(self) -> None:
        self.become_master()
        self.lab.vrrp("BACKUP")
        eventually(lambda: not self.lab.state()["master"], 1, "stepped down")
        assert self.lab.keepalived is not None
        os.write(self.lab.keepalived, b'INSTANCE "pair" MASTER 250\n')
        eventually(lambda: "was never set" in self.lab.said(), 3, "said")
        self.assertTrue(self.lab.state()["master"])

    def test_low_budget_makes_looking_rarer(self) -> None:
        self.lab.api.headers = {"RateLimit-Remaining": "20"}
        self.become_master()
        calls = len(self.lab.api.calls)
        time.sleep(1.5)
        self.assertEqual(len(self.lab.api.calls), calls)
        self.assertIn("holdfast_floating_ip_keeper_api_budget_remaining 20", self.lab.metrics())


class HasItAlready(KeeperTest):
    """A claim for an address that is here is refused by the API: once is enough, and a look settles it."""

    def confirmed_with(self, claims: int) -> None:
        """The keeper comes to rest, having claimed so often since the start."""
        eventually(lambda: self.lab.state()["held"], 3, "confirmed")
        # Long enough for dozens of tries of one that goes round in circles.
        time.sleep(1.5)
        self.assertEqual(len(self.lab.api.claims()), claims)
        self.assertTrue(self.lab.state()["held"])
        self.assertIn('holdfast_floating_ip_held{address="203.0.113.200"} 1', self.lab.metrics())

    def test_the_holder_has_rebooted(self) -> None:
        self.lab.api.holder = ME
        self.lab.vrrp("MASTER")
        self.confirmed_with(claims=1)

    def test_the_holder_was_out_of_the_election_and_nobody_took_over(self) -> None:
        self.become_master()
        self.lab.vrrp("FAULT")
        eventually(lambda: not self.lab.state()["master"], 1, "out")
        self.assertFalse(self.lab.state()["held"])
        self.lab.vrrp("BACKUP")
        self.lab.vrrp("MASTER")
        eventually(lambda: self.lab.state()["master"], 1, "in")
        self.confirmed_with(claims=2)

    def test_all_instances_were_away(self) -> None:
        self.become_master()
        self.lab.health = 503
        eventually(lambda: self.lab.verdict() == "1", 5, "unfit")
        self.lab.vrrp("FAULT")
        self.lab.health = 200
        eventually(lambda: self.lab.verdict() == "0", 3, "fit again")
        self.lab.vrrp("MASTER")
        eventually(lambda: self.lab.state()["master"], 1, "in")
        self.confirmed_with(claims=2)

    def test_a_claim_that_was_carried_out_is_answered_too_late(self) -> None:
        self.lab.api.late = 1.5
        self.lab.vrrp("MASTER")
        eventually(self.lab.holds, 3, "carried out")
        self.confirmed_with(claims=2)

    def test_following_the_action_fails(self) -> None:
        self.lab.api.trouble, self.lab.api.trouble_with = (503, "unavailable"), "GET /v1/actions/"
        self.lab.vrrp("MASTER")
        eventually(self.lab.holds, 3, "carried out")
        eventually(lambda: self.lab.state()["held"], 3, "confirmed")
        claims = len(self.lab.api.claims())
        self.confirmed_with(claims)

    def test_the_api_says_so_but_the_address_is_elsewhere(self) -> None:
        self.lab.api.trouble, self.lab.api.trouble_with = (422, "floating_ip_assigned"), "POST"
        self.lab.vrrp("MASTER")
        eventually(lambda: len(self.lab.api.claims()) > 3, 5, "it goes on trying")
        self.assertFalse(self.lab.state()["held"])
        self.lab.api.trouble = None
        eventually(lambda: self.lab.state()["held"], 2, "claimed")


class Outages(KeeperTest):
    """The API is out for a while during a failover: claimed within 2 s after it is back."""

    def outage(self, trouble: tuple[int, str] | str, seconds: float = 2.5) -> None:
        self.lab.api.trouble = trouble
        self.lab.api.action_seconds = 0.3
        self.lab.vrrp("MASTER")
        time.sleep(seconds)
        self.assertTrue(self.lab.state()["master"], "an outage of the API demotes nobody")
        self.assertEqual(self.lab.verdict(), "0")
        self.lab.api.trouble = None
        took = eventually(self.lab.holds, 2, "claimed after the outage")
        self.assertLess(took, 2)

    def test_locked(self) -> None:
        self.outage((423, "locked"))

    def test_rate_limit(self) -> None:
        self.outage((429, "rate_limit_exceeded"))
        # The API refills one request a second; asking faster would only keep the bucket empty.
        self.assertLess(len(self.lab.api.calls), 10)

    def test_unavailable(self) -> None:
        self.outage((503, "unavailable"))

    def test_silence(self) -> None:
        self.outage("silence")

    def test_unknown_assigned_error(self) -> None:
        self.outage((422, "floating_ip_assigned"))

    def test_a_wrong_token_is_said_and_does_not_flood(self) -> None:
        self.lab.api.trouble = (401, "unauthorized")
        self.lab.vrrp("MASTER")
        eventually(lambda: "the API says unauthorized" in self.lab.said(), 2, "said")
        time.sleep(1)
        self.assertEqual(len(self.lab.api.claims()), 1)


class Fit(KeeperTest):
    """Who may be master at all."""

    def test_no_healthy_instance(self) -> None:
        self.lab.health = 400
        eventually(lambda: self.lab.verdict() == "1", 4, "unfit")
        reason = (
            "no instance of the app is well for it; app-1-1 answered 400 to GET /health with Host shop.example; "
            "200 counts as healthy, and nothing else"
        )
        self.assertIn(f"unfit to be master: {reason}", self.lab.said())
        self.assertEqual(self.lab.state()["unfit"], reason)
        self.lab.health = 200
        eventually(lambda: self.lab.verdict() == "0", 3, "fit again")

    def test_a_standby_that_is_cut_off_does_not_claim_when_it_becomes_master(self) -> None:
        self.lab.instance.shutdown()
        self.lab.instance.server_close()
        self.lab.vrrp("MASTER")
        eventually(lambda: self.lab.verdict() == "1", 0.6, "leaves the election at once")
        time.sleep(0.5)
        self.assertEqual(self.lab.api.claims(), [])
        self.assertIn("not claimed, because this machine reaches no instance", self.lab.said())

    def test_a_master_bears_a_short_pause_of_the_app(self) -> None:
        self.become_master()
        self.lab.health = 503
        time.sleep(1.8)
        self.assertEqual(self.lab.verdict(), "0")
        self.lab.health = 200

    def test_haproxy_dies(self) -> None:
        self.lab.haproxy.kill()
        took = eventually(lambda: self.lab.verdict() == "1", 2, "unfit")
        self.assertLess(took, 0.6)

    def test_maintenance(self) -> None:
        open(self.lab.path("no-failover"), "w").close()
        eventually(lambda: self.lab.verdict() == "1", 1, "out of the election")
        os.remove(self.lab.path("no-failover"))
        eventually(lambda: self.lab.verdict() == "0", 1, "back")

    def test_a_hand_over_lasts_as_long_as_the_program_that_asked_for_it(self) -> None:
        lock = self.lab.path("handing-over")
        program = subprocess.Popen(["flock", "--no-fork", lock, "sleep", "1000"])
        try:
            eventually(lambda: self.lab.verdict() == "1", 1, "out of the election")
        finally:
            program.kill()
            program.wait()
        eventually(lambda: self.lab.verdict() == "0", 1, "back, although the file is still there")
        self.assertTrue(os.path.exists(lock))


class Alone(KeeperTest):
    pair = False

    def test_a_single_load_balancer_is_always_master(self) -> None:
        eventually(self.lab.holds, 3, "claimed")
        self.lab.api.holder = None
        eventually(self.lab.holds, 3, "claimed again")
        self.assertEqual(self.lab.verdict(), "")


if __name__ == "__main__":
    unittest.main()
