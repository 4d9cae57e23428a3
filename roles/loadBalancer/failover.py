#!/usr/bin/python3
"""
Written by Holdfast. Hands the floating IP to the other load balancer, in order: this one serves until the address has
left it. Needs nothing but this machine and its peer, so it also works when nothing else does.

  holdfast-failover        hands over; this machine stays ready to take the address back
  holdfast-failover out    hands over, and keeps this machine out of the election, over reboots too, until …
  holdfast-failover in     … it takes part again
  holdfast-failover status who is master, and who may become it

Exit code: 0 done; 1 it could not be done, nothing was changed; 3 this machine is not the active one.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from typing import Any

CONFIGURATION = "/etc/holdfast/claimer.json"
LIMIT_SECONDS = 20.0


class Refusal(Exception):
    """Says why nothing was done; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def state_of(url: str) -> dict[str, Any] | None:
    """What the claimer there says of itself; None when it does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            state: dict[str, Any] = json.load(answer)
            return state
    except (OSError, ValueError):
        return None


def hand_over(own: str, peers: list[str], maintenance: str, stay_out: bool) -> str:
    """Leaves the election until a peer is master; comes back unless told to stay out, and always when none took over."""
    mine = state_of(own)
    if mine is None:
        raise Refusal("this machine's claimer does not answer: systemctl status holdfast-claimer")
    if not mine.get("master") and not stay_out:
        raise Refusal("this machine is not the active load balancer: run this on the other one", 3)
    if mine.get("master") and not any((state_of(peer) or {}).get("fit") for peer in peers):
        raise Refusal("no other load balancer is fit to take over: visitors would have nobody")
    with open(maintenance, "w", encoding="utf-8") as file:
        file.write("taken out of the election by holdfast-failover\n")
    taken = False
    try:
        until = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < until:
            if any((state_of(peer) or {}).get("master") for peer in peers):
                taken = True
                return "the other load balancer has the floating IP"
            time.sleep(0.05)
        raise Refusal(f"the other load balancer did not take over within {LIMIT_SECONDS:.0f} s; taken back")
    finally:
        if not (taken and stay_out):
            os.unlink(maintenance)


def main(arguments: list[str]) -> str:
    """Does what is asked and says what came of it."""
    if arguments not in ([], ["out"], ["in"], ["status"]):
        raise Refusal((__doc__ or "").strip(), 2)
    if os.geteuid() != 0:
        raise Refusal("this changes who serves visitors, so it needs root: sudo holdfast-failover")
    with open(CONFIGURATION, encoding="utf-8") as file:
        configuration = json.load(file)
    pair = configuration["pair"]
    if pair is None:
        raise Refusal("there is one load balancer only: nobody to hand over to (holdfast:loadBalancer.machines: 2)")
    own, maintenance = f"http://{configuration['listen']}/state", pair["maintenanceFile"]
    if arguments == ["status"]:
        states = {"this machine": state_of(own), **{url.split("/")[2]: state_of(url) for url in pair["peers"]}}
        return "\n".join(f"{name}: {json.dumps(state)}" for name, state in states.items())
    if arguments == ["in"]:
        if os.path.exists(maintenance):
            os.unlink(maintenance)
        return "this machine takes part in the election"
    return hand_over(own, pair["peers"], maintenance, stay_out=arguments == ["out"])


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(refusal.code)
