"""
The places that backups are in, and which of them answer at all. pgBackRest tries a server that is away for minutes before it
says so, and asks all places in turn: who looks first can leave that one out.
"""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor

NAMES = {1: "the Storage Box", 2: "the bucket"}
"""As people know the repositories."""
WHERE = {1: "on the Storage Box", 2: "in the bucket"}
CONFIGURATION = "/etc/pgbackrest/conf.d/repository.conf"
"""Where the places of this machine's own repositories are, and their keys."""
PATIENCE = 5
"""Seconds for a connection."""


def repositories(conf: str) -> dict[int, dict[str, str]]:
    """Number of each repository that a configuration describes → its settings, without the number."""
    keys = re.findall(r"^repo(\d+)-type=", conf, re.MULTILINE)
    return {int(key): dict(re.findall(rf"^repo{key}-(\S+?)=(\S+)$", conf, re.MULTILINE)) for key in keys}


def addresses(conf: str) -> dict[int, tuple[str, int]]:
    """Number of each repository that a configuration describes → host and port of its server."""
    found = {}
    for key, values in repositories(conf).items():
        if values["type"] == "sftp":
            found[key] = (values["sftp-host"], int(values.get("sftp-host-port", 22)))
        elif values["type"] == "s3":
            host, _, port = values["s3-endpoint"].partition(":")
            found[key] = (host, int(port or 443))
    return found


def unreached(path: str = CONFIGURATION) -> dict[int, str]:
    """Number → why, of each place whose server takes no connection. Nothing where there is only one place: then pgBackRest tells."""
    try:
        with open(path, encoding="utf-8") as file:
            places = addresses(file.read())
    except FileNotFoundError:
        return {}
    if len(places) < 2:
        return {}
    with ThreadPoolExecutor(len(places)) as pool:
        reasons = dict(zip(places, pool.map(lambda place: why_not(*place), places.values())))
    return {key: reason for key, reason in reasons.items() if reason}


def why_not(host: str, port: int) -> str | None:
    """None: it takes connections. A second attempt forgives what was lost on the way."""
    reason = None
    for _ in range(2):
        try:
            socket.create_connection((host, port), PATIENCE).close()
            return None
        except OSError as error:
            reason = f"unable to connect to '{host}:{port}': {error.strerror or error}"
    return reason
