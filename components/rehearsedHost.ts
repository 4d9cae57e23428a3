import * as pulumi from "@pulumi/pulumi";
import type { Target } from "../blueprint/target";

/** As much of `GET /_local/status` as this program reads. */
export interface KnownHosts {
  readonly storageBoxes: readonly { readonly host: string; readonly addresses: { readonly ipv4: string } }[];
}

/**
 * The address of a Storage Box in a rehearsal. Its name is known to the machines only, and may be somebody else's in the
 * world outside: the cloud says itself which address is behind it.
 */
export async function rehearsedHost(server: string, target: Target): Promise<string> {
  try {
    return await addressOf(server, target);
  } catch (error) {
    // A preview works without a running cloud, and with boxes that are not there yet.
    if (pulumi.runtime.isDryRun()) return server;
    throw error;
  }
}

async function addressOf(server: string, { endpoint, token = "" }: Target): Promise<string> {
  const response = await fetch(new URL("/_local/status", endpoint), { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${response.url} answered ${String(response.status)}`);
  const { storageBoxes } = (await response.json()) as KnownHosts;
  // An account's name is that of its box and a number.
  const box = storageBoxes.find(({ host }) => host === server.replace(/-sub\d+(?=\.)/, ""));
  if (!box) throw new Error(`the local cloud has no Storage Box named ${server}`);
  return box.addresses.ipv4;
}
