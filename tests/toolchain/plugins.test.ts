import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { choosePlugins } from "../../toolchain/plugins";
import type { Run } from "../../lib/run";
import { PLUGINS } from "../../toolchain/versions";

const pulumi = { folder: "/pulumi", version: "3.259.0" };
let home: string;
let calls: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "holdfast-"));
  calls = [];
});
afterEach(() => rmSync(home, { recursive: true }));

const answering =
  (code: number): Run =>
  (command) => {
    calls.push(command);
    return Promise.resolve({ code, stdout: "", stderr: "" });
  };

describe("choosing plugins", () => {
  it("takes official ones that are installed without asking anybody", async () => {
    for (const [name, version] of Object.entries(PLUGINS)) {
      mkdirSync(join(home, "plugins", `resource-${name}-v${version}`), { recursive: true });
    }
    expect(await choosePlugins(pulumi, { home, wish: undefined, run: answering(1) })).toBe("official");
    expect(calls).toEqual([]);
  });

  it("takes those on PATH, as Pulumi does, without asking anybody", async () => {
    const programs = Object.keys(PLUGINS).map((name) => join(home, `pulumi-resource-${name}`));
    const choose = (wish?: string) =>
      choosePlugins(pulumi, { home, wish, run: answering(6), path: `/nonexistent:${home}` });
    for (const program of programs) writeFileSync(program, "", { mode: 0o755 });
    expect([await choose(), await choose("official"), calls]).toEqual(["official", "official", []]);
    chmodSync(programs[1] ?? "", 0o644);
    await expect(choose("official")).rejects.toThrow(
      /does not reach[^]*pulumi-resource-hcloud and pulumi-resource-random are not both installed or on PATH/,
    );
  });

  it("does not take a download that was cut", async () => {
    for (const [name, version] of Object.entries(PLUGINS)) {
      mkdirSync(join(home, "plugins", `resource-${name}-v${version}`), { recursive: true });
      mkdirSync(join(home, "plugins", `resource-${name}-v${version}.partial`));
    }
    expect(await choosePlugins(pulumi, { home, wish: undefined, run: answering(1) })).toBe("builtin");
  });

  it("installs them where there is a way", async () => {
    expect(await choosePlugins(pulumi, { home, wish: undefined, run: answering(0) })).toBe("official");
    expect(calls).toEqual(["curl", "/pulumi/pulumi", "/pulumi/pulumi"]);
  });

  it("uses the stand-ins where there is none, and asks again only after a day", async () => {
    let time = Date.parse("2026-01-01T00:00:00Z");
    const options = { home, wish: undefined, run: answering(6), now: () => time };
    expect(await choosePlugins(pulumi, options)).toBe("builtin");
    expect(await choosePlugins(pulumi, options)).toBe("builtin");
    expect(calls).toEqual(["curl"]);
    time += 25 * 3600 * 1000;
    expect(await choosePlugins(pulumi, options)).toBe("builtin");
    expect(calls).toEqual(["curl", "curl"]);
  });

  it("does as HOLDFAST_PLUGINS says", async () => {
    expect(await choosePlugins(pulumi, { home, wish: "builtin", run: answering(0) })).toBe("builtin");
    expect(calls).toEqual([]);
    expect(existsSync(join(home, "no-official-plugins"))).toBe(false);
    await expect(choosePlugins(pulumi, { home, wish: "official", run: answering(6) })).rejects.toThrow(
      /HOLDFAST_PLUGINS=official, but this computer does not reach/,
    );
    await expect(choosePlugins(pulumi, { home, wish: "mine" })).rejects.toThrow(/"mine": write official or builtin/);
  });
});
