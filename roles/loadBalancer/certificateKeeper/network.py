"""What is seen over the network: the chain that a load balancer shows, and whether the world's way leads to us."""

from __future__ import annotations

import http.client
import ipaddress
import json
import secrets
import socket
import ssl
import urllib.parse
import urllib.request
from typing import Any

from certificate import Chain, read_chain
from common import Problem

SECONDS = 5.0
# Bytes of an answer to a challenge: 86 and the token's.
LARGEST = 400
# That an authority follows.
REDIRECTS = 10


def shown_chain(address: str, name: str) -> Chain | None:
    """The chain that HAProxy at `address` serves for `name`, whatever it is; None: no handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Who shows it does not matter: it is public, and is judged before it is used.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((address, 443), SECONDS) as connection:
            with context.wrap_socket(connection, server_hostname=None if is_address(name) else name) as tls:
                ders = tls.get_unverified_chain()  # type: ignore[attr-defined]  # Python 3.13
        return read_chain("\n".join(ssl.DER_cert_to_PEM_cert(der) for der in ders))
    except (OSError, Problem, ValueError):
        return None


def require_way(name: str, thumbprint: str, peers: tuple[str, ...]) -> None:
    """
    Raises `Problem` when an authority that follows DNS would not get our answer to its challenge. That costs nothing;
    a challenge that fails counts at the authority.
    """
    for address in _addresses(name):
        _require_answer(address, name, thumbprint, f"{name} leads to {address}, and there")
    for peer in peers:
        # A peer that is away answers nobody; one that answers otherwise spoils every other try.
        if (said := _challenge(peer, name, thumbprint)) not in (None, ""):
            raise Problem(f"the other load balancer ({peer}) answers a challenge with {said}: it has another configuration")


def _addresses(name: str) -> list[str]:
    if is_address(name):
        return [name]
    try:
        found = socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Problem(f"{name} has no address in DNS yet ({error.strerror})") from None
    return sorted({str(entry[4][0]) for entry in found})


def _require_answer(address: str, name: str, thumbprint: str, what: str) -> None:
    said = _challenge(address, name, thumbprint)
    if said is None:
        raise Problem(f"{what} nothing answers on port 80")
    if said:
        raise Problem(f"{what} a challenge is answered with {said}: it is not this stack, or something in front of it")


def _challenge(address: str, name: str, thumbprint: str) -> str | None:
    """What is answered instead of the right thing; empty: the right thing; None: no answer. Redirects are followed."""
    token = secrets.token_urlsafe(24)
    url = urllib.parse.urlsplit(f"http://{name}/.well-known/acme-challenge/{token}")
    where: str | None = address
    for _ in range(REDIRECTS + 1):
        try:
            status, location, body = _fetch(url, where)
        except (OSError, http.client.HTTPException, ValueError):
            return None if where else f"a redirect to {url.hostname}, where nothing answers"
        if status not in (301, 302, 303, 307, 308) or not location:
            right = status == 200 and body == f"{token}.{thumbprint}"
            return "" if right else f"status {status}" if status != 200 else "something else"
        try:
            url, where = urllib.parse.urlsplit(urllib.parse.urljoin(url.geturl(), location)), None
            port = url.port
        except ValueError:
            return "a redirect that is no URL"
        # As authorities do (https://letsencrypt.org/docs/challenge-types).
        if url.scheme not in ("http", "https") or (port or 80) not in (80, 443):
            return f"a redirect to {url.scheme}{f', port {port}' if port else ''}, where no authority follows"
    return f"more than {REDIRECTS} redirects"


def _fetch(url: urllib.parse.SplitResult, address: str | None) -> tuple[int, str, str]:
    """Status, where it leads to, and the answer. @param address where the host is, when that is not DNS' business"""
    host = url.hostname or ""
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # An authority does not ask for a good one either: it is what we have not got yet.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, url.port or 443, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(address or host, url.port or 80, timeout=SECONDS)
    try:
        path = url.path + (f"?{url.query}" if url.query else "")
        connection.request("GET", path or "/", headers={"Host": host})
        response = connection.getresponse()
        body = response.read(LARGEST).decode("ascii", "replace").strip()
        return response.status, response.headers.get("Location", ""), body
    finally:
        connection.close()


def ask_state(url: str) -> dict[str, Any] | None:
    """`/state` of a keeper: this machine's floating IP keeper, or the other load balancer's certificate keeper."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=1.0) as response:
            state = json.loads(response.read(262_144))
        return state if isinstance(state, dict) else None
    except (OSError, ValueError):
        return None


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
        return True
    except ValueError:
        return False
