"""
holdfast-rotation out|in INSTANCE [--for roll-out|debug] [--who WHO]
                              takes an instance out of rotation and waits until it has nothing left to do, or puts it
                              back and waits until it gets visitors
holdfast-rotation show [--json]
                              what each instance is, and who keeps it out since when
Roll-outs and debug sessions use it. People take instances out with holdfast-drain, and what they took out stays out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import syslog
import time

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from balancers import View  # noqa: E402
from configuration import PATH, Configuration, Instance, read_configuration  # noqa: E402
from holds import Owner  # noqa: E402
from waiting import UNREACHABLE_SECONDS, Outcome, wait_for  # noqa: E402

# Seconds in which an instance that answers has to be in rotation again: HAProxy's two good checks, and the agent's word.
BACK_SECONDS = 15.0
# Seconds that load balancers get at least to notice: a drain that HAProxy has not noticed yet is none.
NOTICE_SECONDS = 5.0
# Percent of its weight that an instance has to have when all visitors will be its own as soon as the next one is drained.
ENOUGH_SHARE = 50


def say(line: str) -> None:
    """For the caller, and for the journal."""
    print(line, flush=True)
    syslog.openlog("holdfast-rotation")
    syslog.syslog(line)


def out(configuration: Configuration, instance: Instance, owner: Owner, who: str) -> None:
    """Sends no new visitors and lets requests end, within the drain's time. Load balancers cannot make it fail."""
    holds = configuration.holds
    holds.put(instance.number, owner, who=who)
    if owner == "roll-out" and any(hold.owner == "debug" for hold in holds.of(instance.number)):
        say(f"instance {instance.number}: its debug session ends, because a roll-out needs the instance")
        subprocess.run(["systemctl", "stop", f"holdfast-debug@{instance.number}.service"], check=False)
    drained_by = time.monotonic() + configuration.drain_seconds

    def is_drained(view: View) -> bool:
        return not view.is_up and (view.open == 0 or time.monotonic() >= drained_by)

    # A second more than the drain, for the looks that find it over.
    outcome = wait_for(configuration, instance, is_drained, max(configuration.drain_seconds + 1, NOTICE_SECONDS))
    tell_unreachable(instance, outcome)
    unaware = [name for name in outcome.pending if name in outcome.views and outcome.views[name].is_up]
    if unaware:
        names = ", ".join(unaware)
        say(f"instance {instance.number}: {names} still sends visitors to it, against the word of this machine's agent")
    elif still_open := sum(view.open for view in outcome.views.values()):
        limit = f"{configuration.drain_seconds:.0f} s"
        say(f"instance {instance.number}: {still_open} requests or connections still open after {limit}; they end with the instance")
    else:
        say(f"instance {instance.number}: out of rotation, nothing under way")


def back(configuration: Configuration, instance: Instance, owner: Owner) -> bool:
    """Whether it gets visitors again, or stays out because somebody else wants that."""
    holds = configuration.holds
    was_out = holds.drop(instance.number, owner)
    if others := holds.of(instance.number):
        say(f"instance {instance.number}: stays out of rotation: {', '.join(hold.described() for hold in others)}")
        return True
    # Load balancers that do not run yet are no reason to wait where nothing was taken out.
    patience = UNREACHABLE_SECONDS if was_out else 0.0
    outcome = wait_for(configuration, instance, is_back, BACK_SECONDS, patience)
    if was_out:
        tell_unreachable(instance, outcome)
    for name in outcome.pending:
        status = outcome.views[name].status if name in outcome.views else "nothing"
        say(f"instance {instance.number}: {name} does not send visitors to it after {BACK_SECONDS:.0f} s; it reports {status}")
    if not outcome.pending and any(view.known for view in outcome.views.values()):
        say(f"instance {instance.number}: in rotation")
    return not outcome.pending


def is_back(view: View) -> bool:
    """A load balancer that does not know the instance yet will, when it is configured itself."""
    return not view.known or (view.is_up and (view.share >= ENOUGH_SHARE or view.others_up != 1))


def tell_unreachable(instance: Instance, outcome: Outcome) -> None:
    for name, reason in outcome.unreachable.items():
        say(f"instance {instance.number}: not waiting for {name}, which cannot be reached: {reason}")


def show(configuration: Configuration, as_json: bool) -> None:
    holds = configuration.holds
    if as_json:
        listed = [
            {
                "instance": instance.number,
                "name": instance.name,
                "port": instance.port,
                "debugPort": configuration.debug_port,
                "state": holds.state_of(instance.number),
                "holds": [vars(hold) for hold in holds.of(instance.number)],
            }
            for instance in configuration.instances
        ]
        print(json.dumps(listed))
        return
    for instance in configuration.instances:
        reasons = "; ".join(hold.described() for hold in holds.of(instance.number))
        print(f"{instance.number} {holds.state_of(instance.number)}{f'  {reasons}' if reasons else ''}")


def main() -> int:
    parser = argparse.ArgumentParser("holdfast-rotation", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--configuration", default=PATH, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("out", "in"):
        command = commands.add_parser(name)
        command.add_argument("instance", type=int)
        command.add_argument("--for", dest="owner", choices=("roll-out", "debug"), default="roll-out")
        command.add_argument("--who", default="")
    commands.add_parser("show").add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    configuration = read_configuration(arguments.configuration)
    if arguments.command == "show":
        show(configuration, arguments.json)
        return 0
    try:
        instance = configuration.instance(arguments.instance)
        if arguments.command == "out":
            out(configuration, instance, arguments.owner, arguments.who)
            return 0
        return 0 if back(configuration, instance, arguments.owner) else 1
    except LookupError as error:
        print(f"holdfast-rotation: {error}", file=sys.stderr)
        return 2
    except PermissionError:
        print("holdfast-rotation changes what visitors get, so it needs root: use sudo", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
