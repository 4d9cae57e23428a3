import { setTimeout as sleep } from "node:timers/promises";
import { type CloudApi, Refusal } from "../../stack/cloud/api";
import { collections } from "../../stack/cloud/collections";
import type { Found } from "./proof";

/** Everything in the project with the stack's label, whether Pulumi knows it or not. */
export async function labelled(stack: string, api: CloudApi): Promise<readonly Found[]> {
  const found: Found[] = [];
  const query = `label_selector=${encodeURIComponent(`stack=${stack}`)}`;
  for (const collection of collections) {
    try {
      const items = await api.list(collection.path, query);
      found.push(...items.map((item) => ({ collection, item })));
    } catch (error) {
      // A cloud without this kind of resource has none of them.
      if (!(error instanceof Refusal && [404, 501].includes(error.status))) throw error;
    }
  }
  return found;
}

/** Ids of the primary IPs that Hetzner creates and deletes with the servers. They have no label. */
export function ownAddresses(found: readonly Found[]): readonly number[] {
  return found
    .filter(({ collection }) => collection.path === "servers")
    .flatMap(({ item }) => {
      const { ipv4, ipv6 } = (item.public_net ?? {}) as Readonly<Record<string, { id?: number } | null>>;
      return [ipv4?.id, ipv6?.id].filter((id) => id !== undefined);
    });
}

/** Seconds that the cloud may take to delete. */
const SETTLE_LIMIT = 60;

/**
 * The resources of a stack that are left after its teardown, each in a few words. Asks again until there are none or
 * the time is over.
 *
 * @param addresses ids of primary IPs that have to go with their servers
 * @param limit seconds
 */
export async function leftovers(
  stack: string,
  addresses: readonly number[],
  api: CloudApi,
  limit = SETTLE_LIMIT,
): Promise<readonly string[]> {
  for (const started = Date.now(); ; await sleep(500)) {
    const left = [
      ...(await labelled(stack, api)).map(({ collection, item }) => `${collection.word} ${item.name} (id ${item.id})`),
      ...(await remaining(addresses, api)),
    ];
    if (left.length === 0 || Date.now() - started >= limit * 1000) return left;
  }
}

async function remaining(addresses: readonly number[], api: CloudApi): Promise<string[]> {
  const left: string[] = [];
  for (const id of addresses) {
    if (await api.find(`/primary_ips/${id}`)) left.push(`primary IP ${id}, which came with a server`);
  }
  return left;
}
