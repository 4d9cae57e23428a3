import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "./clone";

/** Name → the secret, or the part of it that nothing else could have: passwords and keys of a stack. */
export type Secrets = ReadonlyMap<string, string>;

/** How Pulumi marks a secret in what it exports. */
const MARK = "4dabf18193072939515e22adb298388d";

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What the stack's resources have made or been given and mark as secret; what is put together from it is not counted again. */
export async function secretsOf(clone: Clone): Promise<Secrets> {
  const { stdout } = await clone.pulumi(["stack", "export", "--show-secrets", `--stack=${clone.name}`]);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: readonly Resource[] } };
  const found = deployment.resources
    .filter(({ type }) => type !== "holdfast:machine:Configuration" && !type.startsWith("pulumi:"))
    .flatMap(({ urn, outputs = {} }) =>
      Object.entries(outputs).flatMap(([name, value]): [string, string][] => {
        const secret = plaintext(value);
        return secret === undefined ? [] : [[`${urn.split("::").slice(2).join(" ")} ${name}`, telling(secret)]];
      }),
    );
  return new Map(found);
}

function plaintext(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !(MARK in value)) return undefined;
  const { plaintext: text } = value as { readonly plaintext?: string };
  const secret: unknown = text === undefined ? undefined : JSON.parse(text);
  return typeof secret === "string" && secret !== "" ? secret : undefined;
}

/** Of a key in lines, a line in its middle: the first and the last say only what kind of key it is. */
function telling(secret: string): string {
  const lines = secret.trim().split("\n");
  return lines[Math.floor(lines.length / 2)] ?? "";
}

/** Names of the secrets that are in a text. */
export function exposed(secrets: Secrets, text: string): string[] {
  return [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
}

/** What a machine tells everybody: journal and logs, user data, histories of shells, and files that all users may read. */
export function toldBy(clone: Clone, machine: string): Promise<string> {
  return clone.onMachine(
    machine,
    `journalctl --quiet --output=cat --no-pager
    find /var/log -type f ! -path '/var/log/journal/*' -exec cat {} +
    cat /var/lib/cloud/instances/*/user-data.txt* /var/lib/cloud/instances/*/cloud-config.txt
    find /root /home /var/lib/postgresql /srv -maxdepth 2 -name '.*history' -exec cat {} +
    find /etc /home /root /run /srv /tmp /var -xdev -type d ! -perm -o=x -prune -o -type f -perm -o=r -size -1024k -exec cat {} +`,
  );
}

/** Arguments of every process of a machine while something is done there. */
export async function argumentsDuring(clone: Clone, machine: string, work: () => Promise<void>): Promise<string> {
  const over = "/run/seen-enough";
  const watching = clone.onMachine(
    machine,
    `until [ -e ${over} ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'; sleep 0.02; done | sort -u; rm ${over}`,
  );
  try {
    await work();
  } finally {
    await clone.onMachine(machine, `touch ${over}`);
  }
  return watching;
}

/** Everything that Pulumi keeps of the stack on this computer, its history and copies too, and the stack's settings. */
export function keptByPulumi(clone: Clone): string {
  const settings = readFileSync(join(clone.folder, `Pulumi.${clone.name}.yaml`), "utf8");
  return filesBelow(clone.paths.pulumi).reduce((text, path) => text + readFileSync(path, "utf8"), settings);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
