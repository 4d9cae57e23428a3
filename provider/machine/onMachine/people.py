"""Whose SSH key a request came with. What a person says of themselves can be anything; which key it was, sshd knows."""

from __future__ import annotations

from layout import Layout
from logins import listed, login_of, own_session

# Below it each user's keys; a key's comment names its owner (roles/base/authorizedKeys.ts).
AUTHORIZED_KEYS = "/etc/ssh/authorized_keys"
LONGEST = 63


def signed(layout: Layout, owner: str) -> str:
    """`ci@runner` → `ci@runner (key of ana)`, where this came over SSH and the key's owner is known."""
    name = _key_owner(layout) if layout.is_machine else None
    return owner if name is None or name == owner else f"{owner} (key of {name})"


def _key_owner(layout: Layout) -> str | None:
    """Who that is must not stop anything."""
    try:
        session = own_session()
        login = login_of(session) if session is not None else None
        if login is None:
            return None
        comment = listed(layout.real(f"{AUTHORIZED_KEYS}/{login.user}").read_text("utf-8")).get(login.fingerprint, "")
    except (OSError, ValueError, KeyError):
        return None
    return "".join(letter for letter in comment if letter.isprintable())[:LONGEST] or None
