import type { ProviderDefinition } from "../../../provider/grpc/types";
import { PLUGINS } from "../../../toolchain/versions";
import { HINT } from "../hint";
import { randomPassword } from "./password";

/** Stand-in for the official random plugin, of the version that the npm package @pulumi/random has. */
export const randomStandIn: ProviderDefinition = {
  name: "random",
  version: PLUGINS.random,
  hint: HINT,
  resources: { "random:index/randomPassword:RandomPassword": randomPassword },
};
