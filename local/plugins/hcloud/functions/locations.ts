import type { Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";
import { findOne, idOfList, listAll } from "./lists";

interface ApiLocationDetails {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly country: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly network_zone: string;
}

/** All of them. */
export async function getLocations(api: Api): Promise<Values> {
  const locations = await listAll<ApiLocationDetails>(api, "locations");
  return {
    id: idOfList(locations.map(({ id }) => id)),
    locations: locations.map(toResult),
    names: locations.map(({ name }) => name),
    descriptions: locations.map(({ description }) => description),
    locationIds: locations.map(({ id }) => String(id)),
  };
}

/** By id or name. */
export async function getLocation(api: Api, args: Values): Promise<Values> {
  return toResult(await findOne<ApiLocationDetails>(api, "locations", "location", args));
}

function toResult({ network_zone: networkZone, ...location }: ApiLocationDetails): Values {
  const { id, name, description, country, city, latitude, longitude } = location;
  return { id, name, description, country, city, latitude, longitude, networkZone };
}
