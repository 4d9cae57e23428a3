import { createHash } from "node:crypto";
import type { CloudApi, Item } from "../cloud/api";
import { type Collection, collectionOf, collections } from "../cloud/collections";
import { UserError } from "../errors";
import type { StateResource } from "../stack/state";

/** Something of the stack in the cloud. */
export interface Found {
  readonly collection: Collection;
  readonly item: Item;
}

/** What is known about the project that the token opens. */
export interface Proof {
  /** Everything of the state that the project has. */
  readonly found: readonly Found[];
  /** What the state has and the project has not, e.g. `server staging-app-1 (id 17)`. */
  readonly missing: readonly string[];
}

/**
 * Proves that a token opens the project that the stack lives in: the network with the id that Pulumi's state names is
 * there, bears the stack's name and its label. Ids are never given twice at Hetzner, so no other project can pass. A
 * token alone proves nothing: there may be another stack of the same name behind it.
 *
 * @throws UserError when the proof fails
 */
export async function proveProject(stack: string, resources: readonly StateResource[], api: CloudApi): Promise<Proof> {
  const found: Found[] = [];
  const missing: string[] = [];
  for (const { type, id, outputs } of resources) {
    const collection = collectionOf(type);
    if (!collection || id === undefined || id === "") continue;
    const answer = await api.find<Record<string, Item>>(`/${collection.path}/${id}`);
    const item = answer?.[collection.single];
    if (item) found.push({ collection, item });
    else missing.push(`${collection.word} ${String(outputs?.name ?? "")} (id ${id})`);
  }
  const expected = resources.find(({ type }) => type === collections.find(({ path }) => path === "networks")?.type);
  if (!expected) return { found, missing };
  const marker = found.find(
    ({ collection, item }) => collection.path === "networks" && String(item.id) === expected.id,
  );
  if (!marker) {
    throw new UserError(
      `the token opens another project: network ${expected.id ?? ""} of "${stack}" is not in it. Set hcloud:token to a ` +
        "token of the stack's own project. (Was the network deleted by hand? Then run `pulumi refresh` first.)",
    );
  }
  const strangers = found.filter(({ item }) => item.labels.stack !== stack);
  if (marker.item.name !== stack || strangers.length > 0) {
    const named = strangers.map(({ collection, item }) => `${collection.word} ${item.name}`).join(", ");
    throw new UserError(
      `the project is not marked as that of "${stack}": its network is called ${marker.item.name}` +
        `${named === "" ? "" : `, and these do not bear the label stack=${stack}: ${named}`}. Nothing was touched.`,
    );
  }
  return { found, missing };
}

/** Tells tokens apart without telling them. */
export function fingerprint(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 8);
}
