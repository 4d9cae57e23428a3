import { spawn } from "node:child_process";
import type { InstanceState } from "../../../../cli/debug";
import type { Clone } from "../../../../drills/frame/clone";
import { succeeded } from "../../stack/succeeded";

/** Tests of what people do on the machines of a running stack. */
export function onMachines(clone: Clone): void {
  test("logs of all machines come merged in order of time, those of one role or one machine too", async () => {
    const lines = succeeded(await clone.holdfast(["logs", "app", "--since", "-1h"]))
      .stdout.trim()
      .split("\n");
    const times = lines.map((line) => line.split(/\s+/).slice(1, 3).join(" "));
    expect(new Set(lines.map((line) => line.split(" ")[0]))).toEqual(new Set(["app-1", "app-2"]));
    expect(times).toEqual([...times].sort());
    expect(lines.some((line) => /app-1 {2}ready on port 8001/.test(line))).toBe(true);
    const balancer = succeeded(await clone.holdfast(["logs", "load-balancer-1", "--unit", "keepalived"])).stdout;
    expect(balancer).toMatch(/^load-balancer-1 {2}\d{4}-.*Keepalived/m);
  }, 60_000);

  test("a command runs on each machine of a role, and its failure is the exit code", async () => {
    const asked = await clone.holdfast(["run", "app", "--", "true"]);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toMatch(/^holdfast: Run `true` on app-1, app-2 of .*add --yes if you mean it/s);
    const line = `hostname; test $(hostname) != ${clone.name}-app-2`;
    const { code, stdout } = await clone.holdfast(["run", "--yes", "app", line]);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^app-1 {2}${clone.name}-app-1$`, "m"));
    expect(stdout).toMatch(/app-2 +exit code 1 .*\n1 of 2 machines done\n$/);
    expect((await clone.holdfast(["run", "app-1", "exit 7"])).code).toBe(7);
  }, 60_000);

  describe("an instance that is debugged", () => {
    const state = async () =>
      (JSON.parse(await clone.onMachine("app-1", "holdfast-rotation show --json")) as InstanceState[])[0];

    async function became(wanted: string): Promise<boolean> {
      for (let tries = 0; tries < 60; tries++) {
        if ((await state())?.state === wanted) return true;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return false;
    }

    const start = (...options: string[]) =>
      spawn(process.execPath, ["bin/holdfast", "debug", "app-1", ...options], {
        cwd: clone.folder,
        env: { ...process.env, HOLDFAST_LOCAL: clone.name },
        stdio: "ignore",
      });

    it("gets no visitors, belongs to somebody, and is put back when that somebody's program is killed", async () => {
      const session = start();
      expect(await became("drain")).toBe(true);
      const who = expect.stringContaining("@") as string;
      expect((await state())?.holds).toEqual([expect.objectContaining({ owner: "debug", who })]);
      session.kill("SIGKILL");
      expect(await became("ready")).toBe(true);
    }, 150_000);

    it("is given back by anybody with --done", async () => {
      const session = start();
      expect(await became("drain")).toBe(true);
      const ended = new Promise((resolve) => session.on("exit", resolve));
      expect(succeeded(await clone.holdfast(["debug", "app-1", "--done"])).stdout).toBe("app-1: instance 1 is back\n");
      expect((await state())?.state).toBe("ready");
      await ended;
    }, 150_000);

    it("is not the last one that serves", async () => {
      await clone.onMachine("app-1", "holdfast-drain 2 drain");
      await clone.onMachine("app-2", "holdfast-drain 1 drain && holdfast-drain 2 drain && sleep 1");
      const { code, stderr } = await clone.holdfast(["debug", "app-1"]);
      await clone.onMachine("app-1", "holdfast-drain 2 ready");
      await clone.onMachine("app-2", "holdfast-drain 1 ready && holdfast-drain 2 ready");
      expect(stderr).toContain("no other instance serves visitors; --force takes this one out all the same");
      expect(code).not.toBe(0);
    }, 60_000);
  });
}
