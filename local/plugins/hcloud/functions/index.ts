import type { Call, PluginDefinition, Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";
import { getDatacenters } from "./datacenters";
import { getImage, getImages } from "./images";
import { getLocation, getLocations } from "./locations";
import { getServerType, getServerTypes } from "./serverTypes";
import { getSshKeys } from "./sshKeys";
import { idna, txtRecord } from "./texts";

type ApiFunction = (api: Api, args: Values) => Promise<Values>;

const asking: Readonly<Record<string, ApiFunction>> = {
  "hcloud:index/getDatacenters:getDatacenters": getDatacenters,
  "hcloud:index/getImage:getImage": getImage,
  "hcloud:index/getImages:getImages": getImages,
  "hcloud:index/getLocation:getLocation": getLocation,
  "hcloud:index/getLocations:getLocations": getLocations,
  "hcloud:index/getServerType:getServerType": getServerType,
  "hcloud:index/getServerTypes:getServerTypes": getServerTypes,
  "hcloud:index/getSshKeys:getSshKeys": getSshKeys,
};

/** The package's functions, those that ask the API and those that only compute. */
export function createFunctions(connect: (call: Call) => Api): NonNullable<PluginDefinition["functions"]> {
  return {
    ...Object.fromEntries(
      Object.entries(asking).map(([token, run]) => [
        token,
        async (args: Values, call: Call) => run(connect(call), args),
      ]),
    ),
    "hcloud:index/idna:idna": idna,
    "hcloud:index/txtRecord:txtRecord": txtRecord,
  };
}
