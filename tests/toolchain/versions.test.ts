import fc from "fast-check";
import { readFileSync } from "node:fs";
import { isAtLeast, PLUGINS, PULUMI_MINIMUM } from "../../toolchain/versions";

describe("versions", () => {
  it("compares by number, not by letter", () => {
    expect(isAtLeast("3.100.0", "3.99.9")).toBe(true);
    expect(isAtLeast("v3.245.0-dev.1", "3.245.0")).toBe(true);
    expect(isAtLeast("2.999.999", "3.0.0")).toBe(false);
  });

  it("orders any two versions", () => {
    const version = fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500));
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [left, right] = [a.join("."), b.join(".")];
        const order = a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
        expect(isAtLeast(left, right)).toBe(order >= 0);
        expect(isAtLeast(right, left)).toBe(order <= 0);
      }),
    );
  });

  it("are those of the SDK packages", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      dependencies: Record<string, string>;
    };
    expect(dependencies["@pulumi/pulumi"]).toBe(PULUMI_MINIMUM);
    expect(dependencies["@pulumi/hcloud"]).toBe(PLUGINS.hcloud);
    expect(dependencies["@pulumi/random"]).toBe(PLUGINS.random);
  });
});
