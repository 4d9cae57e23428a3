#!/usr/bin/python3
"""
The agent of an app machine. To HAProxy it says, for each instance on a port of its own, whether visitors may come:
`ready`, `drain` or `maint`, as a file says, so that a drain outlives any load balancer. And it restarts instances that
hang, which systemd cannot see.
Usage: agent.py CONFIGURATION.json
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any, Coroutine

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from watchdog import Watchdog  # noqa: E402

STATES = ("ready", "drain", "maint")


@dataclass(frozen=True)
class Instance:
    number: int
    port: int
    agent_port: int


@dataclass(frozen=True)
class Configuration:
    address: str
    """Where the load balancers ask: the machine's private address."""
    health: str
    start_seconds: float
    """How long an instance may take until it answers for the first time."""
    states: str
    """Folder with a file per instance that is not `ready`."""
    instances: tuple[Instance, ...]


def read_configuration(path: str) -> Configuration:
    with open(path, encoding="utf-8") as file:
        raw: dict[str, Any] = json.load(file)
    return Configuration(
        address=str(raw["address"]),
        health=str(raw["health"]),
        start_seconds=float(raw["startSeconds"]),
        states=str(raw["states"]),
        instances=tuple(Instance(int(i["number"]), int(i["port"]), int(i["agentPort"])) for i in raw["instances"]),
    )


def state_of(states: str, number: int) -> str:
    """What a person or a roll-out asked for; no file means `ready`, and so does one that nobody understands."""
    try:
        with open(os.path.join(states, str(number)), encoding="ascii") as file:
            word = file.read(16).strip()
    except (OSError, ValueError):
        return "ready"
    return word if word in STATES else "ready"


def is_watched(states: str, number: int) -> bool:
    return state_of(states, number) != "maint"


async def serve(configuration: Configuration, instance: Instance) -> None:
    """Answers for one instance; waits for its address where the network is late."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{state_of(configuration.states, instance.number)}\n".encode())
        try:
            await writer.drain()
        except ConnectionError:
            pass  # HAProxy went away: it asks again.
        writer.close()

    said = ""
    while True:
        try:
            server = await asyncio.start_server(answer, configuration.address, instance.agent_port)
            break
        except OSError as error:
            if str(error) != said:
                said = str(error)
                print(f"instance {instance.number}: cannot listen yet: {error}", flush=True)
            await asyncio.sleep(1)
    async with server:
        await server.serve_forever()


async def signs_of_life() -> None:
    """sd_notify, for systemd's watchdog: the loop that answers HAProxy turns."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    message = b"READY=1\nWATCHDOG=1"
    while True:
        if address:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.sendto(message, "\0" + address[1:] if address.startswith("@") else address)
        message = b"WATCHDOG=1"
        await asyncio.sleep(2)


async def main(path: str) -> None:
    configuration = read_configuration(path)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, os._exit, 0)
    tasks: list[Coroutine[Any, Any, None]] = [signs_of_life()]
    for instance in configuration.instances:
        tasks.append(serve(configuration, instance))
        watchdog = Watchdog(
            instance.number,
            instance.port,
            configuration.health,
            configuration.start_seconds,
            # Whoever takes an instance out for maintenance may want to stop it under a debugger.
            partial(is_watched, configuration.states, instance.number),
        )
        tasks.append(watchdog.run())
    # The first one that ends takes all with it, and systemd starts over.
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: agent.py CONFIGURATION.json")
    asyncio.run(main(sys.argv[1]))
