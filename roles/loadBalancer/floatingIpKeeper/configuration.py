"""The keeper's settings: one JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from healthcheck import Question


@dataclass(frozen=True)
class FloatingIp:
    """One address that belongs on the active load balancer; `id` is its id in the API."""

    id: int
    address: str


@dataclass(frozen=True)
class Instance:
    """One of the app's; `name` is HAProxy's, e.g. `app-1-2`."""

    name: str
    address: str
    port: int


@dataclass(frozen=True)
class Pair:
    """What a load balancer with a peer has and a single one has not."""

    fifo: str
    """Where keepalived writes its notifications."""
    marker: str
    """The address that keepalived puts on `lo` while it is master, and only then."""
    track_file: str
    """Read by keepalived: `0` while this machine may be master, `1` while it may not."""
    peers: tuple[str, ...]
    """`/state` URLs of the other keepers."""
    instances: tuple[Instance, ...]
    question: Question
    """What says whether an instance is well, the same as HAProxy's."""
    haproxy_pid_file: str
    haproxy_probe: str
    """Any HTTP answer from here shows that HAProxy is not hanging."""
    maintenance_file: str
    """While it exists, this machine takes no part in the election."""
    hand_over_file: str
    """While a program holds the lock on it, the same: a hand-over that dies leaves nothing behind."""


@dataclass(frozen=True)
class Configuration:
    endpoint: str
    """The API's base URL, e.g. `https://api.hetzner.cloud/v1`."""
    server_id: int
    floating_ips: tuple[FloatingIp, ...]
    listen: str
    """`ADDRESS:PORT` for /metrics and /state, on the private side."""
    pair: Pair | None
    """None: there is no peer, so this machine is always the one."""


def read_configuration(path: str) -> Configuration:
    """Reads the file; a missing or misspelt setting raises with its name."""
    with open(path, encoding="utf-8") as file:
        raw: dict[str, Any] = json.load(file)
    try:
        pair = raw["pair"]
        return Configuration(
            endpoint=str(raw["endpoint"]).rstrip("/"),
            server_id=int(raw["serverId"]),
            floating_ips=tuple(FloatingIp(int(ip["id"]), str(ip["address"])) for ip in raw["floatingIps"]),
            listen=str(raw["listen"]),
            pair=None
            if pair is None
            else Pair(
                fifo=str(pair["fifo"]),
                marker=str(pair["marker"]),
                track_file=str(pair["trackFile"]),
                peers=tuple(map(str, pair["peers"])),
                instances=tuple(
                    Instance(str(one["name"]), str(one["address"]), int(one["port"])) for one in pair["instances"]
                ),
                question=Question.read(pair["health"]),
                haproxy_pid_file=str(pair["haproxyPidFile"]),
                haproxy_probe=str(pair["haproxyProbe"]),
                maintenance_file=str(pair["maintenanceFile"]),
                hand_over_file=str(pair["handOverFile"]),
            ),
        )
    except KeyError as missing:
        raise SystemExit(f"{path}: {missing} is missing; it is written by the load balancer role") from None
