"""Certificates as `openssl` reads them, and whether one is good for a name: nobody else here judges that."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from common import Problem, last_lines, run

SECONDS = 10.0
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


@dataclass(frozen=True)
class Chain:
    """A certificate and those that vouch for it, without a key."""

    pem: str
    names: frozenset[str]
    issuer: str
    not_before: float
    not_after: float
    """Seconds since 1970."""
    public_key: str
    """PEM."""
    ari_id: str
    """What the authority knows the certificate by (RFC 9773); empty: it cannot be asked."""
    fingerprint: str
    """SHA-256 in hexadecimal."""
    sha1: str
    """As HAProxy shows it."""

    @property
    def life(self) -> float:
        return self.not_after - self.not_before


def openssl(*arguments: str, text: str | None = None) -> str:
    answer = run(["openssl", *arguments], SECONDS, text)
    if answer.returncode != 0:
        raise Problem(f"openssl {arguments[0]} ended with {answer.returncode}", last_lines(answer.stdout, 3))
    return answer.stdout


def public_key_of(key_file: str) -> str:
    return openssl("pkey", "-in", key_file, "-pubout").strip()


def read_chain(text: str) -> Chain:
    """Raises `Problem` for what is no chain of certificates."""
    certificates = CERTIFICATE.findall(text)
    if not certificates:
        raise Problem("there is no certificate in it")
    questions = ["-noout", "-pubkey", "-dates", "-dateopt", "iso_8601", "-serial", "-issuer", "-nameopt", "RFC2253"]
    shown = openssl("x509", *questions, "-ext", "subjectAltName,authorityKeyIdentifier", text=certificates[0])
    der = ssl.PEM_cert_to_DER_cert(certificates[0])
    return Chain(
        # HAProxy reads up to the first empty line.
        pem="".join(f"{_without_gaps(one)}\n" for one in certificates),
        names=_names(shown),
        issuer=_issuer(_field(shown, "issuer")),
        not_before=_moment(_field(shown, "notBefore")),
        not_after=_moment(_field(shown, "notAfter")),
        public_key=shown[: shown.index("-----END PUBLIC KEY-----")].strip() + "\n-----END PUBLIC KEY-----",
        ari_id=_ari_id(shown),
        fingerprint=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der).hexdigest().upper(),
    )


def covers(names: frozenset[str], name: str) -> bool:
    """A star stands for the first part of a host's name, and for no part of an address."""
    _, _, rest = name.partition(".")
    return name in names or f"*.{rest}" in names


def judge(chain: Chain, name: str, public_key: str, now: float) -> None:
    """Raises `Problem` with the first reason why visitors of `name` should not get this chain."""
    if not covers(chain.names, name):
        raise Problem(f"it is for {', '.join(sorted(chain.names)) or 'no name'}, not for {name}")
    if chain.public_key != public_key:
        raise Problem("it belongs to another key")
    if not chain.not_before <= now < chain.not_after:
        raise Problem(f"it is valid from {_day(chain.not_before)} to {_day(chain.not_after)}, and today is {_day(now)}")
    _require_order(CERTIFICATE.findall(chain.pem))


def _without_gaps(certificate: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", certificate)


def _require_order(certificates: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{index}.pem" for index in range(len(certificates))]
        for file, certificate in zip(files, certificates):
            file.write_text(certificate)
        for lower, upper in zip(files, files[1:]):
            # Whether the one signed the other, and no more: who is trusted is the visitors' decision.
            vouches = ["-partial_chain", "-no_check_time", "-trusted", str(upper), str(lower)]
            if run(["openssl", "verify", *vouches], SECONDS).returncode != 0:
                raise Problem("its chain is not in order: each certificate has to be vouched for by the next")


def _field(shown: str, name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", shown, re.MULTILINE)
    if found is None:
        raise Problem(f"openssl shows no {name} of it")
    return found.group(1).strip()


def _names(shown: str) -> frozenset[str]:
    names = {name.lower() for name in re.findall(r"DNS:([^,\s]+)", shown)}
    for address in re.findall(r"IP Address:([^,\s]+)", shown):
        names.add(str(ipaddress.ip_address(address)))
    return frozenset(names)


def _issuer(distinguished: str) -> str:
    parts = dict(part.split("=", 1) for part in re.split(r"(?<!\\),", distinguished) if "=" in part)
    return parts.get("O") or parts.get("CN") or distinguished


def _moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()


def _ari_id(shown: str) -> str:
    key = re.search(r"Authority Key Identifier:\s*\n\s*(?:keyid:)?([0-9A-F:]+)", shown)
    serial = re.search(r"^serial=([0-9A-F]+)$", shown, re.MULTILINE)
    if key is None or serial is None:
        return ""
    number = bytes.fromhex(serial.group(1).zfill(len(serial.group(1)) + len(serial.group(1)) % 2))
    if number[0] >= 0x80:
        number = b"\0" + number
    parts = (bytes.fromhex(key.group(1).replace(":", "")), number)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%d")
