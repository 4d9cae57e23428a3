"""
What one machine knows about itself, as one line of JSON: `probe.py PLACES`, where PLACES says in JSON where things are.
It is sent over SSH, runs as root and changes nothing. It asks each question in a thread of its own, so that one that
hangs takes no time from the others. Questions without an answer are missing in the result.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable

SHARE = max(1.0, min(4.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
"""How many programs share a processor: on a busy machine all of this takes so many times longer."""

LIMIT_SECONDS = 1.2 * SHARE
"""For everything together; a screen that takes longer is not looked at."""

ROOT = Path(os.environ.get("HOLDFAST_PROBE_ROOT", "/"))
"""Another folder than the machine's root in tests."""


PLACES: dict[str, Any] = json.loads(sys.argv[1])
"""Paths, ports and sizes as probe.ts knows them from the roles."""


def at(path: str) -> Path:
    return ROOT / path.lstrip("/")


def place(name: str) -> Path:
    return at(PLACES["paths"][name])


def run(*command: str) -> str:
    """What a program says; raises where there is none or where it fails."""
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True, stdin=subprocess.DEVNULL
    ).stdout


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=LIMIT_SECONDS) as answer:
        text: str = answer.read().decode("utf-8", "replace")
        return text


def read_json(name: str) -> Any:
    return json.loads(place(name).read_text(encoding="utf-8"))


def disks() -> list[dict[str, Any]]:
    """The root file system and every device that is mounted beside it, in bytes."""
    devices = {"/": "/"}
    for line in at("/proc/mounts").read_text(encoding="utf-8").splitlines():
        device, folder = line.split()[:2]
        if device.startswith("/dev/") and device not in devices.values() and not folder.startswith("/boot"):
            devices[folder] = device
    usage = {folder: shutil.disk_usage(at(folder)) for folder in devices if at(folder).is_dir()}
    return [{"folder": folder, "size": size.total, "free": size.free} for folder, size in usage.items()]


def reboot() -> dict[str, Any] | None:
    """Since when Debian asks for a reboot, and for which packages."""
    flag = at("/run/reboot-required")
    if not flag.exists():
        return None
    packages = at("/run/reboot-required.pkgs")
    names = sorted(set(packages.read_text(encoding="utf-8").split())) if packages.exists() else []
    return {"since": flag.stat().st_mtime, "packages": names}


def booted() -> int | None:
    """When the machine's first process started. In a container that and the uptime both count from the computer's start."""
    if not at("/proc/1/stat").exists():
        return None
    start = int(at("/proc/1/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    up = float(at("/proc/uptime").read_text(encoding="utf-8").split()[0])
    return round(time.time() - up + start / os.sysconf("SC_CLK_TCK"))


def failed_units() -> list[str]:
    listed = run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--no-pager")
    return [line.split()[0] for line in listed.splitlines() if line.strip()]


def release() -> dict[str, str] | None:
    """The version in the instances' environment, and the checksum under which the release was unpacked."""
    environment = place("appEnvironment")
    if not environment.exists():
        return None
    version = re.search(r'^RELEASE="(.*)"$', environment.read_text(encoding="utf-8"), re.MULTILINE)
    link = place("release")
    checksum = Path(os.readlink(link)).name if link.is_symlink() else ""
    return {"version": version.group(1) if version else "", "checksum": checksum}


def last_rollout() -> Any:
    """The last line of the roll-out log."""
    log = place("rolloutLog")
    if not log.exists():
        return None
    lines = log.read_text(encoding="utf-8").splitlines()
    return json.loads(lines[-1]) if lines else None


def lease() -> Any:
    """Who may change machines of the stack, as the machine that keeps the lease has it; times in seconds since 1970."""
    return read_json("lease") if place("lease").exists() else None


def instances() -> list[dict[str, Any]] | None:
    """What systemd says of each instance, and who keeps it out of rotation since when."""
    program = place("rotation")
    if not program.exists():
        return None
    listed = json.loads(run(str(program), "show", "--json"))
    units = [f"app@{instance['instance']}.service" for instance in listed]
    shown = run("systemctl", "show", "--property=Id,ActiveState,NRestarts", *units)
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    found = {block["Id"]: block for block in blocks}
    return [
        {
            "number": instance["instance"],
            "unit": found[unit]["ActiveState"],
            "restarts": int(found[unit]["NRestarts"]),
            "holds": instance["holds"],
        }
        for instance, unit in zip(listed, units)
    ]


def haproxy() -> list[dict[str, Any]] | None:
    """How HAProxy on this machine sees each instance; `since` in seconds, `places` by backend: taken, and how many there are."""
    # Debian's package brings a haproxy.cfg too, so that file does not tell whether this is a load balancer.
    if not place("haproxyDropIn").exists():
        return None
    head, *rows = fetch(f"http://127.0.0.1:{PLACES['statusPort']}/;csv").splitlines()
    names = head.lstrip("# ").split(",")
    servers = [dict(zip(names, row.split(","))) for row in rows]
    places: dict[str, dict[str, list[int]]] = {}
    for server in servers:
        if server.get("slim"):
            taken = [int(server["scur"] or 0), int(server["slim"])]
            places.setdefault(server["svname"], {})[server["pxname"]] = taken
    return [
        {
            "name": server["svname"],
            "status": server["status"],
            "since": int(server["lastchg"] or 0),
            "sessions": int(server["scur"] or 0),
            "agent": server.get("agent_status", ""),
            "check": server.get("check_desc", ""),
            "places": places.get(server["svname"], {}),
        }
        for server in servers
        if server.get("pxname") == "safe" and server.get("svname") not in ("FRONTEND", "BACKEND")
    ]


def keeper() -> dict[str, Any] | None:
    """Whether this load balancer is master and may be, and since when a person keeps it out of the election."""
    if not place("keeper").exists():
        return None
    configuration = read_json("keeper")
    state = json.loads(fetch(f"http://{configuration['listen']}/state"))
    out = at(configuration["pair"]["maintenanceFile"]) if configuration["pair"] else None
    since = out.stat().st_mtime if out is not None and out.exists() else None
    return {"master": bool(state["master"]), "fit": bool(state["fit"]), "unfit": state.get("unfit"), "outSince": since}


def certificates() -> Any:
    """What the certificate keeper of this load balancer says of each name; None where only http is served."""
    if not place("certificates").exists():
        return None
    state = json.loads(fetch(f"http://{read_json('certificates')['listen']}/state"))
    return {"looked": state["looked"], "names": state["names"]}


def database() -> dict[str, Any] | None:
    """Whether PostgreSQL takes connections; None where the stack's database is elsewhere."""
    if not place("database").exists():
        return None
    asked = subprocess.run(["pg_isready", "-q", "-h", PLACES["paths"]["socket"]], timeout=LIMIT_SECONDS, check=False)
    return {"accepts": asked.returncode == 0}


def pool() -> dict[str, Any] | None:
    """Whether the pool in front of PostgreSQL takes connections; None where instances go straight to PostgreSQL."""
    settings = place("pool")
    if not settings.exists():
        return None
    ini = configparser.ConfigParser()
    ini.read_string(settings.read_text(encoding="utf-8"))
    where = ini["pgbouncer"]
    command = ["pg_isready", "-q", "-h", where["listen_addr"], "-p", where["listen_port"]]
    asked = subprocess.run(command, timeout=LIMIT_SECONDS, check=False)
    return {"accepts": asked.returncode == 0}


def backups() -> Any:
    """What the backup program wrote down when it last looked into the storage."""
    return read_json("backups") if place("backup").exists() else None


def proof() -> Any:
    """The last proof of a backup; `never` where there was none."""
    if not place("backup").exists():
        return None
    return read_json("proof") if place("proof").exists() else "never"


def archiving() -> dict[str, Any] | None:
    """
    WAL that waits for the backup storage, in bytes and since when; how much of it may wait before it is given up; and how
    much room the volume has for it until instances may only read.
    """
    if not place("backup").exists():
        return None
    settings = read_json("backup")
    status = at(settings["dataDirectory"]) / "pg_wal/archive_status"
    since = []
    for path in status.glob("*.ready"):
        try:
            since.append(path.stat().st_mtime)
        except FileNotFoundError:
            pass  # It has just been archived.
    volume = os.statvfs(at(settings["volume"]))
    reserve = min(PLACES["reserve"]["most"], volume.f_blocks * volume.f_frsize * PLACES["reserve"]["part"])
    return {
        "waiting": len(since) * 16 * 1024**2,
        "since": min(since, default=None),
        "queue": settings["archiveQueue"] * 1024**2,
        "room": max(0, int(volume.f_bavail * volume.f_frsize - reserve)),
    }


QUESTIONS: dict[str, Callable[[], Any]] = {
    "disks": disks,
    "reboot": reboot,
    "booted": booted,
    "failedUnits": failed_units,
    "release": release,
    "lastRollout": last_rollout,
    "lease": lease,
    "instances": instances,
    "haproxy": haproxy,
    "keeper": keeper,
    "certificates": certificates,
    "database": database,
    "pool": pool,
    "backups": backups,
    "proof": proof,
    "archiving": archiving,
}


def ask(questions: dict[str, Callable[[], Any]], limit: float = LIMIT_SECONDS) -> dict[str, Any]:
    """Every answer that came in time by its name; None where the machine has no such thing. The rest is in `unanswered`."""
    answers: dict[str, Any] = {}
    reasons: dict[str, str] = {}

    def answer(name: str, question: Callable[[], Any]) -> None:
        try:
            answers[name] = question()
        except Exception as error:  # noqa: BLE001  Whatever goes wrong with one must not silence the others.
            reasons[name] = f"{type(error).__name__}: {error}"

    threads = {name: threading.Thread(target=answer, args=(name, asked), daemon=True) for name, asked in questions.items()}
    until = time.monotonic() + limit
    for thread in threads.values():
        thread.start()
    for thread in threads.values():
        thread.join(max(0.0, until - time.monotonic()))
    in_time, refused = dict(answers), dict(reasons)
    late = {name: f"no answer within {limit:.1f} s" for name in questions if name not in in_time and name not in refused}
    return {"now": time.time(), "unanswered": {**refused, **late}, **in_time}


if __name__ == "__main__":
    print(json.dumps(ask(QUESTIONS)), flush=True)
    os._exit(0)  # Without waiting for questions that hang.
