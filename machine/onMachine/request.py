"""What the machine plugin asks for: the desired state of the whole machine, defaults filled in."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class File(TypedDict):
    content: str
    mode: str
    owner: str
    group: str
    validate: NotRequired[str]


class Archive(TypedDict):
    sha256: str
    owner: str
    group: str


class Unit(TypedDict):
    name: str
    enabled: bool
    state: str
    restartOn: list[str]
    reloadOn: list[str]
    healthy: NotRequired[str]
    timeout: float


class Check(TypedDict):
    name: str
    command: str
    timeout: float


class Request(TypedDict):
    id: str
    """Names the transaction; chosen by the client, so that it can ask again after its connection broke."""
    configuration: str
    """Names the list of managed things on this machine."""
    packages: list[str]
    files: dict[str, File]
    archives: dict[str, Archive]
    units: list[Unit]
    checks: list[Check]
    lockTimeout: float
    """Seconds to wait for another apply on this machine."""


class Manifest(TypedDict):
    """What one configuration manages on this machine: what leaves these lists is removed by the next apply."""

    files: list[str]
    archives: dict[str, str]
    units: list[str]


def manifest_of(request: Request) -> Manifest:
    return {
        "files": sorted(request["files"]),
        "archives": {path: archive_key(archive) for path, archive in sorted(request["archives"].items())},
        "units": [unit["name"] for unit in request["units"]],
    }


def archive_key(archive: Archive) -> str:
    """Name of the unpacked folder: the same content for another owner is another folder."""
    return "-".join((archive["sha256"], archive["owner"], archive["group"]))
