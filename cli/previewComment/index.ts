import { Command } from "commander";
import { readFileSync, writeFileSync } from "node:fs";
import type { ReportOptions } from "../../failures/report";
import { readDrillResults } from "../../drills/frame/result";
import { UserError } from "../../lib/errors";
import { repeatedOption } from "../options";
import { baselineOf, compare } from "../../stack/preview/compare";
import { type Digest, parseDigest } from "../../stack/preview/digest";
import { listPrices } from "../../failures/prices/priceList";
import { type EnvironmentChange, environmentChange, environmentError } from "./environmentChange";
import { type CommentData, readData, writeData } from "./data";
import { failedComment, renderComment } from "./markdown";
import { gitHubFrom, publish } from "./publish";
import { openRevision, type Revision, workingTree } from "../../stack/preview/revision";

interface Flags {
  readonly before: string;
  readonly after?: string;
  readonly stack: readonly string[];
  readonly preview?: string;
}

export function previewCommentCommand(): Command {
  return new Command("preview-comment")
    .description("write a pull-request comment: what a change does to each environment; needs no token and no secret")
    .option("--before <revision>", "the commit, branch, tag or settings file to compare with", "origin/main")
    .option("--after <revision>", "the changed commit, branch, tag or settings file (default: this checkout as it is)")
    .addOption(
      repeatedOption(
        "--stack <name>",
        "an environment; repeat for more (default: all with settings, except local ones)",
      ),
    )
    .option("--preview <file>", "read this output of `pulumi preview --json` instead of previewing (with one --stack)")
    .option("--output <file>", "write the comment to this file instead of the terminal")
    .option("--data <file>", "write what it says to this file as data, for `preview-comment publish`")
    .addHelpText(
      "after",
      "\nWithout --after it is this checkout as it is; without --stack all environments that have settings and are not local.",
    )
    .action(async ({ output, data: file, ...flags }: Flags & { output?: string; data?: string }) => {
      const data = await previewComment(flags);
      if (file !== undefined) writeFileSync(file, writeData(data));
      const text = renderComment(data.environments, data);
      if (output === undefined) process.stdout.write(text);
      else writeFileSync(output, text);
    })
    .addCommand(publishCommand());
}

function publishCommand(): Command {
  return new Command("publish")
    .description("publish the comment on GitHub, in place of the pull request's earlier one")
    .argument("[file]", "the file that `preview-comment --data` wrote")
    .requiredOption("--commit <id>", "the pull request's newest commit")
    .option("--failed <address>", "instead of a file: the address of the run whose preview failed")
    .addHelpText(
      "after",
      "\nEnvironment: GITHUB_REPOSITORY, GITHUB_TOKEN (may write to pull requests), GITHUB_API_URL.",
    )
    .action(async (file: string | undefined, { commit, failed }: { commit: string; failed?: string }) => {
      console.log(await publish(publishedText(file, failed), commit, gitHubFrom(process.env)));
    });
}

function publishedText(file: string | undefined, failed: string | undefined): string {
  if (file !== undefined && failed === undefined) {
    const data = readData(readFileSync(file, "utf8"));
    return renderComment(data.environments, data);
  }
  if (file === undefined && failed !== undefined) return failedComment(failed);
  throw new UserError("there is nothing to publish: name a file, or --failed with the address of the failed run");
}

/**
 * What the comment says.
 *
 * @throws UserError when a revision, a stack or a file is not there
 */
async function previewComment({ before, after, stack: stacks, preview }: Flags): Promise<CommentData> {
  if (preview !== undefined && stacks.length !== 1)
    throw new UserError("--preview belongs to one environment: name it with one --stack");
  const [old, now] = await openBoth(before, after);
  try {
    const chosen = stacks.length > 0 ? stacks : [...new Set([...old.stacks(), ...now.stacks()])].sort();
    const report = { prices: listPrices, results: readDrillResults() };
    const given = preview === undefined ? undefined : parseDigest(readFileSync(preview, "utf8"));
    const environments: EnvironmentChange[] = [];
    for (const stack of chosen) environments.push(await changeOf(stack, old, now, report, given));
    return { before: old.name, environments };
  } finally {
    old.close();
    now.close();
  }
}

async function openBoth(before: string, after: string | undefined): Promise<[Revision, Revision]> {
  const old = await openRevision(before);
  try {
    return [old, after === undefined ? workingTree() : await openRevision(after)];
  } catch (error) {
    old.close();
    throw error;
  }
}

/** An environment that cannot be previewed becomes an entry with its error, so that the others are still shown. */
async function changeOf(
  stack: string,
  old: Revision,
  now: Revision,
  report: ReportOptions,
  given: Digest | undefined,
): Promise<EnvironmentChange> {
  const isNew = old.settings(stack) === undefined;
  if (now.settings(stack) === undefined) {
    if (isNew)
      throw new UserError(`there is no stack "${stack}": neither ${old.name} nor ${now.name} has its settings`);
    return environmentError(
      stack,
      new Error(
        `The settings of ${stack} are removed, but its resources stay and cost money. Run \`npx holdfast teardown ${stack}\` before you remove the settings.`,
      ),
    );
  }
  try {
    const digest = given ?? (await compare(stack, isNew ? undefined : await baselineOf(stack, old), now));
    const isRecorded = given !== undefined;
    return await environmentChange(stack, digest, { before: isNew ? undefined : old, after: now, report, isRecorded });
  } catch (error) {
    return environmentError(stack, error);
  }
}
