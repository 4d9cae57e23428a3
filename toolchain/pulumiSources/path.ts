import { dirname, join } from "node:path";
import { existsSync, realpathSync } from "node:fs";
import { which } from "../../lib/run";
import { isAtLeast, PULUMI_MINIMUM } from "../versions";
import { versionOf, type PulumiSource } from "./source";

/** The CLI that the user already has, if it is new enough and can run Node programs. */
export const fromPath: PulumiSource = {
  name: "the PATH",
  async obtain({ run }) {
    const command = which("pulumi");
    if (!command) return { missing: "no pulumi there" };
    const folder = dirname(command);
    const version = await versionOf(folder, run);
    if (!version) return { missing: `${command} does not run` };
    if (!isAtLeast(version, PULUMI_MINIMUM)) {
      return { missing: `${command} is ${version}, older than ${PULUMI_MINIMUM}` };
    }
    // The engine looks for the language host beside the CLI's real file first, then on the PATH.
    const beside = join(dirname(realpathSync(command)), "pulumi-language-nodejs");
    if (!existsSync(beside) && !which("pulumi-language-nodejs")) {
      return { missing: `${command} has no Node language host (pulumi-language-nodejs) beside it` };
    }
    return { folder, version };
  },
};
