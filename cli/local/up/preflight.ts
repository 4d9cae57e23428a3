import { isRoot } from "../../../local/paths";
import { hasApt } from "../../../toolchain/debianPackages";
import { settingsFile } from "../../../stack/checkout";
import { localCloudOf } from "../../../stack/localCloud";
import { UserError } from "../../../lib/errors";

/** What is known about this computer before anything is installed. */
export interface Computer {
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  /** Whether missing Debian packages can be installed. */
  readonly apt: boolean;
}

/** Looks at this computer without changing anything. */
export function inspectComputer(): Computer {
  const { platform } = process;
  return { platform, root: isRoot, apt: platform === "linux" && hasApt() };
}

/** Why the local cloud cannot run here, and what to do about each reason. */
export function unmetRequirements(computer: Computer): string[] {
  if (computer.platform !== "linux") {
    return [`this is ${computer.platform}, and machines need Linux: use a Debian machine, also a virtual one`];
  }
  return [
    ...(computer.root ? [] : ["only root can make the namespaces and mounts of machines: run it again with sudo"]),
    ...(computer.apt
      ? []
      : [
          "this is not Debian (no apt-get), and Holdfast installs only Debian's packages by itself: use a Debian machine",
        ]),
  ];
}

/** @throws UserError with all reasons in one message, when there are any */
export function refuse(reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  throw new UserError(
    "the local cloud cannot run on this computer:\n" +
      reasons.map((reason) => `  - ${reason}\n`).join("") +
      "`make preview` works here all the same: it shows the stack without machines.",
  );
}

/** @throws UserError when the name is not that of a local stack, or the stack has no settings */
export function checkStack(name: string): void {
  if (!localCloudOf(name) || !/^[a-z0-9-]+$/.test(name)) {
    throw new UserError(`HOLDFAST_LOCAL is "${name}": the name of a local stack is local or local-SOMETHING`);
  }
  const settings = settingsFile(name);
  if (!settings.exists) {
    throw new UserError(`there are no settings for the stack "${name}": copy Pulumi.local.yaml to ${settings.name}`);
  }
}
