"""Keeps one floating IP on this machine while it is this machine's duty."""

from __future__ import annotations

import random
import threading
import time

from configuration import Configuration, FloatingIp
from duty import Duty, Order
from fitness import Fitness
from hetzner import Api, ApiError, Cancelled
from log import Log
from metrics import Metrics
from peers import peer_that_holds

ASSIGNED = "floating_ip_assigned"
"""Hetzner does not document when it comes. The likely meaning is that the address is on the server that asked for it."""
# Codes that Hetzner's documentation calls temporary, the one above, and what we call a call without an answer. Any
# answer of 500 and above counts as well.
RETRYABLE = frozenset(
    "locked conflict rate_limit_exceeded resource_unavailable timeout bad_gateway server_error service_error "
    f"unavailable {ASSIGNED} no_answer network".split()
)
WARM_SECONDS = 30.0
"""How often a machine that waits asks the API something, so that its connection is open when it counts."""
VERIFY_SECONDS = 5.0
STEADY_SECONDS = 15.0
STEADY_AFTER_SECONDS = 60.0
LOW_BUDGET = 300


def retry_pause(error: ApiError, failing_seconds: float, chance: float) -> float:
    """
    Seconds until the next try; `chance` is 0 to 1. Short at first, because visitors wait. After a minute at most one
    try a second, which is what the API refills. Never so long that "claimed within 2 s after the API is back"
    could fail, except for errors that only a person can mend.
    """
    if error.code not in RETRYABLE and error.status < 500 and error.status not in (423, 429):
        return 5.0
    if error.code == ASSIGNED and failing_seconds > 60:
        return 5.0  # Answered by an API that works, and not true: waiting costs nothing, asking costs three requests.
    if failing_seconds > 60 or error.status == 429:
        return 0.8 + 0.4 * chance
    return 0.1 + 0.3 * chance


def verify_pause(held_seconds: float, remaining: int) -> float:
    """Seconds until the next look at an address that is here; rarer when the project's requests run low."""
    pause = VERIFY_SECONDS if held_seconds < STEADY_AFTER_SECONDS else STEADY_SECONDS
    return pause if remaining >= LOW_BUDGET else 60.0


class Claim(threading.Thread):
    """A thread per address, so that trouble with one never delays the other."""

    def __init__(
        self,
        ip: FloatingIp,
        configuration: Configuration,
        duty: Duty,
        fitness: Fitness | None,
        api: Api,
        log: Log,
        metrics: Metrics,
    ) -> None:
        super().__init__(name=f"claim {ip.address}", daemon=True)
        self._ip, self._configuration, self._duty, self._fitness = ip, configuration, duty, fitness
        self._api, self._log, self._metrics = api, log, metrics
        self._path = f"/floating_ips/{ip.id}"
        self._held_since: float | None = None
        self._held_under = 0
        """Number of the order under which the API was last seen to agree."""
        self._failing_since: float | None = None
        self._obeyed = 0
        """Number of the last order to claim that was carried out; from then on it is looked after."""
        self._challenges_met = 0
        self._challenge_seen = float("-inf")
        self.alive_at = time.monotonic()

    def held(self, order: Order) -> bool:
        """Whether the API has said since this order that the address is here, and nothing else since then."""
        return order.master and self._held_since is not None and self._held_under == order.number

    def run(self) -> None:
        self._duty.on_change(lambda _: self._api.cancel())
        while True:
            self.alive_at = time.monotonic()
            self._api.begin()
            order, challenges = self._duty.order, self._duty.challenges
            try:
                pause = self._hold(order, challenges) if order.master else self._stand_by()
                self._failing_since = None
                self._log.settled(self._ip.address)
            except Cancelled:
                continue
            except ApiError as error:
                pause = self._failed(order, error)
            self._duty.wait(order, challenges, pause)

    def _stand_by(self) -> float:
        self._held_since = None
        self._metrics.set("holdfast_floating_ip_held", 0, address=self._ip.address)
        self._api.get(self._path)
        return WARM_SECONDS

    def _failed(self, order: Order, error: ApiError) -> float:
        if not order.master:
            return WARM_SECONDS  # Nothing depends on it; the next look says whether it is over.
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        pause = retry_pause(error, now - self._failing_since, random.random())
        self._log.repeated(self._ip.address, f"{self._ip.address}: the API says {error}; this machine is still master and tries again")
        return pause

    def _hold(self, order: Order, challenges: int) -> float:
        """One round: take or look. Returns the seconds until the next one."""
        challenged = challenges != self._challenges_met
        if challenged and self._held_since is not None:
            # A link that works in one direction only brings ten of these a second; look now, then at the usual pace.
            now = time.monotonic()
            if now - self._challenge_seen < VERIFY_SECONDS:
                return self._challenge_seen + VERIFY_SECONDS - now
            self._challenge_seen = now
        if order.claim and order.number != self._obeyed:
            return self._take(order, "became master")
        holder = self._holder()
        if holder == self._configuration.server_id:
            self._challenges_met = challenges
            return self._confirmed(order, time.monotonic())
        self._held_since = None
        self._metrics.set("holdfast_floating_ip_held", 0, address=self._ip.address)
        where = "nowhere" if holder is None else f"on server {holder}"
        if holder is not None and not challenged and self._configuration.pair:
            peer = peer_that_holds(self._configuration.pair.peers, holder)
            if peer:
                # Both are masters, so only the path between us is cut, and the peer serves: tearing the address to
                # and fro would not help. When the path heals, one steps down and the other is challenged.
                self._metrics.set("holdfast_floating_ip_contested", 1, address=self._ip.address)
                self._held_back(f"stays {where}, because the floating IP keeper there is master as well")
                return VERIFY_SECONDS
        return self._take(order, f"it is {where}")

    def _take(self, order: Order, why: str) -> float:
        begun = time.monotonic()
        if self._fitness is not None and not self._fitness.reaches_instance():
            self._held_back("not claimed, because this machine reaches no instance of the app")
            return 0.25
        if not self._duty.valid(order):
            raise Cancelled
        self._log.repeated(
            f"{self._ip.address} claim",
            f"{self._ip.address}: claiming for server {self._configuration.server_id}, {why}",
            every=60,
        )
        refused = self._assign(order)
        self._obeyed = order.number
        if self._holder() != self._configuration.server_id:
            if refused:
                raise refused
            return 0.2  # Moved again meanwhile; the next round finds out by whom.
        took = time.monotonic() - (self._failing_since or begun)
        self._metrics.add("holdfast_floating_ip_claims_total", address=self._ip.address)
        self._metrics.set("holdfast_floating_ip_claim_seconds", took, address=self._ip.address)
        self._log.settled(f"{self._ip.address} claim")
        self._log.settled(f"{self._ip.address} held back")
        self._log.say(f"{self._ip.address}: is here, confirmed {took:.2f} s after the first try")
        return self._confirmed(order, time.monotonic())

    def _assign(self, order: Order) -> ApiError | None:
        """
        Returns when it is time to look where the address is. What it returns is the API's word that the address is
        assigned already: a master that comes back, or whose first try was carried out without an answer, has it.
        """
        try:
            answer = self._api.post(f"{self._path}/actions/assign", {"server": self._configuration.server_id})
        except ApiError as error:
            if error.code != ASSIGNED:
                raise
            return error
        self._await(order, answer.get("action") or {})
        return None

    def _held_back(self, why: str) -> None:
        self._log.repeated(f"{self._ip.address} held back", f"{self._ip.address}: {why}", every=60)

    def _await(self, order: Order, action: dict[str, object]) -> None:
        """Follows the action for at most 10 s; a stuck one is asked for again by the next round."""
        pauses = [0.1, 0.1, 0.1, 0.2, 0.5] + [1.0] * 9
        for pause in pauses:
            if action.get("status") == "success":
                return
            if action.get("status") == "error":
                error = action.get("error")
                detail = error if isinstance(error, dict) else {}
                raise ApiError("conflict", f"assigning failed: {detail.get('code')} {detail.get('message')}")
            self._duty.wait(order, None, pause)
            if not self._duty.valid(order):
                raise Cancelled
            action = self._api.get(f"/actions/{action.get('id')}").get("action") or {}
        raise ApiError("timeout", f"assigning is still {action.get('status')} after 10 s")

    def _holder(self) -> int | None:
        found = self._api.get(self._path).get("floating_ip") or {}
        server = found.get("server")
        return int(server) if server is not None else None

    def _confirmed(self, order: Order, now: float) -> float:
        self._held_since = self._held_since or now
        self._held_under = order.number
        address = self._ip.address
        self._metrics.set("holdfast_floating_ip_held", 1, address=address)
        self._metrics.set("holdfast_floating_ip_contested", 0, address=address)
        self._metrics.set("holdfast_floating_ip_last_verified_seconds", time.time(), address=address)
        return verify_pause(now - self._held_since, self._api.remaining)
