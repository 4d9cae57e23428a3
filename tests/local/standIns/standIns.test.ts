import { execFile, execFileSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { startStandIns } from "../../../local/standIns";
import { EngineSide } from "../../provider/grpc/client";
import { urn } from "./hcloud/replay";

test("both plugins are served on loopback, and their ports are told", async () => {
  const lines: string[] = [];
  const standIns = await startStandIns({ log: (line) => lines.push(line) });
  const { hcloud, random } = standIns.ports;
  expect(lines).toEqual([`Plugins: hcloud on port ${String(hcloud)}, random on port ${String(random)}`]);
  const engine = new EngineSide(hcloud);
  const { inputs } = await engine.check(urn("Network", "a"), { ipRange: "10.0.0.0/16" });
  expect(inputs).toMatchObject({ ipRange: "10.0.0.0/16" });
  engine.close();
  await standIns.close();
});

test("a port that is taken is an error, and leaves nothing running", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(startStandIns({ ports: { random: port } })).rejects.toMatchObject({
    message: `127.0.0.1:${String(port)} is taken by another program`,
    code: "EADDRINUSE",
  });
  await new Promise((resolve) => other.close(resolve));
});

/** Speaks HTTP/2 to a port, and says how many bytes came back until the end or for 2 s. */
const caller = `
const socket = require("node:net").connect(Number(process.argv[1]), "127.0.0.1");
let bytes = 0;
const end = () => { console.log(bytes); process.exit(0); };
socket.on("data", (data) => { bytes += data.length; }).on("error", end).on("close", end);
socket.write("PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + "\\0\\0\\0\\4\\0\\0\\0\\0\\0");
setTimeout(end, 2000);`;

async function bytesFor(port: number, uid: string): Promise<number> {
  const args = [`--reuid=${uid}`, "--clear-groups", process.execPath, "-e", caller, String(port)];
  return new Promise((resolve, reject) => {
    execFile("setpriv", args, { cwd: "/" }, (error, stdout) => {
      if (error) reject(new Error("setpriv failed", { cause: error }));
      else resolve(Number(stdout));
    });
  });
}

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot("no other user of the computer is served", async () => {
  const standIns = await startStandIns();
  const nobody = execFileSync("id", ["-u", "nobody"], { encoding: "utf8" }).trim();
  for (const port of Object.values(standIns.ports)) {
    expect(await bytesFor(port, "0")).toBeGreaterThan(0);
    expect(await bytesFor(port, nobody)).toBe(0);
  }
  await standIns.close();
});
