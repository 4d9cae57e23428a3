import { installPackages, LOCAL_CLOUD_PACKAGES, missingPackages, TEST_PACKAGES } from "../../toolchain/debianPackages";
import type { Run } from "../../lib/run";

const packages = [
  { name: "curl", why: "downloads" },
  { name: "nftables", why: "filters" },
  { name: "mmdebstrap", why: "builds" },
];

function computer(aptCode = 0): { calls: string[]; run: Run } {
  const calls: string[] = [];
  return {
    calls,
    run: (command, args) => {
      calls.push([command, ...args].join(" "));
      // A removed package with its configuration left behind is known to dpkg, but not installed.
      const known = "curl installed\nnftables config-files\n";
      return Promise.resolve(
        command === "dpkg-query"
          ? { code: 1, stdout: known, stderr: "no packages found matching mmdebstrap" }
          : { code: aptCode, stdout: "", stderr: aptCode ? "E: Unable to locate package" : "" },
      );
    },
  };
}

describe("Debian packages", () => {
  it("finds those that are missing", async () => {
    const missing = await missingPackages(packages, computer().run);
    expect(missing.map(({ name }) => name)).toEqual(["nftables", "mmdebstrap"]);
  });

  it("installs only those", async () => {
    const { calls, run } = computer();
    await installPackages(packages, { run });
    expect(calls.at(-1)).toMatch(/^apt-get .* install --yes --no-install-recommends nftables mmdebstrap$/);
  });

  it("asks apt-get for nothing when nothing is missing", async () => {
    const { calls, run } = computer();
    await installPackages(packages.slice(0, 1), { run });
    expect(calls).toHaveLength(1);
  });

  it("installs nothing where another program does as well", async () => {
    const browser = { name: "chromium", why: "looks" };
    const missing = (unless: string[]) => missingPackages([{ ...browser, unless }], computer().run);
    expect(await missing(["no-such-browser", "sh"])).toEqual([]);
    expect(await missing(["no-such-browser"])).toHaveLength(1);
  });

  it("fails with apt-get's own words", async () => {
    await expect(installPackages(packages, { run: computer(100).run })).rejects.toThrow(
      /apt-get update failed:\nE: Unable to locate package/,
    );
  });

  it("lists each package once per list, with a reason", () => {
    for (const list of [LOCAL_CLOUD_PACKAGES, TEST_PACKAGES]) {
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
      list.forEach(({ why }) => expect(why).not.toBe(""));
    }
  });
});
