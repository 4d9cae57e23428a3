"""
Certificates of somebody's own: what HAProxy serves, with the keeper beside it.
Usage: ownCertificates.py HAPROXY_CFG ASKED INSTANCE_ADDRESS:PORT LOAD_BALANCER_ADDRESS      (prints one JSON object)

ASKED is JSON: `keys`, files of the keeper's folder of keys, and `later`, those of them that are replaced while it runs.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request

from lab import Haproxy

cfg, asked, own = sys.argv[1], json.loads(sys.argv[2]), sys.argv[4]
folder = os.path.dirname(cfg)
configuration = f"{folder}/certificates.json"
settings = json.load(open(configuration))
state, keys = settings["state"], "/run/keys"


def write(files: dict[str, str]) -> None:
    os.makedirs(keys, exist_ok=True)
    for name, text in files.items():
        with open(f"{keys}/{name}", "w") as file:
            file.write(text)


def prepare() -> None:
    subprocess.run(["python3", f"{folder}/prepare.py", configuration], check=True)


def shown(name: str, *more: str) -> str:
    """Subject of what a visitor of this host gets, and how many certificates."""
    command = ["openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", name, "-showcerts", *more]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=10)
    subject = next((line[8:].replace(" = ", "=") for line in done.stdout.splitlines() if line.startswith("subject=")), "nothing")
    return f"{subject} ({done.stdout.count('BEGIN CERTIFICATE-----')})"


def names() -> dict:
    with urllib.request.urlopen(f"http://{settings['listen']}/state", timeout=2) as answer:
        return json.load(answer)["names"]


def keeper() -> subprocess.Popen:
    process = subprocess.Popen(["python3", f"{folder}/keeper.py", configuration, keys], stdout=sys.stderr)
    for _ in range(100):
        time.sleep(0.1)
        try:
            if all(one["served"] or one["problem"] for one in names().values()):
                return process
        except OSError:
            pass
    raise SystemExit("the keeper did not look within 10 s")


os.makedirs(state)
prepare()
write(asked["keys"])
result: dict[str, object] = {}
with Haproxy(cfg, sys.argv[3], own) as haproxy:
    before = haproxy.process.pid
    hosts = list(settings["own"])
    result["first"] = {host: shown(host) for host in hosts}
    process = keeper()
    result["served"] = {host: shown(host) for host in hosts}
    result["old TLS"] = {host: shown(host, "-tls1_2") for host in hosts}
    result["state"] = {host: [one["own"], one["due"], one["problem"]] for host, one in names().items()}
    # A new configuration: systemd hands over the new files and starts the keeper again.
    process.kill()
    process.wait()
    write(asked["later"])
    process = keeper()
    result["later"] = {host: shown(host) for host in hosts}
    process.kill()
    process.wait()
    # Somebody spoils the disk: HAProxy starts, and the keeper mends it.
    with open(f"{state}/{hosts[0]}.pem", "r+") as file:
        spoilt = file.read().replace("PRIVATE KEY-----\n", "PRIVATE KEY-----\nAAAA", 1)
        file.seek(0)
        file.write(spoilt)
    prepare()
    process = keeper()
    prepare()
    with open("/run/holdfast-haproxy/ready.lst") as file:
        result["mended"] = file.read().split()
    process.kill()
    result["same process"] = haproxy.process.pid == before and haproxy.process.poll() is None
print(json.dumps(result))
