import { join } from "node:path";
import { run } from "../../lib/run";

const holdfast = join(__dirname, "../../bin/holdfast");

/** Names of the commands that a person is told about. */
async function listed(): Promise<string[]> {
  const { stdout } = await run(holdfast, ["--help"]);
  const [, commands = ""] = stdout.split("\nCommands:\n");
  return [...commands.matchAll(/^ {2}(\S+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

test("each command that is listed is there under its name", async () => {
  const names = await listed();
  expect(names).toContain("status");
  for (const name of names) {
    const { stdout } = await run(holdfast, [name, "--help"]);
    expect(stdout).toMatch(new RegExp(`^Usage: holdfast ${name}( |\n)`));
  }
}, 60_000);

test("a mistyped command names the one that was meant", async () => {
  const { code, stderr } = await run(holdfast, ["statsu"]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("Did you mean status?");
});
