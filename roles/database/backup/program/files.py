"""Small files that are read by others while they are written: whole, or not there."""

from __future__ import annotations

import json
import os
from typing import Any


def write_json(path: str, value: Any, mode: int = 0o644) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    beside = f"{path}.new"
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    synchronise(os.path.dirname(path))


def read_json(path: str) -> Any:
    """None when the file is not there."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def rename(old: str, new: str) -> None:
    """On disk when it returns: a power cut finds the one name or the other, and the next step not before this one."""
    os.rename(old, new)
    synchronise(os.path.dirname(new))


def synchronise(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
