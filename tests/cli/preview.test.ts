import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { targetEnvironment } from "../../stack/preview/target";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("what a preview uses in place of a cloud", () => {
  it("keeps local stacks on this computer and gives them a key that OpenSSH understands", () => {
    const environment = targetEnvironment("local", folder, { HCLOUD_TOKEN: "real" });
    expect(environment.HCLOUD_ENDPOINT).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(environment.HCLOUD_TOKEN).toMatch(/^holdfast-local-cloud.{44}$/);
    const key = join(folder, "local", "admin.pub");
    expect(existsSync(key)).toBe(true);
    expect(execFileSync("ssh-keygen", ["-l", "-f", key], { encoding: "utf8" })).toMatch(/^256 .*\(ED25519\)/);
  });

  it("gives other stacks no endpoint, and the caller's token if there is one", () => {
    expect(targetEnvironment("prod", folder, {})).toEqual({
      HCLOUD_TOKEN: expect.stringMatching(/^preview-only-.{51}$/) as string,
    });
    expect(targetEnvironment("localhost", folder, { HCLOUD_TOKEN: "mine" })).toEqual({ HCLOUD_TOKEN: "mine" });
  });
});
