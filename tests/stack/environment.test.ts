import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { exportLines, localEnvironment } from "../../stack/environment";
import { quote } from "../../lib/text";

const daemon = {
  name: "local-test",
  pid: 1,
  endpoint: "http://127.0.0.1:7411/v1",
  backupToken: "b",
  token: "holdfast-local-cloud-not-a-real-token-x",
  plugins: { hcloud: 4001, random: 4002 },
};

describe("the environment of a local stack", () => {
  it("points Pulumi at the local cloud and at its plugins", () => {
    const environment = localEnvironment({ folder: "/pulumi", version: "3.259.0" }, daemon);
    expect(environment).toMatchObject({
      PULUMI_STACK: "local-test",
      HCLOUD_ENDPOINT: "http://127.0.0.1:7411/v1",
      HETZNER_ENDPOINT: "http://127.0.0.1:7411/v1",
      PULUMI_DEBUG_PROVIDERS: "hcloud:4001,random:4002",
    });
    expect(environment.PULUMI_BACKEND_URL).toMatch(/^file:\/\/\/.*\/local-test\/pulumi$/);
  });

  it("leaves official plugins to Pulumi", () => {
    const official = { ...daemon, plugins: undefined };
    expect(localEnvironment({ folder: "/pulumi", version: "3.259.0" }, official)).not.toHaveProperty(
      "PULUMI_DEBUG_PROVIDERS",
    );
  });

  it("becomes lines that a shell takes, with the PATH before the caller's", () => {
    const lines = exportLines({ PATH: "/with space", A: "it's" });
    const output = execFileSync("/bin/sh", ["-c", `${lines}\nprintf '%s|%s' "$PATH" "$A"`], {
      env: { PATH: "/usr/bin" },
      encoding: "utf8",
    });
    expect(output).toBe("/with space:/usr/bin|it's");
  });

  it("survives any value", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "'", '"', "$", "`", " ", "\\", "\n", "!", "*") });
    fc.assert(
      fc.property(word, (value) => {
        const output = execFileSync("/bin/sh", ["-c", `printf '%s' ${quote(value)}`], { encoding: "utf8" });
        expect(output).toBe(value);
      }),
      { numRuns: 30 },
    );
  });
});
