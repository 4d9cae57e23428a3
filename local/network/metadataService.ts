import { createServer, type Server } from "node:http";
import type { MachineSpec } from "../driver";
import { linkLocalAddress } from "./addresses";
import { callerOf, type Caller } from "./relayServer";

/** Answers for one machine; the content is the API's business. */
export type MetadataAnswer = (serverId: number, path: string) => { status: number; contentType: string; body: string };

/** The addresses by which the service recognizes a machine. */
export interface KnownAddresses {
  readonly machines: readonly MachineSpec[];
  readonly floatingIps: Readonly<Record<string, number>>;
}

/** The service at 169.254.169.254, for all machines; the source address tells which machine asks. */
export function metadataService(known: () => KnownAddresses, answer: MetadataAnswer): Server {
  return createServer((request, response) => {
    const machineId = machineOf(callerOf(request), known());
    if (machineId === undefined) {
      response.writeHead(404).end("no machine has the address that this request came from\n");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    const { status, contentType, body } = answer(machineId, new URL(request.url ?? "/", "http://metadata").pathname);
    response.writeHead(status, { "content-type": contentType }).end(body);
  });
}

/**
 * Which machine a caller is. Routers drop packets whose source is not the machine's own, so a machine cannot ask for another.
 * Private networks may use the same addresses: the relay's name says which network it belongs to (`metadata:ID`).
 */
export function machineOf(caller: Caller, known: KnownAddresses): number | undefined {
  const networkId = caller.relay.split(":")[1];
  if (networkId !== undefined) {
    return known.machines.find((machine) =>
      machine.privateNetworks.some(
        (attachment) =>
          attachment.networkId === Number(networkId) &&
          (attachment.address === caller.source || attachment.aliasIps.includes(caller.source)),
      ),
    )?.id;
  }
  const owner = known.machines.find(
    (machine) =>
      machine.publicIpv4?.address === caller.source ||
      (machine.publicIpv4 === undefined && linkLocalAddress(machine.id) === caller.source),
  );
  return owner?.id ?? known.floatingIps[caller.source];
}
