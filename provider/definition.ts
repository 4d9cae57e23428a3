import { serverCertificateHandler } from "./certificates/handler";
import { signingKeyHandler } from "./certificates/signingKeyHandler";
import { keyPairHandler } from "./keys/handler";
import { authorizedKeysHandler } from "./keys/authorizedKeysHandler";
import { hostKeyHandler } from "./keys/hostKeyHandler";
import { rotationHandler } from "./keys/rotationHandler";
import type { ProviderDefinition } from "./grpc/types";
import { MachineContext } from "./machine/resource/context";
import { configurationHandler } from "./machine/resource/handler";

/** The project's own Pulumi provider. Its resources share one context for the life of the process. */
export function holdfastProvider(): ProviderDefinition {
  const context = new MachineContext();
  return {
    name: "holdfast",
    version: "0.1.0",
    finish: () => context.finish(),
    resources: {
      "holdfast:machine:Configuration": configurationHandler(context),
      "holdfast:certificates:ServerCertificate": serverCertificateHandler,
      "holdfast:certificates:SigningKey": signingKeyHandler,
      "holdfast:keys:KeyPair": keyPairHandler,
      "holdfast:keys:HostKey": hostKeyHandler,
      "holdfast:keys:AuthorizedKeys": authorizedKeysHandler,
      "holdfast:keys:Rotation": rotationHandler,
    },
  };
}
