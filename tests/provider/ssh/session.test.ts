import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Client, Server } from "ssh2";
import { Session } from "../../../provider/ssh/session";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const hostKeys = [privateKey.export({ type: "pkcs1", format: "pem" }) as string];

/** A machine whose commands are over as soon as they have begun. */
const machine = new Server({ hostKeys }, (client) => {
  client.on("authentication", (asked) => asked.accept());
  client.on("error", () => undefined);
  client.on("session", (accept) => {
    accept().on("exec", (begin) => {
      const channel = begin();
      channel.write("said\n");
      channel.stderr.write("complained\n");
      channel.exit(3);
      channel.end();
    });
  });
});
let session: Session;

beforeAll(async () => {
  await new Promise<void>((resolve) => machine.listen(0, "127.0.0.1", resolve));
  const client = new Client();
  await new Promise<void>((resolve, reject) => {
    const { port } = machine.address() as AddressInfo;
    client
      .on("ready", resolve)
      .on("error", reject)
      .connect({ host: "127.0.0.1", port, username: "anybody", password: "" });
  });
  session = new Session([client], "anybody", {});
});

afterAll(() => {
  session.close();
  machine.close();
});

test("a command that has ended before anybody looks has its exit code and its output", async () => {
  const all = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lines: string[] = [];
      const result = await session.run("anything", { onLine: (line) => lines.push(line) });
      return { ...result, lines };
    }),
  );
  expect(all).toEqual(Array(8).fill({ code: 3, errors: "complained", lines: ["said"] }));
});
