import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { program } from "./onMachine";

/** What the on-machine program finds in /proc. */
function found(expression: string): unknown {
  const script = `import json, processes; print(json.dumps(${expression}))`;
  const env = { ...process.env, PYTHONPATH: program, PYTHONDONTWRITEBYTECODE: "1" };
  return JSON.parse(execFileSync("/usr/bin/python3", ["-c", script], { env }).toString());
}

test.each(["127.0.0.1", "::1", "0.0.0.0", "::"])("who listens on a port of %s, and who does not", async (host) => {
  const server = createServer();
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    expect(found(`processes.holders(${String(port)})`)).toEqual([process.pid]);
    expect(found(`sorted(processes.listening({${String(process.pid)}}))`)).toContainEqual([host, port]);
    expect(found(`list(processes.addresses_of(${String(port)}))`)).toEqual([host]);
  } finally {
    server.close();
    await once(server, "close");
  }
  expect(found(`list(processes.addresses_of(${String(port)}))`)).toEqual([]);
  expect(found(`processes.holders(${String(port)})`)).toEqual([]);
});

test("a process is the same one as before by the time of its start, and none once it has ended", async () => {
  const child = spawn("sleep", ["60"]);
  const pid = String(child.pid);
  const start = found(`processes.start_time(${pid})`);
  expect(start).toMatch(/^\d+$/);
  expect(found(`processes.start_time(${pid})`)).toBe(start);
  expect(found(`processes.name_of(${pid})`)).toBe("sleep");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(found(`processes.start_time(${pid})`)).toBeNull();
});

test("the processes of a control group are found, those of another are not", () => {
  const group = readFileSync("/proc/self/cgroup", "utf8")
    .split("\n")
    .map((line) => line.split(":")[2] ?? "")
    .find((path) => path !== "" && path !== "/");
  const pid = String(process.pid);
  if (group) expect(found(`${pid} in processes.of_group(${JSON.stringify(group)})`)).toBe(true);
  expect(found(`processes.of_group("/no-such.slice/app@1.service")`)).toEqual({});
  // The root group is everybody's: a unit without one has no processes.
  expect(found(`processes.of_group("/")`)).toEqual({});
});
