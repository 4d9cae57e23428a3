"""What the machine plugin asks for: the desired state of the whole machine, defaults filled in."""

from __future__ import annotations

from typing import NotRequired, TypedDict, cast


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
    label: NotRequired[str]
    """What people call it: a name and a version."""
    keep: NotRequired[int]
    """How many unpacked archives of its path stay, itself among them."""
    time: NotRequired[int]
    """That of its files, in seconds since 1970; without it the machine chooses."""


class ServiceHooks(TypedDict, total=False):
    """How a unit is taken out of service, proven to be well, and put back. Seconds."""

    healthy: str
    timeout: float
    healthyFor: float
    beforeStop: str
    afterHealthy: str


class Unit(ServiceHooks):
    name: str
    enabled: bool
    state: str
    restartOn: list[str]
    reloadOn: list[str]


class Check(TypedDict):
    name: str
    command: str
    timeout: float


class Lease(TypedDict):
    """Under which lease of the stack the request is made."""

    generation: int
    """0: knowingly without a lease."""
    owner: str
    reason: str


class Request(TypedDict):
    id: str
    """Names the transaction; chosen by the client, so that it can ask again after its connection broke."""
    configuration: str
    """Names the list of managed things on this machine."""
    machine: NotRequired[str]
    """The machine's name, for its roll-out log."""
    lease: NotRequired[Lease]
    packages: list[str]
    files: dict[str, File]
    archives: dict[str, Archive]
    units: list[Unit]
    checks: list[Check]
    lockTimeout: float
    """Seconds to wait for another apply on this machine."""


class Kept(TypedDict):
    """An unpacked archive that stays on the machine."""

    key: str
    label: str


class Manifest(TypedDict):
    """What one configuration manages on this machine: what leaves these lists is removed by the next apply."""

    files: list[str]
    archives: dict[str, str]
    units: list[str]
    kept: dict[str, list[Kept]]
    """Per path the unpacked archives that stay, newest first."""
    care: dict[str, ServiceHooks]
    """The commands of the running units, for an apply that stops one or puts it back."""


KEPT_BY_DEFAULT = 2


def manifest_of(request: Request, previous: Manifest) -> Manifest:
    return {
        "files": sorted(request["files"]),
        "archives": {path: archive_key(archive) for path, archive in sorted(request["archives"].items())},
        "units": [unit["name"] for unit in request["units"]],
        "kept": {path: _kept(path, archive, previous) for path, archive in sorted(request["archives"].items())},
        "care": {unit["name"]: hooks_of(unit) for unit in request["units"] if unit["state"] == "running"},
    }


def _kept(path: str, archive: Archive, previous: Manifest) -> list[Kept]:
    own: Kept = {"key": archive_key(archive), "label": label_of(archive)}
    others = [kept for kept in kept_before(path, previous) if kept["key"] != own["key"]]
    return [own, *others][: archive.get("keep", KEPT_BY_DEFAULT)]


def kept_before(path: str, manifest: Manifest) -> list[Kept]:
    """Unpacked archives of a path, newest first."""
    return manifest["kept"].get(path, [])


def hooks_of(unit: Unit) -> ServiceHooks:
    hooks: dict[str, object] = {key: value for key, value in unit.items() if key in ServiceHooks.__annotations__}
    return cast(ServiceHooks, hooks)


def label_of(archive: Archive) -> str:
    return archive.get("label") or archive["sha256"][:12]


def archive_key(archive: Archive) -> str:
    """Name of the unpacked folder: the same content for another owner is another folder."""
    return "-".join((archive["sha256"], archive["owner"], archive["group"]))
