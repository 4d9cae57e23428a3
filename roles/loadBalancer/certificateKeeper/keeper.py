#!/usr/bin/python3
"""
Keeps a certificate for each name on this load balancer: from its own disk, else from the other load balancer, else from
the authority. It looks at what is there, does what is missing, and can be killed at any moment.
Usage: keeper.py CONFIGURATION.json KEYS      (a folder: account.key, site.key, …)
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # The folder belongs to the machine's configuration.

from acme import AccountKey, Authority, Binding, Refusal, Unreachable  # noqa: E402
from certificate import Chain, judge, openssl, public_key_of, read_chain  # noqa: E402
from common import Problem, notify_systemd, read_json, replace, write_json  # noqa: E402
from haproxy import Haproxy  # noqa: E402
from metrics import metrics  # noqa: E402
from network import ask_state, is_address, require_way, shown_chain  # noqa: E402
from renewal import UNREACHABLE_PAUSE, next_try, turn_of_peer, why_due  # noqa: E402
from statelistener import StateListener  # noqa: E402

# Seconds between two looks: while all is well, and while something is missing.
CALM, BUSY = 60.0, 5.0
FIRST_PATIENCE = 30.0
"""Seconds in which a new stack's address gets to a machine: before that, the authority would find nobody there."""
# Seconds that our clock may differ from the authority's before dates mean nothing.
CLOCK = 300.0
# In place of an authority's directory: a person brought the certificate.
OWN = "own"


def say(line: str) -> None:
    print(line.replace("\n", " "), flush=True)


class Keeper:
    def __init__(self, configuration: dict[str, Any], keys: str) -> None:
        self.configuration = configuration
        self.folder, self.keys = Path(configuration["state"]), Path(keys)
        self.site_key = str(self.keys / "site.key")
        self.public_key = public_key_of(self.site_key)
        self.account = AccountKey(str(self.keys / "account.key"))
        about = (configuration["directory"], configuration["ca"], self.account, configuration["email"], alive)
        account_id = configuration["accountId"]
        binding = Binding(account_id, (self.keys / "binding.key").read_text("ascii")) if account_id else None
        self.authority = Authority(*about, binding)
        self.haproxy = Haproxy(configuration["adminSocket"], configuration["serving"])
        self.peers = tuple(configuration["peers"])
        own = configuration["own"]
        self.names = [OwnName(self, name) if name in own else Name(self, name) for name in configuration["names"]]
        self.looked = 0.0

    def look(self) -> bool:
        """Whether all is well, as far as this keeper can tell."""
        results = [name.look() for name in self.names]
        self.looked = time.time()
        return all(results)

    def is_active(self) -> bool:
        """Whether visitors come to this machine, and the cloud sends them here as well: it orders first."""
        url = self.configuration["floatingIpKeeper"]
        if url is None:
            return True
        state = ask_state(url)
        return state is not None and state.get("master") is True and state.get("held") is True

    def state(self) -> dict[str, Any]:
        names = {name.name: name.state() for name in self.names}
        return {"looked": self.looked, "issuer": self.configuration["issuer"], "names": names}


class Name:
    """One name and its certificate."""

    own = False
    """Whether somebody else looks after it."""

    def __init__(self, keeper: Keeper, name: str) -> None:
        self.keeper, self.name = keeper, name
        self.pem_file, self.record_file = keeper.folder / f"{name}.pem", str(keeper.folder / f"{name}.json")
        self.chain: Chain | None = None
        self.due: str | None = None
        self.ari_pause = 0.0
        self.served: str | None = None
        self.problem: str | None = None

    def look(self) -> bool:
        alive()
        now = time.time()
        try:
            record: dict[str, Any] = read_json(self.record_file) or {}
        except ValueError:
            record = {}
        before = self.problem
        try:
            self.chain = self._from_disk(now)
            self._keep(record, now)
        except Problem as problem:
            self.problem = str(problem)
        if self.problem and self.problem != before:
            say(f"{self.name}: {self.problem}")
        return self.chain is not None and self.due is None and self.problem is None

    def _keep(self, record: dict[str, Any], now: float) -> None:
        self._from_peer(record, now)
        self._serve()
        self._ask_when(record, now)
        self._renew(record, now)
        self.problem = None if self.due is None and self.chain else self.problem

    # Disk and HAProxy

    def _from_disk(self, now: float) -> Chain | None:
        try:
            chain = read_chain(self.pem_file.read_text("ascii", "replace"))
            # A key of the settings that has changed is a reason to renew, not to stop serving.
            judge(chain, self.name, public_key_of(str(self.pem_file)), min(now, chain.not_after - 1))
            return chain
        except OSError:
            return None
        except Problem as problem:
            say(f"{self.name}: the certificate on the disk is not used: {problem}")
            return None

    def _serve(self) -> None:
        """HAProxy's memory becomes what is on the disk."""
        if self.chain is None:
            return
        if self.keeper.haproxy.served(self.name) != self.chain.sha1:
            self.keeper.haproxy.commit(self.name, self.pem_file.read_text("ascii"))
            say(f"{self.name}: serving the certificate of {self.chain.issuer} until {_date(self.chain.not_after)}")
        self.keeper.haproxy.redirect(self.name)
        self.served = self.chain.fingerprint

    def _install(self, chain: Chain, record: dict[str, Any], now: float) -> None:
        """Disk first: a reload or a crash in between finds the new one. A chain that HAProxy refuses goes again."""
        judge(chain, self.name, self.keeper.public_key, now)
        self._replace(chain, Path(self.keeper.site_key).read_text("ascii"))
        record.pop("window", None)
        record.update(failures=0, next=0.0, problem=None, dueSince=None, obtained=now, fingerprint=chain.fingerprint)
        self.ari_pause, self.due = 0.0, None
        write_json(self.record_file, record)

    def _replace(self, chain: Chain, key: str) -> None:
        before = self.pem_file.read_bytes() if self.pem_file.exists() else None
        replace(self.pem_file, (chain.pem + key).encode())
        previous, self.chain = self.chain, chain
        try:
            self._serve()
        except Problem:
            self.chain = previous
            if before is None:
                self.pem_file.unlink(missing_ok=True)
            else:
                replace(self.pem_file, before)
            raise

    # The other load balancer

    def _from_peer(self, record: dict[str, Any], now: float) -> None:
        """Public as it is, a chain is worth as much from there as from the authority, if it is a better one."""
        for peer in self.keeper.peers:
            chain = shown_chain(peer, self.name)
            if chain is None or (self.chain is not None and chain.fingerprint == self.chain.fingerprint):
                continue
            try:
                judge(chain, self.name, self.keeper.public_key, now)
            except Problem:
                continue  # The one that stands for none, for instance.
            directory = self._peers_directory(peer, chain)
            if self.chain is None or self._rank(chain, directory) > self._rank(self.chain, record.get("directory")):
                record["directory"] = directory
                self._install(chain, record, now)
                say(f"{self.name}: taken over from the other load balancer ({peer})")

    def _rank(self, chain: Chain, directory: str | None) -> tuple[bool, bool, float, str]:
        """Both load balancers think the same of two chains, so that they agree on one."""
        wanted = self._wanted()
        ours = chain.public_key == wanted["publicKey"]
        return ours, directory in (None, wanted["directory"]), chain.not_after, chain.fingerprint

    def _peers_directory(self, peer: str, chain: Chain) -> str | None:
        """From whom the peer has it, if it says so."""
        state = ask_state(f"http://{peer}:{self.keeper.configuration['port']}/state") or {}
        names = state.get("names")
        about = names.get(self.name) if isinstance(names, dict) else None
        if not isinstance(about, dict) or about.get("fingerprint") != chain.fingerprint:
            return None
        directory = about.get("directory")
        return directory if isinstance(directory, str) else None

    # The authority

    def _wanted(self) -> dict[str, Any]:
        return {"publicKey": self.keeper.public_key, "directory": self.keeper.configuration["directory"]}

    def _requested(self) -> float:
        """When a person asked for another certificate. In a folder of root's."""
        try:
            return os.stat(f"{self.keeper.configuration['requests']}/{self.name}").st_mtime
        except OSError:
            return 0.0

    def _ask_when(self, record: dict[str, Any], now: float) -> None:
        """The authority may want certificates back before their time."""
        if self.chain is None or now < self.ari_pause or record.get("directory") not in (None, self._wanted()["directory"]):
            return
        self.ari_pause = now + UNREACHABLE_PAUSE
        try:
            window = self.keeper.authority.renewal_window(self.chain.ari_id)
        except Unreachable:
            return
        if window:
            self.ari_pause = now + window[2]
            if record.get("window") != [window[0], window[1]]:
                record["window"] = [window[0], window[1]]
                write_json(self.record_file, record)

    def _renew(self, record: dict[str, Any], now: float) -> None:
        requested = self._requested()
        self.due = "there is none" if self.chain is None else why_due(self.chain, self._wanted(), record, requested, now)
        if self.due is None:
            return
        if not record.get("dueSince"):
            record["dueSince"] = now
            write_json(self.record_file, record)
        asked = requested > record.get("tried", 0.0)
        if now < record.get("next", 0.0) and not asked:
            self.problem = record.get("problem")
            return
        if not self.keeper.is_active() and now < record["dueSince"] + self._patience(now):
            return
        require_way(self.name, self.keeper.account.thumbprint, self.keeper.peers)
        self._order(record, now)

    def _patience(self, now: float) -> float:
        """A machine without the address orders only when the other one does not."""
        if self.chain is None and not any(shown_chain(peer, self.name) for peer in self.keeper.peers):
            return FIRST_PATIENCE
        return max(turn_of_peer(self.chain, now), 120.0)

    def _order(self, record: dict[str, Any], now: float) -> None:
        authority, configuration = self.keeper.authority, self.keeper.configuration
        profile = "shortlived" if is_address(self.name) else configuration["profile"]
        replaces = self.chain.ari_id if self.chain and record.get("directory") == configuration["directory"] else ""
        record["tried"] = now
        try:
            authority.forget()
            authority.directory()
            if abs(authority.clock_difference) > CLOCK:
                raise Unreachable(f"this machine's clock is {authority.clock_difference:+.0f} s off the authority's")
            say(f"{self.name}: ordering a certificate, because {self.due}")
            text = authority.order(self.name, self.keeper.site_key, profile, replaces)
            chain = read_chain(text)
            record["directory"] = configuration["directory"]
            self._install(chain, record, time.time())
            self.problem = None
        except Unreachable as problem:
            self._note(record, str(problem), now + UNREACHABLE_PAUSE)
        except (Refusal, Problem, KeyError, TypeError, AttributeError) as problem:
            record["failures"] = int(record.get("failures") or 0) + 1
            self._note(record, f"{type(problem).__name__}: {problem}", next_try(record["failures"], self.chain, now))

    def _note(self, record: dict[str, Any], problem: str, next_moment: float) -> None:
        self.problem = problem
        record.update(problem=problem, next=next_moment)
        write_json(self.record_file, record)

    def state(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = read_json(self.record_file) or {}
        except ValueError:
            record = {}
        chain = self.chain
        return {
            "issuer": chain.issuer if chain else None,
            "until": chain.not_after if chain else None,
            "life": chain.life if chain else None,
            "fingerprint": chain.fingerprint if chain else None,
            "served": chain is not None and self.served == chain.fingerprint,
            "own": self.own,
            "directory": record.get("directory"),
            "obtained": record.get("obtained"),
            "due": self.due,
            "failures": int(record.get("failures") or 0),
            "next": record.get("next") or None,
            "problem": self.problem,
        }


class OwnName(Name):
    """A name whose certificate came with this machine's configuration. Nothing is ordered for it."""

    own = True

    def _keep(self, record: dict[str, Any], now: float) -> None:
        source = self.keeper.keys / f"{self.name}.pem"
        chain, key_file = read_chain(source.read_text("ascii", "replace")), str(source)
        # It was judged before; since then its time may have ended, and no other certificate is better.
        judge(chain, self.name, public_key_of(key_file), min(now, chain.not_after - 1))
        key = openssl("pkey", "-in", key_file)
        if self.chain is None or self.pem_file.read_text("ascii") != chain.pem + key:
            self._replace(chain, key)
            # An authority that is asked later starts anew.
            write_json(self.record_file, {"obtained": now, "fingerprint": chain.fingerprint, "directory": OWN})
        self._serve()
        self.due, self.problem = None, None
        if now >= chain.not_after:
            self.problem = "it has ended, and nobody but you renews it: put another one into holdfast:https.certificates"


def alive() -> None:
    notify_systemd("WATCHDOG=1")


def _date(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


def main(path: str, keys: str) -> None:
    configuration = json.loads(Path(path).read_text("utf-8"))
    keeper = Keeper(configuration, keys)
    wake = threading.Event()
    signal.signal(signal.SIGHUP, lambda *_: wake.set())
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    StateListener(configuration["listen"], keeper.state, lambda: metrics(keeper.state())).start()
    notify_systemd("READY=1")
    while True:
        well = keeper.look()
        wake.wait(CALM if well else BUSY)
        wake.clear()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: keeper.py CONFIGURATION.json KEYS")
    main(*sys.argv[1:])
