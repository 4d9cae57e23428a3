import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obtainPulumi } from "../../toolchain/pulumi";
import type { PulumiSource } from "../../toolchain/pulumiSources/source";

const found = { folder: "/somewhere", version: "3.259.0" };

function source(name: string, answer: Awaited<ReturnType<PulumiSource["obtain"]>>, asked: string[]): PulumiSource {
  return {
    name,
    obtain(context) {
      asked.push([name, ...context.earlier.map((one) => `${one.name}: ${one.missing}`)].join(" < "));
      return Promise.resolve(answer);
    },
  };
}

describe("obtaining Pulumi", () => {
  it("takes the first source that has one and leaves the others alone", async () => {
    const asked: string[] = [];
    const sources = [source("a", { missing: "none" }, asked), source("b", found, asked), source("c", found, asked)];
    expect(await obtainPulumi({ sources })).toEqual(found);
    expect(asked).toEqual(["a", "b < a: none"]);
  });

  it("says every reason when there is no way", async () => {
    const sources = [source("the PATH", { missing: "too old" }, []), source("Go modules", { missing: "no Go" }, [])];
    await expect(obtainPulumi({ sources })).rejects.toThrow(
      /the PATH: too old\n.*Go modules: no Go\n[^]*Install Pulumi/,
    );
  });

  it("asks PATH, cache, download and Go modules in this order", async () => {
    const target = join(mkdtempSync(join(tmpdir(), "holdfast-")), "pulumi");
    const calls: string[] = [];
    const path = process.env.PATH;
    process.env.PATH = "/nonexistent";
    try {
      const nothing = obtainPulumi({
        target,
        run: (command, args) => {
          calls.push([command.split("/").at(-1), ...args].join(" "));
          return Promise.resolve({ code: 1, stdout: "", stderr: "no" });
        },
      });
      await expect(nothing).rejects.toThrow(/the PATH: [^]*the cache: [^]*download site: [^]*Go modules: /);
    } finally {
      process.env.PATH = path;
      rmSync(join(target, ".."), { recursive: true });
    }
    expect(calls.filter((call) => call.startsWith("curl"))[0]).toContain("get.pulumi.com");
  });
});
