import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { makeBlueprint } from "../../blueprint/blueprint";
import { startStandIns } from "../../local/standIns";
import { badSettings } from "./badSettings";
import { type BadSettings, stackFile, wordsOf } from "./badSettings/badSettings";
import { makeCertificate } from "../support/certificates";
import { describeWhere } from "../support/needs";
import { hasPulumi, TestProject } from "./pulumi";
import { settingsOf } from "./source";

jest.setTimeout(120_000);

const authority = makeCertificate({ isAuthority: true, subject: "/CN=an authority" });
const shop = makeCertificate({ names: "DNS:shop.example.com", by: authority });

/** Stacks that are unlike the committed ones: settings, and secrets by their paths. */
const unusual: Readonly<Record<string, { config: object; secrets?: Readonly<Record<string, string>> }>> = {
  "everything on machines of its own": {
    config: {
      "holdfast:loadBalancer": { machines: 2, hosts: ["example.com", "*.example.com"] },
      "holdfast:https": {
        hosts: ["example.com", "www.example.com", "shop.example.com"],
        issuer: { directory: "https://acme.example.com/directory", eab: { id: "kid-1" } },
        certificates: { "shop.example.com": { chain: shop.certificate + authority.certificate } },
        behind: { from: ["173.245.48.0/20", "2400:cb00::/32"], client: "CF-Connecting-IP" },
        redirects: { "www.example.com": "example.com" },
        address: true,
        email: "admin@example.com",
        profile: "tlsserver",
        hsts: 3600,
      },
      "holdfast:database": { machines: 1, volumeSize: 20, pool: true, extensions: ["postgis", "pg_stat_statements"] },
      "holdfast:backup": { retentionDays: 7 },
      "holdfast:monitor": {
        machines: 1,
        page: [{ email: ["a@example.com"] }],
        smtp: { host: "smtp.example.com:587", from: "holdfast@example.com", user: "holdfast" },
        alsoProbe: ["https://example.org"],
      },
    },
    secrets: {
      // Not at the beginning of an argument, where it would be an option.
      'holdfast:https.certificates["shop.example.com"].key': `Bag Attributes\n${shop.key}`,
      "holdfast:https.issuer.eab.key": "aGVsbG8taGVsbG8",
      "holdfast:backup.token": "b".repeat(64),
      "holdfast:monitor.page[1].slack": "https://hooks.example.com/services/1",
      "holdfast:monitor.smtp.password": "p",
      "holdfast:monitor.heartbeat": "https://ping.example.com/1",
    },
  },
  "everything on one machine": {
    config: {
      "holdfast:app": { release: "./examples/guestbook", machines: 1 },
      "holdfast:loadBalancer": { machines: 0 },
      "holdfast:database": { machines: 0 },
      "holdfast:backup": { s3: { endpoint: "https://s3.example.com", bucket: "backups" } },
      "holdfast:https": {},
      "holdfast:monitor": {},
    },
    secrets: {
      "holdfast:backup.s3.accessKey": "a",
      "holdfast:backup.s3.secretKey": "s",
      "holdfast:monitor.page[0].webhook": "https://hooks.example.com/1",
    },
  },
};

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

  // What each role wants of a machine is checked by the provider alone, with all that components add to it.
  test.each(Object.keys(unusual))("a stack with %s can be previewed", async (what) => {
    const [name, file] = ["staging", "unusual.yaml"];
    const { config, secrets } = unusual[what] ?? { config: {} };
    const { config: common } = parse(read(`Pulumi.${name}.yaml`)) as { config: object };
    writeFileSync(join(project.folder, file), stringify({ config: { ...common, ...config } }));
    for (const [path, value] of Object.entries(secrets ?? {})) {
      const set = ["config", "set", "--secret", "--path", path, value, "--stack", name, "--config-file", file];
      expect(await project.run(...set)).toMatchObject({ code: 0 });
    }
    const { code, output } = await project.run("preview", "--stack", name, "--config-file", file);
    expect({ code, errors: output.split("\n").filter((line) => /\berror\b/.test(line)) }).toEqual({
      code: 0,
      errors: [],
    });
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
