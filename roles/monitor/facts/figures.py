"""
What the machine knows about itself, as figures for the monitor: `figures.py PLACES FILE`. It runs probe.py, which lies
beside it, and writes its answers in Prometheus' text form. The folder of FILE is root's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Iterator

LIMIT_SECONDS = 20

Sample = tuple[str, dict[str, str], float]


def moment(text: str) -> float:
    """Seconds since 1970 of a moment in ISO 8601."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def samples(answers: dict[str, Any], machine: str) -> Iterator[Sample]:
    """Each figure by name and labels. An answer that is missing, or None, has none."""
    yield "facts_time_seconds", {}, answers["now"]
    for question in answers["unanswered"]:
        yield "unanswered", {"question": question}, 1
    for disk in answers.get("disks") or []:
        yield "disk_size_bytes", {"folder": disk["folder"]}, disk["size"]
        yield "disk_free_bytes", {"folder": disk["folder"]}, disk["free"]
    for unit in answers.get("failedUnits") or []:
        yield "failed_unit", {"unit": unit}, 1
    if (booted := answers.get("booted")) is not None:
        yield "boot_time_seconds", {}, booted
    if reboot := answers.get("reboot"):
        yield "reboot_since_seconds", {}, reboot["since"]
    if release := answers.get("release"):
        yield "release_info", {"version": release["version"], "checksum": release["checksum"]}, 1
    if rollout := answers.get("lastRollout"):
        yield "rollout_failed", {}, rollout["result"] != "applied"
        yield "rollout_time_seconds", {}, moment(rollout["date"])
    if (lease := answers.get("lease")) and not lease["ended"] and answers["now"] < lease["expires"]:
        yield "lease_since_seconds", {}, lease["since"]
    yield from instance_samples(answers, machine)
    yield from load_balancer_samples(answers)
    yield from database_samples(answers)


def instance_samples(answers: dict[str, Any], machine: str) -> Iterator[Sample]:
    for instance in answers.get("instances") or []:
        name = {"app_instance": f"{machine}-{instance['number']}"}
        yield "instance_active", name, instance["unit"] == "active"
        yield "instance_restarts_total", name, instance["restarts"]
        for hold in instance["holds"]:
            since = moment(hold["since"]) if hold["since"] else answers["now"]
            yield "instance_held_since_seconds", {**name, "owner": hold["owner"]}, since


def load_balancer_samples(answers: dict[str, Any]) -> Iterator[Sample]:
    for server in answers.get("haproxy") or []:
        yield "server_up", {"app_instance": server["name"]}, server["status"].startswith("UP")
    if keeper := answers.get("keeper"):
        yield "keeper_master", {}, keeper["master"]
        yield "keeper_fit", {}, keeper["fit"]
        if keeper["outSince"] is not None:
            yield "keeper_out_since_seconds", {}, keeper["outSince"]


def database_samples(answers: dict[str, Any]) -> Iterator[Sample]:
    if database := answers.get("database"):
        yield "database_accepts", {}, database["accepts"]
    if pool := answers.get("pool"):
        yield "pool_accepts", {}, pool["accepts"]
    if archiving := answers.get("archiving"):
        yield "wal_waiting_bytes", {}, archiving["waiting"]
        yield "wal_queue_bytes", {}, archiving["queue"]
        if archiving["since"] is not None:
            yield "wal_waiting_since_seconds", {}, archiving["since"]
    if backups := answers.get("backups"):
        yield from backup_samples(backups)
    proof = answers.get("proof")
    if isinstance(proof, dict):
        for one in proof["repositories"] or [proof]:
            place = {"place": str(one.get("repository") or 1)}
            yield "proof_ok", place, one["ok"]
            yield "proof_seconds", place, moment(one["finished"])


def backup_samples(backups: dict[str, Any]) -> Iterator[Sample]:
    newest = {one["repository"]: one for one in backups["backups"] if one["ours"]}
    broken = bool(backups.get("problem")) or any(one["damaged"] for one in newest.values())
    yield "backup_problem", {}, broken
    for repository, one in newest.items():
        yield "backup_newest_seconds", {"place": str(repository)}, moment(one["finished"])


def text(found: list[Sample]) -> str:
    """In Prometheus' text form: all samples of a name in a row."""
    rows: dict[str, list[str]] = {}
    for name, labels, value in found:
        inside = ",".join(f'{key}="{escaped(label)}"' for key, label in labels.items())
        rows.setdefault(f"holdfast_{name}", []).append(f"holdfast_{name}{{{inside}}} {float(value)!r}")
    kinds = {name: "counter" if name.endswith("_total") else "gauge" for name in rows}
    return "".join(f"# TYPE {name} {kinds[name]}\n" + "\n".join(lines) + "\n" for name, lines in rows.items())


def escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def main(settings: Path, target: Path) -> None:
    written = json.loads(settings.read_text("utf-8"))
    probe = Path(__file__).with_name("probe.py")
    command = [sys.executable, "-IS", str(probe), json.dumps(written["places"])]
    answers = json.loads(subprocess.run(command, stdout=subprocess.PIPE, timeout=LIMIT_SECONDS, check=True).stdout)
    unfinished = target.with_suffix(".new")
    unfinished.write_text(text(list(samples(answers, written["machine"]))), encoding="utf-8")
    os.replace(unfinished, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
