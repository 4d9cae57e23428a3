import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, tunnelOptions } from "../../stack/ssh/tunnels";
import { waitUntil } from "../../local/machines/processes";

test("a tunnel's port here is the wanted one, or another where somebody has that", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const other = await freePort(port);
  expect(other).not.toBe(port);
  await new Promise((resolve) => server.close(resolve));
  expect(await freePort(port)).toBe(port);
});

test("tunnels begin on this computer alone and end on the machine itself", () => {
  expect(tunnelOptions([{ local: 9230, remote: 9229 }]).slice(-2)).toEqual(["-L", "127.0.0.1:9230:127.0.0.1:9229"]);
});

describe("a session", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-debug-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The session's own program, with a shell in the place of ssh that notes when its input ends. */
  function start() {
    const session = join(__dirname, "../../cli/debug/session.ts");
    const remote = `echo begun >${folder}/begun; cat >/dev/null; echo ended >${folder}/ended`;
    const script = `require(${JSON.stringify(session)}).keepSession("sh", ["-c", ${JSON.stringify(remote)}])
      .then((code) => process.exit(code));`;
    return spawn(process.execPath, ["--require", "ts-node/register", "-e", script], { stdio: "ignore" });
  }

  const begun = () => waitUntil(() => existsSync(join(folder, "begun")), 20);
  const ended = () => waitUntil(() => existsSync(join(folder, "ended")), 10);

  it("ends on the machine when this program is killed without a word", async () => {
    const program = start();
    expect(await begun()).toBe(true);
    program.kill("SIGKILL");
    expect(await ended()).toBe(true);
  }, 40_000);

  it("ends in order with Ctrl-C, which is no failure", async () => {
    const program = start();
    expect(await begun()).toBe(true);
    const code = new Promise((resolve) => program.on("exit", resolve));
    program.kill("SIGINT");
    expect(await code).toBe(0);
    expect(readFileSync(join(folder, "ended"), "utf8")).toBe("ended\n");
  }, 40_000);
});
