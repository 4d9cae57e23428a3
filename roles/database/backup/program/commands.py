"""How programs are run here: as root or as postgres, line by line, and what is said when one fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import IO, Callable, Mapping, Sequence

from common import Problem, last_lines

Line = Callable[[str], None]


class Failed(Problem):
    """A program ended with an error; `output` is what it wrote."""

    def __init__(self, command: Sequence[str], code: int, output: str) -> None:
        super().__init__(f"{name_of(command)} failed (exit code {code}):\n{last_lines(output, 8)}")
        self.output = output


def name_of(command: Sequence[str]) -> str:
    """Of the program that does the work, not of those that choose its user and environment."""
    words = (word for word in command if word not in ("setpriv", "env") and not word.startswith("--") and "=" not in word)
    return os.path.basename(next(words, command[0]))


def say(line: str, error: bool = False) -> None:
    """One line of progress: to the terminal, or to the journal of the unit that this runs in. Errors are no part of answers."""
    print(line, file=sys.stderr if error else sys.stdout, flush=True)


def as_postgres(command: Sequence[str]) -> list[str]:
    """Without a session of its own: `runuser` would tell the journal of each, between the lines of a job."""
    if os.geteuid() != 0:
        return list(command)
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    return [*user, "env", "HOME=/var/lib/postgresql", "USER=postgres", *command]


def feed(pipe: IO[str], text: str) -> None:
    """Writes all of it and closes; a program that ends before it has read all tells why by its exit code."""
    try:
        with pipe:
            pipe.write(text)
    except BrokenPipeError:
        pass


def run(
    command: Sequence[str],
    *,
    stdin: str | None = None,
    environment: Mapping[str, str] | None = None,
    on_line: Line | None = None,
) -> str:
    """Runs a program in / and returns its output, stderr included. Raises Failed when it ends with an error."""
    process = subprocess.Popen(
        command,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None
    if process.stdin is not None and stdin is not None:
        # Beside the reading: a program that answers before it has read all would wait for us, and we for it.
        threading.Thread(target=feed, args=(process.stdin, stdin), daemon=True).start()
    lines = []
    with process.stdout as pipe:
        for line in pipe:
            lines.append(line)
            if on_line:
                on_line(line.rstrip("\n"))
    code = process.wait()
    output = "".join(lines)
    if code != 0:
        raise Failed(command, code, output)
    return output
