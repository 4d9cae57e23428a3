"""
Whether this load balancer can serve visitors: its HAProxy has an instance to send them to, and in a pair its keeper lets it
be master. Ends with 0, or with 1 and what it sees of each instance.
Usage: ready.py haproxy STATUS_URL   or   ready.py pair STATE_URL MAINTENANCE_FILE
"""

from __future__ import annotations

import csv
import json
import os
import sys
import urllib.error
import urllib.request

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from haproxychecks import state_of  # noqa: E402

LIMIT_SECONDS = 2.0
MOST_SHOWN = 8


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=LIMIT_SECONDS) as answer:
        text: str = answer.read().decode("utf-8", "replace")
        return text


def of_haproxy(status: str) -> str | None:
    """Why HAProxy has nobody to send visitors to; None when it has."""
    try:
        fetch(f"{status}/ready")
        return None
    except urllib.error.HTTPError:
        pass
    except OSError as error:
        return f"HAProxy does not answer: {error}"
    rows = csv.DictReader(fetch(f"{status}/;csv").removeprefix("# ").splitlines())
    seen = [f"{row['svname']} {state_of(row)}" for row in rows if row["pxname"] == "safe" and row["svname"] != "BACKEND"]
    more = [f"and {len(seen) - MOST_SHOWN} more"] if len(seen) > MOST_SHOWN else []
    return f"HAProxy has no instance to send visitors to: {', '.join(seen[:MOST_SHOWN] + more)}"


def of_pair(state: str, maintenance: str) -> str | None:
    """Why this machine may not have the floating IP, although no person wants that; None when it may."""
    if os.path.exists(maintenance):
        return None
    try:
        said = json.loads(fetch(state))
    except (OSError, ValueError) as error:
        return f"the floating IP keeper does not answer: {error}"
    return None if said["fit"] else f"it may not have the floating IP: {said['unfit']}"


def main(arguments: list[str]) -> int:
    if len(arguments) == 2 and arguments[0] == "haproxy":
        reason = of_haproxy(arguments[1])
    elif len(arguments) == 3 and arguments[0] == "pair":
        reason = of_pair(*arguments[1:])
    else:
        raise SystemExit(__doc__)
    if reason is not None:
        print(reason)
    return 0 if reason is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
