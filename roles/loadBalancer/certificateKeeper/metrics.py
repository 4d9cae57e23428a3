"""The figures of /metrics, in Prometheus' text form."""

from __future__ import annotations

from typing import Any


def metrics(state: dict[str, Any]) -> str:
    gauges = {
        "holdfast_certificate_ends_seconds": ("when the certificate ends, Unix time; 0: there is none", "until"),
        "holdfast_certificate_failures": ("refusals of the authority in a row", "failures"),
    }
    lines = ["# TYPE holdfast_certificates_looked_seconds gauge", f"holdfast_certificates_looked_seconds {state['looked']:.0f}"]
    for name, (text, key) in gauges.items():
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
        lines += [f'{name}{{name="{host}"}} {about[key] or 0:.0f}' for host, about in state["names"].items()]
    return "\n".join(lines) + "\n"
