import { join } from "node:path";
import { commands } from "../../cli/commands";
import { run } from "../../lib/run";

const holdfast = join(__dirname, "../../bin/holdfast");

/** Names of the commands that a person is told about. */
async function listed(): Promise<string[]> {
  const { stdout } = await run(holdfast, ["--help"]);
  const [, list = ""] = stdout.split("\nCommands:\n");
  return [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

test("each command that is listed is there under its name", async () => {
  expect(await listed()).toEqual(Object.keys(commands));
  for (const [name, load] of Object.entries(commands)) expect(load().name()).toBe(name);
  const { stdout } = await run(holdfast, ["status", "--help"]);
  expect(stdout).toMatch(/^Usage: holdfast status /);
}, 60_000);

test("a mistyped command names the one that was meant", async () => {
  const { code, stderr } = await run(holdfast, ["statsu"]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("Did you mean status?");
});
