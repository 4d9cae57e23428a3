import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineSide } from "./client";

/** As `pulumi-resource-NAME` starts: Node, the TypeScript loader, the plugin. */
const launcher = `
  require(${JSON.stringify(require.resolve("ts-node/register"))});
  const { main } = require(${JSON.stringify(join(__dirname, "../../../provider/grpc/server.ts"))});
  void main({ name: "test", version: "1.0.0", resources: {} });
`;

test("the first line of stdout is the port, and nothing follows", async () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-plugin-"));
  writeFileSync(join(folder, "launch.js"), launcher);
  const child = spawn(process.execPath, [join(folder, "launch.js"), "127.0.0.1:1"], { stdio: "pipe" });
  try {
    const output: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => output.push(text));
    await once(child.stdout, "data");
    const port = Number(output.join(""));
    expect(output).toEqual([`${String(port)}\n`]);
    const engine = new EngineSide(port);
    // The engine's log service is not there; that is no reason to fail.
    const handshake = await engine.handshake("127.0.0.1:1");
    expect(handshake.getAcceptSecrets()).toBe(true);
    engine.close();
    expect(output).toHaveLength(1);
  } finally {
    child.kill();
    await once(child, "exit");
    rmSync(folder, { recursive: true });
  }
});

test("the engine's SIGINT ends it after it has given back what it holds", async () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-plugin-"));
  const finish = `finish: async () => { await new Promise((r) => setTimeout(r, 50)); process.stdout.write("given back\\n"); },`;
  writeFileSync(join(folder, "launch.js"), launcher.replace("resources: {}", `${finish} resources: {}`));
  const child = spawn(process.execPath, [join(folder, "launch.js"), "127.0.0.1:1"], { stdio: "pipe" });
  try {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(output).toContain("given back");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
