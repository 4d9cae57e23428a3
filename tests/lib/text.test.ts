import { execFileSync } from "node:child_process";
import { capital, kebab, markdownTable, quote } from "../../lib/text";

test.each(["plain", "", "two words", "it's", "$HOME `id`", "a\nb", "*", "-n"])(
  "the shell takes %j as one word",
  (word) => {
    expect(execFileSync("/bin/sh", ["-c", `printf %s. ${quote(word)}`], { encoding: "utf8" })).toBe(`${word}.`);
  },
);

test("words change their form", () => {
  expect([kebab("loadBalancer"), kebab("app"), capital("a word"), capital("")]).toEqual([
    "load-balancer",
    "app",
    "A word",
    "",
  ]);
});

test("a bar in a cell ends no cell", () => {
  expect(markdownTable(["a", "b"], [["1|2", "3"]])).toBe("| a | b |\n| --- | --- |\n| 1\\|2 | 3 |");
});
