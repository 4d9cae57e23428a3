"""
Makes the machine ready for applies: a unit that carries an apply, one that repairs a cut one at boot, and one that puts
back into service what that one had taken out. For people there is the command `holdfast`.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from common import Problem, replace, run
from layout import Layout
from locking import lock, locked

SYSTEM = Path("/etc/systemd/system")
# How a version's folder is called: after the hash of its content.
VERSION = re.compile(r"[0-9a-f]{16}")
# Seconds to wait for another installation: three commands of systemd, each with its own limit.
INSTALL_TIMEOUT = 180.0

APPLY_UNIT = """\
# Written by Holdfast. Carries one apply, so that it comes to an end whatever happens to the connection.
[Unit]
Description=Holdfast apply %i
[Service]
Type=exec
ExecStart=/usr/bin/python3 {program} run %i
# Also after a kill: the old configuration comes back at once, not with the next apply.
ExecStopPost=/usr/bin/python3 {program} recover %i
# A package installation that has begun may end.
KillMode=process
# The way back drains what it stops.
TimeoutStopSec=30min
"""

RECOVER_UNIT = """\
# Written by Holdfast. After a power cut in the middle of an apply: the old configuration, before anything starts with it.
[Unit]
Description=Undo a cut Holdfast apply
DefaultDependencies=no
RequiresMountsFor=/var/lib/holdfast /usr/local /etc
After=local-fs.target
# Not before systemd-sysusers.service: local-fs.target waits for that, and of a circle systemd drops a job that it picks
# at random, such as a volume's mount.
Before=sysinit.target network-pre.target nftables.service systemd-sysctl.service
Before=systemd-tmpfiles-setup.service shutdown.target
Conflicts=shutdown.target
ConditionPathExistsGlob=/var/lib/holdfast/transactions/*/plan.json
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 {program} recover --boot
TimeoutStartSec=120
[Install]
WantedBy=sysinit.target
"""

RETURN_UNIT = """\
# Written by Holdfast. After a power cut in the middle of a roll-out: instances that were taken out of service go back.
[Unit]
Description=Put back into service what a cut Holdfast apply had taken out
After=network-online.target
Wants=network-online.target
ConditionPathExists=/var/lib/holdfast/returning.json
[Service]
# Not oneshot: the boot does not wait for it.
Type=exec
ExecStart=/usr/bin/python3 {program} return
# It asks and answers, by what units say of themselves in their hooks; all of that is in these two folders.
CapabilityBoundingSet=
ReadWritePaths=/var/lib/holdfast -/run/holdfast
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
[Install]
WantedBy=multi-user.target
"""

COMMAND = Path("/usr/local/sbin/holdfast")
COMMAND_TEXT = """\
#!/bin/sh
# Written by Holdfast. For people: `holdfast lease show`, `holdfast lease break`, `holdfast --help`.
exec /usr/bin/python3 {program} "$@"
"""


def install(layout: Layout) -> None:
    """Idempotent. Removes older versions of the program."""
    # Several configurations of one machine may begin at the same moment; each of them installs.
    with locked(layout, "install.lock", "Another installation of Holdfast's program has been running", INSTALL_TIMEOUT):
        _install(layout)


def _install(layout: Layout) -> None:
    program = Path(__file__).parent
    replace(SYSTEM / "holdfast-apply@.service", APPLY_UNIT.format(program=program).encode(), 0o644)
    replace(SYSTEM / "holdfast-recover.service", RECOVER_UNIT.format(program=program).encode(), 0o644)
    replace(SYSTEM / "holdfast-return.service", RETURN_UNIT.format(program=program).encode(), 0o644)
    replace(COMMAND, COMMAND_TEXT.format(program=program).encode(), 0o755)
    for command in (["daemon-reload"], ["enable", "holdfast-recover.service", "holdfast-return.service"]):
        answer = run(["systemctl", *command], 60)
        if answer.returncode != 0:
            raise Problem(f"systemctl {' '.join(command)} failed", answer.stdout)
    os.sync()
    try:
        with lock(layout, 0):
            for other in program.parent.iterdir():
                # Roles have folders beside it, and another installation may be unpacking itself.
                if other != program and VERSION.fullmatch(other.name):
                    shutil.rmtree(other, ignore_errors=True)
    except Problem:
        pass  # an apply of an older version is at work; the next installation removes it
