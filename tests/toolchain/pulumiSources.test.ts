import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../lib/progress";
import { fromCache } from "../../toolchain/pulumiSources/cache";
import { archiveUrl, fromDownload } from "../../toolchain/pulumiSources/download";
import { fromGoModules } from "../../toolchain/pulumiSources/goModules";
import { installAtomically } from "../../toolchain/pulumiSources/install";
import { fromPath } from "../../toolchain/pulumiSources/path";
import { type Run, run } from "../../lib/run";

let folder: string;
let target: string;
const context = (runner: Run = run) => ({ run: runner, progress: silent, target, earlier: [] });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  target = join(folder, "cache", "pulumi-3.259.0");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that answers `version` the way Pulumi does. */
function pretend(where: string, version: string, languageHost = true): void {
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, "pulumi"), `#!/bin/sh\necho v${version}\n`);
  chmodSync(join(where, "pulumi"), 0o755);
  if (languageHost) {
    writeFileSync(join(where, "pulumi-language-nodejs"), "#!/bin/sh\n");
    chmodSync(join(where, "pulumi-language-nodejs"), 0o755);
  }
}

describe("the PATH", () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  it.each([
    ["3.259.0", true, { version: "3.259.0" }],
    ["3.300.1", true, { version: "3.300.1" }],
    ["3.100.0", true, { missing: expect.stringContaining("3.100.0, older than 3.245.0") as string }],
    ["3.259.0", false, { missing: expect.stringContaining("no Node language host") as string }],
  ])("with Pulumi %s and language host: %s", async (version, host, expected) => {
    pretend(join(folder, "bin"), version, host);
    process.env.PATH = `${join(folder, "bin")}:/bin:/usr/bin`;
    expect(await fromPath.obtain(context())).toMatchObject(expected);
  });
});

describe("the cache", () => {
  it("gives what was installed before", async () => {
    expect(await fromCache.obtain(context())).toHaveProperty("missing");
    pretend(target, "3.259.0");
    expect(await fromCache.obtain(context())).toEqual({ folder: target, version: "3.259.0" });
  });
});

describe("the download", () => {
  it("knows the archives of the platforms that Pulumi builds for", () => {
    expect(archiveUrl("linux", "x64")).toBe("https://get.pulumi.com/releases/sdk/pulumi-v3.259.0-linux-x64.tar.gz");
    expect(archiveUrl("linux", "riscv64")).toBeUndefined();
  });

  it("gives up after one question where there is no way", async () => {
    const calls: string[] = [];
    const offline: Run = (command) => {
      calls.push(command);
      return Promise.resolve({ code: 6, stdout: "", stderr: "Could not resolve host" });
    };
    expect(await fromDownload.obtain(context(offline))).toEqual({ missing: "no way there from this computer" });
    expect(calls).toEqual(["curl"]);
  });

  it("unpacks what came", async () => {
    const online: Run = async (command, args, options) => {
      if (command !== "curl") return run(command, args, options);
      const output = args.indexOf("--output");
      if (output >= 0) {
        pretend(join(folder, "archive", "pulumi"), "3.259.0");
        await run("tar", ["-czf", args[output + 1] ?? "", "-C", join(folder, "archive"), "pulumi"]);
      }
      return { code: 0, stdout: "", stderr: "" };
    };
    expect(await fromDownload.obtain(context(online))).toEqual({ folder: target, version: "3.259.0" });
    expect(readdirSync(target).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  });
});

describe("Go modules", () => {
  it("builds both programs where the go.mod files are, and reports a failure with its reason", async () => {
    const built: string[] = [];
    const go: Run = (command, args, options) => {
      if (!command.endsWith("go")) return run(command, args, options);
      const output = args[args.indexOf("-o") + 1] ?? "";
      expect(existsSync(join(options?.cwd ?? "", "go.mod"))).toBe(true);
      built.push(args.at(-1) ?? "");
      pretend(join(output, ".."), "3.259.0");
      return Promise.resolve({ code: 0, stdout: "", stderr: "" });
    };
    expect(await fromGoModules.obtain(context(go))).toEqual({ folder: target, version: "3.259.0" });
    expect(built).toHaveLength(2);

    rmSync(target, { recursive: true });
    const broken: Run = () => Promise.resolve({ code: 1, stdout: "", stderr: "module not found" });
    expect(await fromGoModules.obtain(context(broken))).toEqual({
      missing: "building pulumi failed: module not found",
    });
    expect(existsSync(target)).toBe(false);
  });
});

describe("installing", () => {
  it("leaves nothing behind when the work fails, and keeps what was there", async () => {
    pretend(target, "3.259.0");
    const interrupted = installAtomically(target, run, () => Promise.reject(new Error("cut")));
    await expect(interrupted).rejects.toThrow("cut");
    expect(readdirSync(join(target, ".."))).toEqual(["pulumi-3.259.0"]);
  });

  it("refuses a program that does not run", async () => {
    expect(await installAtomically(target, run, () => Promise.resolve(undefined))).toHaveProperty("missing");
    expect(existsSync(target)).toBe(false);
  });
});
