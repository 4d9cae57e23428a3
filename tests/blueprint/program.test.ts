import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeBlueprint } from "../../blueprint/blueprint";
import { startStandIns } from "../../local/standIns";
import { badSettings } from "./badSettings";
import { type BadSettings, stackFile, wordsOf } from "./badSettings/badSettings";
import { describeWhere } from "../support/needs";
import { hasPulumi, TestProject } from "./pulumi";
import { settingsOf } from "./source";

jest.setTimeout(120_000);

// The whole way: a stack file, the real Pulumi CLI, the program, the plugins.
describeWhere(hasPulumi)("with the real Pulumi", () => {
  const cleanUp: (() => unknown)[] = [];
  let project: TestProject;
  let localStackFile: string;

  const read = (name: string) => readFileSync(join(project.folder, name), "utf8");

  beforeAll(async () => {
    const { ports, close } = await startStandIns();
    cleanUp.push(close);
    project = new TestProject({ PULUMI_DEBUG_PROVIDERS: `hcloud:${ports.hcloud},random:${ports.random}` });
    cleanUp.push(() => {
      project.remove();
    });
    localStackFile = read("Pulumi.local.yaml");
    for (const stack of ["prod", "staging", "local"]) await project.run("stack", "init", stack);
  });

  afterAll(async () => {
    for (const step of cleanUp.reverse()) await step();
  });

  test.each(["prod", "staging"])("%s can be previewed without an account, a token or a key", async (stack) => {
    const { code, output } = await project.run("preview", "--stack", stack);
    const { machines } = makeBlueprint(settingsOf(stack));
    for (const { name } of machines) {
      expect(output).toContain(`hcloud:index:Server ${name} create`);
      expect(output).toContain(`holdfast:machine:Configuration ${name} create`);
    }
    expect(output).toContain("is the example's key");
    expect(code).toBe(0);
  });

  test("what may only be previewed is refused before anything is touched", async () => {
    const { code, output } = await project.run("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(code).not.toBe(0);
    expect(output).toContain("holdfast:admin.sshKeys[0]: is the example's key");
    expect(output).not.toMatch(/hcloud:index|\n\s+at /);
  });

  test("the local stack is refused without a local cloud, in words", async () => {
    const { code, output } = await project.run("preview", "--stack", "local");
    expect(code).not.toBe(0);
    expect(output).toMatch(/npx holdfast local (up|env)/);
    expect(output).not.toMatch(/\n\s+at /);
  });

  test("starting work leaves Pulumi.local.yaml as it is committed", () => {
    // Not compared with the checkout's: somebody may be working on that one.
    expect(read("Pulumi.local.yaml")).toBe(localStackFile);
  });

  // All go through the same parsing in badSettings.test.ts; these show the way from the file to the terminal.
  const shown: readonly BadSettings[] = [badSettings.app[0], badSettings["load balancer"][3], badSettings.admin[0]];
  test.each(shown.map((bad) => [bad.mistake, bad] as const))(
    "%s: ends in its message, without a stack trace, with an exit code",
    async (_, bad) => {
      writeFileSync(join(project.folder, "bad.yaml"), stackFile(bad));
      const { code, output } = await project.run("preview", "--stack", "staging", "--config-file", "bad.yaml");
      for (const words of wordsOf(bad).flat()) expect(output).toContain(words);
      expect(output).not.toMatch(/\n\s+at |unhandled exception|hcloud:index/);
      expect(code).not.toBe(0);
    },
  );
});
