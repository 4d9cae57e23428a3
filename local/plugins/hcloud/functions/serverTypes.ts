import type { Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";
import { findOne, idOfList, listAll } from "./lists";

interface Deprecation {
  readonly announced: string;
  readonly unavailable_after: string;
}

interface ApiServerType {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly category?: string | null;
  readonly cores: number;
  readonly memory: number;
  readonly disk: number;
  readonly architecture: string;
  readonly cpu_type: string;
  readonly storage_type: string;
  readonly deprecation?: Deprecation | null;
  readonly locations?: readonly {
    readonly id: number;
    readonly name: string;
    readonly available?: boolean;
    readonly recommended?: boolean;
    readonly deprecation?: Deprecation | null;
  }[];
}

/** All of them. */
export async function getServerTypes(api: Api): Promise<Values> {
  const types = await listAll<ApiServerType>(api, "server_types");
  return {
    id: idOfList(types.map(({ id }) => id)),
    serverTypes: types.map(toResult),
    names: types.map(({ name }) => name),
    descriptions: types.map(({ description }) => description),
    serverTypeIds: types.map(({ id }) => String(id)),
  };
}

/** By id or name. */
export async function getServerType(api: Api, args: Values): Promise<Values> {
  return toResult(await findOne<ApiServerType>(api, "server_types", "server_type", args));
}

function toResult(type: ApiServerType): Values {
  return {
    id: type.id,
    name: type.name,
    description: type.description,
    category: type.category ?? undefined,
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    architecture: type.architecture,
    cpuType: type.cpu_type,
    storageType: type.storage_type,
    ...deprecationOf(type.deprecation),
    locations: (type.locations ?? []).map((location) => ({
      id: location.id,
      name: location.name,
      available: location.available,
      recommended: location.recommended,
      ...deprecationOf(location.deprecation),
    })),
  };
}

function deprecationOf(deprecation: Deprecation | null | undefined) {
  return {
    isDeprecated: Boolean(deprecation),
    deprecationAnnounced: deprecation?.announced,
    unavailableAfter: deprecation?.unavailable_after,
  };
}
