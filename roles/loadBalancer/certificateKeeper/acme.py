"""An authority, asked by ACME (RFC 8555, RFC 9773): an account, orders, when to renew. Keys stay in `openssl`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from certificate import openssl
from common import Problem

REQUEST_SECONDS = 20.0
# For all that the authority does with one order.
ORDER_SECONDS = 120.0
LARGEST = 1_048_576
# badNonce is no refusal: the same request with the nonce of the answer.
ATTEMPTS = 12
BAD_NONCE = "urn:ietf:params:acme:error:badNonce"
NO_ACCOUNT = "urn:ietf:params:acme:error:accountDoesNotExist"


class Unreachable(Problem):
    """The authority does not answer, or says that it cannot now: no refusal, and to be asked again soon."""


class Refusal(Problem):
    """The authority said no."""

    def __init__(self, message: str, kind: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.kind, self.status = kind, status


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unreachable(f"the authority answers {self.status} without JSON") from None


def encoded(data: bytes | str) -> str:
    return base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data).rstrip(b"=").decode()


class AccountKey:
    """The key (P-256) of the account; two machines may use it at a time."""

    def __init__(self, path: str) -> None:
        self._path = path
        der = base64.b64decode("".join(openssl("pkey", "-in", path, "-pubout").strip().splitlines()[1:-1]))
        # The last 64 bytes of a P-256 public key's DER are its two coordinates.
        self.jwk = {"crv": "P-256", "kty": "EC", "x": encoded(der[-64:-32]), "y": encoded(der[-32:])}
        self.thumbprint = encoded(hashlib.sha256(json.dumps(self.jwk, separators=(",", ":")).encode()).digest())

    def sign(self, text: str) -> str:
        command = ["openssl", "dgst", "-sha256", "-sign", self._path]
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=10, check=False)
        if done.returncode != 0:
            raise Problem("openssl does not sign with the account's key", done.stderr.decode("utf-8", "replace"))
        return encoded(_raw_signature(done.stdout))


def _raw_signature(der: bytes) -> bytes:
    """ES256 (RFC 7518): both numbers of the signature with 32 bytes each, in place of a DER sequence."""
    numbers, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return numbers


@dataclass(frozen=True)
class Binding:
    """The account of a customer, as the authority gave it (RFC 8555, 7.3.4)."""

    id: str
    key: str
    """In base64url, or in base64."""

    def sign(self, url: str, jwk: dict[str, str]) -> dict[str, str]:
        protected = encoded(json.dumps({"alg": "HS256", "kid": self.id, "url": url}))
        payload = encoded(json.dumps(jwk))
        text = self.key.strip().rstrip("=").replace("+", "-").replace("/", "_")
        secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        signature = encoded(hmac.digest(secret, f"{protected}.{payload}".encode(), "sha256"))
        return {"protected": protected, "payload": payload, "signature": signature}


class Authority:
    def __init__(
        self,
        directory: str,
        ca: str | None,
        key: AccountKey,
        email: str | None,
        alive: Callable[[], None],
        binding: Binding | None = None,
    ) -> None:
        self._directory_url, self._key, self._email, self._alive = directory, key, email, alive
        self._binding = binding
        context = ssl.create_default_context(cafile=ca)
        # No proxy of the environment's, and no redirect to another host with a signed request in hand.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        self._directory: dict[str, Any] | None = None
        self._nonce: str | None = None
        self._account: str | None = None
        self.clock_difference = 0.0
        """Seconds that our clock is ahead of the authority's, by its last answer."""

    # What is asked

    def directory(self) -> dict[str, Any]:
        if self._directory is None:
            found = self._get(self._directory_url).value
            if not isinstance(found, dict) or "newOrder" not in found:
                raise Unreachable(f"{self._directory_url} is no ACME directory")
            self._directory = found
        return self._directory

    def forget(self) -> None:
        """The next question starts anew: at another authority's, or at one that has lost its memory."""
        self._directory = self._nonce = self._account = None

    def renewal_window(self, ari_id: str) -> tuple[float, float, float] | None:
        """When to renew: start and end of the window, and seconds until the next question. None: it does not say."""
        url = self.directory().get("renewalInfo")
        if not url or not ari_id:
            return None
        answer = self._get(f"{url}/{ari_id}")
        if answer.status != 200:
            return None
        window = answer.value.get("suggestedWindow", {})
        try:
            start, end = (_rfc3339(window[side]) for side in ("start", "end"))
            pause = float(answer.headers.get("retry-after", "21600"))
        except (KeyError, ValueError, TypeError):
            return None
        return start, end, min(max(pause, 60.0), 21_600.0)

    def order(self, name: str, key_file: str, profile: str | None, replaces: str) -> str:
        """A new chain for one name. Who asks for the challenge gets its answer from HAProxy, on every load balancer."""
        deadline = time.monotonic() + ORDER_SECONDS
        order, url = self._new_order(name, profile, replaces)
        for authorization in order["authorizations"]:
            self._authorize(authorization, deadline)
        request = _signing_request(name, key_file)
        self._post(order["finalize"], {"csr": request})
        order = self._poll(url, ("valid",), deadline)
        return self._post(order["certificate"], None).body.decode("ascii", "replace")

    def _new_order(self, name: str, profile: str | None, replaces: str) -> tuple[dict[str, Any], str]:
        offered = self.directory().get("meta", {}).get("profiles")
        wanted: dict[str, Any] = {"identifiers": [identifier(name)]}
        if profile and (offered is None or profile in offered):
            wanted["profile"] = profile
        more = {"replaces": replaces} if replaces and "renewalInfo" in self.directory() else {}
        try:
            answer = self._post(self.directory()["newOrder"], {**wanted, **more})
        except Refusal as refusal:
            # Replaced by an order before, or by one of the other machine: then it is an order like any other.
            if not more or refusal.kind.endswith((":rateLimited", ":unauthorized")):
                raise
            answer = self._post(self.directory()["newOrder"], wanted)
        return answer.value, answer.headers["location"]

    def _authorize(self, url: str, deadline: float) -> None:
        authorization = self._post(url, None).value
        if authorization["status"] == "valid":
            return
        challenges = [one for one in authorization.get("challenges", []) if one["type"] == "http-01"]
        if not challenges:
            raise Refusal("it offers no challenge by http")
        if challenges[0]["status"] == "pending":
            self._post(challenges[0]["url"], {})
        self._poll(url, ("valid",), deadline)

    def _poll(self, url: str, until: tuple[str, ...], deadline: float) -> dict[str, Any]:
        pause = 0.25
        while True:
            answer = self._post(url, None)
            value: dict[str, Any] = answer.value
            if value.get("status") in until:
                return value
            if value.get("status") in ("invalid", "deactivated", "expired", "revoked"):
                raise Refusal(_reason(value))
            if time.monotonic() > deadline:
                raise Unreachable(f"the authority has not decided after {ORDER_SECONDS:.0f} s")
            self._alive()
            time.sleep(pause)
            pause = min(pause * 1.6, 5.0)

    # How it is asked

    def _post(self, url: str, payload: dict[str, Any] | None) -> Answer:
        """Signed by the account; None fetches what is at the URL."""
        try:
            return self._signed(url, payload, {"kid": self._account or self._register()})
        except Refusal as refusal:
            if refusal.kind != NO_ACCOUNT:
                raise
            self._account = None
            return self._signed(url, payload, {"kid": self._register()})

    def _register(self) -> str:
        """Finds the account of this key, or makes it."""
        contact = {"contact": [f"mailto:{self._email}"]} if self._email else {}
        url = self.directory()["newAccount"]
        bound = {"externalAccountBinding": self._binding.sign(url, self._key.jwk)} if self._binding else {}
        wanted: dict[str, Any] = {"termsOfServiceAgreed": True, **contact, **bound}
        answer = self._signed(url, wanted, {"jwk": self._key.jwk})
        self._account = answer.headers["location"]
        return answer.headers["location"]

    def _signed(self, url: str, payload: dict[str, Any] | None, who: dict[str, Any]) -> Answer:
        for _ in range(ATTEMPTS):
            protected = encoded(json.dumps({"alg": "ES256", "nonce": self._next_nonce(), "url": url, **who}))
            body = "" if payload is None else encoded(json.dumps(payload))
            signature = self._key.sign(f"{protected}.{body}")
            text = json.dumps({"protected": protected, "payload": body, "signature": signature})
            answer = self._send(url, text.encode())
            if answer.status < 400:
                return answer
            problem = answer.value if answer.body else {}
            kind = str(problem.get("type", ""))
            if kind != BAD_NONCE:
                detail = _printable(f"{kind.rpartition(':')[2]}: {problem.get('detail', '')}")
                if answer.status >= 500:
                    raise Unreachable(f"the authority answers {answer.status} ({detail})")
                raise Refusal(detail, kind, answer.status)
        raise Unreachable(f"the authority has rejected {ATTEMPTS} nonces in a row")

    def _next_nonce(self) -> str:
        kept, self._nonce = self._nonce, None
        return kept if kept is not None else self._get(self.directory()["newNonce"]).headers.get("replay-nonce", "")

    def _get(self, url: str) -> Answer:
        return self._send(url, None)

    def _send(self, url: str, body: bytes | None) -> Answer:
        headers = {"User-Agent": "holdfast"}
        if body is not None:
            headers["Content-Type"] = "application/jose+json"
        request = urllib.request.Request(url, data=body, headers=headers)
        try:
            with self._opener.open(request, timeout=REQUEST_SECONDS) as response:
                answer = Answer(response.status, _lower(response.headers), response.read(LARGEST))
        except urllib.error.HTTPError as error:
            answer = Answer(error.code, _lower(error.headers), error.read(LARGEST))
        except (OSError, ValueError) as error:
            self.forget()
            raise Unreachable(f"the authority does not answer: {_printable(str(error))}") from None
        self._nonce = answer.headers.get("replay-nonce", self._nonce)
        if date := answer.headers.get("date"):
            try:
                self.clock_difference = time.time() - parsedate_to_datetime(date).timestamp()
            except (TypeError, ValueError):
                pass
        return answer


def identifier(name: str) -> dict[str, str]:
    try:
        return {"type": "ip", "value": str(ipaddress.ip_address(name))}
    except ValueError:
        return {"type": "dns", "value": name}


def _signing_request(name: str, key_file: str) -> str:
    kind = "IP" if identifier(name)["type"] == "ip" else "DNS"
    pem = openssl("req", "-new", "-key", key_file, "-subj", "/", "-addext", f"subjectAltName={kind}:{name}")
    lines = pem[pem.index("-----BEGIN CERTIFICATE REQUEST-----") :].strip().splitlines()[1:-1]
    return encoded(base64.b64decode("".join(lines)))


def _reason(value: dict[str, Any]) -> str:
    """The authority's own words for why an order or an authorization failed."""
    errors = [value.get("error"), *(one.get("error") for one in value.get("challenges", []))]
    details = [str(error.get("detail", "")) for error in errors if isinstance(error, dict)]
    return _printable("; ".join(filter(None, details)) or f"it is {value.get('status')}")


def _printable(text: str) -> str:
    """What comes from outside goes into logs and onto screens."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:500]


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _rfc3339(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
