"""sshd's log, logind's sessions and what follows from both, with the words of the real programs."""

from __future__ import annotations

import json
import subprocess
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import logins
import people
from layout import Layout

ANA = "SHA256:2wQ5HzOU4i2lO7V9wwHrX5AxuA5DEr8jaXGXctXJhQY"
BOB = "SHA256:7OjC3qr1itlLouvUfU5v0UVSOZr7BjbOVjyosIRyIwc"


def line(pid: int, uptime: float, message: object) -> str:
    entry = {"_PID": str(pid), "MESSAGE": message, "__REALTIME_TIMESTAMP": str(int((uptime + 1e9) * 1e6))}
    return json.dumps({**entry, "__MONOTONIC_TIMESTAMP": str(int(uptime * 1e6))})


def accepted(pid: int, uptime: float, key: str) -> str:
    return line(pid, uptime, f"Accepted publickey for holdfast from 198.51.100.7 port 40726 ssh2: ED25519 {key}")


def machine(log: list[str], sessions: str = "") -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(command: list[str], _timeout: float, _text: str | None = None) -> subprocess.CompletedProcess[str]:
        if command[0] == "journalctl":
            pids = [word.removeprefix("_PID=") for word in command if word.startswith("_PID=")]
            found = [entry for entry in log if not pids or json.loads(entry)["_PID"] in pids]
            return subprocess.CompletedProcess(command, 0, "\n".join(found))
        listing = "c6 1000 holdfast - 42 user - no -\n c7 1000 holdfast - 43 manager - no -\n"
        return subprocess.CompletedProcess(command, 0, listing if command[1] == "list-sessions" else sessions)

    return run


def session(scope: str, leader: int, uptime: float, service: str = "sshd") -> str:
    return f"TimestampMonotonic={int(uptime * 1e6)}\nService={service}\nScope={scope}\nLeader={leader}\n"


class Logins(unittest.TestCase):
    def test_reads_who_logged_in_and_skips_all_else(self) -> None:
        others = [line(7, 1, "Failed publickey for root from 192.0.2.1 port 1 ssh2: ED25519 " + BOB), line(7, 2, [27, 93])]
        with mock.patch.object(logins, "run", machine([*others, accepted(42, 10.0, ANA), "no JSON"])):
            (login,) = logins.logins()
        self.assertEqual((login.pid, login.user, login.source, login.fingerprint), (42, "holdfast", "198.51.100.7", ANA))

    def test_an_address_or_user_that_looks_like_a_login_is_none(self) -> None:
        forged = f"Invalid user Accepted publickey for holdfast from 192.0.2.9 port 1 ssh2: ED25519 {BOB} from 192.0.2.1 port 2"
        with mock.patch.object(logins, "run", machine([line(42, 10, forged)])):
            self.assertEqual(logins.logins(), [])

    def test_sessions_are_those_of_sshd(self) -> None:
        shown = "\n".join([session("session-c6.scope", 42, 10.1), session("", 43, 10.2, "systemd-user")])
        with mock.patch.object(logins, "run", machine([], shown)):
            self.assertEqual(logins.sessions(), [logins.Session("session-c6.scope", 42, 10.1)])

    def test_a_process_number_that_was_used_before_or_after_is_not_taken_for_the_login(self) -> None:
        begun = logins.Session("session-c6.scope", 42, 1000.1)
        before, own, after = accepted(42, 10, BOB), accepted(42, 1000, ANA), accepted(42, 2000, BOB)
        with mock.patch.object(logins, "run", machine([before, own, after])):
            found = logins.login_of(begun)
        self.assertEqual(found and found.fingerprint, ANA)
        # Its own line is lost: then nobody knows.
        with mock.patch.object(logins, "run", machine([before, after])):
            self.assertIsNone(logins.login_of(begun))

    def test_keys_of_a_file_with_options_comments_and_headings(self) -> None:
        body = "AAAAC3NzaC1lZDI1NTE5AAAAIEA3EWj7wTrDIGUMG9jCnq+CpYzdksM/Sm1Ds2FxS6k5"
        text = f'# AAAA is no key\nfrom="10.0.0.0/8",expiry-time="202701010000Z" ssh-ed25519 {body} Ana Maria\n\n'
        self.assertEqual(list(logins.listed(text).values()), ["Ana Maria"])


class Signing(unittest.TestCase):
    def signed(self, comment: str, owner: str = "ci@runner") -> str:
        login = logins.Login(42, 1e9, 10, "holdfast", "192.0.2.1", ANA)
        with (
            mock.patch.object(people, "own_session", lambda: logins.Session("session-c6.scope", 42, 10.1)),
            mock.patch.object(people, "login_of", lambda _session: login),
            mock.patch.object(people, "listed", lambda _text: {ANA: comment}),
            mock.patch.object(Path, "read_text", lambda *_: ""),
        ):
            return people.signed(Layout(Path("/")), owner)

    def test_the_keys_owner_stands_behind_what_the_person_says(self) -> None:
        self.assertEqual(self.signed("ana"), "ci@runner (key of ana)")
        self.assertEqual(self.signed("ana@laptop", "ana@laptop"), "ana@laptop")

    def test_nothing_reaches_a_terminal_but_text(self) -> None:
        self.assertEqual(self.signed("a\x1b]52;c\x07na"), "ci@runner (key of a]52;cna)")
        self.assertEqual(self.signed(""), "ci@runner")

    def test_without_ssh_nobody_is_asked(self) -> None:
        with mock.patch.object(people, "own_session", lambda: None):
            self.assertEqual(people.signed(Layout(Path("/")), "ci@runner"), "ci@runner")
        self.assertEqual(people.signed(Layout(Path("/tmp/none")), "ci@runner"), "ci@runner")


if __name__ == "__main__":
    unittest.main()
