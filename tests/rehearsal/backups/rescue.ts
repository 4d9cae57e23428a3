import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { stateFile } from "../../../stack/state";
import { until } from "../../../drills/frame/wait";
import type { DaemonInfo } from "../../../local/paths";
import type { RepositoryKey } from "../../../roles/database/backup/key";
import { run } from "../../../lib/run";
import type { Clone } from "../../../drills/frame/clone";
import { saidBy } from "../stack/succeeded";

/** The stack of the chapter "Nothing is left but the key" in docs/restore.md: beside the lost one, in the same cloud. */
export class Rescue {
  readonly stack: string;

  /** @param clone a fresh checkout */
  constructor(readonly clone: Clone) {
    this.stack = `${clone.name}-rescue`;
  }

  /** Settings with two app machines, of which one has to wait for what the other one does. */
  writeSettings(): void {
    const config = {
      "holdfast:location": "nbg1",
      "holdfast:app": { release: "./examples/guestbook", machines: 2, instances: 1, settleTime: 1 },
      "holdfast:loadBalancer": { machines: 1, limits: { connections: 1000 } },
      "holdfast:database": { machines: 1, volumeSize: 10 },
      "holdfast:backup": {},
    };
    writeFileSync(join(this.clone.folder, `Pulumi.${this.stack}.yaml`), stringify({ config }));
  }

  async pulumi(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const line =
      'stack=$1; shift; eval "$(node bin/holdfast local env --stack "$stack")" && exec pulumi "$@" --stack "$stack" --non-interactive --color never';
    return saidBy(
      await run("/bin/sh", ["-c", line, "sh", this.stack, ...args], {
        cwd: this.clone.folder,
        timeout: 900,
        env: { HOLDFAST_LOCAL: this.clone.name, ...env },
      }),
    );
  }

  /** Inside one of its machines. */
  inside(machine: string, command: string): Promise<string> {
    return this.clone.onMachine(`${this.stack}-${machine}`, command);
  }

  sql(statement: string): Promise<string> {
    const encoded = Buffer.from(statement).toString("base64");
    return this.inside(
      "database-1",
      `cd / && echo ${encoded} | base64 -d | runuser -u postgres -- psql -XqAt -d app -f -`,
    );
  }

  /** Resolves when the first instance of an app machine reads the database. */
  async serves(machine: string): Promise<void> {
    await until(`the app on ${machine} serves`, 90, () =>
      this.inside(machine, ". /etc/holdfast/app/1.env && curl -fsS -m 3 http://127.0.0.1:$PORT/entries").then(
        () => true,
        (error: unknown) => String(error),
      ),
    );
  }

  /** Checksums of everything in the repository that a key opens, by one of this stack's machines. */
  async contentOf({ path, storage }: RepositoryKey): Promise<string> {
    const encoded = Buffer.from(storage.privateKey).toString("base64");
    const sftp = `sftp -q -r -i key -P ${storage.port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`;
    return this.inside(
      "database-1",
      `umask 077; rm -rf /tmp/look; mkdir /tmp/look; cd /tmp/look; echo ${encoded} | base64 -d >key
      ${sftp} ${storage.user}@${storage.host}:${path} repository >/dev/null 2>&1
      rm key; find . -type f -exec sha256sum {} + | sort -k2; rm -rf /tmp/look`,
    );
  }
}

/** Everything of a stack but its backups: its machines and volumes at the cloud, and what Pulumi knew of it. */
export async function lose(clone: Clone): Promise<void> {
  renameSync(stateFile(clone.name), `${stateFile(clone.name)}.lost`);
  await loseMachines(clone, () => true);
}

/** Deletes servers and their volumes at the cloud, past Pulumi. */
export async function loseMachines(clone: Clone, which: (server: string) => boolean): Promise<void> {
  const { endpoint, token } = JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
  const api = async <T>(method: string, path: string): Promise<T> => {
    const answer = await fetch(`${endpoint}/${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? {} : await answer.json()) as T;
  };
  interface Listed {
    readonly servers: readonly { readonly id: number; readonly name: string }[];
    readonly volumes: readonly { readonly id: number; readonly server: number | null }[];
  }
  const { servers } = await api<Listed>("GET", "servers?per_page=50");
  const gone = servers.filter(({ name }) => which(name)).map(({ id }) => id);
  const { volumes } = await api<Listed>("GET", "volumes?per_page=50");
  for (const id of gone) await api("DELETE", `servers/${id}`);
  for (const { id, server } of volumes) {
    if (server === null || !gone.includes(server)) continue;
    await until("the volume is nobody's", 60, async () => {
      const { volume } = await api<{ volume: { server: number | null } }>("GET", `volumes/${id}`);
      return volume.server === null;
    });
    await api("DELETE", `volumes/${id}`);
  }
}
