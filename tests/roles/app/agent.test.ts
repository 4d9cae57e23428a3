import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agent, agentPaths } from "../../../roles/app/agent";

const settings = {
  privateAddress: "10.0.1.40",
  instances: [{ number: 1, port: 8001, agentPort: 9001 }],
  health: "/health",
  startTimeout: 60,
};

test("the agent's configuration says what the program reads", () => {
  const { files, units } = agent(settings);
  expect(JSON.parse(files?.[agentPaths.configuration]?.content ?? "")).toEqual({
    address: "10.0.1.40",
    health: "/health",
    startSeconds: 60,
    states: "/var/lib/holdfast/instances",
    instances: [{ number: 1, port: 8001, agentPort: 9001 }],
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
const names = [...readFileSync(join(folder, "test_agent.py"), "utf8").matchAll(/def (test_\w+)/g)].map(
  ([, name = ""]) => name,
);
const runs = names.map((name) => ({ name: name.slice(5).replaceAll("_", " "), run: runPython(name) }));
for (const { run } of runs) run.catch(() => undefined);

function runPython(name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ["-m", "unittest", `test_agent.AgentTest.${name}`];
    execFile("python3", args, { cwd: folder }, (error, _stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(stderr);
    });
  });
}

describe("the agent as a process", () => {
  test.each(runs)(
    "$name",
    async ({ run }) => {
      expect(await run).toMatch(/^OK$/m);
    },
    120_000,
  );
});
