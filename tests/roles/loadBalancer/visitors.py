"""
Sends HAProxy requests that say what visitors may not say.
Usage: visitors.py HAPROXY_CFG ASKED INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

ASKED is JSON: `headers` to send in one request, `methods`, `hosts`, and lists of `sources` with how often each one asks.
"""

import json
import sys
import time

from lab import Haproxy, Instance, ask, ip, status

cfg, asked, instance, own = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]


def arriving(path: str, headers: list[str]) -> list[tuple[str, str]]:
    """The headers that reach the instance."""
    ask(haproxy, "\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers]))
    return [(name.lower(), value) for name, value in next(seen for at, seen, _ in Instance.seen if at == path)]


def upgraded() -> list[tuple[str, str]]:
    """The same of a websocket's request, which names a header of ours beside its own."""
    with haproxy.connect() as visitor:
        request = (
            "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade, X-Forwarded-For\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        visitor.sendall(request.encode())
        status(visitor)
    return [(name.lower(), value) for name, value in next(seen for at, seen, _ in Instance.seen if at == "/socket")]


def asks_from(sources: list[str], each: int) -> list[int]:
    for source in sources:
        ip("address", "replace", f"{source}/128", "dev", "lo", "nodad")
    return [ask(haproxy, "GET / HTTP/1.1\nHost: x", source) for source in sources for _ in range(each)]


def logged(path: str) -> str:
    """The id of a request in the log."""
    for _ in range(50):
        for line in haproxy.log:
            if line.startswith("{") and (entry := json.loads(line))["path"] == path:
                return str(entry["id"])
        time.sleep(0.1)
    return ""


with Haproxy(cfg, instance, own) as haproxy:
    result: dict[str, object] = {}
    if "headers" in asked:
        result |= {"headers": arriving("/headers", asked["headers"]), "id": logged("/headers"), "upgraded": upgraded()}
    if "methods" in asked:
        result["methods"] = [ask(haproxy, f"{method} /method HTTP/1.1\nHost: x") for method in asked["methods"]]
        result["connect"] = ask(haproxy, "CONNECT x:22 HTTP/1.1\nHost: x:22")
        result["reached"] = [path for path, _, _ in Instance.seen if path != "/health"]
    if "hosts" in asked:
        result["hosts"] = [ask(haproxy, f"GET / HTTP/1.1\nHost: {host}") for host in asked["hosts"]]
        result["noHost"] = ask(haproxy, "GET / HTTP/1.0")
        result["health"] = ask(haproxy, f"GET /health HTTP/1.1\nHost: {own}")
    result["sources"] = [asks_from(sources, each) for sources, each in asked.get("sources", [])]
    result["alive"] = haproxy.process.poll() is None
print(json.dumps(result))
