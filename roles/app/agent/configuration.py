"""What the agent's programs know about their machine: /etc/holdfast/agent.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from healthcheck import Question
from holds import Holds

PATH = "/etc/holdfast/agent.json"


@dataclass(frozen=True)
class Instance:
    number: int
    name: str
    """What HAProxy calls it, e.g. `app-1-2`."""
    port: int
    agent_port: int


@dataclass(frozen=True)
class Balancer:
    name: str
    address: str


@dataclass(frozen=True)
class Configuration:
    address: str
    """Where the load balancers ask: the machine's private address."""
    question: Question
    """What says whether an instance is well."""
    start_seconds: float
    """How long an instance may take until it answers for the first time."""
    drain_seconds: float
    """How long an instance may go on with what it has before it is stopped."""
    debug_port: int | None
    """Where an instance that was started for debugging waits for a debugger."""
    states: str
    passing_states: str
    apply_lock: str
    """Locked as long as somebody changes this machine's configuration."""
    status_port: int
    balancers: tuple[Balancer, ...]
    instances: tuple[Instance, ...]

    @property
    def holds(self) -> Holds:
        return Holds(self.states, self.passing_states)

    def instance(self, number: int) -> Instance:
        """Raises `LookupError` with words for people."""
        for instance in self.instances:
            if instance.number == number:
                return instance
        known = ", ".join(str(instance.number) for instance in self.instances)
        raise LookupError(f"there is no instance {number} on this machine; there are {known}")


def read_configuration(path: str = PATH) -> Configuration:
    with open(path, encoding="utf-8") as file:
        raw: dict[str, Any] = json.load(file)
    return Configuration(
        address=str(raw["address"]),
        question=Question.read(raw["health"]),
        start_seconds=float(raw["startSeconds"]),
        drain_seconds=float(raw["drainSeconds"]),
        debug_port=int(raw["debugPort"]) if "debugPort" in raw else None,
        states=str(raw["states"]),
        passing_states=str(raw["passingStates"]),
        apply_lock=str(raw["applyLock"]),
        status_port=int(raw["statusPort"]),
        balancers=tuple(Balancer(str(one["name"]), str(one["address"])) for one in raw["loadBalancers"]),
        instances=tuple(
            Instance(int(one["number"]), str(one["name"]), int(one["port"]), int(one["agentPort"]))
            for one in raw["instances"]
        ),
    )
