import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startApi, type RunningApi } from "../../../local/api";
import { NoDriver } from "../../../local/machines/noDriver";
import { startStandIns } from "../../../local/standIns";
import { parseDigest } from "../../../stack/preview/digest";
import { resourceChanges } from "../../../stack/preview/resources";
import { gate } from "../../../cli/up/gate";
import { unprotect } from "../../../cli/up/unprotect";
import { run, type RunResult } from "../../../lib/run";
import { hasPulumi, pulumi as cli } from "../../blueprint/pulumi";
import { repository } from "../../blueprint/source";
import { describeWhere } from "../../support/needs";
import { token } from "../../support/testApi";
import { testFolder } from "../../support/folder";

jest.setTimeout(180_000);

/** The floating IP of a protected stack, by the component that every stack has it from. */
const program = `
const { Provider } = require("@pulumi/hcloud/provider");
const { FloatingIp } = require(${JSON.stringify(join(repository, "components/floatingIp"))});
const { LOCATION, GONE } = process.env;
const provider = new Provider("hcloud", {
  endpoint: process.env.HCLOUD_ENDPOINT,
  token: process.env.HCLOUD_TOKEN,
  pollInterval: "20ms",
});
const blueprint = { stack: "local-gate", settings: { location: LOCATION, protect: true } };
if (!GONE) new FloatingIp("visitors", { blueprint }, { providers: { hcloud: provider } });
`;

describeWhere(hasPulumi)("a protected floating IP, with the real engine", () => {
  const folder = testFolder();
  let api: RunningApi;
  let standIns: Awaited<ReturnType<typeof startStandIns>>;

  const pulumi = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
    run(cli.command, [...args, "--stack", "local-gate", "--non-interactive", "--color", "never"], {
      cwd: folder,
      timeout: 60,
      env: {
        PATH: cli.path,
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "x",
        PULUMI_HOME: join(folder, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DEBUG_PROVIDERS: `hcloud:${standIns.ports.hcloud},random:${standIns.ports.random}`,
        HCLOUD_ENDPOINT: api.endpoint,
        HCLOUD_TOKEN: token,
        ...env,
      },
    });

  const up = (env: Readonly<Record<string, string>>) => pulumi(["up", "--yes", "--skip-preview"], env);

  const changes = async (env: Readonly<Record<string, string>>) =>
    resourceChanges(parseDigest((await pulumi(["preview", "--json", "--ignore-protect"], env)).stdout));

  /** What `holdfast up --allow visitors` does before it runs `pulumi up`. */
  const allow = async (env: Readonly<Record<string, string>>) => {
    const { problems, allowed } = gate(await changes(env), ["visitors"]);
    expect(problems).toEqual([]);
    const target = () => Promise.resolve({ endpoint: api.endpoint, token });
    await unprotect({ run: (args) => pulumi(args, env), target }, allowed);
  };

  const floatingIps = async () => {
    const answer = await fetch(`${api.endpoint}/floating_ips`, { headers: { authorization: `Bearer ${token}` } });
    const { floating_ips: all } = (await answer.json()) as {
      floating_ips: { id: number; home_location: { name: string }; protection: { delete: boolean } }[];
    };
    return all.map(({ id, home_location: { name }, protection }) => ({ id, location: name, kept: protection.delete }));
  };

  beforeAll(async () => {
    for (const name of ["state", "api"]) mkdirSync(join(folder, name));
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(repository, "tsconfig.json") }));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: gate\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
    );
    writeFileSync(join(folder, "index.js"), program);
    api = await startApi({ directory: join(folder, "api"), driver: new NoDriver(), token, delayFactor: 0.01 });
    standIns = await startStandIns();
    await pulumi(["stack", "init"]);
  });

  afterAll(async () => {
    await standIns.close();
    await api.close();
  });

  test("is made, and kept by Hetzner as well", async () => {
    const made = await up({ LOCATION: "nbg1" });
    expect(made.stdout).toContain("visitors");
    expect(await floatingIps()).toEqual([{ id: expect.any(Number) as number, location: "nbg1", kept: true }]);
  });

  test("plain `pulumi up` neither replaces nor deletes it, and the gate says what would happen", async () => {
    const before = await floatingIps();
    const moved = await up({ LOCATION: "fsn1" });
    expect(moved.code).not.toBe(0);
    expect(moved.stdout + moved.stderr).toContain("marked for protection");
    const gone = await up({ LOCATION: "nbg1", GONE: "yes" });
    expect(gone.code).not.toBe(0);
    expect(gone.stdout + gone.stderr).toContain("cannot be deleted");
    expect(await floatingIps()).toEqual(before);

    expect(gate(await changes({ LOCATION: "fsn1" }), []).problems).toEqual([
      "the floating IP visitors is protected and would be replaced, because homeLocation changes",
    ]);
    expect(gate(await changes({ LOCATION: "nbg1", GONE: "yes" }), ["app-1"]).problems).toEqual([
      "the floating IP visitors is protected and would be deleted",
    ]);
    expect(gate(await changes({ LOCATION: "nbg1" }), []).problems).toEqual([]);
  });

  test("named, it is replaced, and the new one is as protected as the old one was", async () => {
    const [old] = await floatingIps();
    await allow({ LOCATION: "fsn1" });
    expect(await up({ LOCATION: "fsn1" })).toMatchObject({ code: 0 });
    const [now, ...more] = await floatingIps();
    expect(more).toEqual([]);
    expect(now).toMatchObject({ location: "fsn1", kept: true });
    expect(now?.id).not.toBe(old?.id);
    expect((await up({ LOCATION: "hel1" })).code).not.toBe(0);
  });

  test("named, it is deleted", async () => {
    await allow({ LOCATION: "fsn1", GONE: "yes" });
    expect(await up({ LOCATION: "fsn1", GONE: "yes" })).toMatchObject({ code: 0 });
    expect(await floatingIps()).toEqual([]);
  });
});
