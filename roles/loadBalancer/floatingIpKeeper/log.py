"""One line per decision, for systemd's journal."""

from __future__ import annotations

import threading
import time


class Log:
    """Lines go to stdout, where systemd's journal takes them. The secret never passes, whatever a message quotes."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._lock = threading.Lock()
        self._said: dict[str, tuple[str, float, int]] = {}

    def say(self, line: str) -> None:
        if self._secret:
            line = line.replace(self._secret, "***")
        with self._lock:
            print(line.replace("\n", " "), flush=True)

    def repeated(self, topic: str, line: str, every: float = 5.0) -> None:
        """Says it at once when it is news under its topic, else every so many seconds with a count."""
        with self._lock:
            last, at, hidden = self._said.get(topic, ("", 0.0, 0))
            now = time.monotonic()
            if line == last and now - at < every:
                self._said[topic] = (last, at, hidden + 1)
                return
            self._said[topic] = (line, now, 0)
        self.say(line if line != last or not hidden else f"{line} ({hidden} more times since)")

    def settled(self, topic: str) -> None:
        """The topic is over: the same line is news again."""
        with self._lock:
            self._said.pop(topic, None)
