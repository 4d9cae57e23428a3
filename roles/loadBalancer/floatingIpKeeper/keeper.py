#!/usr/bin/python3
"""
The keeper: while this load balancer is master, the API agrees that the floating IPs are assigned to it.

It follows a state, not an event: it takes the address, looks whether it is there, and goes on looking. It never
unassigns, and nothing that the API does or fails to do makes a healthy master step down.
Usage: keeper.py CONFIGURATION.json TOKEN_FILE
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType
from urllib.parse import urlsplit

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from claim import Claim  # noqa: E402
from common import notify_systemd  # noqa: E402
from configuration import read_configuration  # noqa: E402
from duty import Duty  # noqa: E402
from fitness import Fitness  # noqa: E402
from hetzner import Api, Resolver  # noqa: E402
from log import Log  # noqa: E402
from metrics import Metrics  # noqa: E402
from statelistener import StateListener  # noqa: E402
from vrrp import KeepalivedFeed  # noqa: E402

STUCK_SECONDS = 15.0


def main(path: str, token_file: str) -> None:
    configuration = read_configuration(path)
    with open(token_file, encoding="ascii") as file:
        token = file.read().strip()
    if not token:
        raise SystemExit(f"{token_file} is empty; it has to hold the API token of this environment")
    log, metrics, duty = Log(token), Metrics(), Duty()
    pair = configuration.pair

    url = urlsplit(configuration.endpoint)
    resolver = Resolver(url.hostname or "", url.port or (443 if url.scheme == "https" else 80))
    fitness = Fitness(pair, duty, log, metrics) if pair else None
    claims = [
        Claim(ip, configuration, duty, fitness, Api(configuration.endpoint, token, resolver, metrics), log, metrics)
        for ip in configuration.floating_ips
    ]
    feed = KeepalivedFeed(pair.fifo, pair.marker, duty, log) if pair else None
    duty.on_change(lambda order: metrics.set("holdfast_floating_ip_keeper_master", 1 if order.master else 0))

    def state() -> dict[str, object]:
        """For the peer, `holdfast-failover` and the drills. `master` is keepalived's word, `held` the API's."""
        order = duty.order
        return {
            "server": configuration.server_id,
            "master": order.master,
            "fit": fitness is None or fitness.fit,
            "unfit": None if fitness is None else fitness.verdict,
            "held": all(claim.held(order) for claim in claims),
        }

    def cannot_listen(problem: str | None) -> None:
        if problem is None:
            log.settled("listener")
        else:
            log.repeated("listener", problem, 60)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # The address stays where it is: going away is no reason to take it from the visitors.
        log.say("stopping; the floating IPs stay where they are")
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    workers = [thread for thread in (fitness, feed, *claims) if thread is not None]
    for thread in (resolver, StateListener(configuration.listen, state, metrics.text, cannot_listen), *workers):
        thread.start()
    if pair is None:
        log.say("master: this environment has one load balancer")
        duty.set(True, claim=False)
    notify_systemd("READY=1")
    while True:
        time.sleep(1)
        for thread in workers:
            idle = time.monotonic() - thread.alive_at
            limit = 90.0 if isinstance(thread, Claim) else STUCK_SECONDS
            if not thread.is_alive() or idle > limit:
                log.say(f"the thread '{thread.name}' has ended or hangs: the keeper starts again")
                os._exit(1)
        notify_systemd("WATCHDOG=1")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: keeper.py CONFIGURATION.json TOKEN_FILE")
    main(*sys.argv[1:])
