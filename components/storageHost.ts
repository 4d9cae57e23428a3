import * as pulumi from "@pulumi/pulumi";
import { isLocalStack } from "../blueprint/stacks";
import type { Target } from "../blueprint/target";
import type { CloudStatus } from "../local/api/service/status";
import type { StorageHost } from "./releaseStorage";

/**
 * How this computer reaches Storage Boxes. The names of a local cloud are known to its machines only, and may be somebody
 * else's in the world outside: it says itself which address is behind one.
 *
 * @returns nothing where names are reached as they are
 */
export function storageHost(stack: string, target: Target): StorageHost | undefined {
  if (!isLocalStack(stack)) return undefined;
  return async (server) => {
    try {
      return await localAddress(server, target);
    } catch (error) {
      // A preview works without a local cloud, and with boxes that are not there yet.
      if (pulumi.runtime.isDryRun()) return server;
      throw error;
    }
  };
}

async function localAddress(server: string, { endpoint, token = "" }: Target): Promise<string> {
  const response = await fetch(new URL("/_local/status", endpoint), { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${response.url} answered ${String(response.status)}`);
  const { storageBoxes } = (await response.json()) as CloudStatus;
  // An account's name is that of its box and a number.
  const box = storageBoxes.find(({ host }) => host === server.replace(/-sub\d+(?=\.)/, ""));
  if (!box) throw new Error(`the local cloud has no Storage Box named ${server}`);
  return box.addresses.ipv4;
}
