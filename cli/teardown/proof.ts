import { tokenFingerprint } from "../../blueprint/tokenFingerprint";
import type { CloudApi, Item } from "../../stack/cloud/api";
import { type Collection, collectionOf } from "../../stack/cloud/collections";
import { UserError } from "../../lib/errors";
import type { StackState, StateResource } from "../../stack/state";

/** A resource of the stack that the cloud has. */
export interface Found {
  readonly collection: Collection;
  readonly item: Item;
}

/** The proof that a token opens the project of the stack. */
export interface Proof {
  /** Resources of the state that the project has. */
  readonly found: readonly Found[];
  /** Resources of the state that the project does not have, e.g. `server staging-app-1 (id 17)`. */
  readonly missing: readonly string[];
  /** Why it is the stack's own project, for people. */
  readonly reason: string;
}

/** What a stack's state says about its project. */
export interface RecordedResources {
  readonly stack: string;
  readonly resources: readonly StateResource[];
  /** Fingerprint of the token of the last update, if the state has one. */
  readonly recorded?: string;
}

export function recordedResources(stack: string, state: StackState | undefined): RecordedResources {
  const recorded = state?.outputs.tokenFingerprint;
  return { stack, resources: state?.resources ?? [], ...(typeof recorded === "string" && { recorded }) };
}

/**
 * Proves that a token opens the project that the stack lives in, by what the state recorded when it was made:
 *
 * - the marker: the network with the recorded id is there, called like the stack and with its label. Hetzner gives an id
 *   once, so no other project can have it, and the token may have been rotated since;
 * - where that network is gone: the token is the very one of the last update;
 * - where the state names no network, because making or deleting the stack was cut: the token again, or everything that
 *   the state names is there.
 *
 * Whatever is found has to bear the stack's label, or nothing is touched.
 *
 * @throws UserError when the proof fails
 */
export async function proveProject(claimed: RecordedResources, api: CloudApi, token: string): Promise<Proof> {
  const { stack, resources, recorded } = claimed;
  const { found, missing } = await lookUp(resources, api);
  const strangers = found.filter(({ item }) => item.labels.stack !== stack);
  if (strangers.length > 0) {
    const named = strangers.map(({ collection, item }) => `${collection.word} ${item.name}`).join(", ");
    throw new UserError(
      `the project does not belong to "${stack}" by its labels: these lack the label stack=${stack}: ${named}. Nothing was touched.`,
    );
  }
  const sameToken = recorded === tokenFingerprint(stack, token);
  const reason =
    byMarker(claimed, found, sameToken) ??
    (sameToken ? "the last update used this token" : undefined) ??
    byIds(claimed, found, missing);
  if (reason === undefined) throw new UserError(refusal(claimed, missing));
  return { found, missing, reason };
}

/** Asks the API for each resource of the state. */
async function lookUp(resources: readonly StateResource[], api: CloudApi): Promise<Pick<Proof, "found" | "missing">> {
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
  return { found, missing };
}

/** @throws UserError when the network has another name than the stack's */
function byMarker({ stack, resources, recorded }: RecordedResources, found: readonly Found[], sameToken: boolean) {
  const expected = networkIn(resources);
  const marker = found.find(
    ({ collection, item }) => collection.path === "networks" && String(item.id) === expected?.id,
  );
  if (!marker) return undefined;
  const { id, name } = marker.item;
  if (name !== stack) {
    throw new UserError(
      `the project does not belong to "${stack}" by its labels: its network is called ${name}. Nothing was touched.`,
    );
  }
  const rotated = `with another token than at the last update (${recorded ?? ""}), which was rotated since`;
  const how = sameToken ? "with the token of the last update" : recorded === undefined ? undefined : rotated;
  return `it has the network ${id} of "${stack}"${how === undefined ? "" : `, and was opened ${how}`}`;
}

function byIds({ stack, resources }: RecordedResources, found: readonly Found[], missing: readonly string[]) {
  if (found.length + missing.length === 0) return `the state of "${stack}" names nothing in a cloud`;
  if (networkIn(resources) || missing.length > 0) return undefined;
  return `it has everything that the state of "${stack}" names`;
}

function networkIn(resources: readonly StateResource[]): StateResource | undefined {
  return resources.find(({ type }) => collectionOf(type)?.path === "networks");
}

function refusal({ stack, resources, recorded }: RecordedResources, missing: readonly string[]): string {
  const network = networkIn(resources);
  const what = network ? `network ${network.id ?? ""} of "${stack}" is` : `these of "${stack}" are`;
  return (
    `the token opens another project: ${what} not in it${network ? "" : `: ${missing.join(", ")}`}. Nothing was touched. ` +
    "Set hcloud:token to a token of the stack's own project" +
    (recorded === undefined ? "." : `; that of the last update has the fingerprint ${recorded}.`)
  );
}
