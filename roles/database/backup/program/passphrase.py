"""
Brings the repositories to the passphrase that pgBackRest's configuration has, from another one that is known.

The passphrase encrypts four small files in each repository and nothing else: all other files have keys that are in these. Of
each of the two there is a copy, and pgBackRest reads that one when it cannot read the first. So the copies go first: at each
moment the old configuration or the new one finds a file that it can read, and what was cut short is finished by doing it again.
"""

from __future__ import annotations

import os
import subprocess

import reach
from commands import as_postgres, say
from common import Problem, last_lines
from settings import Settings

KNOWN = "/etc/pgbackrest/passphrases"
"""The old and the new one, while one takes the other's place."""


def paths(stanza: str) -> list[str]:
    infos = [f"{kind}/{stanza}/{kind}.info" for kind in ("archive", "backup")]
    return [f"{path}.copy" for path in infos] + infos


def settle(settings: Settings) -> None:
    """Raises Problem when a repository does not answer, or a file opens with none of the passphrases."""
    with open(reach.CONFIGURATION, encoding="utf-8") as file:
        conf = file.read()
    with open(KNOWN, encoding="utf-8") as file:
        known = file.read().split()
    for repository, values in sorted(reach.repositories(conf).items()):
        for path in paths(settings.stanza):
            if bring(repository, path, values["cipher-pass"], known):
                say(f"{reach.NAMES[repository]}: {path} has the other passphrase now")


def bring(repository: int, path: str, wanted: str, known: list[str]) -> bool:
    """Whether the file had another passphrase until now."""
    where = f"--repo={repository}"
    encrypted = program([*as_postgres(["pgbackrest", where, "--raw", "--ignore-missing", "repo-get", path])], b"", missing=True)
    if not encrypted or opened(encrypted, wanted) is not None:
        return False
    for passphrase in known:
        content = opened(encrypted, passphrase)
        if content is not None:
            program(as_postgres(["pgbackrest", where, "--raw", "repo-put", path]), cipher(content, wanted, []))
            return True
    raise Problem(f"{reach.NAMES[repository]}: {path} opens with none of the passphrases that this machine knows")


def opened(encrypted: bytes, passphrase: str) -> bytes | None:
    """The content; None when it has another passphrase. One wrong one in 256 decrypts to something, so it is looked at."""
    try:
        content = cipher(encrypted, passphrase, ["-d"])
    except Problem:
        return None
    return content if b"[backrest]" in content else None


def cipher(content: bytes, passphrase: str, flags: list[str]) -> bytes:
    """As pgBackRest encrypts (its crypto/cipherBlock.c, for `repo-cipher-type=aes-256-cbc`)."""
    words = ["openssl", "enc", *flags, "-aes-256-cbc", "-md", "sha1", "-pass", "env:PASSPHRASE"]
    return program(words, content, {"PASSPHRASE": passphrase})


def program(
    words: list[str], content: bytes, environment: dict[str, str] | None = None, *, missing: bool = False
) -> bytes:
    """What a program writes. Bytes, where commands.run gives text."""
    done = subprocess.run(
        words, input=content, capture_output=True, cwd="/", env={**os.environ, **(environment or {})}, check=False
    )
    said = (done.stderr + (done.stdout if done.returncode != 0 else b"")).decode("utf-8", "replace")
    if done.returncode != 0 and not (missing and done.returncode == 1 and not said.strip()):
        raise Problem(f"{words[0]} failed (exit code {done.returncode}):\n{last_lines(said, 4)}")
    return done.stdout if done.returncode == 0 else b""
