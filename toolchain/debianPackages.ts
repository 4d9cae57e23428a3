import { silent, type Progress } from "../lib/progress";
import { lastLines, type Run, run as runProgram, which } from "../lib/run";

/** A Debian package that this computer needs, and for what: shown when it gets installed. */
export interface DebianPackage {
  readonly name: string;
  readonly why: string;
  /** Programs that do as well: nothing is installed where one of them is there already. */
  readonly unless?: readonly string[];
}

/** Browsers that are driven in the same way; Ubuntu has no package of the first one. */
export const BROWSERS = ["chromium", "chromium-browser", "google-chrome"] as const;

/** For the local cloud. */
export const LOCAL_CLOUD_PACKAGES: readonly DebianPackage[] = [
  { name: "systemd-container", why: "boots the machines (systemd-nspawn)" },
  { name: "mmdebstrap", why: "builds the machines' base image" },
  { name: "debian-archive-keyring", why: "lets the base image trust Debian's packages" },
  { name: "iproute2", why: "makes the machines' networks" },
  { name: "nftables", why: "enforces cloud firewalls" },
  { name: "e2fsprogs", why: "formats volumes" },
  { name: "openssl", why: "makes the certificate of the local authority" },
  { name: "openssh-client", why: "makes the admin's key and opens shells on machines" },
  { name: "procps", why: "sets what the routers forward (sysctl)" },
  { name: "python3", why: "relays machines' requests to the metadata service and the package proxy" },
  { name: "ca-certificates", why: "checks who serves a download" },
  { name: "curl", why: "downloads, and asks the stack the way a visitor does" },
];

/** What the tests need beyond that: the real programs that rendered files are checked with, and foreign API clients. */
export const TEST_PACKAGES: readonly DebianPackage[] = [
  { name: "shellcheck", why: "lints the shell scripts" },
  { name: "pyflakes3", why: "lints the Python programs" },
  { name: "mypy", why: "checks their types" },
  { name: "haproxy", why: "checks the rendered haproxy.cfg" },
  { name: "keepalived", why: "checks the rendered keepalived.conf" },
  { name: "sudo", why: "checks the rendered sudoers file (visudo)" },
  { name: "xfsprogs", why: "tries what may become the database's volume (mkfs.xfs)" },
  { name: "hcloud-cli", why: "proves that an unmodified client works with the local API" },
  { name: "chromium", why: "lays the failure report out as a phone and a desktop do", unless: BROWSERS },
  { name: "python3-hcloud", why: "proves that an unmodified client works with the local API" },
];

const LIMIT = 600;

/** Those of the packages that are not installed, and that nothing else here makes up for. */
export async function missingPackages(
  packages: readonly DebianPackage[],
  run: Run = runProgram,
): Promise<DebianPackage[]> {
  const names = packages.map(({ name }) => name);
  const result = await run("dpkg-query", ["--show", "--showformat=${Package} ${db:Status-Status}\n", ...names]);
  const installed = new Set(
    result.stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ", 1)[0]),
  );
  return packages.filter(({ name, unless = [] }) => !installed.has(name) && !unless.some((program) => which(program)));
}

/**
 * Installs what is missing and nothing else.
 *
 * @throws when apt-get cannot, with its last lines
 */
export async function installPackages(
  packages: readonly DebianPackage[],
  options: { progress?: Progress; run?: Run } = {},
): Promise<void> {
  const { progress = silent, run = runProgram } = options;
  const missing = await missingPackages(packages, run);
  if (missing.length === 0) return;
  for (const { name, why } of missing) progress.note(`Debian package ${name}: ${why}`);
  const names = missing.map(({ name }) => name);
  await progress.step(
    { title: `Installing ${names.join(", ")}`, why: "once, by apt-get", limit: LIMIT },
    async (say) => {
      // Old package lists name files that the mirror no longer has, a fresh machine has no lists at all.
      await aptGet(["update"], run, say);
      await aptGet(["install", "--yes", "--no-install-recommends", ...names], run, say);
    },
  );
}

/** Whether packages can be installed by apt-get here at all. */
export function hasApt(): boolean {
  return which("apt-get") !== undefined && which("dpkg-query") !== undefined;
}

async function aptGet(args: readonly string[], run: Run, say: (detail: string) => void): Promise<void> {
  // Another apt-get may be at work (unattended upgrades): wait for its lock instead of failing.
  const result = await run("apt-get", ["-o", "DPkg::Lock::Timeout=120", "--quiet", ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    timeout: LIMIT,
    onLine: say,
  });
  if (result.code !== 0) {
    throw new Error(`apt-get ${args.join(" ")} failed:\n${lastLines(result)}\nInstall these packages and try again.`);
  }
}
