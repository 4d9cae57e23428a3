"""A host without a way to it, in a network namespace of the test's own that has IPv6 only, as a machine behind load balancers."""

import os
import subprocess
import sys
import unittest

from examples import PROGRAM

ASK = """
import socket, sys
sys.path.insert(0, sys.argv[1])
import reachable
addresses = {"v4.example": [(socket.AF_INET, "198.51.100.10")], "both.example": [(socket.AF_INET, "198.51.100.10"), (socket.AF_INET6, "2001:db8::10")]}
def find(host, port, type):
    return [(family, type, 0, "", (address, port)) for family, address in addresses[host]]
socket.getaddrinfo = find
print(reachable.no_way_to("v4.example"))
print(reachable.no_way_to("both.example"))
"""


class Reachable(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "a network namespace needs root")
    def test_a_host_without_ipv6_is_named_where_only_ipv6_leads_out(self) -> None:
        network = "ip link set lo up; ip -6 route add default dev lo"
        done = subprocess.run(
            ["unshare", "--net", "sh", "-c", f'{network}; exec "$@"', "-", sys.executable, "-c", ASK, PROGRAM],
            capture_output=True,
            text=True,
            check=True,
        )
        first, second = done.stdout.splitlines()
        self.assertIn("v4.example has no IPv6 address, and this machine has no public IPv4 address", first)
        self.assertEqual(second, "None")


if __name__ == "__main__":
    unittest.main()
