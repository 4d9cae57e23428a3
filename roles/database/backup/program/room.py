"""Room on the volume, and how long something of that size takes: said before anything is moved."""

from __future__ import annotations

import math
import os
import shutil

from common import Problem

GIB = 1024**3
SPARE = 256 * 1024**2
"""Bytes that have to stay free: a volume that is full to the last byte stops PostgreSQL."""


def scarce(volume: str) -> bool:
    """Whether the volume is about to be so full that the app may only read (space.ts says from when on)."""
    usage = shutil.disk_usage(volume)
    return usage.free < min(usage.total // 16, 6 * GIB)


def require(volume: str, volume_gib: int, needed: int, what: str) -> None:
    """Raises Problem when the volume cannot take `needed` bytes more and stay usable."""
    free = shutil.disk_usage(volume).free
    missing = needed + SPARE - free
    if missing > 0:
        raise Problem(
            f"no room for {what}: it takes {size(needed)}, the volume has {size(free)} free. Set "
            f"holdfast:database.volumeSize to {volume_gib + math.ceil(missing / GIB)} or more and run `pulumi up`, while the "
            "database runs; or delete an old copy with `holdfast restore --forget`"
        )


def used_by(folder: str) -> int:
    """Bytes on disk below a folder. Files that vanish meanwhile are not there to count."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


def size(value: float) -> str:
    """e.g. `1.4 GiB`"""
    for unit, factor in (("GiB", GIB), ("MiB", 1024**2), ("KiB", 1024)):
        if value >= factor:
            return f"{value / factor:.1f} {unit}"
    return f"{value:.0f} bytes"


def counted(count: int, what: str) -> str:
    """e.g. `1 table`, `2 tables`"""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def duration(seconds: float) -> str:
    """e.g. `4.2 s`, `12 min 5 s`"""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"
