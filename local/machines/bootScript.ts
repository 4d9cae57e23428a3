import type { ControlGroup } from "./controlGroups";
import { machineMark } from "./processes";
import { quote } from "../../lib/text";

export interface BootOptions {
  /** Name of the machine's network namespace, also its name for systemd-nspawn. */
  readonly namespace: string;
  readonly hostname: string;
  readonly root: string;
  /** File for `ip -batch` with what DHCP would have given the machine. */
  readonly addresses: string;
  /** GiB */
  readonly memory: number;
  readonly groups: readonly ControlGroup[];
  /** Loop device → path that it has in the machine. */
  readonly volumes: Readonly<Record<string, string>>;
}

/** Exit code with which systemd-nspawn asks to be started again: the machine rebooted. */
const REBOOTED = 133;

/**
 * The supervisor of one machine, for `sh -c`; `$0` carries the machine's mark, `$1` is its boot script. It knows nothing of the
 * process that started it and outlives it.
 */
export const SUPERVISOR = `while sh "$1"; [ $? -eq ${REBOOTED} ]; do :; done`;

/**
 * What switching a machine on does, as a shell script: a fresh kernel would know no packet filter and no addresses but
 * those that DHCP gives, so both are reset before each boot. A reboot from inside runs the script again.
 */
export function renderBootScript(options: BootOptions): string {
  const join = options.groups.flatMap((group) => [
    `mkdir -p ${quote(group.folder)}`,
    `echo $$ >${quote(`${group.folder}/cgroup.procs`)}`,
  ]);
  const limit = options.groups.flatMap((group) =>
    group.memoryLimit === undefined
      ? []
      : [
          ...(group.enable ? [`echo ${quote(group.enable.content)} >${quote(group.enable.file)} || true`] : []),
          `echo ${Math.round(options.memory * 1024 ** 3)} >${quote(group.memoryLimit)}`,
        ],
  );
  const nspawn = [
    "systemd-nspawn",
    "--quiet",
    "--boot",
    `--directory=${options.root}`,
    `--network-namespace-path=/run/netns/${options.namespace}`,
    machineMark(options.namespace),
    // Only with --private-network does it keep this by itself; a machine owns its network and its packet filter.
    "--capability=CAP_NET_ADMIN",
    `--hostname=${options.hostname}`,
    "--register=no",
    "--keep-unit",
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    // There from the first moment, so that units can mount volumes at boot.
    ...Object.entries(options.volumes).map(([device, path]) => `--bind=${device}:${path}`),
  ];
  return `#!/bin/sh
set -eu
ip netns exec ${options.namespace} nft flush ruleset
ip -n ${options.namespace} -batch ${quote(options.addresses)}
${[...join, ...limit].join("\n")}
# Machines may set what belongs to their own network (net.*), nothing else of this computer's kernel.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
exec ${nspawn.map(quote).join(" ")}
`;
}
