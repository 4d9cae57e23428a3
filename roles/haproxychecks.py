"""What HAProxy's checks found, in words (check_status of its statistics, management.txt section 9.1)."""

from __future__ import annotations

from typing import Mapping

WORDS = {
    "L4TOUT": "no connection in time",
    "L4CON": "connection refused, or no way to it",
    "L7TOUT": "no answer in time",
    "L7RSP": "an answer that is not HTTP",
    "L7STS": "answered {code}; 200 counts as healthy, and nothing else",
}


def state_of(row: Mapping[str, str]) -> str:
    """HAProxy's word for one instance, with the reason while it is down: `DOWN (L7STS/503: answered 503 …)`."""
    # While a check is under way HAProxy marks the last one's result with a star.
    check, code = (row.get("check_status") or "").lstrip("* "), row.get("check_code") or ""
    status = row["status"]
    if not status.startswith("DOWN") or not check:
        return status
    words = WORDS.get(check, "")
    reason = f"{check}/{code}" if code else check
    return f"{status} ({reason}: {words.format(code=code)})" if words else f"{status} ({reason})"
