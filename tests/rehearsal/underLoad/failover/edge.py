"""
The API of the failover lab: runs in the router's namespace and moves the floating IP's route as Hetzner would.
Usage: edge.py LISTEN_ADDRESS FLOATING_IP SERVER=NEXT_HOP@DEVICE…     (prints one JSON line per move)
"""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../roles/loadBalancer/floatingIpKeeper"))
sys.dont_write_bytecode = True

from lab import Api  # noqa: E402

listen, floating_ip = sys.argv[1:3]
hops = dict(argument.split("=") for argument in sys.argv[3:])


def move(server: int) -> None:
    address, _, device = hops[str(server)].partition("@")
    route = ["ip", "route", "replace", f"{floating_ip}/32", "via", address, "dev", device, "onlink"]
    subprocess.run(route, check=True)
    print(json.dumps({"holder": server}), flush=True)


api = Api(holder=None, action_seconds=0.3, address=(listen, 8000), on_move=move)
while True:
    time.sleep(60)
