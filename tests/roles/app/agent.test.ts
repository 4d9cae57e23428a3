import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agent, agentPaths } from "../../../roles/app/agent";
import { which } from "../../../toolchain/run";

const settings = {
  privateAddress: "10.0.1.40",
  instances: [{ number: 1, name: "app-1-1", port: 8001, agentPort: 9001 }],
  health: "/health",
  startTimeout: 60,
  drainTimeout: 30,
  loadBalancers: [{ name: "load-balancer-1", privateAddress: "10.0.1.11" }],
};

test("the agent's configuration says what the program reads", () => {
  const { files, units } = agent(settings);
  expect(JSON.parse(files?.[agentPaths.configuration]?.content ?? "")).toEqual({
    address: "10.0.1.40",
    health: "/health",
    startSeconds: 60,
    drainSeconds: 30,
    states: "/var/lib/holdfast/instances",
    passingStates: "/run/holdfast/instances",
    applyLock: "/var/lib/holdfast/lock",
    statusPort: 8404,
    loadBalancers: [{ name: "load-balancer-1", address: "10.0.1.11" }],
    instances: [{ number: 1, name: "app-1-1", port: 8001, agentPort: 9001 }],
  });
  expect(units).toEqual([expect.objectContaining({ name: "holdfast-agent.service" })]);
});

test("holdfast-drain refuses what it does not know, and says how it is used", () => {
  const script = join(__dirname, "../../../roles/app/agent/drain.sh");
  for (const wrong of [["one", "drain"], ["1", "off"], ["1"], ["1", "drain", "now"], ["../1", "drain"]])
    expect(() => execFileSync("sh", [script, ...wrong], { stdio: "pipe" })).toThrow(/holdfast-drain INSTANCE ready/);
});

// Watchdogs are tested in real time, so all run side by side.
const folder = join(__dirname, "agent");
const runsOf = (file: string, group: string) =>
  [...readFileSync(join(folder, `${file}.py`), "utf8").matchAll(/def (test_\w+)/g)].map(([, name = ""]) => ({
    name: name.slice(5).replaceAll("_", " "),
    run: runPython(`${file}.${group}.${name}`),
  }));
const agentRuns = runsOf("test_agent", "AgentTest");
const rotationRuns = which("haproxy") ? runsOf("test_rotation", "RotationTest") : [];
for (const { run } of [...agentRuns, ...rotationRuns]) run.catch(() => undefined);

function runPython(test: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ["-B", "-m", "unittest", test];
    execFile("python3", args, { cwd: folder }, (error, _stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(stderr);
    });
  });
}

describe("the agent as a process", () => {
  test.each(agentRuns)(
    "$name",
    async ({ run }) => {
      expect(await run).toMatch(/^OK$/m);
    },
    120_000,
  );
});

(rotationRuns.length > 0 ? describe : describe.skip)("rotation, with HAProxy in front of instances", () => {
  test.each(rotationRuns.length > 0 ? rotationRuns : [{ name: "needs haproxy", run: Promise.resolve("") }])(
    "$name",
    async ({ run }) => {
      expect(await run).toMatch(/^OK$/m);
    },
    120_000,
  );
});
