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
