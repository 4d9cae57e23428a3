import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { cloudRules } from "../../blueprint/cloudTarget";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import type { Settings } from "../../blueprint/settings";
import type { SettingsSource } from "../../blueprint/settingsSource";

export const repository = join(__dirname, "../..");

/** A key made for tests, and not the example's, which is refused; its other half was never kept. */
export const testKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEA3EWj7wTrDIGUMG9jCnq+CpYzdksM/Sm1Ds2FxS6k5 somebody@example.org";

/** The configuration of a stack file, as Pulumi hands it to a program: groups and lists as JSON, the rest as text. */
export function configOf(yaml: string): Record<string, string> {
  const { config = {} } = parse(yaml) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

export function sourceOf(yaml: string, stack = "prod"): SettingsSource {
  return {
    stack,
    config: configOf(yaml),
    isSecret: () => false,
    preview: true,
    folder: repository,
    home: "/nonexistent",
    cloud: cloudRules(stack, join(repository, "examples/admin")),
    readText: (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/** Settings of a stack file in the repository, e.g. `local`. */
export function settingsOf(stack: string): Settings {
  return readSettings(parseSettings(sourceOf(readFileSync(join(repository, `Pulumi.${stack}.yaml`), "utf8"), stack)))
    .settings;
}

/** Checked settings with parts written anew, for tests about one of them. */
export function settingsWith(config: Record<string, unknown>, stack = "prod"): Settings {
  const written = { ...config };
  written["holdfast:location"] ??= "nbg1";
  written["holdfast:app"] ??= { release: "./examples/guestbook" };
  written["holdfast:admin"] ??= { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] };
  return readSettings(parseSettings(sourceOf(JSON.stringify({ config: written }), stack))).settings;
}

/**
 * The stack of the first rehearsal, whatever Pulumi.local.yaml is being tried with. Without a load balancer there is one
 * app machine.
 */
export function rehearsal({ loadBalancers }: { loadBalancers: 0 | 1 | 2 } = { loadBalancers: 1 }): Settings {
  const machines = loadBalancers === 0 ? 1 : 2;
  const app = { release: "./examples/guestbook", machines, instances: 2, timeouts: { safe: 1.5 } };
  return settingsWith(
    { "holdfast:app": app, "holdfast:loadBalancer": { machines: loadBalancers }, "holdfast:admin": {} },
    "local",
  );
}

/** A stack with everything and a monitor as guest on its first load balancer. */
export function watchedSettings(monitor: object = {}): Settings {
  const written = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release: "./examples/guestbook", machines: 2 },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    "holdfast:loadBalancer": { machines: 2 },
    "holdfast:database": {},
    "holdfast:backup": {},
    "holdfast:monitor": {
      page: [{ webhook: "https://example.com/hunter2" }, { email: ["a@example.com", "b@example.com"] }],
      notice: [{ slack: "https://example.com/hunter2" }],
      smtp: { host: "smtp.example.com:587", from: "holdfast@example.com", user: "holdfast", password: "hunter2" },
      heartbeat: "https://example.com/hunter2",
      ...monitor,
    },
  };
  const source = { ...sourceOf(JSON.stringify({ config: written })), isSecret: () => true };
  return readSettings(parseSettings(source)).settings;
}
