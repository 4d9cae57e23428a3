"""What the database machine knows of itself: /etc/holdfast/backup.json, written by Holdfast. Nothing in it is secret."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from common import write_json
from postgres import acting_as_postgres

CONFIGURATION = "/etc/holdfast/backup.json"
STATE = "/var/lib/holdfast"
"""Folder of how far a restore has got; root's."""
RESULTS = f"{STATE}/backup"
"""Folder of results that `holdfast status` reads; the user postgres's."""
RUN = "/run/holdfast-backup"
"""Folder of requests and results of jobs; root's alone, because a request may hold a key."""


@dataclass(frozen=True)
class Settings:
    stanza: str
    version: str
    """PostgreSQL's major version, e.g. `17`."""
    cluster: str
    """Debian's name of the cluster, e.g. `main`."""
    data: str
    """The data directory."""
    volume: str
    """Where the volume is mounted; the data directory and everything large is below it."""
    volume_gib: int
    configuration: str
    """Debian's postgresql.conf, which lies outside of the data directory."""
    database: str
    owner: str
    port: int
    role_units: tuple[str, ...]
    """Units that bring roles and passwords to what the stack says; run after a restore, which brings old ones."""
    extensions: tuple[str, ...] = ()
    """Extensions that the database has by the stack's settings."""

    @property
    def unit(self) -> str:
        return f"postgresql@{self.version}-{self.cluster}.service"

    @property
    def programs(self) -> str:
        return f"/usr/lib/postgresql/{self.version}/bin"

    @property
    def libraries(self) -> str:
        return f"/usr/lib/postgresql/{self.version}/lib"


def write_result(path: str, value: Any) -> None:
    with acting_as_postgres():
        write_json(path, value)


def read_settings(path: str = CONFIGURATION) -> Settings:
    """Raises OSError or KeyError when this is no database machine with backups."""
    with open(path, encoding="utf-8") as file:
        raw: dict[str, Any] = json.load(file)
    return Settings(
        stanza=str(raw["stanza"]),
        version=str(raw["version"]),
        cluster=str(raw["cluster"]),
        data=str(raw["dataDirectory"]),
        volume=str(raw["volume"]),
        volume_gib=int(raw["volumeSize"]),
        configuration=str(raw["configuration"]),
        database=str(raw["database"]),
        owner=str(raw["owner"]),
        port=int(raw["port"]),
        role_units=tuple(str(unit) for unit in raw["roleUnits"]),
        extensions=tuple(str(name) for name in raw.get("extensions", ())),
    )
