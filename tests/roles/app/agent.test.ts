import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { agent, agentPaths } from "../../../roles/app/agent";
import { pythonTests } from "../../support/python";

const settings = {
  privateAddress: "10.0.1.40",
  instances: [{ number: 1, name: "app-1-1", port: 8001, agentPort: 9001 }],
  health: { path: "/health", host: "localhost", connect: 0.3, answer: 0.4 },
  startTimeout: 60,
  drainTimeout: 30,
  loadBalancers: [{ name: "load-balancer-1", privateAddress: "10.0.1.11" }],
};

test("the agent's configuration says what the program reads", () => {
  const { files, units } = agent(settings);
  expect(JSON.parse(files?.[agentPaths.configuration]?.content ?? "")).toEqual({
    address: "10.0.1.40",
    health: settings.health,
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
const runs = pythonTests(join(__dirname, "agent"), "test_agent", "AgentTest").map(({ name, run }) => ({
  name,
  running: run(),
}));
for (const { running } of runs) running.catch(() => undefined);

describe("why an instance is not well", () => {
  test.each(pythonTests(join(__dirname, "agent"), "test_healthy", "HealthyTest"))("$name", async ({ run }) => {
    expect(await run()).toMatch(/^OK$/m);
  });
});

describe("the agent as a process", () => {
  test.each(runs)(
    "$name",
    async ({ running }) => {
      expect(await running).toMatch(/^OK$/m);
    },
    120_000,
  );
});
