"""
Whether this machine may be master. keepalived reads the verdict from a file and leaves the election while it says no.

Two questions with two speeds. Is an instance healthy, does HAProxy run, is it no maintenance: asked all the time, slow to
say no, because a hiccup must not move the address. And: is an instance reachable at this very moment: asked once, when
keepalived has just said "master". A standby whose private network is cut hears no adverts and becomes master within
0.3 s, quicker than any check worth having; this question is what keeps it from taking the address.
"""

from __future__ import annotations

import http.client
import os
import select
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Callable
from urllib.parse import SplitResult, urlsplit

from common import is_locked
from configuration import Instance, Pair
from duty import Duty
from healthcheck import NotWell, ask
from log import Log
from metrics import Metrics

PROBE_SECONDS = 0.4
REACH_SECONDS = 0.2
ROUND_SECONDS = 1.0
FAILING_ROUND_SECONDS = 0.25
STANDBY_LIMIT_SECONDS = 1.5
MASTER_LIMIT_SECONDS = 3.0
"""Longer than HAProxy takes to notice: a master must not leave the election over a pause of the app."""
HAPROXY_GRACE_SECONDS = 0.3
"""systemd restarts HAProxy in less, which is quicker than moving the address."""
TELL_SECONDS = 10.0
"""What is wrong with the instances changes as they restart; the journal gets it so often at most."""
SHOWN_REASONS = 3
SAMPLE = 64
"""Instances asked at a time, all at once, so that a round takes as long as one probe however many there are."""


def answers(url: SplitResult, seconds: float) -> bool:
    """Whether the URL answers in so many seconds, whatever it says."""
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=seconds)
    try:
        connection.request("GET", url.path or "/", headers={"User-Agent": "holdfast-floating-ip-keeper", "Connection": "close"})
        connection.getresponse()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def connects(instance: Instance) -> bool:
    try:
        socket.create_connection((instance.address, instance.port), REACH_SECONDS).close()
        return True
    except OSError:
        return False


class HaproxyWatch:
    """HAProxy's master process, watched through a pidfd: no polling, and no mistaking a recycled pid for it."""

    def __init__(self, pid_file: str) -> None:
        self._pid_file = pid_file
        self._descriptor = -1

    def wait(self, seconds: float) -> bool:
        """Sleeps, but no longer than HAProxy lives. Returns whether it runs."""
        if self._descriptor < 0 and not self._find():
            time.sleep(min(seconds, 0.05))
            return self._find()
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if not poll.poll(seconds * 1000):
            return True
        os.close(self._descriptor)
        self._descriptor = -1
        until = time.monotonic() + HAPROXY_GRACE_SECONDS
        while time.monotonic() < until:
            time.sleep(0.02)
            if self._find():
                return True
        return False

    def _find(self) -> bool:
        if self._descriptor >= 0:
            return True
        try:
            with open(self._pid_file, encoding="ascii") as file:
                descriptor = os.pidfd_open(int(file.read().split()[0]))
        except (OSError, ValueError, IndexError):
            return False
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if poll.poll(0):  # Dead, and not yet collected by its parent.
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True


class Fitness(threading.Thread):
    def __init__(self, pair: Pair, duty: Duty, log: Log, metrics: Metrics) -> None:
        super().__init__(name="fitness", daemon=True)
        self._pair, self._duty, self._log, self._metrics = pair, duty, log, metrics
        self._instances = list(pair.instances)
        self._seen: dict[str, str] = {}
        """Name of each instance that was asked in vain, and what it said the last time."""
        self._told, self._told_at = "", float("-inf")
        self._haproxy = HaproxyWatch(pair.haproxy_pid_file)
        self._haproxy_probe = urlsplit(pair.haproxy_probe)
        self._pool = ThreadPoolExecutor(max_workers=2 * SAMPLE, thread_name_prefix="probe")
        self._lock = threading.Lock()
        # After a restart of the keeper the last verdict holds until there is a new one: no failover for an update.
        self._written = self._read()
        was_fit = self._written == "0"
        self._verdict: str | None = None if was_fit else "not judged yet"
        self._healthy_at = time.monotonic() if was_fit else float("-inf")
        self._healthy_rounds = 0
        self._unanswered = 0
        self.alive_at = time.monotonic()

    @property
    def fit(self) -> bool:
        return self._verdict is None

    @property
    def verdict(self) -> str | None:
        """Why this machine may not be master; None while it may."""
        return self._verdict

    def run(self) -> None:
        next_round = 0.0
        while True:
            self.alive_at = now = time.monotonic()
            if now >= next_round:
                well = self._round() and self._unanswered == 0 and self.fit
                next_round = now + (ROUND_SECONDS if well else FAILING_ROUND_SECONDS)
            running = self._haproxy.wait(0.25)
            self._judge(running)

    def reaches_instance(self) -> bool:
        """
        Asked before each claim. A connection is enough (an instance may be slow because its other load balancer just
        died); if none comes about in two tries, this machine is cut off and leaves the election at once.
        """
        instances = self._instances
        for sample in (instances[:SAMPLE], instances[SAMPLE : 2 * SAMPLE] or instances[:SAMPLE]):
            if self._first(sample, connects):
                return True
        with self._lock:
            self._healthy_at = float("-inf")
            self._healthy_rounds = 0
        self._judge(running=True)
        return False

    def _round(self) -> bool:
        """
        One instance suffices; which one it was last time is asked first, others only when it fails. Of many, those that
        were asked in vain go to the end of the line, so that the next round asks others.
        """
        self._unanswered = 0 if answers(self._haproxy_probe, PROBE_SECONDS) else self._unanswered + 1
        line = self._instances
        found = line[0] if line and self._is_well(line[0]) else None
        if line and found is None:
            sample = line[1 : 1 + SAMPLE]
            found = self._first(sample, self._is_well)
            rest = [one for one in line[1 + len(sample) :] + [line[0]] + sample if one != found]
            self._instances = rest if found is None else [found, *rest]
        with self._lock:
            self._healthy_rounds = self._healthy_rounds + 1 if found else 0
            if found:
                self._healthy_at = time.monotonic()
        self._metrics.set("holdfast_floating_ip_keeper_reaches_instance", 1 if found else 0)
        return found is not None

    def _is_well(self, instance: Instance) -> bool:
        try:
            ask(instance.address, instance.port, self._pair.question)
            self._seen.pop(instance.name, None)
            return True
        except NotWell as failure:
            self._seen[instance.name] = str(failure)
            return False

    def _first(self, instances: list[Instance], well: Callable[[Instance], bool]) -> Instance | None:
        """The first of them to be well; all are asked at the same time, and who is slower is not waited for."""
        asked = {self._pool.submit(well, one): one for one in instances}
        try:
            return next((asked[future] for future in as_completed(asked) if future.result()), None)
        finally:
            for future in asked:
                future.cancel()

    def _judge(self, running: bool) -> None:
        with self._lock:
            limit = MASTER_LIMIT_SECONDS if self._duty.order.master else STANDBY_LIMIT_SECONDS
            unheard = time.monotonic() - self._healthy_at
            was_out = self._verdict is not None
            if os.path.exists(self._pair.maintenance_file):
                verdict: str | None = f"maintenance: {self._pair.maintenance_file} exists"
            elif is_locked(self._pair.hand_over_file):
                verdict = "the floating IP is being handed over"
            elif not running:
                verdict = "HAProxy does not run"
            elif self._unanswered >= 2:
                verdict = "HAProxy does not answer"
            elif unheard > limit:
                verdict = self._no_instance(was_out)
            elif was_out and self._healthy_rounds < 2:
                verdict = self._verdict
            else:
                verdict = None
            self._verdict = verdict
            self._write("0" if verdict is None else "1")
        self._metrics.set("holdfast_floating_ip_keeper_fit", 1 if verdict is None else 0)
        self._log.repeated("fitness", f"unfit to be master: {verdict}" if verdict else "fit to be master", float("inf"))

    def _no_instance(self, was_out: bool) -> str:
        """With what instances said, in the same words for a while, because they say something else all the time."""
        now = time.monotonic()
        if was_out and now - self._told_at < TELL_SECONDS:
            return self._told
        names: dict[str, list[str]] = {}
        for name, reason in sorted(self._seen.copy().items()):
            names.setdefault(reason, []).append(name)
        said = [f"{_listed(some)} {reason}" for reason, some in list(names.items())[:SHOWN_REASONS]]
        more = [f"{len(names) - SHOWN_REASONS} more reasons"] if len(names) > SHOWN_REASONS else []
        self._told = "; ".join(["no instance of the app is well for it", *said, *more])
        self._told_at = now if said else float("-inf")
        return self._told

    def _read(self) -> str | None:
        try:
            with open(self._pair.track_file, encoding="ascii") as file:
                return file.read().strip()
        except OSError:
            return None

    def _write(self, value: str) -> None:
        """keepalived reads the file when it is closed after writing."""
        if value == self._written:
            return
        with open(self._pair.track_file, "w", encoding="ascii") as file:
            file.write(value + "\n")
        self._written = value


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
