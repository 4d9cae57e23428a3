"""
holdfast-debug session INSTANCE --who WHO [--as-is] [--force]
                              takes the instance out of rotation, starts it for debugging and follows its log, until its
                              input ends; each line of input is a sign of life, and without one for a while it ends too
holdfast-debug done INSTANCE  ends the session of somebody else, and puts the instance back
`npx holdfast debug` uses it. The session belongs to holdfast-debug@INSTANCE.service, so that it is put right whatever
happens to the person's computer.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from balancers import look  # noqa: E402
from configuration import Configuration, Instance, read_configuration  # noqa: E402
from healthy import why_not_healthy  # noqa: E402
from rotation import back, out, say  # noqa: E402

# Seconds without a sign of life after which the session's owner counts as gone.
LIFE_SECONDS = 20.0
START = "/etc/holdfast/app/debug"
"""How the release wants to be started for debugging; absent when it says nothing about that."""
REFUSED = 3


class Refused(Exception):
    pass


def unit(number: int) -> str:
    return f"holdfast-debug@{number}.service"


def life(configuration: Configuration, number: int) -> str:
    """The file whose age is the time since the last sign of life."""
    return os.path.join(configuration.passing_states, f"{number}.alive")


def drop_in(number: int) -> str:
    """In /run: a machine that boots again has no debug session."""
    return f"/run/systemd/system/app@{number}.service.d/90-debug.conf"


def systemctl(*arguments: str) -> None:
    subprocess.run(["systemctl", *arguments], check=True)


def is_active(name: str) -> bool:
    return subprocess.run(["systemctl", "is-active", "--quiet", name], check=False).returncode == 0


# What a session does


def require_allowed(configuration: Configuration, instance: Instance, force: bool) -> None:
    """Raises `Refused` when somebody debugs already, or when no other instance serves visitors."""
    for other in configuration.instances:
        if is_active(unit(other.number)):
            holder = next((hold for hold in configuration.holds.of(other.number) if hold.owner == "debug"), None)
            who = f": {holder.described()}" if holder else ""
            raise Refused(f"instance {other.number} of this machine already has a debug session{who}")
    if force:
        return
    serving: list[int] = []
    for balancer in configuration.balancers:
        try:
            serving.append(look(balancer, configuration.status_port, instance.name).others_up)
        except OSError as error:
            say(f"instance {instance.number}: {balancer.name} cannot be asked who else serves: {error}")
    if not serving:
        raise Refused("no load balancer can say whether another instance serves visitors; --force takes this one out all the same")
    if min(serving) == 0:
        raise Refused("no other instance serves visitors; --force takes this one out all the same")


def begin(configuration: Configuration, instance: Instance, who: str, as_is: bool) -> None:
    number = instance.number
    configuration.holds.put(number, "debug", who=who)
    beat(configuration, number)
    threading.Thread(target=take_signs_of_life, args=(configuration, number), daemon=True).start()
    # From here on the unit puts everything back, whatever becomes of this process.
    systemctl("start", unit(number))
    out(configuration, instance, "debug", who)
    if as_is or not os.path.exists(START):
        return
    os.makedirs(os.path.dirname(drop_in(number)), exist_ok=True)
    port = "" if configuration.debug_port is None else f"Environment=DEBUG_PORT={configuration.debug_port}\n"
    with open(drop_in(number), "w", encoding="utf-8") as file:
        file.write(f"[Service]\nExecStart=\nExecStart={START}\n{port}")
    systemctl("daemon-reload")
    say(f"instance {number}: starting it for debugging")
    systemctl("restart", f"app@{number}.service")


def follow(configuration: Configuration, number: int) -> None:
    """
    The instance's log to the output, until somebody ends the session. Asked for every second: `journalctl --follow` gives
    up where the kernel has no more watches to give, and a session should not depend on that.
    """
    cursor = os.path.join(configuration.passing_states, f"{number}.cursor")
    if os.path.exists(cursor):
        os.unlink(cursor)
    command = ["journalctl", "--quiet", "--output=cat", f"--unit=app@{number}.service", f"--cursor-file={cursor}"]
    # The first time there is no cursor to go on from, and the whole journal would come.
    subprocess.run([*command, "--lines=20"], check=False)
    while is_active(unit(number)):
        subprocess.run(command, check=False)
        time.sleep(1.0)
    say(f"instance {number}: the debug session was ended on the machine")


def take_signs_of_life(configuration: Configuration, number: int) -> None:
    """From the input to the file; the end of the input ends this process, in whatever it is waiting."""
    while os.read(sys.stdin.fileno(), 4096):
        beat(configuration, number)
    os.kill(os.getpid(), signal.SIGTERM)


def beat(configuration: Configuration, number: int) -> None:
    os.makedirs(configuration.passing_states, mode=0o755, exist_ok=True)
    with open(life(configuration, number), "w", encoding="ascii") as file:
        file.write("alive\n")


# What the unit does


def keep(configuration: Configuration, number: int) -> None:
    """Ends when the last sign of life is too old."""
    while True:
        try:
            age = time.time() - os.stat(life(configuration, number)).st_mtime
        except FileNotFoundError:
            return
        if age > LIFE_SECONDS:
            say(f"instance {number}: no sign of life of the debug session for {LIFE_SECONDS:.0f} s, so it ends")
            return
        time.sleep(1.0)


def put_back(configuration: Configuration, instance: Instance) -> None:
    number = instance.number
    try:
        os.unlink(life(configuration, number))
    except FileNotFoundError:
        pass
    if os.path.exists(drop_in(number)):
        os.unlink(drop_in(number))
        systemctl("daemon-reload")
        subprocess.run(["systemctl", "reset-failed", f"app@{number}.service"], check=False)
        systemctl("restart", f"app@{number}.service")
        if (reason := wait_until_healthy(configuration, instance)) is not None:
            say(f"not healthy within {configuration.start_seconds:.0f} s after the debug session: {reason}")
    back(configuration, instance, "debug")


def wait_until_healthy(configuration: Configuration, instance: Instance) -> str | None:
    """Why it was not healthy in the time that an instance has for its start; None when it was."""
    until = time.monotonic() + configuration.start_seconds
    while (reason := why_not_healthy(configuration, instance)) is not None and time.monotonic() < until:
        time.sleep(0.3)
    return reason


def main() -> int:
    parser = argparse.ArgumentParser("holdfast-debug", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    session = commands.add_parser("session")
    session.add_argument("--who", required=True)
    session.add_argument("--as-is", action="store_true")
    session.add_argument("--force", action="store_true")
    for command in (session, *(commands.add_parser(name) for name in ("done", "keep", "put-back"))):
        command.add_argument("instance", type=int)
    arguments = parser.parse_args()
    configuration = read_configuration()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        instance = configuration.instance(arguments.instance)
        if arguments.command == "session":
            require_allowed(configuration, instance, arguments.force)
            # Whatever ends this process, a signal or the end of the input, ends the session.
            try:
                begin(configuration, instance, arguments.who, arguments.as_is)
                follow(configuration, instance.number)
            finally:
                # A second signal must not interrupt the way back.
                for number in (signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                systemctl("stop", unit(instance.number))
        elif arguments.command == "done":
            if not is_active(unit(instance.number)):
                raise LookupError(f"instance {instance.number} has no debug session")
            systemctl("stop", unit(instance.number))
        elif arguments.command == "keep":
            keep(configuration, instance.number)
        else:
            put_back(configuration, instance)
    except (LookupError, Refused) as error:
        print(f"holdfast-debug: {error}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
