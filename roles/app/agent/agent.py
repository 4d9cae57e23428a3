#!/usr/bin/python3
"""
The agent of an app machine. To HAProxy it says, for each instance on a port of its own, whether visitors may come:
`ready`, `drain` or `maint`, as files say, so that a drain outlives any load balancer. It restarts instances that hang,
which systemd cannot see, and puts back what a roll-out that was killed left out of rotation.
Usage: agent.py CONFIGURATION.json
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial
from typing import Any, Coroutine

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from common import is_locked, notify_systemd  # noqa: E402
from configuration import Configuration, Instance, read_configuration  # noqa: E402
from holds import Holds  # noqa: E402
from watchdog import Watchdog, say  # noqa: E402

# Seconds between two looks for roll-outs that were killed, and looks in a row that have to find no apply at work.
FORGET_INTERVAL = 1.0
FORGET_LOOKS = 5


def is_watched(holds: Holds, number: int) -> bool:
    """An instance that somebody stops on purpose, for a debugger or a new release, is not to be killed meanwhile."""
    return all(hold.owner == "person" and hold.word != "maint" for hold in holds.of(number))


async def serve(configuration: Configuration, instance: Instance) -> None:
    """Answers for one instance; waits for its address where the network is late."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{configuration.holds.state_of(instance.number)}\n".encode())
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


async def forget_roll_outs(configuration: Configuration) -> None:
    """A roll-out that was killed cannot put its instance back. While one works, it keeps the apply's lock."""
    looks = 0
    while True:
        await asyncio.sleep(FORGET_INTERVAL)
        holds = configuration.holds
        left = [one for one in configuration.instances if os.path.exists(holds.path(one.number, "roll-out"))]
        looks = looks + 1 if left and not is_locked(configuration.apply_lock) else 0
        if looks < FORGET_LOOKS:
            continue
        for instance in left:
            holds.drop(instance.number, "roll-out")
            say(f"instance {instance.number}: a roll-out took it out of rotation and ended without putting it back; the agent puts it back")


async def signs_of_life() -> None:
    """For systemd's watchdog: the loop that answers HAProxy turns."""
    notify_systemd("READY=1")
    while True:
        notify_systemd("WATCHDOG=1")
        await asyncio.sleep(2)


async def main(path: str) -> None:
    configuration = read_configuration(path)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, os._exit, 0)
    tasks: list[Coroutine[Any, Any, None]] = [signs_of_life(), forget_roll_outs(configuration)]
    for instance in configuration.instances:
        tasks.append(serve(configuration, instance))
        watchdog = Watchdog(
            instance.number,
            configuration.address,
            instance.port,
            configuration.question,
            configuration.start_seconds,
            partial(is_watched, configuration.holds, instance.number),
        )
        tasks.append(watchdog.run())
    # The first one that ends takes all with it, and systemd starts over.
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: agent.py CONFIGURATION.json")
    asyncio.run(main(sys.argv[1]))
