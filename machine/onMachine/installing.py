"""Makes the machine ready for applies: two units, one that carries an apply and one that repairs a cut one at boot."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from applying import lock
from layout import Failed, Layout, replace, run

SYSTEM = Path("/etc/systemd/system")

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
TimeoutStopSec=90
"""

RECOVER_UNIT = """\
# Written by Holdfast. After a power cut in the middle of an apply: the old configuration, before anything starts with it.
[Unit]
Description=Undo a cut Holdfast apply
DefaultDependencies=no
RequiresMountsFor=/var/lib/holdfast /usr/local /etc
After=local-fs.target
Before=sysinit.target network-pre.target nftables.service systemd-sysctl.service systemd-sysusers.service
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


def install(layout: Layout) -> None:
    """Idempotent. Removes older versions of the program."""
    program = Path(__file__).parent
    layout.make()
    replace(SYSTEM / "holdfast-apply@.service", APPLY_UNIT.format(program=program).encode(), 0o644)
    replace(SYSTEM / "holdfast-recover.service", RECOVER_UNIT.format(program=program).encode(), 0o644)
    for command in (["daemon-reload"], ["enable", "holdfast-recover.service"]):
        answer = run(["systemctl", *command], 60)
        if answer.returncode != 0:
            raise Failed(f"systemctl {' '.join(command)} failed", answer.stdout)
    os.sync()
    try:
        with lock(layout, 0):
            for other in program.parent.iterdir():
                if other != program:
                    shutil.rmtree(other, ignore_errors=True)
    except Failed:
        pass  # an apply of an older version is at work; the next installation removes it
