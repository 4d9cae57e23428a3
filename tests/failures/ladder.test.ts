import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../blueprint/rules";
import { ladder, renderLadder, settingsOfRung } from "../../failures/ladder";
import { repository, settingsOf } from "../blueprint/source";
import { options } from "./stacks";

test("docs/ladder.md has today's table; `npx holdfast report --ladder` prints it", () => {
  const page = readFileSync(join(repository, "docs/ladder.md"), "utf8");
  const [, written] = /<!-- prettier-ignore-start -->\n\n([\s\S]*?)\n<!-- prettier-ignore-end -->/.exec(page) ?? [];
  expect(written).toBe(renderLadder(settingsOf("staging"), options));
});

test("settings accept every rung of the table", () => {
  const settings = settingsOf("staging");
  for (const rung of ladder) {
    const { admin, ...rest } = settingsOfRung(settings, rung);
    const draft = { ...rest, preview: true, resolvedAdmin: admin };
    expect(rules.flatMap((rule) => rule(draft))).toEqual([]);
  }
});
