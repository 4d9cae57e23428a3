"""SQL as the superuser, over the machine's own socket: what the programs beside this one ask PostgreSQL with."""

from __future__ import annotations

import subprocess

COMMAND = ("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", "-")


def psql(sql: str, timeout: float) -> str:
    """
    What psql prints. The SQL goes through standard input, where `ps` does not show it.

    Raises OSError when PostgreSQL refuses it, cannot be reached, or takes longer than `timeout` seconds.
    """
    try:
        answer = subprocess.run(
            COMMAND,
            input=sql,
            text=True,
            capture_output=True,
            timeout=timeout,
            check=False,
            cwd="/",
            user="postgres",
            group="postgres",
        )
    except subprocess.TimeoutExpired as expired:
        raise OSError(f"psql did not answer within {timeout} s") from expired
    if answer.returncode != 0:
        raise OSError(f"psql ended with {answer.returncode}: {answer.stderr.strip()}")
    return answer.stdout.strip()
