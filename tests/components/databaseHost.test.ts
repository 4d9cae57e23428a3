import type { Settings } from "../../blueprint/settings";
import { appPaths } from "../../roles/app/paths";
import { databasePaths, databaseUnits, unitPath } from "../../roles/database/paths";
import { settingsWith } from "../blueprint/source";
import { all, drawn, environmentOf, isSecret, one, revealed, type Seen, unencrypted, waitsFor } from "./mocks";

const configuration = "holdfast:machine:Configuration";
const attachment = "hcloud:index/volumeAttachment:VolumeAttachment";
const server = "hcloud:index/server:Server";
const volume = "hcloud:index/volume:Volume";
const password = drawn["random:index/randomPassword:RandomPassword"]?.result ?? "";

function settings(machines: 0 | 1, more: { loadBalancers?: 0 | 1; stack?: string } = {}): Settings {
  const { loadBalancers = 1, stack } = more;
  return settingsWith(
    {
      "holdfast:app": { release: "./examples/guestbook", machines: 1 },
      "holdfast:loadBalancer": { machines: loadBalancers },
      "holdfast:database": { machines, volumeSize: 20 },
    },
    stack,
  );
}

interface File {
  readonly content: unknown;
  readonly mode?: string;
  readonly owner?: string;
}
const fileOf = ({ inputs }: Seen, path: string) => revealed<Record<string, File | undefined>>(inputs.files)[path];

describe("a database on a machine of its own", () => {
  let seen: readonly Seen[];
  beforeAll(async () => {
    ({ seen } = await environmentOf(settings(1)));
  });
  const data = () => one(seen, configuration, "database");

  test("its machine has no public IPv4, and its volume is where it is", () => {
    const machine = one(seen, server, "database-1");
    expect(machine.inputs.publicNets).toEqual([{ ipv4Enabled: false, ipv6Enabled: true }]);
    expect(one(seen, volume, "database").inputs).toMatchObject({ name: "prod-database", size: 20, location: "nbg1" });
    expect(data().inputs.connection).toMatchObject({ host: "10.0.1.21", via: [{ user: "holdfast" }] });
  });

  test("a firewall and programs come before the volume, the volume before its configuration, that before the app's", async () => {
    expect(await waitsFor(one(seen, attachment, "database"))).toEqual(["database-1", "database-programs"]);
    // By value: what moves the volume away withdraws the configuration first.
    expect(data().inputs.serverId).toBe(String(one(seen, attachment, "database").inputs.serverId));
    expect(await waitsFor(one(seen, configuration, "app-1"))).toEqual(["database"]);
  });

  test("one machine at a time has the volume, and leaving it stops everything that uses it", () => {
    expect(one(seen, attachment, "database").options.deleteBeforeReplace).toBe(true);
    expect(data().inputs).toMatchObject({ part: "database", withdraw: true });
    expect(data().inputs.moving).toContain("PostgreSQL stops");
  });

  test("the volume says whose it is, and says so again when the database moves", async () => {
    const labels = (of: readonly Seen[]) => one(of, volume, "database").inputs.labels;
    expect(labels(seen)).toEqual({ stack: "prod", role: "database", machine: "database-1" });
    const shared = await environmentOf(settings(0));
    expect(labels(shared.seen)).toEqual({ stack: "prod", role: "database", machine: "app-1" });
  });

  test("the volume's number is known to the mount", () => {
    const content = fileOf(data(), unitPath(databaseUnits.mount))?.content;
    const { volumeId } = one(seen, attachment, "database").inputs;
    expect(content).toContain(`What=/dev/disk/by-id/scsi-0HC_Volume_${String(volumeId)}`);
  });

  test("the app gets the URL as a secret that only root reads, and the authority", () => {
    const app = one(seen, configuration, "app-1");
    const file = fileOf(app, appPaths.databaseEnvironment);
    expect(file?.mode).toBe("0600");
    expect(revealed<string>(file?.content)).toContain(
      `postgresql://app:${password}@10.0.1.21:5432/app?sslmode=verify-full`,
    );
    expect(fileOf(app, appPaths.databaseAuthority)?.content).toBe("AUTHORITY\n");
  });

  test("the app is told which volume it is, because a new one has none of its tables", () => {
    const { volumeId } = one(seen, attachment, "database").inputs;
    const app = one(seen, configuration, "app-1");
    expect(fileOf(app, appPaths.databaseVolume)?.content).toBe(`${String(volumeId)}\n`);
  });

  test("password and key stand nowhere in the clear", () => {
    // The mocks have the secret at the outermost property that holds it.
    expect(isSecret(data().inputs.files)).toBe(true);
    expect(isSecret(one(seen, configuration, "app-1").inputs.files)).toBe(true);
    expect(revealed(fileOf(data(), databasePaths.password)?.content)).toBe(`${password}\n`);
    expect(fileOf(data(), databasePaths.key)).toMatchObject({ owner: "postgres", mode: "0600" });
    const clear = unencrypted(seen.filter(({ type }) => type === configuration));
    expect(clear).not.toContain(password);
    expect(clear).not.toContain("KEY\\n");
  });
});

describe("a database on the app machine", () => {
  test("is configured there, before the app, by the same names as on a machine of its own", async () => {
    const [apart, shared] = [await environmentOf(settings(1)), await environmentOf(settings(0))];
    const names = (seen: readonly Seen[]) =>
      seen
        .filter(({ name }) => /^database(-programs)?$/.test(name))
        .map(({ type, name }) => `${type} ${name}`)
        .sort();
    expect(names(shared.seen)).toEqual(names(apart.seen));
    expect(all(shared.seen, server).map(({ name }) => name)).toEqual(["app-1", "load-balancer-1"]);
    const data = one(shared.seen, configuration, "database");
    expect(data.inputs).toMatchObject({ machine: "app-1", part: "database" });
    expect(await waitsFor(one(shared.seen, configuration, "app-1"))).toEqual(["database"]);
  });

  test("the smallest stack of all is one machine, reached straight", async () => {
    const { seen } = await environmentOf(settings(0, { loadBalancers: 0 }));
    expect(all(seen, server).map(({ name }) => name)).toEqual(["app-1"]);
    expect(one(seen, configuration, "database").inputs.connection).toMatchObject({ via: [] });
  });

  test("without a load balancer machine, the app machine is the way to the database's", async () => {
    const { seen } = await environmentOf(settings(1, { loadBalancers: 0 }));
    const { serverId } = one(seen, configuration, "app-1").inputs;
    expect(one(seen, configuration, "database").inputs.connection).toMatchObject({
      host: "10.0.1.21",
      via: [{ serverId }],
    });
  });
});

test("in prod the volume is protected, by Pulumi and by Hetzner; elsewhere it goes with the stack", async () => {
  for (const [stack, kept] of [
    ["prod", true],
    ["staging", false],
  ] as const) {
    const { seen } = await environmentOf(settings(1, { stack }));
    const { inputs, options } = one(seen, volume, "database");
    expect({ stack, deleteProtection: inputs.deleteProtection, protect: options.protect }).toEqual({
      stack,
      deleteProtection: kept,
      protect: kept,
    });
  }
});
