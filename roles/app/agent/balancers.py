"""How load balancers see the instances: HAProxy's statistics, asked over the private network."""

from __future__ import annotations

import csv
import http.client
from dataclasses import dataclass

from configuration import Balancer
from haproxychecks import state_of

# Seconds. They are one hop away; who takes longer is as good as gone.
ANSWER_SECONDS = 1.0
# The backends over the same instances (haproxy.cfg); the checks are those of the first.
BACKENDS = ("safe", "unsafe", "streams")


@dataclass(frozen=True)
class View:
    """One instance through the eyes of one HAProxy."""

    status: str
    """HAProxy's own word and reason, e.g. `UP`, `DRAIN`, `DOWN (L7STS/503: answered 503 …)`; empty when it does not know the instance."""
    open: int
    """Requests and connections under way to it, and those that wait for it."""
    others_up: int
    """How many other instances get visitors."""
    share: int = 100
    """Percent of its weight that it has so far, while HAProxy lets it start slowly."""

    @property
    def known(self) -> bool:
        return self.status != ""

    @property
    def is_up(self) -> bool:
        return self.status.startswith("UP")


def look(balancer: Balancer, port: int, name: str) -> View:
    """Raises `OSError` when it does not answer, in time or in sense."""
    connection = http.client.HTTPConnection(balancer.address, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/;csv")
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if answer.status != 200:
            raise OSError(f"HAProxy's status page answers {answer.status}")
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP: {error!r}") from error
    finally:
        connection.close()
    return read_statistics(text, name)


def read_statistics(text: str, name: str) -> View:
    """Reads HAProxy's CSV (management.txt, section 9.1)."""
    rows = [row for row in csv.DictReader(text.removeprefix("# ").splitlines()) if row.get("pxname") in BACKENDS]
    mine = [row for row in rows if row["svname"] == name]
    checked = [row for row in mine if row["pxname"] == BACKENDS[0]]
    up = [
        row["svname"]
        for row in rows
        if row["pxname"] == BACKENDS[0] and row["svname"] not in ("BACKEND", name) and row["status"].startswith("UP")
    ]
    status = state_of(checked[0]) if checked else ""
    under_way = sum(_number(row["scur"]) + _number(row["qcur"]) for row in mine)
    share = min((_number(row["throttle"]) for row in mine if row.get("throttle")), default=100)
    return View(status, under_way, len(up), share)


def _number(text: str | None) -> int:
    return int(text) if text else 0
