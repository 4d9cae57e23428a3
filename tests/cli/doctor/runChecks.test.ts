import { makeBlueprint, type Blueprint } from "../../../blueprint/blueprint";
import { CloudApi } from "../../../stack/cloud/api";
import { plannedNames } from "../../../cli/doctor/checks/names";
import type { CheckContext, Finding } from "../../../cli/doctor/check";
import { runChecks } from "../../../cli/doctor/runChecks";
import { settingsWith } from "../../blueprint/source";
import { TestApi, token } from "../../support/testApi";

let api: TestApi;
/** Of the second project. */
const otherToken = "holdfast-local-cloud-not-a-real-token".padEnd(64, "2");
beforeEach(async () => {
  api = await new TestApi().start({ projects: { backup: otherToken } });
});
afterEach(() => api.remove());

const blueprint = makeBlueprint(
  settingsWith({
    "holdfast:app": { release: "./examples/guestbook", machines: 2 },
    "holdfast:loadBalancer": { machines: 2 },
  }),
);

function findingsOf(more: Partial<CheckContext> & { token?: string } = {}): Promise<readonly Finding[]> {
  const { token: key = token, ...context } = more;
  return runChecks({
    stack: "prod",
    blueprint,
    api: new CloudApi({ endpoint: api.running.endpoint, token: key }),
    resources: [],
    ownAddress: () => Promise.resolve("198.51.100.7"),
    lookUp: () => Promise.resolve({}),
    ...context,
  });
}

const problems = (findings: readonly Finding[]) => findings.filter(({ level }) => level === "problem");
const texts = (findings: readonly Finding[]) => findings.map(({ what }) => what);

/** The same blueprint as if the catalog had been wrong. */
function with_(change: Partial<Blueprint["machines"][number]>, location = "nbg1"): Blueprint {
  const machines = blueprint.machines.map(
    (machine) => ({ ...machine, location, ...change }) as (typeof blueprint.machines)[number],
  );
  return { ...blueprint, machines, settings: { ...blueprint.settings, location: location as "nbg1" } };
}

test("a project that is ready: nothing stands in the way, and the price is the API's own", async () => {
  const findings = await findingsOf();
  expect(problems(findings)).toEqual([]);
  expect(texts(findings)).toEqual([
    "the token is valid and may write",
    "location nbg1 lies in the network zone eu-central",
    expect.stringMatching(/^server type \w+ is sold in nbg1$/),
    "image debian-13 for x86 exists",
    expect.stringMatching(/^all \d+ names are free/),
    expect.stringContaining("is made by the first `pulumi up`"),
    expect.stringMatching(/^4 more servers beside 0/),
    "this computer (198.51.100.7) is in holdfast:admin.allowFrom",
    expect.stringMatching(/^\d+\.\d\d € a month by the API's list price/),
  ]);
});

test("asking leaves no trace", async () => {
  await findingsOf();
  for (const path of ["servers", "placement_groups", "networks"]) {
    expect((await api.call("GET", `/${path}`)).body[path]).toEqual([]);
  }
});

test("a token that is not let in is the only thing that is said", async () => {
  const findings = await findingsOf({ token: "x".repeat(64) });
  expect(texts(findings)).toEqual(["the token is not valid"]);
  expect(findings[0]?.fix).toContain("pulumi config set --secret hcloud:token");
});

test("a token that may only read", async () => {
  await api.call("POST", "/_local/faults", {
    operation: "POST /placement_groups",
    error: { code: "token_readonly", status: 403 },
  });
  expect(texts(problems(await findingsOf()))).toEqual(["the token may only read"]);
});

test("types and images that are not there, each with what there is", async () => {
  const findings = problems(await findingsOf({ blueprint: with_({ serverType: "cx99" as "cx23" }) }));
  expect(texts(findings)).toEqual(["there is no server type cx99"]);
  expect(findings[0]?.fix).toMatch(/in nbg1 there are .*cx23/);
  expect(texts(problems(await findingsOf({ blueprint: with_({ image: "debian-7" }) })))).toEqual([
    "there is no image debian-7 for x86",
  ]);
});

test("a type that is not sold there, and a zone that does not fit", async () => {
  expect(texts(problems(await findingsOf({ blueprint: with_({}, "ash") })))).toEqual([
    expect.stringContaining("not in eu-central"),
    expect.stringMatching(/^server type \w+ is not sold in ash$/),
  ]);
});

test("names that are taken, by a stranger or by a cut update; all at once", async () => {
  await api.server("prod-app-1");
  await api.must("POST", "/networks", { name: "prod", ip_range: "10.0.0.0/16", labels: { stack: "prod" } });
  const findings = problems(await findingsOf());
  expect(texts(findings)).toEqual([
    expect.stringMatching(/^the name prod-app-1 is taken by a server \(id \d+\)/),
    expect.stringMatching(/^the name prod is taken by a network/),
  ]);
  expect(findings[0]?.fix).toContain("something else");
  expect(findings[1]?.fix).toContain("was interrupted");
});

test("names of what holds data are asked for as well: the database's volume and the backups' box", async () => {
  const whole = makeBlueprint(
    settingsWith({ "holdfast:database": {}, "holdfast:backup": { storage: { location: "hel1" } } }),
  );
  expect(problems(await findingsOf({ blueprint: whole }))).toEqual([]);
  await api.must("POST", "/volumes", { name: "prod-database", size: 10, location: "nbg1" });
  await api.must("POST", "/storage_boxes", {
    name: "prod-backup-hel1",
    storage_box_type: "bx11",
    location: "hel1",
    password: "aB3!aB3!aB3!aB3!",
    labels: { stack: "prod" },
  });
  const findings = problems(await findingsOf({ blueprint: whole }));
  expect(texts(findings)).toEqual([
    expect.stringMatching(/^the name prod-database is taken by a volume \(id \d+\)/),
    expect.stringMatching(/^the name prod-backup-hel1 is taken by a storage box/),
  ]);
  expect(findings.map(({ fix }) => fix)).toEqual([
    expect.stringContaining("something else"),
    expect.stringContaining("was interrupted"),
  ]);
});

test("what Pulumi knows is no stranger", async () => {
  const { id } = await api.server("prod-app-1");
  const resources = [{ urn: "", type: "hcloud:index/server:Server", id: String(id) }];
  expect(problems(await findingsOf({ resources }))).toEqual([]);
});

test("a floating IP that is gone, and one that somebody else's server has", async () => {
  const floating = { urn: "", type: "hcloud:index/floatingIp:FloatingIp" };
  expect(texts(problems(await findingsOf({ resources: [{ ...floating, id: "4711" }] })))).toEqual([
    "the floating IP (id 4711) is gone",
  ]);
  const server = await api.server("stranger");
  const { floating_ip: ip } = await api.must("POST", "/floating_ips", {
    type: "ipv4",
    name: "prod-visitors",
    server: server.id,
  });
  const resources = [{ ...floating, id: String(ip.id) }];
  expect(texts(problems(await findingsOf({ resources })))).toEqual([
    expect.stringMatching(/is assigned to stranger, which is not a server of this stack/),
  ]);
});

test("an address that may not come in, and one that nobody can tell", async () => {
  const findings = problems(await findingsOf({ ownAddress: () => Promise.resolve("203.0.113.9") }));
  expect(findings[0]?.fix).toContain("203.0.113.9/32");
  const unknown = await findingsOf({ ownAddress: () => Promise.resolve(undefined) });
  expect(problems(unknown)).toEqual([]);
  expect(texts(unknown)).toContainEqual(expect.stringContaining("address of this computer is not known"));
});

test("an API that fails in one question still answers the others", async () => {
  await api.call("POST", "/_local/faults", {
    operation: "GET /server_types",
    error: { code: "service_error", status: 500 },
  });
  const findings = await findingsOf();
  expect(texts(problems(findings))).toEqual([expect.stringContaining("offer could not be checked")]);
  expect(texts(findings)).toContain("the token is valid and may write");
});

test("the names that are asked for are those that the stack gets", () => {
  const names = plannedNames(blueprint);
  expect(names.servers).toEqual(["prod-load-balancer-1", "prod-load-balancer-2", "prod-app-1", "prod-app-2"]);
  expect(names.floating_ips).toEqual(["prod-visitors"]);
  expect(names.ssh_keys).toEqual([expect.stringMatching(/^prod-[0-9a-f]+$/)]);
});

describe("whether backups outlive what is stolen", () => {
  const storage = { location: "hel1", type: "bx31" };
  const settings = (backup: object) => ({
    "holdfast:loadBalancer": { machines: 2 },
    "holdfast:database": {},
    "holdfast:backup": { storage, ...backup },
  });
  const withBackups = (backup: object = {}) => makeBlueprint(settingsWith(settings(backup), "local"));
  const cloud = (key: string, storageToken?: string) =>
    new CloudApi({ endpoint: api.running.endpoint, token: key, ...(storageToken && { storageToken }) });

  /** The findings about the box, which is in the project of this token. */
  async function findingsAbout(owner: string, context: Partial<CheckContext>): Promise<readonly Finding[]> {
    const body = { name: "box", storage_box_type: "bx31", location: "hel1", password: "aB3!aB3!aB3!aB3!" };
    const made = await api.call("POST", "/storage_boxes", body, { authorization: `Bearer ${owner}` });
    const id = String(made.body.storage_box.id);
    const resources = [{ urn: "urn", type: "hcloud:index/storageBox:StorageBox", id }];
    const found = await findingsOf({ blueprint: withBackups(), failover: cloud(token), resources, ...context });
    return found.filter(({ what }) => /Storage Box of|failoverToken/.test(what));
  }

  test("one project: the load balancers' token reaches the box", async () => {
    const [finding] = await findingsAbout(token, {});
    expect(finding).toMatchObject({ level: "note", fix: expect.stringContaining("docs/backups.md") as string });
    expect(finding?.what).toMatch(/can delete the Storage Box of "prod" \(id \d+\) with all backups and snapshots/);
  });

  test("two projects: it does not", async () => {
    const found = await findingsAbout(otherToken, { api: cloud(token, otherToken) });
    expect(found).toEqual([{ level: "ok", what: expect.stringMatching(/does not see the Storage Box/) as string }]);
  });

  test("a box that the settings look for in the wrong project", async () => {
    const [finding] = await findingsAbout(otherToken, { api: cloud(token) });
    expect(finding?.what).toMatch(/is not in the project that hcloud:token opens/);
    expect(finding).toMatchObject({
      level: "problem",
      fix: expect.stringContaining("holdfast:backup.token") as string,
    });
  });

  test("a failover token that was revoked", async () => {
    const [finding] = await findingsAbout(token, { failover: cloud("x".repeat(64)) });
    expect(finding).toMatchObject({ level: "problem", what: expect.stringContaining("is not valid") as string });
  });

  test("how many snapshots are kept, and where they are fewer than the days of backups", async () => {
    const said = async (backup: object) =>
      (await findingsOf({ blueprint: withBackups(backup) })).find(({ what }) => what.includes("daily snapshots"));
    expect(await said({})).toMatchObject({ level: "ok", what: "Hetzner keeps 30 daily snapshots of the Storage Box" });
    const few = await said({ storage: { location: "hel1" }, retentionDays: 20 });
    expect(few).toMatchObject({ level: "note" });
    expect(few?.what).toMatch(/keeps 10 daily snapshots .* the most for a bx11: of the 20 days of backups/);
  });
});
