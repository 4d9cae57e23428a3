"""The metrics that a monitor reads."""

from __future__ import annotations

import threading
from collections import defaultdict


class Metrics:
    """Counters and gauges in Prometheus' text form."""

    HELP = {
        "holdfast_floating_ip_keeper_master": "1 while keepalived says that this machine is master",
        "holdfast_floating_ip_keeper_fit": "1 while this machine may be master: HAProxy runs, an instance is reached, no maintenance",
        "holdfast_floating_ip_keeper_reaches_instance": "1 when an instance of the app answered 200 in the last round of probes",
        "holdfast_floating_ip_held": "1 when the API said last that the address is assigned to this machine",
        "holdfast_floating_ip_contested": "1 while the peer holds the address and says that it is master as well",
        "holdfast_floating_ip_last_verified_seconds": "when the API last confirmed that the address is here, Unix time",
        "holdfast_floating_ip_claim_seconds": "how long the last claim took until the API confirmed it",
        "holdfast_floating_ip_claims_total": "claims that succeeded",
        "holdfast_floating_ip_keeper_api_requests_total": "requests sent to the API",
        "holdfast_floating_ip_keeper_api_errors_total": "requests that failed, by error code",
        "holdfast_floating_ip_keeper_api_budget_remaining": "requests that the API still allows this project (RateLimit-Remaining)",
    }

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], float] = defaultdict(float)

    def set(self, name: str, value: float, **labels: str) -> None:
        with self._lock:
            self._values[name, _render(labels)] = value

    def add(self, name: str, **labels: str) -> None:
        with self._lock:
            self._values[name, _render(labels)] += 1

    def text(self) -> str:
        with self._lock:
            values = sorted(self._values.items())
        lines: list[str] = []
        seen = ""
        for (name, labels), value in values:
            if name != seen:
                kind = "counter" if name.endswith("_total") else "gauge"
                lines += [f"# HELP {name} {self.HELP[name]}", f"# TYPE {name} {kind}"]
                seen = name
            lines.append(f"{name}{labels} {value:.3f}".rstrip("0").rstrip("."))
        return "\n".join(lines) + "\n"


def _render(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{key}="{value}"' for key, value in sorted(labels.items())) + "}" if labels else ""
