import { Command } from "commander";
import { isIPv4, isIPv6 } from "node:net";
import { readFileSync } from "node:fs";
import { replaceFile } from "../../lib/files";
import { UserError } from "../../lib/errors";
import { localCloudName, localPaths } from "../../local/paths";
import { requireDaemon } from "../../stack/local/client";

export function nameCommand(): Command {
  return new Command("name")
    .description("give a host name addresses in this local cloud, as a person does at a registrar")
    .argument("<name>", "e.g. guestbook.example.com")
    .argument("[addresses...]", "one IPv4 address, one IPv6 address or both; none takes the name away")
    .action(async (name: string, addresses: string[]) => {
      await requireDaemon();
      setName(localCloudName(), name, addresses);
    });
}

/** Gives a name addresses; none of them: takes it away. @throws UserError for what is no address */
export function setName(cloud: string, name: string, addresses: readonly string[]): void {
  const [ipv4, ipv6] = [addresses.find(isIPv4), addresses.find(isIPv6)];
  const used = [ipv4, ipv6].filter((one) => one !== undefined);
  const odd = addresses.find((one) => !used.includes(one));
  if (odd !== undefined) {
    throw new UserError(`"${odd}" is no address, or the second one of its kind: write one of IPv4, of IPv6 or of both`);
  }
  const file = localPaths(cloud).hostNames;
  const all = namesIn(file);
  if (used.length > 0) all[name.toLowerCase()] = { ipv4, ipv6 };
  else Reflect.deleteProperty(all, name.toLowerCase());
  replaceFile(file, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o644 });
}

function namesIn(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}
