"""What keepers tell each other, over the private network and only when asked."""

from __future__ import annotations

import json
import urllib.request

PEER_SECONDS = 0.3


def peer_that_holds(peers: tuple[str, ...], holder: int) -> str | None:
    """The peer on server `holder`, if it answers and says that it is master. Silence counts as no."""
    for url in peers:
        try:
            with urllib.request.urlopen(url, timeout=PEER_SECONDS) as response:
                state = json.load(response)
            if state.get("server") == holder and state.get("master") is True:
                return url
        except (OSError, ValueError):
            continue
    return None
