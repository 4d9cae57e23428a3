import type { PluginDefinition } from "../../../provider/grpc/types";
import { PLUGINS } from "../../../toolchain/versions";
import { randomBytes, randomId } from "./bytes";
import { randomInteger, randomShuffle } from "./integer";
import { randomPet } from "./pet";
import { randomResource } from "./resource";
import { randomPassword, randomString } from "./text";
import { randomUuid, randomUuid7 } from "./uuid";

/** Stand-in for the official random plugin, of the version that the npm package @pulumi/random has. */
export const randomPlugin: PluginDefinition = {
  name: "random",
  version: PLUGINS.random,
  resources: {
    "random:index/randomBytes:RandomBytes": randomResource(randomBytes),
    "random:index/randomId:RandomId": randomResource(randomId),
    "random:index/randomInteger:RandomInteger": randomResource(randomInteger),
    "random:index/randomPassword:RandomPassword": randomResource(randomPassword),
    "random:index/randomPet:RandomPet": randomResource(randomPet),
    "random:index/randomShuffle:RandomShuffle": randomResource(randomShuffle),
    "random:index/randomString:RandomString": randomResource(randomString),
    "random:index/randomUuid:RandomUuid": randomResource(randomUuid),
    "random:index/randomUuid4:RandomUuid4": randomResource(randomUuid),
    "random:index/randomUuid7:RandomUuid7": randomResource(randomUuid7),
  },
};
