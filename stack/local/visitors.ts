import { existsSync } from "node:fs";
import { UserError } from "../../lib/errors";
import { visitorNamespace } from "../../local/network/names";
import { localPaths } from "../../local/paths";
import { NOT_RUNNING } from "./client";

/** The command line that runs a command in the network of visitors. @throws when this local cloud has no network */
export function visitorCommand(cloud: string, command: readonly string[]): string[] {
  const namespace = visitorNamespace(cloud);
  if (!existsSync(`/run/netns/${namespace}`)) {
    throw new UserError(
      `the local cloud "${cloud}" has no network on this computer: start it with \`make local\``,
      NOT_RUNNING,
    );
  }
  return ["ip", "netns", "exec", namespace, ...trusting(cloud), ...command];
}

/** Visitors trust the local cloud's authority, as those of the Internet trust the real ones: curl and OpenSSL, and Node. */
function trusting(cloud: string): string[] {
  const { trusted } = localPaths(cloud);
  if (!existsSync(trusted)) return [];
  return ["env", ...["SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].map((name) => `${name}=${trusted}`)];
}
