import { Command, Option } from "commander";
import { makeBlueprint } from "../blueprint/blueprint";
import { renderLadder } from "../failures/ladder";
import { renderHtml } from "../failures/render/html/page";
import { renderJson } from "../failures/render/json";
import { renderMarkdown } from "../failures/render/markdown";
import { renderTerminal } from "../failures/render/terminal";
import { makeReport } from "../failures/report";
import { rungsAbove } from "../failures/rungs";
import { drillJournals } from "./drillJournals";
import { listPrices } from "./prices";
import { readStackSettings } from "./stackSettings";

const renderers = { terminal: renderTerminal, json: renderJson, markdown: renderMarkdown, html: renderHtml } as const;

/** `holdfast report`: computed from the settings alone, so it needs no cloud, no account and no Pulumi. */
export function reportCommand(): Command {
  return new Command("report")
    .description("what can fail in a stack, who takes over and when, what is lost, and what it costs")
    .option("--stack <stack>", "local, staging, prod or another one that has settings", "local")
    .addOption(new Option("--json", "as data: money in cents, times in seconds").conflicts(["markdown", "html"]))
    .addOption(new Option("--markdown", "for a page or a pull request, with a Mermaid picture").conflicts("html"))
    .addOption(new Option("--html", "as one file for a browser, with a picture of the stack"))
    .addOption(
      new Option("--ladder", "the table of docs/ladder.md: what each rung costs and changes").conflicts([
        "json",
        "markdown",
        "html",
      ]),
    )
    .action(async (options: ReportFlags) => {
      process.stdout.write(await renderedReport(options));
    });
}

interface ReportFlags {
  readonly stack: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: boolean;
  readonly ladder?: boolean;
}

/**
 * The rendered report.
 *
 * @throws SettingsError when the stack's settings cannot be used, UserError when there are none
 */
export async function renderedReport({ stack, ...flags }: ReportFlags): Promise<string> {
  const { settings } = await readStackSettings(stack);
  const options = { prices: listPrices, journals: drillJournals() };
  if (flags.ladder) return renderLadder(settings, options);
  const made = makeReport(makeBlueprint(settings), options);
  const form = (["json", "markdown", "html"] as const).find((name) => flags[name]) ?? "terminal";
  return renderers[form](made, rungsAbove(settings, made, options));
}
