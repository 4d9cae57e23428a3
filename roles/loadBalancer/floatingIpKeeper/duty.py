"""Whether this machine has to hold the floating IPs now: the one piece of state that everything else follows."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Order:
    """What holds at one moment. Another number is another order: whatever was begun under the old one must stop."""

    number: int
    master: bool
    claim: bool
    """True: take the address at once. False: look first, it may be here already."""


class Duty:
    """Set by the keepalived feed, obeyed by the claims."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._order = Order(0, master=False, claim=False)
        self._challenges = 0
        self._listeners: list[Callable[[Order], None]] = []

    @property
    def order(self) -> Order:
        with self._condition:
            return self._order

    def on_change(self, listener: Callable[[Order], None]) -> None:
        """Called at each change, before the new order is visible, so that it never ends what the new order began."""
        self._listeners.append(listener)

    @property
    def challenges(self) -> int:
        """How often another machine was heard that thinks it is master, and so may have moved the address."""
        with self._condition:
            return self._challenges

    def set(self, master: bool, claim: bool = False) -> None:
        with self._condition:
            order = Order(self._order.number + 1, master, claim)
            for listener in self._listeners:
                listener(order)
            self._order = order
            self._condition.notify_all()

    def challenge(self) -> None:
        """No new order: what is under way goes on, and a waiting thread looks again."""
        with self._condition:
            self._challenges += 1
            self._condition.notify_all()

    def valid(self, order: Order) -> bool:
        return self.order.number == order.number

    def wait(self, order: Order, challenges: int | None, seconds: float) -> None:
        """Until the order is no longer valid or there were more challenges than these, at most so long."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._order.number != order.number or challenges not in (None, self._challenges), seconds
            )
