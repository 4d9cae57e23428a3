#!/usr/bin/python3
"""
Runs as root before HAProxy starts, reloads or judges a configuration: lays out what it serves by TLS, so that it starts
whatever the certificates on the disk look like. A name without a good certificate gets a self-signed one, and no redirect.

What the keeper keeps is another user's. It is copied into a folder of root's, and only what HAProxy itself accepts.
Usage: prepare.py CONFIGURATION.json
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from common import Problem, last_lines, replace, run  # noqa: E402

# Bytes. A chain with its key has some 5,000.
LARGEST = 262_144
SECONDS = 20.0

JUDGE = """defaults
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s
frontend judge
    bind 127.0.0.1:1 ssl crt-list {list}
"""


class Serving:
    """The folder that HAProxy reads."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.list = self.folder / "certificates.list"
        self.ready = self.folder / "ready.lst"
        self.stamp = self.folder / "prepared.json"

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def write_list(self, path: Path, names: list[str]) -> None:
        # With the name behind it, an entry is for that name alone. The first one is for clients that name none.
        replace(path, "".join(f"{self.pem(name)} {name}\n" for name in names).encode())

    def accepts(self, names: list[str]) -> bool:
        """HAProxy's own judgement of these names' files."""
        judged, configuration = self.folder / "judge.list", self.folder / "judge.cfg"
        self.write_list(judged, names)
        replace(configuration, JUDGE.format(list=judged).encode())
        answer = run(["haproxy", "-c", "-f", str(configuration)], SECONDS)
        if answer.returncode != 0 and len(names) == 1:
            print(f"{names[0]}: HAProxy refuses its certificate: {last_lines(answer.stdout, 3)}", flush=True)
        return answer.returncode == 0


def saved(folder: str, name: str) -> bytes | None:
    """What the keeper has for a name. None for what is missing, or no file that a program may read without fear."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(f"{folder}/{name}.pem", flags)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            content = os.read(descriptor, LARGEST + 1)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return content if b"-----BEGIN " in content and len(content) <= LARGEST else None


def placeholder(names: list[str]) -> bytes:
    """A certificate that nobody trusts, with a key of its own, which is kept nowhere else."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    about = ["-subj", "/CN=no certificate yet", "-days", "3650", "-keyout", "-", "-out", "-"]
    made = run([*command, *about, "-quiet"], SECONDS)
    if made.returncode != 0:
        raise Problem(f"openssl makes no certificate for {', '.join(names)}", last_lines(made.stdout))
    return made.stdout.encode()


def fingerprint(configuration: str, folder: str, names: list[str]) -> list[object]:
    """What the outcome depends on."""
    found: list[object] = [configuration]
    for name in names:
        try:
            state = os.lstat(f"{folder}/{name}.pem")
            found.append([state.st_mtime_ns, state.st_size, state.st_ino])
        except OSError:
            found.append(None)
    return found


def is_prepared(serving: Serving, wanted: list[object], names: list[str]) -> bool:
    """A restart of a crashed HAProxy must not wait for judgements that were made before."""
    try:
        done = json.loads(serving.stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    files = [serving.list, serving.ready, *map(serving.pem, names)]
    return bool(done == wanted) and all(file.exists() for file in files)


def prepare(path: str) -> None:
    text = Path(path).read_text("utf-8")
    configuration = json.loads(text)
    names: list[str] = configuration["names"]
    serving = Serving(configuration["serving"])
    wanted = fingerprint(text, configuration["state"], names)
    if is_prepared(serving, wanted, names):
        return
    serving.stamp.unlink(missing_ok=True)
    nothing = placeholder(names)
    kept = {name: content for name in names if (content := saved(configuration["state"], name))}
    for name in names:
        replace(serving.pem(name), kept.get(name, nothing))
    if kept and not serving.accepts(list(kept)):
        for name in list(kept):
            if not serving.accepts([name]):
                del kept[name]
                replace(serving.pem(name), nothing)
    serving.write_list(serving.list, names)
    replace(serving.ready, "".join(f"{name}\n" for name in kept).encode())
    for file in serving.folder.glob("*.pem"):
        if file.name.removesuffix(".pem") not in names:
            file.unlink()
    replace(serving.stamp, json.dumps(wanted).encode())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: prepare.py CONFIGURATION.json")
    try:
        prepare(sys.argv[1])
    except Problem as problem:
        raise SystemExit(f"{problem}\n{problem.details}") from None
