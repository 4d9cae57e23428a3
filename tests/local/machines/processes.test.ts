import { spawn } from "node:child_process";
import { once } from "node:events";
import { killAndWait, withDescendants } from "../../../local/machines/processes";

const startsFromAThread = `
import subprocess, threading, time
def start():
    print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
    time.sleep(60)
threading.Thread(target=start, daemon=True).start()
time.sleep(60)
`;

test("what a thread has started is among a process's descendants", async () => {
  const parent = spawn("python3", ["-c", startsFromAThread], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    expect(withDescendants(parent.pid ?? 0)).toEqual([parent.pid, Number(line.toString())]);
  } finally {
    await killAndWait(withDescendants(parent.pid ?? 0));
  }
});

test("a process that is no more has none", () => {
  expect(withDescendants(2 ** 30)).toEqual([2 ** 30]);
});
