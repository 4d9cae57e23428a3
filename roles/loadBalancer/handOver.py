#!/usr/bin/python3
"""
Written by Holdfast. Hands the floating IP to the other load balancer, in order: this one serves until the API has
confirmed that the address has left it. Needs nothing but this machine, its peer and the API.

  holdfast-failover        hands over; this machine stays ready to take the address back
  holdfast-failover out    hands over, and keeps this machine out of the election, over reboots too, until …
  holdfast-failover in     … it takes part again
  holdfast-failover status who is master, who has the floating IP as the API says (held), and who may become it (fit)

Exit code: 0 done; 1 it could not be done, nothing was changed; 3 this machine is not the active one; 4 the other one is
master, but the floating IP may still be here.

HAProxy's unit calls it with before-stop, which hands over where somebody can take over, and never waits long.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
import urllib.request
from contextlib import contextmanager
from typing import Any, Iterator

CONFIGURATION = "/etc/holdfast/floating-ip-keeper.json"
LIMIT_SECONDS = 20.0
SILENT_SECONDS = 3.0
"""A peer that says nothing for so long takes nothing over: at a shutdown of both, neither waits for the other."""
PEER_RESTART_SECONDS = 10.0
"""How long a stop of HAProxy is put off for a peer that is not fit, e.g. because its own HAProxy restarts just now."""


class Refusal(Exception):
    """Says why nothing was done; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def state_of(url: str) -> dict[str, Any] | None:
    """What the keeper there says of itself; None when it does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            state: dict[str, Any] = json.load(answer)
            return state
    except (OSError, ValueError):
        return None


class HandOver:
    """One load balancer and its peers, as their keepers describe themselves."""

    def __init__(self, own: str, pair: dict[str, Any]) -> None:
        self._own = own
        self._peers: list[str] = pair["peers"]
        self._lock: str = pair["handOverFile"]
        self._maintenance: str = pair["maintenanceFile"]

    def switch(self) -> str:
        mine = self._mine()
        if not mine.get("master"):
            raise Refusal("this machine is not the active load balancer: run this on the other one", 3)
        if not mine.get("held"):
            raise Refusal(
                "this machine is master, but the API has not confirmed yet that the floating IP is here: "
                "wait until `holdfast-failover status` says held"
            )
        self._require_fit_peer()
        with self._out_of_the_election():
            self._await_peer()
        return "the other load balancer has the floating IP"

    def out(self) -> str:
        if self._mine().get("master"):
            self._require_fit_peer()
        with self._out_of_the_election():
            self._await_peer()
            # Only now, and so never left behind by a hand-over that did not come to its end.
            with open(self._maintenance, "w", encoding="utf-8") as file:
                file.write("taken out of the election by holdfast-failover\n")
        return "the other load balancer has the floating IP, and this one stays out of the election until `holdfast-failover in`"

    def back_in(self) -> str:
        if os.path.exists(self._maintenance):
            os.unlink(self._maintenance)
        return "this machine takes part in the election"

    def before_stop(self) -> str:
        if not self._mine().get("master"):
            return "nothing to hand over: this machine is not the active load balancer"
        until = time.monotonic() + PEER_RESTART_SECONDS
        while not self._fit_peer() and time.monotonic() < until:
            time.sleep(0.2)
        self._require_fit_peer()
        with self._out_of_the_election():
            self._await_peer()
        return "handed over before HAProxy stops"

    def status(self) -> str:
        states = {"this machine": state_of(self._own), **{url.split("/")[2]: state_of(url) for url in self._peers}}
        return "\n".join(f"{name}: {json.dumps(state)}" for name, state in states.items())

    def _mine(self) -> dict[str, Any]:
        mine = state_of(self._own)
        if mine is None:
            raise Refusal("this machine's floating IP keeper does not answer: systemctl status holdfast-floating-ip-keeper")
        return mine

    def _fit_peer(self) -> bool:
        return any((state_of(peer) or {}).get("fit") for peer in self._peers)

    def _require_fit_peer(self) -> None:
        if not self._fit_peer():
            raise Refusal("no other load balancer is fit to take over, so visitors would get no answer")

    @contextmanager
    def _out_of_the_election(self) -> Iterator[None]:
        """By a lock that the keeper looks at: the kernel ends it with this program, however that ends."""
        descriptor = os.open(self._lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            self._take(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        """Only another hand-over holds the lock, and that ends within its own limit."""
        until = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Refusal(f"another hand-over has been under way for {LIMIT_SECONDS:.0f} s: try again later") from None
            time.sleep(0.05)

    def _await_peer(self) -> None:
        """Until a peer has the address by the API's word. That it is master says nothing yet about where visitors go."""
        begun = heard = time.monotonic()
        master = False
        while time.monotonic() < begun + LIMIT_SECONDS and time.monotonic() < heard + SILENT_SECONDS:
            states = [state for peer in self._peers if (state := state_of(peer)) is not None]
            if any(state.get("master") and state.get("held") for state in states):
                return
            if states:
                heard = time.monotonic()
                master = any(state.get("master") for state in states)
            time.sleep(0.05)
        waited = f"{time.monotonic() - begun:.0f} s"
        if not master:
            raise Refusal(f"the other load balancer did not become master within {waited}; this one takes part again")
        raise Refusal(
            f"the other load balancer is master, but after {waited} the API has not confirmed that the floating IP is "
            "there: visitors may still come to this machine, so leave it running. The other one goes on trying; "
            "`holdfast-failover status` says held for it when it has the address",
            4,
        )


def main(arguments: list[str]) -> str:
    """Does what is asked and says what came of it."""
    if arguments not in ([], ["out"], ["in"], ["status"], ["before-stop"]):
        raise Refusal((__doc__ or "").strip(), 2)
    if os.geteuid() != 0:
        raise Refusal("this changes who serves visitors, so it needs root: sudo holdfast-failover")
    with open(CONFIGURATION, encoding="utf-8") as file:
        configuration = json.load(file)
    pair = configuration["pair"]
    if pair is None:
        raise Refusal("there is only one load balancer, so no other one can take over (holdfast:loadBalancer.machines: 2)")
    hand_over = HandOver(f"http://{configuration['listen']}/state", pair)
    actions = {"out": hand_over.out, "in": hand_over.back_in, "status": hand_over.status, "before-stop": hand_over.before_stop}
    return actions[arguments[0]]() if arguments else hand_over.switch()


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(refusal.code)
