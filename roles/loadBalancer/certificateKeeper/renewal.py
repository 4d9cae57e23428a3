"""When a certificate is due, and when an authority that said no may be asked again. Times in seconds."""

from __future__ import annotations

from typing import Any

from certificate import Chain

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
# Of certificates that live shorter, half has to be left, else a third.
SHORT_LIFE = 10 * DAY
# After so many failures in a row.
PAUSES = (MINUTE, 10 * MINUTE, 100 * MINUTE, DAY)
# A question that the authority does not answer costs it nothing.
UNREACHABLE_PAUSE = 10 * MINUTE


def moment_in(window: tuple[float, float], fingerprint: str) -> float:
    """The moment within the authority's window: another one for each certificate, always the same for one."""
    start, end = window
    return start + (int(fingerprint[:8], 16) / 0xFFFF_FFFF) * max(end - start, 0.0)


def backstop(chain: Chain) -> float:
    """From when on a certificate is due, whatever the authority says or fails to say."""
    return chain.not_after - chain.life * (0.5 if chain.life < SHORT_LIFE else 1 / 3)


def why_due(chain: Chain, wanted: dict[str, Any], record: dict[str, Any], requested: float, now: float) -> str | None:
    """
    The reason why a good chain is to be renewed; None: it is not.

    `wanted` has the key and the authority's directory of the settings, `record` what is known about the certificate.
    """
    if chain.public_key != wanted["publicKey"]:
        return "the key is another one"
    if record.get("directory") not in (None, wanted["directory"]):
        return "the authority is another one"
    if requested > record.get("obtained", 0.0):
        return "somebody asked for it"
    window = record.get("window")
    if window and now >= moment_in((window[0], window[1]), chain.fingerprint):
        return "the authority says that it is time"
    return "it ends soon" if now >= backstop(chain) else None


def turn_of_peer(chain: Chain | None, now: float) -> float:
    """How long the other load balancer, which has the address, is left to do it."""
    return 0.0 if chain is None or now >= chain.not_after else max(HOUR, chain.life / 20)


def next_try(failures: int, chain: Chain | None, now: float) -> float:
    """After so many refusals in a row: never later than a quarter of what is left."""
    pause = PAUSES[min(failures, len(PAUSES)) - 1]
    left = chain.not_after - now if chain is not None and chain.not_after > now else None
    return now + (pause if left is None else min(pause, max(left / 4, MINUTE)))
