"""keepalived's word on who is master: the notify FIFO for speed, the marker address for truth."""

from __future__ import annotations

import os
import re
import select
import socket
import stat
import threading
import time

from duty import Duty
from log import Log

LINE = re.compile(r'^INSTANCE "[^"]*" ([A-Z_]+) \d+$')
NOT_MASTER = ("BACKUP", "FAULT", "STOP", "DELETED")
LEVEL_SECONDS = 1.0


def marker_present(marker: str) -> bool:
    """Whether the marker is an address of this machine: only then does the kernel choose it to speak to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((marker, 9))  # UDP: nothing is sent.
        except OSError:
            return False
        return bool(probe.getsockname()[0] == marker)


def fold(lines: list[str]) -> tuple[str | None, bool]:
    """
    The last state that the lines name, and whether a rival's advert came after it. A backlog read after a restart
    must not be acted on line by line: the first of them may be hours old.
    """
    state: str | None = None
    challenged = False
    for line in lines:
        match = LINE.match(line.strip())
        if not match:
            continue
        word = match.group(1)
        if word == "MASTER_RX_LOWER_PRI":
            challenged = True
        elif word == "MASTER" or word in NOT_MASTER:
            state, challenged = word, False
    return state, challenged


class KeepalivedFeed(threading.Thread):
    """Reads the FIFO for ever; survives keepalived's reload, restart and death, and its own restart."""

    def __init__(self, fifo: str, marker: str, duty: Duty, log: Log) -> None:
        super().__init__(name="keepalived feed", daemon=True)
        self._fifo, self._marker, self._duty, self._log = fifo, marker, duty, log
        self._descriptor = -1
        self._rest = b""
        self._disagreed = False
        self._marker_seen = False
        """Whether the marker was there since keepalived last said MASTER: only then does its absence mean something."""
        self.alive_at = time.monotonic()

    def run(self) -> None:
        self._open()
        self._settle("at start")
        next_level = time.monotonic() + LEVEL_SECONDS
        while True:
            self.alive_at = time.monotonic()
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            for _, events in poll.poll(max(0.0, next_level - time.monotonic()) * 1000):
                if events & select.POLLIN:
                    self._read()
                elif events & select.POLLHUP:
                    self._lost()
            if time.monotonic() >= next_level:
                next_level = time.monotonic() + LEVEL_SECONDS
                self._compare()

    def _open(self) -> None:
        """
        Where there is no FIFO we make one: one that keepalived made would vanish with it. On a machine the folder is root's,
        so that the attempt ends the keeper, and systemd makes the FIFO before it starts it again.
        """
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._rest = b""
        try:
            os.mkfifo(self._fifo, 0o600)
        except FileExistsError:
            if not stat.S_ISFIFO(os.lstat(self._fifo).st_mode):
                raise SystemExit(f"{self._fifo} is not a FIFO; remove it") from None
        self._descriptor = os.open(self._fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def _writer_there(self) -> bool:
        """keepalived holds the FIFO open while it lives. What is read here on the way is kept."""
        try:
            content = os.read(self._descriptor, 65536)
        except BlockingIOError:
            return True
        self._rest += content
        return content != b""

    def _level(self) -> bool:
        """Master as a state, not an event. A marker without a keepalived is what a killed one left behind."""
        present = marker_present(self._marker)
        self._marker_seen = self._marker_seen or present
        return self._writer_there() and present

    def _settle(self, when: str) -> None:
        """Takes the level as it is, without hurry: if we are master, the address is probably here."""
        master = self._level()
        if self._duty.order.master != master or self._duty.order.number == 0:
            self._log.say(f"{'master' if master else 'not master'}, {when}")
            self._duty.set(master, claim=False)
        self._apply()  # What keepalived wrote while we were away is newer than the marker.

    def _read(self) -> None:
        content = os.read(self._descriptor, 65536)
        if content == b"":
            self._lost()
            return
        self._rest += content
        self._apply()

    def _apply(self) -> None:
        state, challenged = fold(self._take_lines())
        master = self._duty.order.master
        if state == "MASTER":
            self._log.say("master: keepalived says so")
            self._marker_seen = False
            self._duty.set(True, claim=True)
        elif state is not None and master:
            self._log.say(f"not master: keepalived says {state}")
            self._duty.set(False)
        elif state is None and challenged and master:
            self._log.repeated("challenge", "another machine says that it is master: asking the API where the address is", 60)
            self._duty.challenge()

    def _take_lines(self) -> list[str]:
        *lines, self._rest = self._rest.split(b"\n")
        return [line.decode("ascii", "replace") for line in lines]

    def _lost(self) -> None:
        """keepalived closed the FIFO: it reloads, restarts or died. A reload is back at once and changes nothing."""
        self._open()
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            if self._writer_there():
                return
            time.sleep(0.02)
        if self._duty.order.master:
            self._log.say("not master: keepalived is gone")
            self._duty.set(False)

    def _compare(self) -> None:
        """A lost message, a FIFO that somebody replaced: the level wins when it disagrees twice."""
        try:
            status = os.stat(self._fifo)
            replaced = status.st_ino != os.fstat(self._descriptor).st_ino
        except FileNotFoundError:
            replaced = True
        if replaced:
            self._log.say(f"{self._fifo} was replaced: the keeper opens it again")
            self._open()
        level = self._level()
        self._apply()
        disagrees = level != self._duty.order.master
        if disagrees and self._disagreed:
            if level or self._marker_seen:
                self._settle("as the marker address says")
            else:
                # keepalived may be kept from setting addresses; the visitors should not pay for that.
                self._log.repeated("marker", f"keepalived says master, but {self._marker} was never set: keepalived is believed", 60)
        self._disagreed = disagrees
