import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi, type RunningApi } from "../../../local/api";
import { NoDriver } from "../../../local/machines/noDriver";
import { startStandIns } from "../../../local/standIns";
import { hasPulumi, pulumi as cli } from "../../blueprint/pulumi";
import { describeWhere } from "../../support/needs";

const token = "holdfast-local-cloud-not-a-real-token".padEnd(64, "-");

/** A real Pulumi run takes seconds, and this computer may have better things to do. */
jest.setTimeout(300_000);

describeWhere(hasPulumi)("a stack through the real Pulumi", () => {
  let folder: string;
  let api: RunningApi;
  let standIns: Awaited<ReturnType<typeof startStandIns>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-stand-ins-"));
    cpSync(join(__dirname, "program"), join(folder, "program"), { recursive: true });
    mkdirSync(join(folder, "state"));
    symlinkSync(join(__dirname, "../../../node_modules"), join(folder, "program/node_modules"));
    api = await startApi({
      directory: join(folder, "api"),
      driver: new NoDriver(),
      token,
      delayFactor: 0.05,
      rateLimit: 1_000_000,
    });
    standIns = await startStandIns();
    await pulumi("stack", "init", "test");
    await pulumi("config", "set", "--secret", "hcloud:token", token);
    await pulumi("config", "set", "hcloud:endpoint", api.endpoint);
    await pulumi("config", "set", "hcloud:endpointHetzner", api.endpoint);
    await pulumi("config", "set", "hcloud:pollInterval", "100ms");
  });

  afterAll(async () => {
    await standIns.close();
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const { publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const opensshKey = `ssh-ed25519 ${Buffer.concat([field(Buffer.from("ssh-ed25519")), field(raw)]).toString("base64")}`;

  let variant = "first";

  function pulumi(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      PATH: cli.path,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_DEBUG_PROVIDERS: `hcloud:${String(standIns.ports.hcloud)},random:${String(standIns.ports.random)}`,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PUBLIC_KEY: opensshKey,
      VARIANT: variant,
    };
    return new Promise((resolve, reject) => {
      execFile(
        "pulumi",
        [...args, "--non-interactive"],
        { cwd: join(folder, "program"), env, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`pulumi ${args.join(" ")}:\n${stdout}\n${stderr}`));
          else resolve(stdout);
        },
      );
    });
  }

  async function list(collection: string): Promise<Record<string, unknown>[]> {
    const response = await fetch(`${api.endpoint}/${collection}`, { headers: { authorization: `Bearer ${token}` } });
    return ((await response.json()) as Record<string, Record<string, unknown>[]>)[collection];
  }

  async function change(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${api.endpoint}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
  }

  /** What a run did, as its summary counts it. */
  function counts(output: string): Record<string, number> {
    const summary = output.slice(output.indexOf("Resources:"));
    const found = summary.matchAll(/(\d+) (created|updated|deleted|replaced|unchanged|to \w+)/g);
    return Object.fromEntries([...found].map(([, count, what]) => [what, Number(count)]));
  }

  test("everything is made, and a second run changes nothing", async () => {
    const preview = await pulumi("preview");
    expect(counts(preview)).toMatchObject({ "to create": 16 });
    expect(await list("servers")).toEqual([]);

    expect(counts(await pulumi("up", "--yes", "--skip-preview"))).toEqual({ created: 16 });
    const [web] = (await list("servers")).filter(({ name }) => name === "web-1");
    expect(web).toMatchObject({ status: "running", labels: { stack: "test" }, private_net: [{ ip: "10.0.1.10" }] });
    expect(JSON.parse(await pulumi("stack", "output", "--json"))).toMatchObject({
      password: "[secret]",
      appNetwork: "10.0.1.20",
      box: expect.stringMatching(/^u\d+\.your-storagebox\.de$/) as string,
    });

    expect(counts(await pulumi("up", "--yes", "--skip-preview"))).toEqual({ unchanged: 16 });
  });

  test("a refresh finds nothing where nobody changed anything", async () => {
    await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    expect(counts(await pulumi("up", "--yes", "--skip-preview"))).toEqual({ unchanged: 16 });
  });

  test("a changed program updates in place, and then nothing again", async () => {
    variant = "changed";
    const output = await pulumi("up", "--yes", "--skip-preview");
    expect(counts(output)).toMatchObject({ updated: 10, unchanged: 6 });
    const servers = await list("servers");
    expect(servers).toHaveLength(2);
    expect(await list("volumes")).toMatchObject([{ size: 20 }]);
    const [box] = await list("storage_boxes");
    expect(box).toMatchObject({ storage_box_type: { name: "bx21" }, access_settings: { reachable_externally: true } });
    expect(counts(await pulumi("up", "--yes", "--skip-preview"))).toEqual({ unchanged: 16 });
  });

  test("drift is found by a refresh and put right by the next run", async () => {
    const [network] = await list("networks");
    await change("PUT", `/networks/${String(network.id as number)}`, { labels: { stack: "test", stray: "1" } });
    const [ip] = (await list("floating_ips")).filter(({ type }) => type === "ipv4");
    await change("PUT", `/floating_ips/${String(ip.id as number)}`, { description: "somebody was here" });
    expect(counts(await pulumi("refresh", "--yes", "--skip-preview"))).toMatchObject({ updated: 2 });
    expect(counts(await pulumi("up", "--yes", "--skip-preview"))).toMatchObject({ updated: 2 });
    expect(await list("networks")).toMatchObject([{ labels: { stack: "test", release: "2" } }]);
  });

  test("what exists can be imported", async () => {
    await change("POST", "/networks", { name: "by-hand", ip_range: "10.9.0.0/16" });
    const byHand = (await list("networks")).find(({ name }) => name === "by-hand");
    const id = String(byHand?.id as number);
    const output = await pulumi(
      "import",
      "hcloud:index/network:Network",
      "byHand",
      id,
      "--yes",
      "--protect=false",
      "--generate-code=false",
    );
    expect(counts(output)).toMatchObject({ unchanged: 16 });
    await pulumi("state", "delete", "--yes", "urn:pulumi:test::stand-ins::hcloud:index/network:Network::byHand");
    await change("DELETE", `/networks/${id}`);
  });

  test("a preview of a stack elsewhere works, and every change is refused", async () => {
    await pulumi("stack", "init", "elsewhere");
    try {
      await pulumi("config", "set", "hcloud:endpoint", "https://api.hetzner.cloud/v1", "--stack", "elsewhere");
      variant = "elsewhere";
      expect(counts(await pulumi("preview", "--stack", "elsewhere"))).toEqual({ "to create": 16 });
      await expect(pulumi("up", "--yes", "--skip-preview", "--stack", "elsewhere")).rejects.toThrow(
        "pulumi plugin install resource hcloud",
      );
    } finally {
      await pulumi("stack", "rm", "--yes", "--force", "elsewhere");
      await pulumi("stack", "select", "test");
    }
  });

  test("a destroy leaves nothing behind", async () => {
    variant = "changed, unprotected";
    await pulumi("up", "--yes", "--skip-preview"); // takes the delete protection away
    await pulumi("destroy", "--yes", "--skip-preview");
    const kinds = [
      "servers",
      "networks",
      "firewalls",
      "floating_ips",
      "primary_ips",
      "volumes",
      "placement_groups",
      "ssh_keys",
    ];
    expect(await Promise.all(kinds.map(list))).toEqual(kinds.map(() => []));
  });
});
