import { createHash } from "node:crypto";

/**
 * What the base image of local machines is made of, as data: its hash is the image's identity, so a change here builds a
 * new image and nothing else does.
 */
export interface ImageRecipe {
  readonly suite: string;
  readonly architecture: string;
  /** What Hetzner's image of the same name has, as far as this project relies on it. */
  readonly packages: readonly string[];
  /** What our roles install: here already, so that ten machines do not unpack it ten times. */
  readonly rolePackages: readonly string[];
  /** Units that Debian enables on installation, but that a fresh machine must not run before its role says so. */
  readonly disabledUnits: readonly string[];
  /** Absolute path in the image → content. */
  readonly files: Readonly<Record<string, string>>;
  /** What has to be different on every machine, or comes from the computer that built the image. */
  readonly removed: readonly string[];
}

/** cloud-init as on Hetzner: keys go to root, and addresses are not its business (they come as by DHCP, before boot). */
const cloudConfig = `# How machines of the local cloud differ from Debian's defaults for cloud-init.
datasource_list: [NoCloud, None]
network: { config: disabled }
disable_root: false
users: []
locale: C.UTF-8
apt: { preserve_sources_list: true }
warnings: { dsid_missing_source: off }
`;

const resolvConf = `# A local cloud has no name servers: names that are not in /etc/hosts fail at once instead of timing out.
# Packages come through the proxy in /etc/apt/apt.conf.d/, which needs no names.
nameserver 127.0.0.1
options timeout:1 attempts:1
`;

/** Debian 13, the only image that boots in a local cloud. */
export function debian13(architecture: string): ImageRecipe {
  return {
    suite: "trixie",
    architecture,
    packages: [
      "apt-utils",
      "bash-completion",
      "ca-certificates",
      "cloud-init",
      "curl",
      "dbus",
      "e2fsprogs",
      "iproute2",
      "iputils-ping",
      "less",
      "libpam-systemd",
      "lsb-release",
      "netbase",
      "openssh-server",
      "procps",
      "psmisc",
      "python3",
      "rsync",
      "sudo",
      "systemd",
      "systemd-sysv",
      "systemd-timesyncd",
      "tzdata",
      "unattended-upgrades",
      "vim-tiny",
    ],
    rolePackages: [
      "haproxy",
      "keepalived",
      "nftables",
      "pgbackrest",
      "pgbouncer",
      "postgresql-17",
      "prometheus",
      "prometheus-alertmanager",
      "prometheus-blackbox-exporter",
      "prometheus-node-exporter",
      "prometheus-postgres-exporter",
      "python3-psycopg",
      "python3-psycopg-pool",
      "socat",
      "xfsprogs",
    ],
    disabledUnits: [
      "haproxy.service",
      "keepalived.service",
      "nftables.service",
      "pgbouncer.service",
      "postgresql.service",
      "prometheus.service",
      "prometheus-alertmanager.service",
      "prometheus-blackbox-exporter.service",
      "prometheus-node-exporter.service",
      "prometheus-postgres-exporter.service",
      "rsync.service",
    ],
    files: {
      "/etc/cloud/cloud.cfg.d/99-local-cloud.cfg": cloudConfig,
      "/etc/resolv.conf": resolvConf,
      "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
      "/etc/hostname": "debian\n",
      // Empty: a file that is missing would count as a first boot, on which systemd enables what its presets name.
      "/etc/machine-id": "",
    },
    removed: ["/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub", "/var/lib/dbus/machine-id", "/var/lib/cloud/*"],
  };
}

/** Sixteen hexadecimal digits that change with anything in the recipe. */
export function recipeHash(recipe: ImageRecipe): string {
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 16);
}
