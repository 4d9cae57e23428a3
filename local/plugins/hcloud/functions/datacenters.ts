import type { Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";
import { idOfList, listAll } from "./lists";

interface ApiDatacenter {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly location: Readonly<Record<string, string | number>>;
  readonly server_types: Readonly<Record<"available" | "supported", readonly number[]>>;
}

/** Hetzner has deprecated data centers; a local cloud that has none any more answers with an error. */
export async function getDatacenters(api: Api): Promise<Values> {
  const datacenters = await listAll<ApiDatacenter>(api, "datacenters");
  return {
    id: idOfList(datacenters.map(({ id }) => id)),
    datacenters: datacenters.map(({ id, name, description, location, server_types: types }) => ({
      id,
      name,
      description,
      // Ids and coordinates of locations are texts in this function, and numbers in getLocation.
      location: Object.fromEntries(Object.entries(location).map(([key, value]) => [key, String(value)])),
      availableServerTypeIds: types.available,
      supportedServerTypeIds: types.supported,
    })),
    names: datacenters.map(({ name }) => name),
    descriptions: datacenters.map(({ description }) => description),
    datacenterIds: datacenters.map(({ id }) => String(id)),
  };
}
