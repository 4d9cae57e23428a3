import { serverCertificateHandler } from "./certificates/handler";
import { keyPairHandler } from "./keys/handler";
import { hostKeyHandler } from "./keys/hostKeyHandler";
import type { PluginDefinition } from "./grpc/types";
import { configurationHandler } from "./machine/resource/handler";
import { finishOverSsh } from "./machine/resource/overSsh";

/** The project's own Pulumi plugin. */
export const holdfastPlugin: PluginDefinition = {
  name: "holdfast",
  version: "0.1.0",
  finish: finishOverSsh,
  resources: {
    "holdfast:machine:Configuration": configurationHandler,
    "holdfast:certificates:ServerCertificate": serverCertificateHandler,
    "holdfast:keys:KeyPair": keyPairHandler,
    "holdfast:keys:HostKey": hostKeyHandler,
  },
};
