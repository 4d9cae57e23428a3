import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { lockHolder, takeLock } from "../../local/lock";

/** A name that no other test run has. */
const name = (what: string) => `test-${process.pid}/${what}`;

describe("a lock", () => {
  it("is held once, and free again after its release", async () => {
    const first = await takeLock(name("once"));
    expect(first).toBeDefined();
    expect(await takeLock(name("once"))).toBeUndefined();
    expect(await lockHolder(name("once"))).toBe(process.pid);
    await first?.release();
    expect(await lockHolder(name("once"))).toBeUndefined();
    const second = await takeLock(name("once"));
    expect(second).toBeDefined();
    await second?.release();
  });

  it("ends with a process that was killed", async () => {
    const script = `require("ts-node/register"); const { takeLock } = require(${JSON.stringify(resolve("local/lock.ts"))});
      takeLock(${JSON.stringify(name("killed"))}).then(() => { console.log("held"); setInterval(() => {}, 1000); });`;
    const child = spawn(process.execPath, ["--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    expect(await lockHolder(name("killed"))).toBe(child.pid);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await lockHolder(name("killed"))).toBeUndefined();
  });
});
