"""
https through HAProxy: what it serves whatever is on the disk, and that HTTP/2 opens no way around the rules.
Usage: https.py HAPROXY.CFG BYTES INSTANCE OWN
"""

import json
import os
import subprocess
import sys
import time

from lab import Haproxy, Instance

HOSTS = ("one.example.com", "two.example.com")
TOKEN = "a" * 24


def shell(command: str, text: bytes | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(["sh", "-c", command], input=text, capture_output=True, timeout=60)


def make(name: str, state: str) -> None:
    """A certificate for a name, with its key, as the keeper leaves it."""
    about = f"-subj /CN={name} -addext subjectAltName=DNS:{name} -days 2 -quiet"
    made = shell(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes {about} -keyout - -out -")
    with open(f"{state}/{name}.pem", "wb") as file:
        file.write(made.stdout)


def prepared(folder: str, cfg: str) -> tuple[bool, list[str]]:
    """Whether HAProxy accepts what was laid out, and which hosts are redirected to https."""
    done = shell(f"python3 {folder}/prepare.py {folder}/certificates.json && haproxy -c -f {cfg}")
    if done.returncode != 0:
        print(done.stdout.decode(), done.stderr.decode(), file=sys.stderr)
    return done.returncode == 0, open("/run/holdfast-haproxy/ready.lst").read().split()


def broken(folder: str, cfg: str, state: str) -> dict[str, list[str] | None]:
    """What is wrong with the first host's file → hosts that are redirected; None: HAProxy does not start."""
    other = open(f"{state}/{HOSTS[1]}.pem").read()
    path = f"{state}/{HOSTS[0]}.pem"
    key = other[other.index("-----BEGIN PRIVATE") : other.index("-----END PRIVATE KEY-----") + 26]
    good = open(path).read()
    certificate = good[good.index("-----BEGIN CERTIFICATE") :]
    harms = {
        "missing": lambda: os.unlink(path),
        "empty": lambda: open(path, "w").close(),
        "truncated": lambda: open(path, "w").write(good[: len(good) // 2]),
        "wrong key": lambda: open(path, "w").write(key + certificate),
        "no key": lambda: open(path, "w").write(certificate),
        "garbage": lambda: open(path, "wb").write(os.urandom(3000)),
        "huge": lambda: open(path, "w").write(good * 500),
        "link": lambda: (os.unlink(path), os.symlink("/etc/hostname", path)),
        "pipe": lambda: (os.unlink(path), os.mkfifo(path)),
        "folder": lambda: (os.unlink(path), os.mkdir(path)),
    }
    found: dict[str, list[str] | None] = {}
    for name, harm in harms.items():
        harm()
        starts, ready = prepared(folder, cfg)
        found[name] = ready if starts else None
        shell(f"rm -rf {path}")
        open(path, "w").write(good)
    return found


def curl(url: str, *more: str, text: bytes | None = None) -> str:
    about = "-w '%{http_code} %{http_version} %{redirect_url}' -o /dev/null -sSk --max-time 20"
    resolve = " ".join(f"--resolve {host}:{port}:127.0.0.1" for host in HOSTS for port in (80, 443))
    return shell(f"curl {about} {resolve} {' '.join(more)} '{url}'", text).stdout.decode().strip()


def main(cfg: str, limit: int, instance: str, own: str) -> None:
    folder = os.path.dirname(cfg)
    state = json.load(open(f"{folder}/certificates.json"))["state"]
    os.makedirs(state, exist_ok=True)
    for host in HOSTS:
        make(host, state)
    said: dict[str, object] = {"broken": broken(folder, cfg, state)}
    os.unlink(f"{state}/{HOSTS[1]}.pem")
    said["ready"] = prepared(folder, cfg)
    began = time.monotonic()
    prepared(folder, "/dev/null")
    with Haproxy(cfg, instance, own):
        one, two = (f"https://{host}" for host in HOSTS)
        said["versions"] = [curl(f"{one}/", "--http2"), curl(f"{one}/", "--http1.1")]
        said["redirected"] = [curl(f"http://{HOSTS[0]}/a?b=c"), curl(f"http://{HOSTS[0]}:80/a"), curl(f"http://{HOSTS[1]}/a")]
        said["pointer"] = curl(f"{two}/a?b=c")
        path = f"/.well-known/acme-challenge/{TOKEN}"
        said["challenge"] = shell(f"curl -sS --resolve {HOSTS[0]}:80:127.0.0.1 http://{HOSTS[0]}{path}").stdout.decode()
        headers = [{key.lower(): value for key, value in sent} for path, sent, _ in Instance.seen if path != "/health"]
        said["schemes"] = [sent.get("x-forwarded-proto") for sent in headers]
        hsts = shell(f"curl -sSkI --resolve {HOSTS[0]}:443:127.0.0.1 {one}/nothing").stdout.decode().lower()
        said["hsts"] = [line for line in hsts.splitlines() if line.startswith("strict")]
        large, small = b"x" * (limit + 300_000), b"x" * 1000
        for version in ("--http2", "--http1.1"):
            Instance.seen.clear()
            said[version] = {
                "streamed": curl(f"{one}/s", version, "-T - -X POST", text=large).split()[0],
                "announced": curl(f"{one}/a", version, "--data-binary @- -H Expect:", text=large).split()[0],
                "small": curl(f"{one}/m", version, "-T - -X POST", text=small).split()[0],
                "streamedGet": curl(f"{one}/g", version, "-T - -X GET", text=small).split()[0],
                "largeGet": curl(f"{one}/h", version, "-T - -X GET", text=large).split()[0],
                "whole": [(path, size) for path, _, size in Instance.seen if path not in ("/health", "/")],
            }
    said["quick"] = time.monotonic() - began < 60
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
