"""Which processes belong to a unit, and on which TCP ports they listen: read from /proc, which needs no answer from any program."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

PROC = Path("/proc")
# State of a socket in /proc/net/tcp.
LISTENING = "0A"


def of_group(control_group: str) -> dict[int, str]:
    """Pid → time of its start, for the processes in a unit's control group and below."""
    if control_group in ("", "/"):
        return {}
    inside = re.compile(rf":[^:]*{re.escape(control_group)}(/|$)", re.MULTILINE)
    found: dict[int, str] = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            groups = (folder / "cgroup").read_text()
        except OSError:
            continue  # it has just ended
        start = start_time(int(folder.name))
        if start is not None and inside.search(groups):
            found[int(folder.name)] = start
    return found


def start_time(pid: int) -> str | None:
    """Tells a process from another one that got the same pid later; None when there is none, or only its remains."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # See proc(5): the state is the third field of the line and the start time the 22nd; two stand before the ")".
    return None if fields[0] in ("Z", "X") else fields[19]


def name_of(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "unknown"


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """Addresses and TCP ports on which one of these processes listens; `0.0.0.0` and `::` are all addresses."""
    sockets = _listening_sockets()
    return {sockets[inode] for pid in pids for inode in _sockets_of(pid) if inode in sockets}


def holders(port: int) -> list[int]:
    """Pids of the processes that listen on the port."""
    inodes = {inode for inode, (_, one) in _listening_sockets().items() if one == port}
    if not inodes:
        return []
    pids = (int(folder.name) for folder in PROC.iterdir() if folder.name.isdigit())
    return sorted(pid for pid in pids if not inodes.isdisjoint(_sockets_of(pid)))


def addresses_of(port: int) -> set[str]:
    """On which addresses somebody listens on the port; empty: nobody does."""
    return {address for address, one in _listening_sockets().values() if one == port}


def _listening_sockets() -> dict[str, tuple[str, int]]:
    """Inode → address and port."""
    found: dict[str, tuple[str, int]] = {}
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (PROC / table).read_text().splitlines()[1:]
        except OSError:
            continue  # no IPv6 on this machine
        for line in lines:
            fields = line.split()
            if fields[3] == LISTENING:
                address, _, port = fields[1].rpartition(":")
                found[fields[9]] = (_address(address), int(port, 16))
    return found


def _address(shown: str) -> str:
    """The kernel shows an address as numbers of 32 bits, in the processor's own order of bytes."""
    words = [int(shown[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(shown), 8)]
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, b"".join(words))


def _sockets_of(pid: int) -> set[str]:
    found: set[str] = set()
    try:
        for descriptor in (PROC / str(pid) / "fd").iterdir():
            try:
                target = os.readlink(descriptor)
            except OSError:
                continue
            if target.startswith("socket:["):
                found.add(target[len("socket:[") : -1])
    except OSError:
        pass  # it has just ended
    return found
