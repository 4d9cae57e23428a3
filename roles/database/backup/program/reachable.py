"""Says why a host cannot be reached at all where a connection attempt would only say that it failed."""

from __future__ import annotations

import errno
import socket


def no_way_to(host: str) -> str | None:
    """
    Machines without a public IPv4 address reach the Internet by IPv6 alone: hosts that have no such address are out of
    their reach. Sends nothing: connecting a datagram socket only asks for the route.

    Returns None where there is a route, or where nothing is known about the host.
    """
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_DGRAM)
    except OSError:
        return None
    if any(has_route(family, address) for family, _, _, _, address in found):
        return None
    families = {family for family, *_ in found}
    lacks = "IPv6" if socket.AF_INET6 not in families else "reachable"
    return (
        f"{host} has no {lacks} address, and this machine has no public IPv4 address to reach it with. Use a host that "
        "has an IPv6 address, or bring a dump here as a file"
    )


def has_route(family: int, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(address)
        except OSError as error:
            return error.errno not in (errno.ENETUNREACH, errno.EHOSTUNREACH)
    return True
