import { Command, Option } from "commander";
import { makeBlueprint } from "../blueprint/blueprint";
import type { Settings } from "../blueprint/settings";
import { officialEndpoint, type Target } from "../blueprint/target";
import { renderLadder } from "../failures/ladder";
import { listPrices, type PriceList } from "../failures/prices/priceList";
import { renderHtml } from "../failures/render/html/page";
import { renderJson } from "../failures/render/json";
import { renderMarkdown } from "../failures/render/markdown";
import { renderTerminal } from "../failures/render/terminal";
import { makeReport } from "../failures/report";
import { stepsUpFrom } from "../failures/stepsUp";
import { readDrillResults } from "../drills/frame/result";
import { CloudApi, requireToken } from "../stack/cloud/api";
import { askedPrices } from "../stack/cloud/prices";
import { UserError } from "../lib/errors";
import { localCloudOf } from "../stack/localCloud";
import { Project } from "../stack/pulumi/project";
import { readStackSettings } from "../stack/readStackSettings";

const renderers = { terminal: renderTerminal, json: renderJson, markdown: renderMarkdown, html: renderHtml } as const;

/** `holdfast report`: computed from the settings alone. Only `--prices api` needs a cloud. */
export function reportCommand(): Command {
  return new Command("report")
    .description("report what can fail in a stack, what takes over and when, what is lost, and what it costs")
    .option("--stack <stack>", "local, staging, prod or any other stack that has settings", "local")
    .addOption(new Option("--json", "print JSON: money in cents, times in seconds").conflicts(["markdown", "html"]))
    .addOption(
      new Option("--markdown", "print Markdown with a Mermaid picture, for a page or a pull request").conflicts("html"),
    )
    .addOption(new Option("--html", "write one HTML file with a picture of the stack"))
    .addOption(
      new Option("--ladder", "print the table of docs/ladder.md: what each rung costs and changes").conflicts([
        "json",
        "markdown",
        "html",
      ]),
    )
    .addOption(
      new Option("--prices <source>", "prices: the list that came with this program, or those of the API")
        .choices(["recorded", "api"])
        .default("recorded"),
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
  /** @default recorded */
  readonly prices?: "recorded" | "api";
}

/**
 * The rendered report.
 *
 * @throws SettingsError when the stack's settings cannot be used, UserError when there are none
 */
export async function renderedReport({ stack, prices, ...flags }: ReportFlags): Promise<string> {
  const { settings } = await readStackSettings(stack);
  const list = prices === "api" ? await todaysPrices(settings) : listPrices;
  const options = { prices: list, results: readDrillResults() };
  if (flags.ladder) return renderLadder(settings, options);
  const made = makeReport(makeBlueprint(settings), options);
  const form = (["json", "markdown", "html"] as const).find((name) => flags[name]) ?? "terminal";
  return renderers[form](made, stepsUpFrom(settings, made, options));
}

/** The prices of the API. If it cannot be asked, the recorded ones, with a message that says why. */
async function todaysPrices(settings: Settings): Promise<PriceList> {
  try {
    return await askedPrices(new CloudApi(requireToken(await targetOf(settings.stack))), settings);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`The API could not be asked for its prices, so these are the recorded ones: ${error.message}`);
    return listPrices;
  }
}

/** With a token in the environment, neither Pulumi nor the passphrase of the secrets is needed. */
async function targetOf(stack: string): Promise<Target> {
  const { HCLOUD_ENDPOINT: endpoint = officialEndpoint, HCLOUD_TOKEN: token } = process.env;
  if (token !== undefined && !localCloudOf(stack)) return { endpoint, token };
  return (await Project.open(stack)).target();
}
