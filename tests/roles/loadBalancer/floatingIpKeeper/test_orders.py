"""What a new order ends is only what was begun under an older one."""

from __future__ import annotations

import os
import sys
import unittest

import lab

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../roles/loadBalancer/floatingIpKeeper"))
sys.dont_write_bytecode = True

from duty import Duty  # noqa: E402
from hetzner import Api, Cancelled, Resolver  # noqa: E402
from metrics import Metrics  # noqa: E402


class Orders(unittest.TestCase):
    def test_what_an_order_ends_is_over_before_anybody_sees_the_order(self) -> None:
        duty, seen = Duty(), []
        duty.on_change(lambda order: seen.append((order.number, duty.order.number)))
        duty.set(True, claim=True)
        duty.set(False)
        self.assertEqual(seen, [(1, 0), (2, 1)])

    def test_after_a_cancel_nothing_is_sent_until_the_next_round_begins(self) -> None:
        server = lab.Api()
        resolver = Resolver("127.0.0.1", server.port)
        resolver.start()
        api = Api(f"http://127.0.0.1:{server.port}/v1", lab.TOKEN, resolver, Metrics())
        api.cancel()
        self.assertRaises(Cancelled, api.get, f"/floating_ips/{lab.IP}")
        self.assertEqual(server.calls, [])
        api.begin()
        self.assertEqual(api.get(f"/floating_ips/{lab.IP}")["floating_ip"]["server"], lab.PEER)
        server.server.shutdown()
        server.server.server_close()
