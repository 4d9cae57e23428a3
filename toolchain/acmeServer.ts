import { builtGoTool, type GoTool, obtainGoTool } from "./goTool";
import type { Progress } from "../lib/progress";

/** Pebble, Let's Encrypt's own server for tests of ACME clients: the authority of a local cloud. */
const acmeServer: GoTool = {
  folder: "acme-server",
  package: "github.com/letsencrypt/pebble/v2/cmd/pebble",
  version: "2.10.3",
  purpose: "to issue certificates in local clouds",
  limit: 900,
};

/** Path of the ACME server, or a short reason why it is missing. */
export function obtainAcmeServer(
  options: { progress?: Progress } = {},
): Promise<string | { readonly missing: string }> {
  return obtainGoTool(acmeServer, options);
}

/** Path of the ACME server where it has been built. */
export function builtAcmeServer(): string | undefined {
  return builtGoTool(acmeServer);
}
