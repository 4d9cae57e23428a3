import { Command } from "commander";
import { ensureBaseImage, hasBaseImage } from "../../../local/machines/baseImage";
import { preflight } from "../../../local/machines/preflight";
import { localCloudName, localPaths } from "../../../local/paths";
import { installPackages, LOCAL_CLOUD_PACKAGES } from "../../../toolchain/debianPackages";
import { choosePlugins } from "../../../toolchain/plugins";
import type { Progress } from "../../../lib/progress";
import { obtainPulumi } from "../../../toolchain/pulumi";
import { UserError } from "../../../lib/errors";
import { takeCommandLock } from "../../../stack/pulumi/commandLock";
import { Project } from "../../../stack/pulumi/project";
import { forgetStateOfEarlierCloud, recoverStack, updateToTheEnd } from "../../../stack/pulumi/recover";
import { createProgress, seconds } from "../../../lib/terminal/progress";
import { ensureDaemon } from "../daemonProcess";
import { readStatus } from "../../../stack/local/status";
import { ensureAdminKey } from "../../../stack/local/adminKey";
import { obtainAuthority, waitForAuthority } from "./authority";
import { firstUrl, waitForFirstAnswer } from "./firstAnswer";
import { checkStack, inspectComputer, unmetRequirements, refuse } from "./preflight";
import { summary } from "./summary";

export function upCommand(): Command {
  return new Command("up")
    .description("bring up the whole stack on this computer, or bring it to what the settings say")
    .action(() => up(localCloudName(), createProgress()));
}

/** Each step does nothing if it was done before, so that the next run continues an interrupted one. */
async function up(name: string, progress: Progress): Promise<void> {
  const started = Date.now();
  checkStack(name);
  refuse(unmetRequirements(inspectComputer()));
  const lock = await takeCommandLock(name);

  await installPackages(LOCAL_CLOUD_PACKAGES, { progress });
  refuse(await preflight());
  const pulumi = await obtainPulumi({ progress });
  const plugins = await choosePlugins(pulumi, { progress });
  await ensureAdminKey(localPaths(name).adminKey, name);
  if (!(await hasBaseImage())) {
    const why = "once, about a minute: the disk of every machine is a layer over it";
    await progress.step({ title: "Building the Debian 13 base image", why, limit: 900 }, ensureBaseImage);
  }
  const authority = await obtainAuthority(name, progress);
  forgetStateOfEarlierCloud(name, progress);
  const daemon = await ensureDaemon(name, plugins, progress);

  if (authority) await waitForAuthority(name, progress);
  const project = Project.inCloud(daemon, pulumi);
  await project.ensure();
  await recoverStack(daemon, progress);
  const code = await updateToTheEnd(name, (refresh) => project.update(refresh ? ["--refresh"] : []));
  if (code !== 0) {
    throw new UserError(
      "`pulumi up` did not finish (its messages are above). What it made is kept: correct the cause and run it again.",
      code,
    );
  }
  const status = await readStatus(name);
  const first = firstUrl(status);
  if (first) await waitForFirstAnswer(name, first, progress);
  console.log(summary(status));
  progress.note(`Done in ${seconds((Date.now() - started) / 1000)}.`);
  await lock.release();
}
