import type { MachinePlan } from "../../../blueprint/blueprint";
import { type Check, type Finding, ok, problem } from "../check";

interface Location {
  readonly name: string;
  readonly network_zone: string;
}

interface ServerType {
  readonly id: number;
  readonly name: string;
  readonly architecture: string;
  readonly deprecated?: boolean;
  readonly locations?: readonly {
    readonly name: string;
    readonly deprecation?: { unavailable_after: string } | null;
  }[];
  readonly prices: readonly { readonly location: string }[];
}

/** Whether Hetzner has the location, its zone, and each server type and image there. */
export const offer: Check = async ({ api, blueprint }) => {
  const { location } = blueprint.settings;
  const places = (await api.list(`locations`)) as unknown as readonly Location[];
  const place = places.find(({ name }) => name === location);
  if (!place) {
    const known = places.map(({ name }) => name).join(", ");
    return [problem(`there is no location ${location}`, `write one of ${known} as holdfast:location`)];
  }
  const types = (await api.list("server_types")) as unknown as readonly ServerType[];
  const machines = [...new Map(blueprint.machines.map((machine) => [machine.serverType, machine])).values()];
  return [
    place.network_zone === blueprint.network.zone
      ? ok(`location ${location} lies in the network zone ${blueprint.network.zone}`)
      : problem(
          `location ${location} lies in the network zone ${place.network_zone}, not in ${blueprint.network.zone}`,
          "Hetzner moved it: the list of locations in catalog/hetzner.json needs an update",
        ),
    ...machines.map((machine) => typeFinding(machine, types)),
    ...(await imageFindings(machines, types, async (name, architecture) => {
      const found = await api.list("images", `name=${name}&architecture=${architecture}&type=system`);
      return found.length > 0;
    })),
  ];
};

function typeFinding({ serverType, location }: MachinePlan, types: readonly ServerType[]): Finding {
  const type = types.find(({ name }) => name === serverType);
  const sold = types.filter((one) => isSold(one, location)).map(({ name }) => name);
  const fix = `choose another one; in ${location} there are ${sold.join(", ")}`;
  if (!type) return problem(`there is no server type ${serverType}`, fix);
  if (!isSold(type, location)) return problem(`server type ${serverType} is not sold in ${location}`, fix);
  return ok(`server type ${serverType} is sold in ${location}`);
}

/**
 * A type with an end date may be ordered until then. A type that does not list the location may not be ordered there.
 */
function isSold({ locations, prices, deprecated }: ServerType, location: string): boolean {
  if (!prices.some((price) => price.location === location)) return false;
  if (locations === undefined) return deprecated !== true;
  const there = locations.find(({ name }) => name === location);
  const end = there?.deprecation?.unavailable_after;
  return there !== undefined && (end === undefined || Date.parse(end) > Date.now());
}

async function imageFindings(
  machines: readonly MachinePlan[],
  types: readonly ServerType[],
  exists: (name: string, architecture: string) => Promise<boolean>,
): Promise<Finding[]> {
  const wanted = new Map(
    machines.flatMap(({ image, serverType }) => {
      const architecture = types.find(({ name }) => name === serverType)?.architecture;
      return architecture === undefined ? [] : [[`${image} for ${architecture}`, { image, architecture }] as const];
    }),
  );
  const findings: Finding[] = [];
  for (const [text, { image, architecture }] of wanted) {
    findings.push(
      (await exists(image, architecture))
        ? ok(`image ${text} exists`)
        : problem(
            `there is no image ${text}`,
            "Hetzner took it away: the machine's image in blueprint/blueprint.ts needs an update",
          ),
    );
  }
  return findings;
}
