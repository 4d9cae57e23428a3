"""
Restarts an instance that hangs: its process lives, but nothing is answered. systemd restarts what dies; only somebody
who asks can see what hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import Callable

from healthcheck import Question

INTERVAL_SECONDS = 1.0
ANSWER_SECONDS = 2.0
REST_SECONDS = 0.3
SILENCES = 3
"""So many unanswered questions in a row are a hang: about 9 s at worst, and no single slow answer."""
MOST_KILLS = 5
KILL_WINDOW_SECONDS = 600.0


async def answers(address: str, port: int, question: Question) -> bool:
    """Whether the load balancers' question gets any answer, in a longer time than theirs. 503 is an answer too: it says that the process is alive and busy with itself."""

    async def ask() -> bool:
        reader, writer = await asyncio.open_connection(address, port)
        try:
            writer.write(question.request)
            answered = (await reader.read(5)).startswith(b"HTTP")
            # An app whose answer is not read to its end finds a broken connection, and its log is full of it.
            with contextlib.suppress(asyncio.TimeoutError, OSError):
                await asyncio.wait_for(read_to_the_end(reader), REST_SECONDS)
            return answered
        finally:
            writer.close()

    try:
        return await asyncio.wait_for(ask(), ANSWER_SECONDS)
    except (OSError, asyncio.TimeoutError):
        return False


async def read_to_the_end(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass


async def systemctl(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec("systemctl", *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode().strip()


def say(line: str) -> None:
    print(line, flush=True)


class Watchdog:
    def __init__(
        self,
        number: int,
        address: str,
        port: int,
        question: Question,
        start_seconds: float,
        watched: Callable[[], bool],
    ) -> None:
        self._address, self._port, self._question = address, port, question
        self._start_seconds, self._watched = start_seconds, watched
        self._unit = f"app@{number}.service"
        self._answered_at = float("-inf")
        self._silences = 0
        self._kills: deque[float] = deque()
        self._gave_up = False

    async def run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            if await answers(self._address, self._port, self._question):
                self._silences, self._answered_at, self._gave_up = 0, time.monotonic(), False
                continue
            if not self._watched():
                self._silences = 0
                continue
            self._silences += 1
            if self._silences >= SILENCES:
                await self._consider()

    async def _consider(self) -> None:
        """Kills only what systemd calls active, and what answered before or has had its time to start."""
        properties = "ActiveState,MainPID,ActiveEnterTimestampMonotonic"
        shown = dict(
            line.split("=", 1) for line in (await systemctl("show", self._unit, f"--property={properties}")).splitlines()
        )
        if shown.get("ActiveState") != "active":
            self._silences = 0
            return
        now, started_at = time.monotonic(), int(shown.get("ActiveEnterTimestampMonotonic", "0")) / 1e6
        if self._answered_at < started_at and now - started_at < self._start_seconds:
            return
        while self._kills and now - self._kills[0] > KILL_WINDOW_SECONDS:
            self._kills.popleft()
        if len(self._kills) >= MOST_KILLS:
            if not self._gave_up:
                say(f"{self._unit} still does not answer after {MOST_KILLS} kills in 10 minutes: the agent leaves it alone now")
            self._gave_up = True
            return
        self._kills.append(now)
        self._silences = 0
        say(
            f"{self._unit} (process {shown.get('MainPID')}) did not answer {SILENCES} times in a row: "
            "the agent kills it, and systemd starts it again"
        )
        await systemctl("kill", "--signal=KILL", self._unit)
