import { UserError } from "../../lib/errors";
import { type EnvironmentChange, isUntouched } from "./environmentChange";
import type { FileChange } from "./machineFiles";
import { allowNames, describeResource, type Operation, operations } from "../../stack/preview/resources";

/** Marks the one comment that is kept up to date. */
export const marker = "<!-- holdfast: preview of this pull request -->";

const heading = "## What this change does";

/** GitHub takes 65,536 characters. The margin is for characters that GitHub counts differently. */
export const largestComment = 60_000;

/** What the comment's head and foot say. */
export interface CommentOptions {
  /** e.g. `origin/main` */
  readonly before: string;
  /** Characters. @default what GitHub takes */
  readonly limit?: number;
}

/**
 * The comment. If it is too long, it first leaves out lines of machine files, then entries of lists. Dangers always
 * stay in.
 */
export function renderComment(
  environments: readonly EnvironmentChange[],
  { before, limit = largestComment }: CommentOptions,
): string {
  for (const detail of details) {
    const text = comment(environments, before, detail);
    if (text.length <= limit) return text;
  }
  const shortest = comment(environments, before, details[details.length - 1] ?? nothing);
  const end = "\n\n(The rest is too long for a comment.)\n";
  return shortest.slice(0, limit - end.length) + end;
}

/**
 * The comment for a commit whose preview failed.
 *
 * @param address of the run whose log says why
 * @throws UserError when that is no web address
 */
export function failedComment(address: string): string {
  if (!/^https?:\/\/[\w.:/-]+$/.test(address)) throw new UserError(`"${address}" is not the address of a run`);
  return `${marker}\n\n${heading}\n\n**Not known: the preview failed.** [Its log](${address}) says why.\n`;
}

/** Says whose word a comment is, where a pull request changes the code that computes it. */
export function computedBy(text: string, path: string): string {
  const note = `**This pull request changes the code that computes this comment** (${code(path)} and maybe more). What it says is that code's word: read the diff.`;
  return `${marker}\n\n${note}${text.slice(marker.length)}`;
}

/** Adds the commit that the comment is about. GitHub makes a link of it. */
export function ofCommit(text: string, commit: string): string {
  return `${marker}\n\n<sub>As of ${commit}</sub>${text.slice(marker.length)}`;
}

interface Detail {
  /** Lines shown of each file. */
  readonly lines: number;
  /** Entries shown of each list. */
  readonly entries: number;
}

const nothing: Detail = { lines: 0, entries: 5 };
const details: readonly Detail[] = [
  { lines: Number.POSITIVE_INFINITY, entries: Number.POSITIVE_INFINITY },
  { lines: 40, entries: 200 },
  { lines: 8, entries: 60 },
  { lines: 0, entries: 30 },
  nothing,
];

function comment(environments: readonly EnvironmentChange[], before: string, detail: Detail): string {
  const touched = environments.filter((one) => !isUntouched(one));
  const untouched = environments.filter(isUntouched).map(({ stack }) => `\`${stack}\``);
  return [
    marker,
    heading,
    ...touched.map((one) => environmentSection(one, detail)),
    ...(untouched.length > 0 ? [`Nothing changes in ${untouched.join(", ")}.`] : []),
    `<sub>Compared with what ${code(before.replace(/^([0-9a-f]{12})[0-9a-f]{28}$/, "$1"))} describes, not with what runs: changes by hand are not seen.  ` +
      "Prices are list prices without VAT, not the bill. Secrets are never shown.</sub>",
  ]
    .join("\n\n")
    .concat("\n");
}

function environmentSection(change: EnvironmentChange, detail: Detail): string {
  const { stack, errors, refused, failures, price, incomparable, releases, services, files, resources } = change;
  const dangers = change.consequences.map((text) => `- ⚠️ ${escape(text)}`);
  const named = allowNames(refused)
    .map((name) => ` --allow ${name}`)
    .join("");
  return [
    `### ${escape(stack)}`,
    [summary(change), price === undefined ? "" : escape(price)].filter(Boolean).join(" · "),
    ...errors.map((error) => `**No update is possible as it is:**\n\n${fenced(error)}`),
    ...(dangers.length > 0 ? [cut(dangers, Math.max(detail.entries, 50)).join("\n")] : []),
    ...(refused.length > 0
      ? [
          `**Protected, so refused:** ${refused.map((one) => escape(describeResource(one))).join(", ")}. ` +
            `If you mean it, name them: ${code(`npx holdfast up --stack ${stack}${named}`)}`,
        ]
      : []),
    ...(incomparable === undefined ? [] : [`Failures and price cannot be compared: ${escape(incomparable)}`]),
    ...(change.notes ?? []).map((note) => escape(note)),
    ...list(
      "Failure report",
      failures.map(({ effect, text }) => `${signs[effect]} ${escape(text)}`),
      detail,
    ),
    ...list("Releases", releases.map(escape), detail),
    ...list("Services", services.map(escape), detail),
    ...folded(`Resources (${resources.length})`, cut(resources.map(resourceLine), detail.entries).join("\n")),
    ...folded(
      `Machine files (${files.length})`,
      cut(
        files.map((file) => fileText(file, detail)),
        detail.entries,
      ).join("\n\n"),
    ),
  ].join("\n\n");
}

const signs = { better: "✅", worse: "🔻", neutral: "▫️" } as const;

const verbs: Readonly<Record<Operation, string>> = {
  create: "to create",
  update: "to change",
  replace: "to replace",
  delete: "to delete",
};

function summary({ resources, errors }: EnvironmentChange): string {
  const counts = operations.flatMap((operation) => {
    const count = resources.filter((one) => one.operation === operation).length;
    return count > 0 ? [`**${count} ${verbs[operation]}**`] : [];
  });
  if (counts.length > 0) return counts.join(", ");
  return errors.length > 0 ? "" : "No resource changes";
}

function resourceLine(change: EnvironmentChange["resources"][number]): string {
  const properties = change.properties.length > 0 ? `: ${change.properties.map(code).join(", ")}` : "";
  return `- ${verbs[change.operation]}: ${escape(describeResource(change))}${properties}`;
}

function fileText({ machines, path, what, lines, hidden }: FileChange, detail: Detail): string {
  const head = `${code(path)} on ${machines.map(escape).join(", ")}: ${what}${hidden ? `, ${escape(hidden)}` : ""}`;
  if (!lines || lines.length === 0 || detail.lines === 0) return head;
  return `${head}\n\n${fenced(cut(lines, detail.lines).join("\n"), "diff")}`;
}

function list(title: string, entries: readonly string[], { entries: most }: Detail): string[] {
  if (entries.length === 0) return [];
  return [
    `**${title}**\n\n${cut(entries, most)
      .map((entry) => `- ${entry}`)
      .join("\n")}`,
  ];
}

/** The first entries, and how many are left out. */
function cut(entries: readonly string[], most: number): readonly string[] {
  if (entries.length <= most) return entries;
  return [...entries.slice(0, most), `… ${entries.length - most} more`];
}

function folded(title: string, content: string): string[] {
  if (content === "") return [];
  return [`<details><summary>${title}</summary>\n\n${content}\n\n</details>`];
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function code(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.includes("`") || line === "" ? escape(line) : `\`${line}\``;
}

/**
 * No text may become HTML, a heading, a link, a picture or anything else of Markdown's, notify a person by `@name`, or show up
 * in another issue by its number.
 */
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_[\]!|~]/g, "\\$&")
    .replace(/(?<![\w@])@(?=\w)/g, "@\u200b")
    .replace(/(#|\bGH-)(?=\d)/gi, "$1\u200b")
    .replace(/:\/\//g, ":\u200b//")
    .replace(/\bwww\./gi, "www\u200b.")
    .replace(/\s*\n\s*/g, " ")
    .replace(/^(\s*)(>|[#+-]+(?=\s|$)|-{2,}|=+|\d+[.)](?=\s|$))/, "$1\u200b$2");
}
