import { once } from "node:events";
import { connect, type AddressInfo, type Server } from "node:net";
import { decode, streamEncode, type DecodedPacket, type RecordType } from "dns-packet";
import { nameService } from "../../../local/network/nameService";

const zone = {
  name: "example.com",
  sets: [
    { name: "@", type: "A", ttl: 60, values: ["203.0.113.7"] },
    { name: "www", type: "A", ttl: 60, values: ["203.0.113.7"] },
    { name: "@", type: "MX", ttl: 300, values: ["10 mail"] },
    { name: "@", type: "CAA", ttl: 300, values: ['0 issue "letsencrypt.org"'] },
    { name: "alias", type: "CNAME", ttl: 300, values: ["www"] },
    {
      name: "@",
      type: "SOA",
      ttl: 3600,
      values: ["hydrogen.ns.hetzner.com. dns.hetzner.com. 2026120100 86400 10800 3600000 3600"],
    },
  ],
};
const known = new Map([
  ["u1.your-storagebox.de", { ipv4: "203.0.113.1", ipv6: "2001:db8::1" }],
  ["www.example.com", { ipv4: "203.0.113.9" }],
]);
const noSuchName = 3;

describe("the name service of machines", () => {
  let server: Server;
  beforeAll(async () => {
    server = nameService(
      () => known,
      () => [zone],
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => server.close());

  const question = (name: string, type: RecordType) =>
    streamEncode({ type: "query", id: 7, flags: 0x100, questions: [{ type, name }] });

  /** Sends bytes in these pieces and gives the answers that come back before the connection ends. */
  async function answersTo(...pieces: Buffer[]): Promise<DecodedPacket[]> {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end();
    let received = Buffer.alloc(0);
    for await (const chunk of socket) received = Buffer.concat([received, chunk as Buffer]);
    const answers: DecodedPacket[] = [];
    for (let at = 0; at < received.length; at += 2 + received.readUInt16BE(at)) {
      answers.push(decode(received.subarray(at + 2, at + 2 + received.readUInt16BE(at))));
    }
    return answers;
  }

  test("tells the addresses of a name that it knows, in any case", async () => {
    const [ipv4] = await answersTo(question("U1.your-storagebox.de", "A"));
    expect(ipv4).toMatchObject({ id: 7, type: "response", answers: [{ type: "A", data: "203.0.113.1" }] });
    const [ipv6] = await answersTo(question("u1.your-storagebox.de", "AAAA"));
    expect(ipv6?.answers).toMatchObject([{ type: "AAAA", data: "2001:db8::1" }]);
  });

  test("says at once that any other name does not exist", async () => {
    const [answer] = await answersTo(question("example.org", "A"));
    expect(answer?.answers).toEqual([]);
    expect((answer?.flags ?? 0) & 0xf).toBe(noSuchName);
  });

  test("has nothing to say about other kinds of a name that exists, which is not the same", async () => {
    const [answer] = await answersTo(question("u1.your-storagebox.de", "MX"));
    expect(answer?.answers).toEqual([]);
    expect((answer?.flags ?? 0) & 0xf).toBe(0);
  });

  test("answers several questions of one connection, however they are cut into packets", async () => {
    const both = Buffer.concat([question("u1.your-storagebox.de", "A"), question("u1.your-storagebox.de", "AAAA")]);
    const cuts = [both.subarray(0, 1), both.subarray(1, 40), both.subarray(40)];
    expect((await answersTo(...cuts)).map(({ answers }) => answers?.length)).toEqual([1, 1]);
  });

  test("answers what zones have, each kind as DNS writes it", async () => {
    const data = async (name: string, type: RecordType) => {
      const [answer] = await answersTo(question(name, type));
      return answer?.answers?.map((one) => (one as { data: unknown }).data);
    };
    expect(await data("example.com", "A")).toEqual(["203.0.113.7"]);
    expect(await data("example.com", "MX")).toMatchObject([{ preference: 10, exchange: "mail.example.com" }]);
    expect(await data("example.com", "CAA")).toMatchObject([{ flags: 0, tag: "issue", value: "letsencrypt.org" }]);
    expect(await data("example.com", "SOA")).toMatchObject([{ serial: 2026120100, minimum: 3600 }]);
  });

  test("lets the names that a person gave go before those of zones", async () => {
    const [answer] = await answersTo(question("alias.example.com", "A"));
    expect(answer?.answers).toMatchObject([
      { type: "CNAME", data: "www.example.com" },
      { type: "A", data: "203.0.113.9" },
    ]);
  });

  test("ends a connection on which no DNS is spoken", async () => {
    expect(await answersTo(Buffer.from("\0\x05hello"))).toEqual([]);
  });
});
