"""
holdfast-health INSTANCE      whether load balancers will find the instance well: 0, or 1 and the reason
Asks what they ask, where they ask it, and reads the answer as they do.
"""

from __future__ import annotations

import sys
import time

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from configuration import Configuration, Instance, read_configuration  # noqa: E402
from healthcheck import NotWell, Refused, TooSlow, ask  # noqa: E402
from processes import addresses_of  # noqa: E402

# Seconds until a slow instance is asked again, as HAProxy does before it takes one out.
AGAIN_SECONDS = 0.2


def why_not_healthy(configuration: Configuration, instance: Instance) -> str | None:
    """None when it is well, else the reason for a person."""
    for last in (False, True):
        try:
            ask(configuration.address, instance.port, configuration.question)
            return None
        except TooSlow as failure:
            if last:
                return f"instance {instance.number} {failure}; load balancers wait no longer"
            time.sleep(AGAIN_SECONDS)
        except Refused as failure:
            return f"instance {instance.number} {_where_instead(configuration.address, instance.port) or failure}"
        except NotWell as failure:
            return f"instance {instance.number} {failure}"
    return None


def _where_instead(address: str, port: int) -> str | None:
    """A program on its way up has opened nothing yet; one that listens elsewhere on its port will never be found."""
    found = addresses_of(port)
    if not found:
        return None
    # Linux would connect an IPv4 address with one that listens on all of IPv6, unless the program forbids it.
    names = ", ".join(sorted("IPv6" if one == "::" else one for one in found))
    return f"listens on {names} only (port {port}); load balancers come to {address}"


def main(number: str) -> int:
    configuration = read_configuration()
    try:
        reason = why_not_healthy(configuration, configuration.instance(int(number)))
    except LookupError as error:
        reason = str(error)
    if reason is not None:
        print(reason)
    return 0 if reason is None else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
