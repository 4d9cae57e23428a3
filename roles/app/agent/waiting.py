"""Waits until all load balancers see an instance as they should; one that cannot be reached is not waited for for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from balancers import View, look
from configuration import Balancer, Configuration, Instance

# Seconds between two looks: a roll-out looks twice for each instance, so this is its time too.
LOOK_INTERVAL = 0.05
# Seconds that a load balancer may be unreachable before it is left out: long enough for a restart of HAProxy.
UNREACHABLE_SECONDS = 1.5


@dataclass
class Outcome:
    """What was seen last, by the load balancers' names."""

    views: dict[str, View] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    """Load balancers that did not see what was waited for until the end."""
    unreachable: dict[str, str] = field(default_factory=dict)
    """Name → why it was left out."""


def wait_for(
    configuration: Configuration,
    instance: Instance,
    holds: Callable[[View], bool],
    seconds: float,
    patience: float = UNREACHABLE_SECONDS,
) -> Outcome:
    """
    Returns when it holds at every load balancer that can be reached, seen twice in a row (HAProxy's threads learn of a
    change one after the other), or when the time is over.
    """
    outcome = Outcome()
    left = {balancer: 0 for balancer in configuration.balancers}
    since = time.monotonic()
    seen_at = {balancer: since for balancer in left}
    with ThreadPoolExecutor(max_workers=max(1, len(left))) as pool:
        while left:
            for balancer, view in _look_at_all(pool, left, configuration.status_port, instance.name):
                now = time.monotonic()
                if isinstance(view, OSError):
                    left[balancer] = 0
                    if now - seen_at[balancer] >= patience:
                        outcome.unreachable[balancer.name] = str(view) or type(view).__name__
                        del left[balancer]
                    continue
                seen_at[balancer] = now
                outcome.views[balancer.name] = view
                left[balancer] = left[balancer] + 1 if holds(view) else 0
                if left[balancer] >= 2:
                    del left[balancer]
            if time.monotonic() - since >= seconds:
                break
            if left:
                time.sleep(LOOK_INTERVAL)
    outcome.pending = [balancer.name for balancer in left]
    return outcome


def _look_at_all(
    pool: ThreadPoolExecutor, balancers: Iterable[Balancer], port: int, name: str
) -> list[tuple[Balancer, View | OSError]]:
    def one(balancer: Balancer) -> tuple[Balancer, View | OSError]:
        try:
            return balancer, look(balancer, port, name)
        except OSError as error:
            return balancer, error

    return list(pool.map(one, list(balancers)))
