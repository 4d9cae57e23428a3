import fc from "fast-check";
import { readData, writeData } from "../../../cli/previewComment/data";
import { environmentError } from "../../../cli/previewComment/environmentChange";
import { marker, renderComment } from "../../../cli/previewComment/markdown";
import { resourceChanges } from "../../../stack/preview/resources";
import { digest, step, types } from "./digests";

const resources = resourceChanges(digest(step("delete", types.volume, "data", { protect: true })));
const environment = {
  ...environmentError("prod", new Error("it is broken")),
  resources,
  refused: resources,
  files: [{ machines: ["app-1"], path: "/etc/motd", what: "changed" as const, lines: ["+a", "-b"] }],
  failures: [{ kind: "failure" as const, effect: "worse" as const, text: "slower" }],
  price: "1.00 € → 2.00 € a month (+ 1.00 €)",
};
const data = { before: "origin/main", environments: [environment] };
const json = () => JSON.parse(writeData(data)) as { environments: Record<string, unknown>[] } & Record<string, unknown>;

test("the comment that main's code makes of the data is the one that the pull request's would have made", () => {
  const read = readData(writeData(data));
  expect(renderComment(read.environments, read)).toBe(renderComment(data.environments, data));
});

test.each<[string, (all: ReturnType<typeof json>) => unknown]>([
  ["no JSON", () => "{"],
  ["a list", () => []],
  ["nothing", () => null],
  ["another version", (all) => ({ ...all, version: 2 })],
  ["a field of its own", (all) => ({ ...all, body: "hello" })],
  ["a number for a text", (all) => ({ ...all, before: 1 })],
  [
    "a stack with a line of its own",
    (all) => ({ ...all, environments: [{ ...all.environments[0], stack: "a\n# b" }] }),
  ],
  [
    "a verb that there is not",
    (all) => ({
      ...all,
      environments: [{ ...all.environments[0], failures: [{ kind: "failure", effect: "__proto__", text: "" }] }],
    }),
  ],
  ["a text of a megabyte", (all) => ({ ...all, before: "x".repeat(1_000_000) })],
  [
    "a million entries",
    (all) => ({ ...all, environments: [{ ...all.environments[0], services: Array(1_000_000).fill("") }] }),
  ],
  ["ten megabytes", (all) => ({ ...all, before: "x".repeat(10_000_000) })],
])("refused: %s", (_what, change) => {
  const given = change(json());
  const file = typeof given === "string" ? given : JSON.stringify(given);
  expect(() => readData(file)).toThrow(/^the file /);
  try {
    readData(file);
  } catch (error) {
    expect((error as Error).message.length).toBeLessThan(400);
  }
});

/** A text wherever the data has one. */
function withText(text: string): string {
  const all = json();
  return JSON.stringify({
    ...all,
    before: text,
    environments: all.environments.map((one) => ({
      ...one,
      errors: [text],
      consequences: [text],
      services: [text],
      releases: [text],
      notes: [text],
      price: text,
      incomparable: text,
      resources: [{ operation: "delete", kind: "Volume", name: text, properties: [text] }],
      refused: [{ operation: "delete", kind: "Volume", name: text, properties: [text] }],
      failures: [{ kind: "failure", effect: "worse", text }],
      files: [{ machines: ["app-1"], path: text, what: "changed", lines: [`+${text}`], hidden: text }],
    })),
  });
}

/** What of a comment is not in a block or a span of code: there Markdown and GitHub look for nothing. */
function outsideOfCode(comment: string): string {
  return comment.replace(/^(`{3,})\w*\n[^]*?\n\1$/gm, "").replace(/(?<![\\`])`[^`\n]+`(?!`)/g, "");
}

test.each([
  "![x](https://evil.example/a.png)",
  "[sign in](https://evil.example)",
  "https://evil.example www.evil.example",
  "@octocat @five/admins",
  "fixes #1 and GH-2",
  "<img src=x> <details> </details> &lt;",
  "**Nothing changes in `prod`.**",
  "\n\n# Approved\n\n- [x] looks good\n> yes\n| a | b |\n",
  "```\n# out of the block\n",
  "`` ` ```` `",
  marker,
  "\u001b]52;c;aGk=\u0007 \u202ereversed",
])("nothing of it counts as Markdown: %p", (text) => {
  const read = readData(withText(text));
  const comment = renderComment(read.environments, read);
  expect(comment.indexOf(marker)).toBe(0);
  const shown = outsideOfCode(comment);
  const ours = /\n### prod\n/.exec(shown)?.index ?? 0;
  const said = shown.slice(ours + 10);
  expect(said).not.toMatch(/(?<!\\)\]\(|(?<!\\)!\[|:\/\/|www\.|@\w|#\d|GH-\d/);
  expect(said).not.toMatch(/<(?!\/?(details|summary|sub)>)/);
  expect(said).not.toMatch(/^#/m);
  expect(said.match(/<details>/g)).toHaveLength(2);
  expect(comment).not.toMatch(/[\u0007\u001b\u202e]/);
});

test("whatever stands in the file, it is refused or becomes a comment of bounded length", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ maxLength: 300 }).map(withText)), (file) => {
      try {
        const read = readData(file);
        expect(renderComment(read.environments, read).length).toBeLessThanOrEqual(60_000);
      } catch (error) {
        expect((error as Error).message).toMatch(/^the file /);
      }
    }),
    { numRuns: 150 },
  );
});
