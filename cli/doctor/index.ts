import { Command } from "commander";
import { makeBlueprint } from "../../blueprint/blueprint";
import { parseSettings } from "../../blueprint/parseSettings";
import { SettingsError } from "../../blueprint/problems";
import { readSettings } from "../../blueprint/readSettings";
import { withRelease } from "../../release/program";
import { run } from "../../lib/run";
import { cloudOf } from "../../local/paths";
import { CloudApi } from "../../stack/cloud/api";
import { readSettingsFile } from "../../stack/settingsFile";
import { backupSettings, Project } from "../../stack/pulumi/project";
import { withStoreKeys } from "../../stack/readStackSettings";
import { type Finding, problem } from "./check";
import { lookUpHere, lookUpInLocalCloud } from "./dns";
import { runChecks } from "./runChecks";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check everything that `pulumi up` needs before you run it; each problem comes with its fix")
    .requiredOption("--stack <name>", "e.g. prod")
    .option("--from <address>", "your own address; by default Hetzner is asked for it")
    .option("--json", "for programs")
    .addHelpText("after", "\nExit code: 0 when there is no problem, 1 when there is one.")
    .action(async ({ stack, from, json }: { stack: string; from?: string; json?: boolean }) => {
      const findings = await diagnose(stack, from);
      console.log(json ? JSON.stringify({ stack, findings }, null, 2) : findings.map(line).join("\n"));
      if (findings.some(({ level }) => level === "problem")) process.exitCode = 1;
    });
}

/** All findings about a stack. Wrong settings are findings as well. */
async function diagnose(stack: string, from: string | undefined): Promise<readonly Finding[]> {
  const project = await Project.open(stack);
  const source = readSettingsFile(stack);
  const { hasOneToken, isRehearsal } = source.cloud;
  let blueprint;
  try {
    // `pulumi up` needs more than a preview does: real keys and tokens.
    const parsed = await withStoreKeys(parseSettings({ ...source, preview: false }));
    const { settings } = readSettings(await withRelease(parsed));
    blueprint = makeBlueprint(settings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const hasToken = source.config["hcloud:token"] !== undefined || process.env.HCLOUD_TOKEN !== undefined;
    return [
      ...error.problems.map(({ setting, wrong, fix }) => problem(`${setting} ${wrong}`, fix)),
      ...(hasToken || hasOneToken ? [] : [noToken]),
    ];
  }
  const { token, ...target } = await project.target();
  if (token === undefined) return [noToken];
  const api = new CloudApi({ ...target, token });
  const config = await project.config();
  const failoverToken = config["holdfast:failoverToken"] ?? (hasOneToken ? token : undefined);
  const failover =
    failoverToken === undefined ? undefined : new CloudApi({ endpoint: api.endpoint, token: failoverToken });
  const { accessKey, secretKey } = backupSettings(config["holdfast:backup"]).s3 ?? {};
  const bucketKeys = accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined;
  const resources = (await project.state())?.resources ?? [];
  const ownAddress = () => Promise.resolve(from ?? (isRehearsal ? "127.0.0.1" : addressSeenByHetzner()));
  const lookUp = isRehearsal ? lookUpInLocalCloud(cloudOf(stack)) : lookUpHere();
  return runChecks({ stack, blueprint, api, failover, bucketKeys, resources, ownAddress, lookUp });
}

const noToken = problem(
  "hcloud:token is missing, so the cloud cannot be asked",
  "`pulumi config set --secret hcloud:token`",
);

/** Hetzner answers with the address that the question came from, as text. */
async function addressSeenByHetzner(): Promise<string | undefined> {
  const asked = await run("curl", ["--silent", "--fail", "--max-time", "5", "https://ip.hetzner.com"]);
  return asked.code === 0 ? asked.stdout.trim() : undefined;
}

const signs = { ok: "ok     ", note: "note   ", problem: "PROBLEM" } as const;

function line({ level, what, fix }: Finding): string {
  return `${signs[level]}  ${what}${fix === undefined ? "" : `\n         Fix: ${fix}`}`;
}
