import fc from "fast-check";
import type { EnvironmentChange } from "../../../cli/previewComment/environmentChange";
import { largestComment, marker, renderComment } from "../../../cli/previewComment/markdown";
import { resourceChanges } from "../../../stack/preview/resources";
import { digest, step, types } from "./digests";

const untouched: EnvironmentChange = {
  stack: "staging",
  errors: [],
  resources: [],
  consequences: [],
  refused: [],
  services: [],
  releases: [],
  files: [],
  failures: [],
};
const before = "origin/main";

test("an environment that stays as it is costs a line, not a section", () => {
  const text = renderComment([untouched], { before });
  expect(text.startsWith(marker)).toBe(true);
  expect(text).toContain("Nothing changes in `staging`.");
  expect(text).not.toContain("### staging");
});

test("several environments in one comment, what is refused with the words that allow it", () => {
  const resources = resourceChanges(digest(step("delete", types.floatingIp, "visitors", { protect: true })));
  const prod = {
    ...untouched,
    stack: "prod",
    resources,
    refused: resources,
    price: "1.00 € → 2.00 € a month (+ 1.00 €)",
  };
  const text = renderComment([prod, { ...untouched, errors: ["it is broken"] }], { before });
  expect(text).toContain("### prod\n\n**1 to delete** · 1.00 € → 2.00 € a month (+ 1.00 €)");
  expect(text).toContain("`npx holdfast up --stack prod --allow visitors`");
  expect(text).toContain("### staging");
  expect(text).toContain("```\nit is broken\n```");
});

test("what a file says can neither end its block nor call anybody nor become HTML", () => {
  const file = { machines: ["app-1"], path: "/x", what: "changed" as const, lines: ["+````", "+# @octocat <b>"] };
  const text = renderComment(
    [
      {
        ...untouched,
        files: [file],
        consequences: ["<script> @octocat"],
        resources: resourceChanges(digest(step("create", types.server, "a"))),
      },
    ],
    { before },
  );
  expect(text).toContain("`````diff\n+````\n+# @octocat <b>\n`````");
  expect(text).toContain("&lt;script> @\u200boctocat");
});

test("however much changes, the comment fits, and dangers are in it", () => {
  const text = fc.string({ maxLength: 200, unit: "binary" });
  const many = fc.array(text, { maxLength: 60 });
  fc.assert(
    fc.property(
      many,
      many,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1500, max: 8000 }),
      (lines, services, files, limit) => {
        const change: EnvironmentChange = {
          ...untouched,
          services,
          errors: [],
          consequences: ["The volume data is deleted: with all data on it."],
          resources: resourceChanges(digest(step("delete", types.volume, "data"))),
          files: Array.from({ length: files }, (_, index) => ({
            machines: ["a"],
            path: `/f${index}`,
            what: "changed",
            lines,
          })),
        };
        const comment = renderComment([change], { before, limit });
        expect(comment.length).toBeLessThanOrEqual(limit);
        expect(comment).toContain("The volume data is deleted");
      },
    ),
    { numRuns: 60 },
  );
});

test("the limit leaves room below GitHub's 65,536 characters", () => {
  expect(largestComment).toBeLessThanOrEqual(65_536 - 5_000);
});
