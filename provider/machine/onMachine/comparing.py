"""Desired state against the machine: which operations, units and packages are left to do."""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass, field

from common import Problem
from layout import Layout
from looking import look_at_file, look_at_unit, missing_packages
from request import Archive, File, Manifest, Request, Unit, archive_key, manifest_of
from transaction import Operation

# systemd's words for units whose start at boot is not decided by enabling them.
NOT_ENABLED_BY_NAME = {"static", "generated", "indirect", "alias", "transient", "linked"}


@dataclass
class Differences:
    operations: list[Operation] = field(default_factory=list)
    leaving_units: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    """Names of units that are not in their state, or that a change restarts or reloads."""
    packages: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.operations or self.leaving_units or self.units or self.packages)

    @property
    def paths(self) -> set[str]:
        return {operation["path"] for operation in self.operations}


def read_manifest(layout: Layout, configuration: str) -> Manifest:
    """What the last apply managed; nothing on a new machine."""
    try:
        manifest: Manifest = json.loads(layout.real(layout.manifest(configuration)).read_text("utf-8"))
        return manifest
    except FileNotFoundError:
        return {"files": [], "archives": {}, "units": [], "kept": {}, "care": {}}


def missing_archives(layout: Layout, request: Request) -> list[str]:
    """SHA-256 of the archives that have to be sent."""
    return sorted(
        {
            archive["sha256"]
            for archive in request["archives"].values()
            if not (layout.archives / archive_key(archive)).is_dir()
            and layout.packed(archive["sha256"]) is None
        }
    )


def compare(layout: Layout, request: Request) -> Differences:
    """
    Reads only. An owner who does not exist yet counts as a difference: a package or a sysusers.d file may bring it.
    """
    before = read_manifest(layout, request["configuration"])
    found = Differences(packages=missing_packages(request["packages"]) if layout.is_machine else [])
    for path, file in sorted(request["files"].items()):
        found.operations += _file(layout, path, file)
    for path, archive in sorted(request["archives"].items()):
        found.operations += _archive(layout, path, archive)
    wanted = {*request["files"], *request["archives"]}
    for path in sorted({*before["files"], *before["archives"]} - wanted):
        look = look_at_file(str(layout.real(path)))
        if look is not None and look["kind"] in ("file", "link"):
            found.operations.append({"path": path, "existed": True})
    names = [unit["name"] for unit in request["units"]]
    found.leaving_units = [name for name in before["units"] if name not in names]
    changed = found.paths
    found.units = [unit["name"] for unit in request["units"] if changed & _reactions(unit) or _is_off(unit)]
    manifest: File = {
        "content": json.dumps(manifest_of(request, before), indent=1) + "\n",
        "mode": "0600",
        "owner": pwd.getpwuid(os.geteuid()).pw_name,
        "group": grp.getgrgid(os.getegid()).gr_name,
    }
    found.operations += _file(layout, layout.manifest(request["configuration"]), manifest)
    return found


def _reactions(unit: Unit) -> set[str]:
    return {*unit["restartOn"], *unit["reloadOn"]}


def _is_off(unit: Unit) -> bool:
    look = look_at_unit(unit["name"])
    return not is_enabled_as_wanted(unit, look) or not is_active_as_wanted(unit, look)


def is_enabled_as_wanted(unit: Unit, look: dict[str, str]) -> bool:
    state = look.get("UnitFileState", "")
    if state in NOT_ENABLED_BY_NAME:
        return True
    return state.startswith("enabled") == unit["enabled"]


def is_active_as_wanted(unit: Unit, look: dict[str, str]) -> bool:
    active = look.get("ActiveState") in ("active", "reloading", "refreshing")
    if unit["state"] == "oneshot":
        # A oneshot that failed has not done its work.
        return look.get("ActiveState") != "failed"
    return active == (unit["state"] == "running")


def _file(layout: Layout, path: str, file: File) -> list[Operation]:
    look = look_at_file(str(layout.real(path)))
    if look is not None and look["kind"] not in ("file", "link"):
        raise Problem(f"{path} is a {look['kind']} on the machine, and the configuration has a file there. Move it away.")
    wanted = (hashlib.sha256(file["content"].encode()).hexdigest(), int(file["mode"], 8), file["owner"], file["group"])
    if look is not None and look["kind"] == "file":
        if (look["sha256"], int(look["mode"], 8), look["owner"], look["group"]) == wanted:
            return []
    return [
        {
            "path": path,
            "existed": look is not None,
            "content": file["content"],
            "mode": int(file["mode"], 8),
            "uid": _number(lambda name: pwd.getpwnam(name).pw_uid, file["owner"]),
            "gid": _number(lambda name: grp.getgrnam(name).gr_gid, file["group"]),
        }
    ]


def _archive(layout: Layout, path: str, archive: Archive) -> list[Operation]:
    look = look_at_file(str(layout.real(path)))
    link = str(layout.archives / archive_key(archive))
    if look is not None and look["kind"] == "link" and look["target"] == link:
        return []
    if look is not None and look["kind"] != "link":
        raise Problem(f"{path} is a {look['kind']} that Holdfast did not make, and the configuration has an archive there. Move it away.")
    return [{"path": path, "existed": look is not None, "link": link}]


UNKNOWN_OWNER = -1


def _number(lookup: Callable[[str], int], name: str) -> int:
    """Number of a user or group; `UNKNOWN_OWNER` when there is none of that name."""
    if name.isdigit():
        return int(name)
    try:
        return lookup(name)
    except KeyError:
        return UNKNOWN_OWNER


def require_owners(operations: list[Operation], request: Request) -> None:
    """All owners that do not exist, at once."""
    unknown = []
    for operation in operations:
        file = request["files"].get(operation["path"])
        if file is None:
            continue
        if operation.get("uid") == UNKNOWN_OWNER:
            unknown.append(f"{operation['path']}: there is no user {file['owner']}")
        if operation.get("gid") == UNKNOWN_OWNER:
            unknown.append(f"{operation['path']}: there is no group {file['group']}")
    if unknown:
        raise Problem(
            "Files have owners that the machine does not know. Add the package or the file in /etc/sysusers.d that makes them.",
            "\n".join(unknown),
        )
