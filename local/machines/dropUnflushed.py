"""
Drops what a machine has not flushed to its volumes, as a power cut does.

Arguments: for each volume that the machine has mounted, the device's number and the mount's folder as this computer sees
it, e.g. `7:3 /proc/4711/root/srv/database`. Holds all of them open, says "open", and waits for the line "off" on its
standard input: by then the machine's processes are gone. Without that line nothing is dropped.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys

# Linux's EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN, with which file systems' own tests cut the power; and that what the
# journal has in memory is dropped too.
SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2

# Volumes are loop devices. Nothing else of this computer may ever be shut down.
LOOP_MAJOR = 7


def hold(device: str, folder: str) -> int | None:
    """The open folder; None when the volume is no longer mounted there, and so all of it is flushed."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    number = os.fstat(opened).st_dev
    if f"{os.major(number)}:{os.minor(number)}" == device and os.major(number) == LOOP_MAJOR:
        return opened
    os.close(opened)
    return None


def main(arguments: list[str]) -> None:
    """Drops, when told so."""
    pairs = zip(arguments[::2], arguments[1::2])
    held = [opened for opened in (hold(device, folder) for device, folder in pairs) if opened is not None]
    print("open", flush=True)
    if sys.stdin.readline() != "off\n":
        return
    for opened in held:
        fcntl.ioctl(opened, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))


if __name__ == "__main__":
    main(sys.argv[1:])
