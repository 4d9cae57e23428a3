import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sshFiles, routesOf } from "../../stack/ssh/config";
import { parseState } from "../../stack/state";
import { testFolder } from "../support/folder";

const via = [
  { host: "203.0.113.10", user: "holdfast", serverId: "11" },
  { host: "203.0.113.11", user: "holdfast", serverId: "12" },
];
const configuration = (machine: string, serverId: string, connection: object, hostKeys: object) => ({
  urn: `urn:${machine}`,
  type: "holdfast:machine:Configuration",
  outputs: { machine, serverId, connection, hostKeys },
});
const state = parseState({
  deployment: {
    resources: [
      configuration(
        "app-1",
        "13",
        { host: "10.0.1.41", user: "holdfast", via },
        { machine: "ssh-ed25519 A", 11: "ssh-ed25519 L" },
      ),
      configuration("load-balancer-2", "12", { host: "203.0.113.11", user: "holdfast" }, { machine: "ssh-ed25519 M" }),
      { urn: "urn:other", type: "hcloud:index/server:Server", outputs: {} },
    ],
  },
});

const folder = testFolder();

describe("the route to a machine", () => {
  it("is the one that its configuration went, with the keys that were pinned then", () => {
    expect(routesOf(state)[0]).toEqual({
      machine: "app-1",
      serverId: "13",
      host: "10.0.1.41",
      port: 22,
      user: "holdfast",
      hostKey: "ssh-ed25519 A",
      jumps: [
        { host: "203.0.113.10", port: 22, user: "holdfast", hostKey: "ssh-ed25519 L" },
        // Never jumped through, but configured itself: its own key counts.
        { host: "203.0.113.11", port: 22, user: "holdfast", hostKey: "ssh-ed25519 M" },
      ],
    });
  });

  it("becomes a configuration that OpenSSH reads as it is meant", () => {
    const route = routesOf(state)[0];
    if (!route) throw new Error("no route");
    const knownHosts = join(folder, "known hosts");
    const files = sshFiles(route, route.jumps[0], { knownHosts, identities: ["/keys/admin"] });
    writeFileSync(join(folder, "config"), files.config);
    const read = (host: string) =>
      execFileSync("ssh", ["-G", "-F", join(folder, "config"), host], { encoding: "utf8" }).split("\n");
    expect(read("app-1")).toEqual(
      expect.arrayContaining([
        "hostname 10.0.1.41",
        "user holdfast",
        "proxyjump jump",
        "stricthostkeychecking true",
        "hostkeyalias app-1",
        "identityfile /keys/admin",
      ]),
    );
    expect(read("jump")).toEqual(expect.arrayContaining(["hostname 203.0.113.10", "hostkeyalias jump"]));
    expect(files.knownHosts).toBe("app-1 ssh-ed25519 A\njump ssh-ed25519 L\n");
  });

  it("asks a person about a machine whose key nobody has seen", () => {
    const [route] = routesOf(state);
    if (!route) throw new Error("no route");
    const { config } = sshFiles({ ...route, hostKey: undefined }, undefined, { knownHosts: "/k", identities: [] });
    expect(config).toContain("StrictHostKeyChecking ask");
    expect(config).not.toContain("IdentityFile");
  });
});
