import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { renderedReport } from "../../cli/report";
import { readSettingsFile } from "../../stack/settingsFile";

const holdfast = (...args: string[]) =>
  spawnSync(process.execPath, [join(__dirname, "../../bin/holdfast"), ...args], {
    encoding: "utf8",
    // No cloud, no account, no state of one.
    env: { PATH: "/nowhere", HOLDFAST_STATE: "/nonexistent" },
  });

test.each(["local", "staging", "prod"])("the report of %s needs neither a cloud nor Pulumi", (stack) => {
  const { status, stderr, stdout } = holdfast("report", "--stack", stack);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(`Stack ${stack}, nbg1`);
});

test("one form at a time", () => {
  const { status, stderr } = holdfast("report", "--json", "--html");
  expect(status).not.toBe(0);
  expect(stderr).toContain("cannot be used with");
});

test("a stack that there is not", () => {
  const { status, stderr } = holdfast("report", "--stack", "nope");
  expect(status).toBe(1);
  expect(stderr.trim()).toBe('holdfast: there is no stack "nope": Pulumi.nope.yaml does not exist');
});

test("each flag gives its form", async () => {
  const start = async (flag: object) => (await renderedReport({ stack: "prod", ...flag })).slice(0, 15);
  expect(await start({ json: true })).toMatch(/^\{/);
  expect(await start({ markdown: true })).toBe("# Failure repor");
  expect(await start({ html: true })).toBe("<!doctype html>");
  expect(await start({ ladder: true })).toBe("| rung | load b");
});

test("settings come in the form in which Pulumi hands them over", () => {
  const { config, isSecret } = readSettingsFile("prod");
  expect(config["holdfast:location"]).toBe("nbg1");
  expect(JSON.parse(config["holdfast:app"] ?? "")).toMatchObject({ machines: 3 });
  expect(config["holdfast:protect"]).toBe("true");
  expect(isSecret("holdfast:app")).toBe(false);
});
