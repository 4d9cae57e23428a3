import type { RotatedSecret } from "../../blueprint/rotations";
import type { CheckedSections } from "../../blueprint/sections";
import { backupStorageStore } from "../../blueprint/storageAccess";

/** Something else that a person with a way to the machines had, and how it is made worthless. */
export interface Possession {
  readonly what: string;
  readonly todo: string;
}

/**
 * What else somebody had who could log in to the machines of a stack, by its settings. Whoever was root has seen all of
 * it.
 */
export function possessions(stack: string, sections: Partial<CheckedSections>): Possession[] {
  const byCommand = (secret: RotatedSecret) => `npx holdfast rotate ${secret} --stack ${stack}`;
  const { database, backup, loadBalancer } = sections;
  const all: (Possession | false | undefined)[] = [
    { what: "accounts: Hetzner, Pulumi, the code's host", todo: "remove the person from each project and team" },
    { what: "API tokens of Hetzner", todo: "delete those that the person made or saw, in Hetzner's console" },
    {
      what: "the passphrase of the stack's secrets",
      todo: `pulumi stack change-secrets-provider passphrase --stack ${stack}, with a new one in every pipeline`,
    },
    (loadBalancer?.machines ?? 0) > 1 && {
      what: "the load balancers' API token",
      todo: `a new one in Hetzner's console, then ${byCommand("failover-token")}`,
    },
    database && { what: "the database's password", todo: byCommand("database") },
    database && { what: "the certificates' own authority", todo: byCommand("ca") },
    backup && { what: "the key to the backup storage", todo: byCommand("storage") },
    backup && {
      what: "the passphrase of the backups (`holdfast backup key`)",
      todo: byCommand("backup-passphrase"),
    },
    sections.releases && {
      what: "the keys to the store of releases",
      todo:
        sections.releases.store === backupStorageStore
          ? byCommand("releases")
          : "new ones at the store's provider, in the settings and in every pipeline",
    },
    {
      what: "secrets of the app (holdfast:app.environment)",
      todo: "change each at its service, then `pulumi config set --secret` and `pulumi up`",
    },
    {
      what: "root on the machines, until now",
      todo: "if you do not trust the person: replace the machines one by one (docs/leaving.md)",
    },
  ];
  return all.filter((one): one is Possession => typeof one === "object");
}
