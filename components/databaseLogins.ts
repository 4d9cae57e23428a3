import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { type Database, loginsOf } from "../blueprint/database";
import type { Rotations } from "./rotations";

/** What instances log in to PostgreSQL with. */
export interface Login {
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** The valid logins of a database. */
export interface Logins {
  /** Oldest first: one, or two while a new password takes the place of an old one. */
  readonly valid: readonly Login[];
  /** The newest. */
  readonly current: { readonly user: string; readonly password: pulumi.Output<string> };
  /** For login.py: a line for each role of `loginsOf` that has one. */
  readonly passwords: pulumi.Output<string>;
}

/**
 * PostgreSQL knows one password for each role. So while the password changes, instances are a second role for a while, which
 * is the first one from its login on: they go over to that one, the first one gets the new password, they come back.
 */
export function databaseLogins(
  name: string,
  { database, rotations, parent }: { database: Database; rotations: Rotations; parent: pulumi.Resource },
): Logins {
  const { phase, old, current } = rotations.both(
    "database",
    name,
    // Letters and digits only, because it stands in a URL.
    (one, { dependsOn }) => new RandomPassword(one, { length: 40, special: false }, { parent, dependsOn }),
  );
  const [user, bridge] = loginsOf(database);
  const own = { user, password: old && phase === 1 ? old.result : current.result };
  const other = { user: bridge, password: current.result };
  const valid = !old ? [own] : phase === 1 ? [own, other] : [other, own];
  const passwords = [own, ...(old ? [other] : [])].map(({ password }) => password);
  return {
    valid,
    current: !old || phase === 2 ? own : other,
    passwords: pulumi.secret(pulumi.all(passwords).apply((all) => `${all.join("\n")}\n`)),
  };
}
