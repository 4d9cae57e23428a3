import type * as pulumi from "@pulumi/pulumi";
import { rehearsal, settingsOf, settingsWith } from "../blueprint/source";
import { all, environmentOf, isSecret, one, type Seen, unencrypted, valueOf, waitsFor } from "./mocks";

const server = "hcloud:index/server:Server";
const configuration = "holdfast:machine:Configuration";

describe("the first rehearsal", () => {
  let seen: readonly Seen[];
  let outputs: { url: string; machine: unknown };

  beforeAll(async () => {
    const up = await environmentOf(rehearsal());
    seen = up.seen;
    const { url, machines } = up.environment;
    outputs = { url: await valueOf(url), machine: await valueOf(machines["app-1"] as pulumi.Output<unknown>) };
  });

  test("has three machines with fixed names and addresses, each with a firewall from its first second", () => {
    expect(
      all(seen, server).map(({ inputs }) => [
        inputs.name,
        (inputs.networks as { ip: string }[])[0]?.ip,
        (inputs.publicNets as unknown[])[0],
        (inputs.firewallIds as unknown[]).length,
      ]),
    ).toEqual([
      ["local-app-1", "10.0.1.41", { ipv4Enabled: false, ipv6Enabled: true }, 1],
      ["local-app-2", "10.0.1.42", { ipv4Enabled: false, ipv6Enabled: true }, 1],
      ["local-load-balancer-1", "10.0.1.11", { ipv4Enabled: true, ipv6Enabled: true }, 1],
    ]);
  });

  test("never replaces a server for what only matters at creation, and never makes a second one of the same name", () => {
    for (const { options } of all(seen, server)) {
      expect(options.ignoreChanges).toEqual(["userData", "image", "sshKeys"]);
      expect(options.deleteBeforeReplace).toBe(true);
      expect(options.protect).toBe(false);
    }
  });

  test("user data holds the admin user and public keys, and nothing else", () => {
    expect(all(seen, server)[0]?.inputs.userData).toMatchInlineSnapshot(`
     "#cloud-config
     users:
       - name: holdfast
         gecos: Holdfast
         shell: /bin/bash
         groups:
           - sudo
           - systemd-journal
         sudo: ALL=(ALL) NOPASSWD:ALL
         lock_passwd: true
         ssh_authorized_keys:
           - "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG2VG7uZG0VJ6WJ6lrxikyg3Rqr4soiT19919QlPla2F example: replace me"
     disable_root: true
     ssh_pwauth: false
     "
    `);
  });

  test("changes no machine but under the lease that the first app machine keeps", () => {
    const { serverId } = one(seen, configuration, "app-1").inputs;
    const leases = all(seen, configuration).map(({ inputs }) => inputs.lease);
    expect(leases).toHaveLength(3);
    for (const lease of leases) {
      expect(lease).toMatchObject({ serverId, host: "10.0.1.41", user: "holdfast", via: [{ user: "holdfast" }] });
    }
  });

  test("configures app machines one after the other through the load balancer, and the load balancer last", async () => {
    const [app1, app2, loadBalancer] = ["app-1", "app-2", "load-balancer-1"].map((name) =>
      one(seen, configuration, name),
    );
    expect(await Promise.all([app1, app2, loadBalancer].map((resource) => waitsFor(resource as Seen)))).toEqual([
      [],
      ["app-1"],
      ["app-1", "app-2"],
    ]);
    expect(app1?.inputs.connection).toMatchObject({ host: "10.0.1.41", user: "holdfast", via: [{ user: "holdfast" }] });
    expect(loadBalancer?.inputs.connection).toMatchObject({
      host: expect.stringMatching(/^203\.0\.113\./) as string,
      via: [],
    });
  });

  test("lets in visitors, pings and admins at the load balancer, and nobody at app machines", () => {
    const rules = (name: string) => one(seen, "hcloud:index/firewall:Firewall", `firewall-${name}`).inputs.rules;
    expect(rules("app")).toEqual([]);
    expect(
      (rules("load-balancer") as { protocol: string; port?: string }[]).map(({ protocol, port }) => [protocol, port]),
    ).toEqual([
      ["tcp", "80"],
      ["icmp", undefined],
      ["tcp", "22"],
    ]);
  });

  test("labels everything that can carry labels with the stack", () => {
    const labelled = seen.filter(({ inputs }) => "labels" in inputs);
    for (const { inputs } of labelled) {
      expect(inputs.labels).toMatchObject({ stack: "local", role: expect.any(String) as string });
    }
    const without = seen.filter(({ type, inputs }) => type.startsWith("hcloud:") && !("labels" in inputs));
    expect(without.map(({ type }) => type)).toEqual(["hcloud:index/networkSubnet:NetworkSubnet"]);
  });

  test("labels machines with what they do and who they are, and everything else with what it is for", () => {
    const labels = (type: string) => all(seen, `hcloud:index/${type}`).map(({ inputs }) => inputs.labels);
    expect(labels("server:Server")).toEqual([
      { stack: "local", role: "app", machine: "app-1" },
      { stack: "local", role: "app", machine: "app-2" },
      { stack: "local", role: "loadBalancer", machine: "load-balancer-1" },
    ]);
    expect(labels("network:Network")).toEqual([{ stack: "local", role: "network" }]);
    expect(labels("floatingIp:FloatingIp")).toEqual([{ stack: "local", role: "loadBalancer" }]);
    expect(labels("sshKey:SshKey")).toEqual([{ stack: "local", role: "admin" }]);
    for (const type of ["firewall:Firewall", "placementGroup:PlacementGroup"]) {
      expect(labels(type)).toEqual([
        { stack: "local", role: "app" },
        { stack: "local", role: "loadBalancer" },
      ]);
    }
  });

  test("tells the URL and how to reach each machine", () => {
    // The floating IP's, not the machine's own: it stays when a load balancer goes.
    expect(outputs.url).toMatch(/^http:\/\/198\.51\.100\.\d+$/);
    expect(outputs.machine).toMatchObject({ roles: ["app"], privateAddress: "10.0.1.41" });
  });
});

test("prod protects its machines and its network, at Pulumi and at Hetzner", async () => {
  const { seen } = await environmentOf(settingsOf("prod"));
  for (const { inputs, options } of [...all(seen, server), one(seen, "hcloud:index/network:Network", "network")]) {
    expect(options.protect).toBe(true);
    expect(inputs.deleteProtection).toBe(true);
  }
});

test("disks grow with their machines, unless the settings keep them for the way back", async () => {
  for (const [keepDisks, sent] of [
    [false, undefined],
    [true, true],
  ]) {
    const { seen } = await environmentOf(settingsWith({ "holdfast:keepDisks": keepDisks }));
    expect(all(seen, server).map(({ inputs }) => inputs.keepDisk)).toEqual(all(seen, server).map(() => sent));
  }
});

test("a secret environment reaches no machine, preview or state unencrypted", async () => {
  const settings = rehearsal();
  const { seen } = await environmentOf({
    ...settings,
    environmentIsSecret: true,
    app: { ...settings.app, environment: { PASSWORD: "hunter2" } },
  });
  // The SDK's mocks mark the group around a secret.
  expect(isSecret(one(seen, configuration, "app-1").inputs.files)).toBe(true);
  expect(unencrypted(seen)).not.toContain("hunter2");
});
