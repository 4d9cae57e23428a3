import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DaemonInfo } from "../../../local/paths";
import type { Clone } from "../../../drills/frame/clone";
import type { Secrets } from "./secretForms";

/** How Pulumi marks a secret in what it exports. */
const MARK = "4dabf18193072939515e22adb298388d";

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/**
 * Every secret of a stack: what its resources have made or been given and mark as secret (what is put together from it is
 * not counted again), the keys that its machines have made themselves, the cloud's token and the admin's key.
 */
export async function secretsOf(clone: Clone, machines: readonly string[]): Promise<Secrets> {
  const own = await Promise.all(machines.map((machine) => keysOn(clone, machine)));
  const { token } = JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
  return new Map([
    ...(await statedSecrets(clone)),
    ...own.flat(),
    ["token of the cloud", token],
    ["admin's key", readFileSync(clone.paths.adminKey, "utf8")],
  ]);
}

async function statedSecrets(clone: Clone): Promise<[string, string][]> {
  const { stdout } = await clone.pulumi(["stack", "export", "--show-secrets", `--stack=${clone.name}`]);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: readonly Resource[] } };
  return deployment.resources
    .filter(({ type }) => type !== "holdfast:machine:Configuration" && !type.startsWith("pulumi:"))
    .flatMap(({ urn, outputs = {} }) =>
      Object.entries(outputs).flatMap(([name, value]): [string, string][] => {
        const secret = plaintext(value);
        return secret === undefined ? [] : [[`${urn.split("::").slice(2).join(" ")} ${name}`, secret]];
      }),
    );
}

function plaintext(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !(MARK in value)) return undefined;
  const { plaintext: text } = value as { readonly plaintext?: string };
  const secret: unknown = text === undefined ? undefined : JSON.parse(text);
  return typeof secret === "string" && secret !== "" ? secret : undefined;
}

/** File → its private keys, of what a machine has: TLS, the hosts' keys of SSH, the way to the storage. */
async function keysOn(clone: Clone, machine: string): Promise<[string, string][]> {
  const files = await clone.onMachine(
    machine,
    // The lines of an ECDSA key are its public half as well, which everybody may read.
    `grep -rlE --exclude=ssh_host_ecdsa_key -- '^-----BEGIN [A-Z ]*PRIVATE KEY' /etc /root /home /opt /srv /var/lib 2>/dev/null | while read -r file; do
      echo "file $file"; sed -n '/BEGIN [A-Z ]*PRIVATE KEY/,/END [A-Z ]*PRIVATE KEY/p' "$file"; done`,
  );
  return files
    .split(/^file /m)
    .filter((one) => one.includes("PRIVATE KEY"))
    .map((one): [string, string] => {
      const [name = "", ...key] = one.split("\n");
      return [`${machine}:${name}`, key.join("\n")];
    });
}

/** Place → how root reads on a machine what others may read there, too, or what is kept of what was done. */
const places = {
  journal: "journalctl --quiet --all --output=cat --no-pager",
  logs: "find /var/log -type f ! -path '/var/log/journal/*' -exec cat {} +",
  "user data": "find /var/lib/cloud -type f -exec cat {} +",
  "metadata service": "curl -fsS -m 5 http://169.254.169.254/hetzner/v1/userdata",
  histories: "find /root /home /var/lib /srv -maxdepth 3 -name '.*history' -exec cat {} +",
  "files that all may read":
    "find /dev/shm /etc /home /opt /root /run /srv /srv/database /tmp /usr/local /var -xdev -type d ! -perm -o=x -prune -o -type f -perm -o=r -size -16384k -exec cat {} +",
} as const;

export type Place = keyof typeof places;

/** What each place of a machine tells. */
export async function toldBy(clone: Clone, machine: string): Promise<ReadonlyMap<Place, string>> {
  const mark = "@@place@@";
  const script = Object.entries(places).map(
    ([place, look]) => `echo; echo "${mark}${place}"; { ${look}; } 2>/dev/null`,
  );
  const told = await clone.onMachine(machine, [...script, "true"].join("\n"));
  return new Map(
    told
      .split(mark)
      .slice(1)
      .map((one): [Place, string] => {
        const end = one.indexOf("\n");
        return [one.slice(0, end) as Place, one.slice(end + 1)];
      }),
  );
}

/** Puts a text into every place of a machine as whoever is careless would; returns a function that takes it away. */
export async function plant(clone: Clone, machine: string, text: string): Promise<() => Promise<unknown>> {
  const files = ["/var/log/careless.log", "/root/.psql_history", "/var/tmp/careless"];
  await clone.onMachine(
    machine,
    `logger "careless $0 ${text}"; journalctl --sync
    for file in ${files.join(" ")}; do echo "${text}" >>$file; done; chmod 0644 /var/tmp/careless
    for file in /var/lib/cloud/instances/*/user-data.txt; do echo "# ${text}" >>$file; done`,
  );
  return () =>
    clone.onMachine(machine, `rm ${files.join(" ")}; sed -i '/${text}/d' /var/lib/cloud/instances/*/user-data.txt`);
}

/** File → what Pulumi keeps of the stack on this computer, history and copies too, the settings, and what the cloud logs. */
export function keptOnThisComputer(clone: Clone): ReadonlyMap<string, string> {
  const { pulumi, store, daemonLog } = clone.paths;
  const files = [
    join(clone.folder, `Pulumi.${clone.name}.yaml`),
    daemonLog,
    ...filesBelow(pulumi),
    ...filesBelow(store),
  ];
  return new Map(files.map((path) => [path, readFileSync(path, "utf8")]));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
