"""
What is really on the machine. Sent to it as it is for a refresh, which must not write there: so this file imports
nothing of its siblings.
"""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import stat
import subprocess
import sys
from typing import Any

# Of larger content only the checksum is reported: a state file should stay small.
LARGEST_SHOWN = 256 * 1024


def name_of(database: Any, number: int) -> str:
    """Name of a user or group; its number when it has none."""
    try:
        return str((database.getpwuid if database is pwd else database.getgrgid)(number)[0])
    except KeyError:
        return str(number)


def look_at_file(path: str) -> dict[str, Any] | None:
    """Kind, checksum, mode, owner and group; None when nothing is there."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    found: dict[str, Any] = {
        "mode": format(stat.S_IMODE(status.st_mode), "04o"),
        "owner": name_of(pwd, status.st_uid),
        "group": name_of(grp, status.st_gid),
    }
    if stat.S_ISLNK(status.st_mode):
        return {**found, "kind": "link", "target": os.readlink(path)}
    if not stat.S_ISREG(status.st_mode):
        return {**found, "kind": "folder" if stat.S_ISDIR(status.st_mode) else "special"}
    with open(path, "rb") as file:
        found["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    return {**found, "kind": "file", "size": status.st_size}


def look_at_unit(name: str) -> dict[str, str]:
    """Properties as systemd names them."""
    wanted = "LoadState,ActiveState,SubState,UnitFileState,Result,MainPID,NRestarts,NeedDaemonReload"
    answer = subprocess.run(
        ["systemctl", "show", "-p", wanted, "--", name], capture_output=True, encoding="utf-8", timeout=30, check=False
    )
    return dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)


def missing_packages(packages: list[str]) -> list[str]:
    """Those that are not installed; `name=version` has to match to the letter."""
    if not packages:
        return []
    names = [package.split("=")[0] for package in packages]
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Abbrev} ${Version}\n", *names],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    installed: dict[str, str] = {}
    for line in answer.stdout.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] == "ii":
            installed[parts[0].split(":")[0]] = parts[2]
    return [
        package
        for package in packages
        if installed.get(package.split("=")[0].split(":")[0]) is None
        or ("=" in package and installed[package.split("=")[0].split(":")[0]] != package.split("=", 1)[1])
    ]


def shown_content(path: str, found: dict[str, Any]) -> str:
    """Content for the preview of a drift; what is no readable text is described instead."""
    if found["kind"] == "link":
        return f"[a link to {found['target']}]"
    if found["kind"] != "file":
        return f"[not a file but a {found['kind']}]"
    if found["size"] > LARGEST_SHOWN:
        return f"[{found['size']} bytes, SHA-256 {found['sha256']}]"
    with open(path, "rb") as file:
        data = file.read()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return f"[no UTF-8 text: {found['size']} bytes, SHA-256 {found['sha256']}]"


def inspect(asked: dict[str, Any]) -> dict[str, Any]:
    """Answers a refresh: content is sent only where its checksum is not the one recorded."""
    files: dict[str, Any] = {}
    for path, recorded in asked["files"].items():
        found = look_at_file(path)
        if found is not None and found.get("sha256") != recorded:
            found["content"] = shown_content(path, found)
        files[path] = found
    return {
        "files": files,
        "archives": {path: look_at_file(path) for path in asked["archives"]},
        "units": {name: look_at_unit(name) for name in asked["units"]},
        "missingPackages": missing_packages(asked["packages"]),
    }


if __name__ == "__main__" and sys.argv[1:] == ["inspect"]:
    print(json.dumps({"event": "end", "result": "inspected", "found": inspect(json.loads(sys.stdin.readline()))}))
