import { Command } from "commander";
import { existsSync } from "node:fs";
import { visitorNamespace } from "../../local/network/names";
import { localCloudName, localPaths } from "../../local/paths";
import { UserError } from "../../lib/errors";
import { commandBehindDashes } from "../options";
import { runInForeground } from "../../lib/terminal/foreground";
import { NOT_RUNNING } from "../../stack/local/client";

export function internetCommand(): Command {
  return new Command("internet")
    .description("run a command on the visitors' side of the edge router, e.g. curl or a load generator")
    .argument("<command...>", "the command and its arguments, after --")
    .passThroughOptions()
    .action(async (command: string[]) => {
      const [program = "", ...args] = visitorCommand(localCloudName(), commandBehindDashes(command));
      process.exitCode = await runInForeground(program, args);
    });
}

/** The command line that runs a command in the network of visitors. @throws when this local cloud has no network */
export function visitorCommand(cloud: string, command: readonly string[]): string[] {
  const namespace = visitorNamespace(cloud);
  if (!existsSync(`/run/netns/${namespace}`)) {
    throw new UserError(
      `the local cloud "${cloud}" has no network on this computer: start it with \`make local\``,
      NOT_RUNNING,
    );
  }
  return ["ip", "netns", "exec", namespace, ...trusting(cloud), ...commandBehindDashes(command)];
}

/** Visitors trust the local cloud's authority, as those of the Internet trust the real ones: curl and OpenSSL, and Node. */
function trusting(cloud: string): string[] {
  const { trusted } = localPaths(cloud);
  if (!existsSync(trusted)) return [];
  return ["env", ...["SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].map((name) => `${name}=${trusted}`)];
}
