import { basename } from "node:path";
import { type Blueprint, type MachinePlan, machinesWith } from "../../../blueprint/blueprint";
import { ports } from "../../../blueprint/ports";
import type { Https } from "../../../blueprint/resolve/https";
import { libraries, programFolder } from "../../programFolder";
import { alwaysRestart, type Restart } from "../../restart";
import { confined } from "../../sandbox";
import { serviceUser } from "../../serviceUser";
import type { RoleConfiguration } from "../../types";
import { unitFile } from "../../unitFile";

/** Where the certificate keeper is on its machine. */
export const certificatePaths = {
  program: "/usr/local/lib/holdfast/certificate-keeper",
  configuration: "/etc/holdfast/certificates.json",
  /** PEM of what vouches for the authority's URL. */
  authority: "/etc/holdfast/certificates-authority.pem",
  /** Keys are root's alone. systemd hands them to the keeper. */
  accountKey: "/etc/holdfast/certificates-account.key",
  siteKey: "/etc/holdfast/certificates-site.key",
  /** Of the account that the authority gave to a customer, as it writes it. */
  bindingKey: "/etc/holdfast/certificates-binding.key",
  /** What HAProxy answers to an authority's challenges: a format, with the thumbprint of the account's key in it. */
  challenge: "/etc/haproxy/challenge.lf",
  /** Certificates with their keys, the keeper's own. */
  state: "/var/lib/holdfast-certificates",
  /** What HAProxy reads: root's, laid out by prepare.py. */
  serving: "/run/holdfast-haproxy",
  /** Root's: a file with a name's name, newer than its certificate, asks for another one. */
  requests: "/run/holdfast-certificate-requests",
  tmpfiles: "/etc/tmpfiles.d/holdfast-certificates.conf",
  unit: "/etc/systemd/system/holdfast-certificates.service",
  userUnit: "/etc/systemd/system/holdfast-certificates-user.service",
  /** No reason to restart HAProxy: it holds from the next reload on. */
  haproxyDropIn: "/etc/systemd/system/haproxy.service.d/63-holdfast-certificates.conf",
} as const;

/** Where a certificate that somebody brought is, with its key: root's alone. */
export function ownCertificatePath(host: string): string {
  return `/etc/holdfast/certificate-${host}.pem`;
}

/** When the keeper does what, in seconds: keeper.py and renewal.py have the same. */
export const keeperTimings = {
  /** Between two looks while all is well. */
  look: 60,
  /** Until an authority that does not answer is asked again. */
  unreachable: 600,
  /** Part of a certificate's life that is left when the next one is ordered; more of a short life. */
  left: 1 / 3,
  leftOfShort: 1 / 2,
  shortLife: 10 * 86_400,
  /** Without a sign of life systemd kills it. */
  watchdog: 300,
  restart: { delay: 1 },
} as const satisfies { readonly restart: Restart } & Record<string, unknown>;

/** The keeper's user. */
export const certificateUser = { name: "holdfast-certificates", id: 472, title: "Certificate keeper" } as const;

/** systemd's name of the certificate keeper. */
export const certificateUnit = basename(certificatePaths.unit);

/** What HAProxy serves, as prepare.py lays it out. */
export const served = {
  list: `${certificatePaths.serving}/certificates.list`,
  /** Hosts that have their certificate. */
  ready: `${certificatePaths.serving}/ready.lst`,
} as const;

/** The command that lays out what HAProxy serves. It always succeeds where openssl and HAProxy run. */
export const prepareCommand = `/usr/bin/python3 ${certificatePaths.program}/prepare.py ${certificatePaths.configuration}`;

/**
 * The keeper's configuration file. The address in it is known only after creation, so this is called with a value, not at
 * plan time.
 *
 * @param address the address that visitors know
 */
export function certificateConfiguration(
  https: Https,
  blueprint: Blueprint,
  machine: MachinePlan,
  address: string,
): string {
  const { privateAddress } = machine;
  const peers = machinesWith(blueprint, "loadBalancer").filter(({ name }) => name !== machine.name);
  const configuration = {
    // The first one is for visitors who name no host.
    names: [...(https.address ? [address] : []), ...https.hosts],
    // Of these somebody else looks after the certificate.
    own: Object.keys(https.certificates),
    issuer: https.issuer.name,
    directory: https.issuer.directory,
    ca: https.issuer.ca === undefined ? null : certificatePaths.authority,
    accountId: https.issuer.accountId ?? null,
    email: https.email ?? null,
    profile: https.profile ?? null,
    listen: `${privateAddress}:${ports.certificateKeeper}`,
    port: ports.certificateKeeper,
    peers: peers.map((peer) => peer.privateAddress),
    // Without a floating IP, visitors come to this machine alone.
    floatingIpKeeper: machine.floatingIp ? `http://${privateAddress}:${ports.floatingIpKeeper}/state` : null,
    adminSocket: "/run/haproxy/admin.sock",
    state: certificatePaths.state,
    serving: certificatePaths.serving,
    requests: certificatePaths.requests,
  };
  return `${JSON.stringify(configuration, undefined, 2)}\n`;
}

/** HAProxy's answer to a challenge: what was asked for, a dot, and who asked the authority. No line end: it would count. */
export function challengeAnswer(thumbprint: string): string {
  return `%[path,field(4,/)].${thumbprint}`;
}

/**
 * The keeper and what HAProxy needs of it, on every load balancer of a stack with https. Its configuration, keys and the
 * answer to challenges come from the caller, because their content is known only after creation.
 */
export function certificateKeeper(https: Https, { privateAddress }: MachinePlan): RoleConfiguration {
  const user = serviceUser(certificateUser, certificatePaths.userUnit);
  const program = programFolder(__dirname, certificatePaths.program, [libraries.statelistener]);
  const keys = keyFiles(https);
  const files = {
    ...program,
    [certificatePaths.tmpfiles]: { content: `d ${certificatePaths.requests} 0755 root root\n` },
    [certificatePaths.unit]: { content: keeperUnit(keys) },
  };
  const { configuration, authority } = certificatePaths;
  // An authority that the machine trusts already has no file of its own.
  const given = [configuration, ...(https.issuer.ca === undefined ? [] : [authority]), ...Object.values(keys)];
  return {
    packages: ["curl", "openssl", "ca-certificates", "python3"],
    files: { ...user.files, ...files, [certificatePaths.haproxyDropIn]: { content: haproxyDropIn() } },
    units: [
      ...user.units,
      {
        name: certificateUnit,
        restartOn: [...Object.keys(files), ...given],
        healthy: `curl -fsS -o /dev/null --max-time 2 http://${privateAddress}:${ports.certificateKeeper}/state`,
      },
    ],
  };
}

/** What the keeper calls a key → where it is on the machine. */
function keyFiles({ certificates, issuer }: Https): Readonly<Record<string, string>> {
  const { accountKey, siteKey, bindingKey } = certificatePaths;
  const own = Object.keys(certificates).map((host) => [`${host}.pem`, ownCertificatePath(host)] as const);
  return {
    "account.key": accountKey,
    "site.key": siteKey,
    ...(issuer.accountId !== undefined && { "binding.key": bindingKey }),
    ...Object.fromEntries(own),
  };
}

/** Before HAProxy starts or reloads, it gets files that it accepts. The other lines are Debian's own. */
function haproxyDropIn(): string {
  return unitFile({
    Service: [
      `ExecStartPre=-${prepareCommand}`,
      "ExecReload=",
      `ExecReload=-${prepareCommand}`,
      "ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c $EXTRAOPTS",
      "ExecReload=/bin/kill -USR2 $MAINPID",
    ],
  });
}

function keeperUnit(keys: Readonly<Record<string, string>>): string {
  const userUnit = basename(certificatePaths.userUnit);
  return unitFile({
    Unit: [
      "Description=Keeps the certificates of this load balancer",
      "Wants=network-online.target",
      "After=network-online.target haproxy.service",
      `Requires=${userUnit}`,
      `After=${userUnit}`,
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=notify",
      `User=${certificateUser.name}`,
      "# HAProxy's admin socket is this group's.",
      "SupplementaryGroups=haproxy",
      "# Files that only root can read, and copies of them for this service.",
      ...Object.entries(keys).map(([name, path]) => `LoadCredential=${name}:${path}`),
      `StateDirectory=${basename(certificatePaths.state)}`,
      "StateDirectoryMode=0700",
      "UMask=0077",
      `ExecStartPre=+/usr/bin/systemd-tmpfiles --create ${certificatePaths.tmpfiles}`,
      `ExecStart=/usr/bin/python3 ${certificatePaths.program}/keeper.py ${certificatePaths.configuration} %d`,
      "ExecReload=/bin/kill -HUP $MAINPID",
      ...alwaysRestart(keeperTimings.restart),
      `WatchdogSec=${keeperTimings.watchdog}`,
      "MemoryMax=192M",
      "SyslogIdentifier=certificate-keeper",
      ...confined({ families: ["AF_INET", "AF_INET6"] }),
      "MemoryDenyWriteExecute=yes",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
