"""pgBackRest as a program: how it is called, what its `info` says, and what its errors mean."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Mapping

import reach
from commands import Failed, Line, as_postgres, run, say
from common import Problem
from settings import Settings


@dataclass(frozen=True)
class Backup:
    label: str
    kind: str
    """`full`, `diff` or `incr`."""
    repository: int
    started: int
    finished: int
    """Seconds since 1970; the earliest moment to which this backup can be restored."""
    size: int
    """Bytes of the database that it restores."""
    stored: int
    """Bytes that it takes in the repository, without those that it shares with an earlier backup."""
    first_wal: str
    last_wal: str
    stop_lsn: str
    system: int
    """PostgreSQL's identifier of the cluster that was backed up."""
    archive: str
    """Folder of its WAL in the repository, e.g. `17-1`; each cluster that a repository has belonged to has one."""
    damaged: bool
    """Whether PostgreSQL's page checksums did not match when it was made."""


@dataclass(frozen=True)
class Archive:
    """The WAL of the cluster that a repository belongs to now."""

    repository: int
    name: str
    """e.g. `17-1`"""


@dataclass(frozen=True)
class Info:
    reachable: bool
    """Whether at least one of the repositories answers."""
    reason: str
    """Why one of them does not; empty when all do."""
    exists: bool
    """Whether every repository that answers knows the stanza."""
    system: int | None
    """Identifier of the cluster that the repositories belong to now."""
    backups: tuple[Backup, ...]
    """Of all repositories that answer, oldest first."""
    repositories: tuple[int, ...]
    """Numbers of all that are configured."""
    away: Mapping[int, str]
    """Number → why, of those that do not answer."""
    archives: tuple[Archive, ...]
    """One for each repository that answers and has WAL."""


class TooManyOpenFiles(Problem):
    """The backup storage lets this session open no more files."""


TOO_MANY_OPEN_FILES = "libssh2 error [-31]: sftp error [4]"
"""pgBackRest's words for it."""


class PgBackRest:
    """
    Everything that is asked of pgBackRest for one stanza. `config` and `include` name another configuration than the
    machine's own: both, or something of the machine's repository would get into it.
    """

    def __init__(self, settings: Settings, config: str = "", include: str = "") -> None:
        self.settings = settings
        other = [f"--config={config}", f"--config-include-path={include}"] if config else []
        self.options = ["--stanza", settings.stanza, *other]
        self.places = config or reach.CONFIGURATION

    def command(self, name: str, *arguments: str, on_line: Line | None = None) -> str:
        """Raises Problem with what the error means, where we know it."""
        try:
            return run(as_postgres(["pgbackrest", *self.options, *arguments, name]), on_line=on_line)
        except Failed as failure:
            meaning = explain(failure.output, name)
            kind = TooManyOpenFiles if TOO_MANY_OPEN_FILES in failure.output else Problem
            raise kind(f"{meaning}\n{error_of(failure.output)}" if meaning else error_of(failure.output)) from failure

    def restore(self, *arguments: str, on_line: Line | None = None) -> None:
        """
        Goes on after what ends sessions that have read many files: over SFTP they are never closed, so the server's limit
        of open files is met after a thousand or so. Each new beginning keeps what is there.
        """
        for _ in range(100):
            try:
                self.command("restore", *arguments, on_line=on_line)
                return
            except TooManyOpenFiles:
                say("the backup storage allows no more open files: the restore goes on with new sessions")
                arguments = (*(one for one in arguments if one != "--delta"), "--delta")
        raise Problem("the restore is given up: the backup storage ended a hundred sessions in a row")

    def info(self) -> Info:
        """Of the places that can be reached: one that is away would cost minutes."""
        away = reach.unreached(self.places)
        if not away:
            return understand(json.loads(self.quiet("--output=json", "info")), self.settings.stanza)
        answering = next((key for key in reach.NAMES if key not in away), None)
        if answering is None:
            return understand([entry_of(self.settings.stanza, away)], self.settings.stanza)
        answer = json.loads(self.quiet("--output=json", f"--repo={answering}", "info"))
        found = next((entry for entry in answer if entry["name"] == self.settings.stanza), None)
        if found is None:
            answer.append(entry_of(self.settings.stanza, away))
        else:
            found["repo"] += entry_of(self.settings.stanza, away)["repo"]
        return understand(answer, self.settings.stanza)

    def file(self, repository: int, path: str) -> str:
        """A text file of a repository, decrypted; empty when it is not there."""
        try:
            return self.quiet(f"--repo={repository}", "--ignore-missing", "repo-get", path)
        except Failed as failure:
            if failure.output.strip():
                raise
            return ""

    def listing(self, repository: int, path: str, *options: str) -> dict[str, Any]:
        """Name → what is known of it, of a folder of a repository."""
        content: dict[str, Any] = json.loads(
            self.quiet(f"--repo={repository}", "--output=json", *options, "repo-ls", path)
        )
        return content

    def quiet(self, *arguments: str) -> str:
        """An answer without warnings in it; errors come all the same."""
        options = ["--log-level-console=off", "--log-level-stderr=error", "--io-timeout=15"]
        return run(as_postgres(["pgbackrest", *self.options, *options, *arguments]))


def entry_of(stanza: str, away: Mapping[int, str]) -> dict[str, Any]:
    """What pgBackRest would answer about places that are away."""
    return {
        "name": stanza,
        "repo": [{"key": key, "status": {"code": UNREACHABLE, "message": reason}} for key, reason in away.items()],
    }


def understand(answer: list[dict[str, Any]], stanza: str) -> Info:
    """What `pgbackrest info --output=json` says of a stanza."""
    found = next((entry for entry in answer if entry["name"] == stanza), None)
    if found is None:
        return Info(True, "", False, None, (), (1,), {}, ())
    states = {int(repo["key"]): repo["status"] for repo in found["repo"]}
    answering = [key for key, status in states.items() if status["code"] != UNREACHABLE]
    away = {key: " ".join(str(status["message"]).split()) for key, status in states.items() if status["code"] == UNREACHABLE}
    several = len(states) > 1
    databases = {(int(entry["repo-key"]), int(entry["id"])): int(entry["system-id"]) for entry in found.get("db", [])}
    newest = {key: max(number for repository, number in databases if repository == key) for key, _ in databases}
    first = min(newest, default=None)
    archives = {database_of(archive): str(archive["id"]) for archive in found.get("archive", []) if archive.get("max")}
    return Info(
        reachable=bool(answering),
        reason="; ".join(f"{reach.NAMES[key]}: {why}" if several else why for key, why in away.items()),
        exists=first is not None and all(states[key]["code"] not in NO_STANZA for key in answering),
        system=databases[first, newest[first]] if first is not None else None,
        backups=tuple(
            sorted(
                (backup(entry, databases, archives) for entry in found.get("backup", [])),
                key=lambda one: (one.finished, one.label),
            )
        ),
        repositories=tuple(sorted(states)),
        away=away,
        archives=tuple(Archive(key, archives[key, newest[key]]) for key in sorted(newest) if (key, newest[key]) in archives),
    )


def database_of(entry: dict[str, Any]) -> tuple[int, int]:
    """Repository, and number of the cluster in it: the two need not have counted alike."""
    return int(entry["database"]["repo-key"]), int(entry["database"]["id"])


def backup(entry: dict[str, Any], databases: Mapping[tuple[int, int], int], archives: Mapping[tuple[int, int], str]) -> Backup:
    database = database_of(entry)
    return Backup(
        label=str(entry["label"]),
        kind=str(entry["type"]),
        repository=database[0],
        started=int(entry["timestamp"]["start"]),
        finished=int(entry["timestamp"]["stop"]),
        size=int(entry["info"]["size"]),
        stored=int(entry["info"]["repository"].get("delta", 0)),
        first_wal=str(entry["archive"]["start"]),
        last_wal=str(entry["archive"]["stop"]),
        stop_lsn=str(entry.get("lsn", {}).get("stop", "")),
        system=databases.get(database, 0),
        archive=archives.get(database, ""),
        damaged=bool(entry.get("error")),
    )


UNREACHABLE = 99
NO_STANZA = (1, 3)
"""pgBackRest's codes for the state of a repository: something else went wrong; nothing there, or not all of it."""

MEANINGS = (
    (
        r"libssh2 error \[-(7|13|39|43)\]",
        "The connection to the backup storage broke.",
    ),
    (
        r"unable to (?:init libssh2|connect to)|timeout connecting to|unable to get address|[Cc]onnection refused|No route to host",
        "The backup storage cannot be reached. PostgreSQL keeps its WAL meanwhile, and Holdfast tries again.",
    ),
    (
        r"host \[?\S+\]? (does not match|is not in known hosts)|known host failure|remote host key",
        "The backup storage does not show the host key that is pinned: another server answers, or Hetzner replaced the key. "
        "Compare it in the console, then run `pulumi up --refresh`.",
    ),
    (r"public key (authentication|from file) failed", "The backup storage refuses our key: run `pulumi up --refresh`."),
    (
        r"unable to verify certificate|certificate verify failed|unable to find hostname .* in certificate",
        "The certificate of the bucket's server is for another name, or no trusted authority signed it. A server with an "
        "authority of its own needs holdfast:backup.s3.ca.",
    ),
    (r"NoSuchBucket", "There is no such bucket: make it, or correct holdfast:backup.s3.bucket."),
    (
        r"failed with 403|InvalidAccessKeyId|SignatureDoesNotMatch",
        "The bucket refuses our keys: correct holdfast:backup.s3.accessKey and secretKey.",
    ),
    (
        # Error 95 is pgBackRest's for everything that cannot be decrypted.
        r"\[095\]:|CryptoError|cipher header invalid",
        "The passphrase does not fit: the repository was written with another one.",
    ),
    (r"No space left|quota", "The backup storage is full: take a larger holdfast:backup.storage.type."),
)


IDLE = (
    " Storage Boxes end sessions that are idle for some time, and pgBackRest's main session is idle while it copies files. If "
    "this happens at the end of each long backup, give the stack a second repository on S3 (holdfast:backup.s3): its requests "
    "are short."
)


def explain(output: str, command: str = "") -> str | None:
    """What an error of pgBackRest means for a person; None for those that speak for themselves."""
    meaning = next((meaning for pattern, meaning in MEANINGS if re.search(pattern, output)), None)
    return f"{meaning}{IDLE}" if meaning == MEANINGS[0][1] and command == "backup" else meaning


def away(info: Info) -> Problem:
    """What is said where a repository that is needed does not answer."""
    meaning = explain(info.reason)
    return Problem(f"{meaning}\n{info.reason}" if meaning else f"the backup storage cannot be reached: {info.reason}")


def error_of(output: str) -> str:
    """pgBackRest's own error message, without its log prefix."""
    found = re.search(r"ERROR: (\[\d+\]: .*(?:\n {4,}.*)*)", output)
    return f"pgBackRest: {found.group(1).strip()}" if found else output.strip()[-600:]
