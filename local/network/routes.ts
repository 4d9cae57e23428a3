import { tryRun } from "../machines/command";
import { ipBatch } from "./namespaces";

/** Marks in the kernel's routing tables that tell routes of machines from those of floating IPs. */
const MACHINE_ROUTE = 200;
export const FLOATING_ROUTE = 201;

/** A route to one machine; `via` where the address is not the interface's neighbour. */
export interface Route {
  readonly destination: string;
  readonly via?: string;
}

/**
 * Brings the routes through one interface to this list, touching only those that differ, so that traffic to the others
 * flows on.
 */
export async function syncRoutes(namespace: string, device: string, wanted: readonly Route[]): Promise<void> {
  const current = [...(await machineRoutes(namespace, device, 4)), ...(await machineRoutes(namespace, device, 6))];
  const known = new Set(wanted.map(describe));
  const present = new Set(current.map(describe));
  await ipBatch(namespace, [
    ...current
      .filter((route) => !known.has(describe(route)))
      .map((route) => `route delete ${route.destination} dev ${device} proto ${MACHINE_ROUTE}`),
    ...wanted
      .filter((route) => !present.has(describe(route)))
      .map(
        (route) =>
          `route replace ${route.destination}` +
          `${route.via === undefined ? "" : ` via ${route.via}`} dev ${device}` +
          `${route.via === undefined ? "" : " onlink"} proto ${MACHINE_ROUTE}`,
      ),
  ]);
}

async function machineRoutes(namespace: string, device: string, version: 4 | 6): Promise<Route[]> {
  const args = ["-n", namespace, `-${version}`, "-json", "route", "show", "dev", device, "proto", `${MACHINE_ROUTE}`];
  const result = await tryRun("ip", args);
  if (result.code !== 0) return [];
  const routes = JSON.parse(result.stdout || "[]") as { dst: string; gateway?: string }[];
  return routes.map((route) => ({
    destination: canonical(route.dst === "default" ? (version === 4 ? "0.0.0.0/0" : "::/0") : route.dst),
    ...(route.gateway === undefined ? {} : { via: route.gateway }),
  }));
}

/** `ip` prints single addresses without their length. */
function canonical(destination: string): string {
  if (destination.includes("/")) return destination;
  return `${destination}/${destination.includes(":") ? 128 : 32}`;
}

function describe(route: Route): string {
  return `${canonical(route.destination)} ${route.via ?? ""}`;
}
