import { X509Certificate, createPrivateKey } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { issueAuthority, issueServer, renewalOf, type KeyPair } from "../../../provider/certificates/issue";

const now = new Date("2026-11-24T08:00:00Z");
const year = 365 * 24 * 60 * 60 * 1000;

test("a server's certificate comes from its authority, for its addresses and no others", async () => {
  const authority = await issueAuthority("prod database, authority", now);
  const { certificate, key } = await issueServer(authority, { commonName: "db", addresses: ["10.0.1.21"] }, now);
  const [server, issuer] = [new X509Certificate(certificate), new X509Certificate(authority.certificate)];
  expect(server.verify(issuer.publicKey)).toBe(true);
  expect(server.checkIssued(issuer)).toBe(true);
  expect(server.ca).toBe(false);
  expect(issuer.ca).toBe(true);
  expect(server.checkIP("10.0.1.21")).toBe("10.0.1.21");
  expect(server.checkIP("10.0.1.22")).toBeUndefined();
  expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

test("it lasts ten years and is due for another one after five", async () => {
  const authority = await issueAuthority("a", now);
  const { certificate } = await issueServer(authority, { commonName: "db", addresses: ["10.0.1.21"] }, now);
  const { validFrom, validTo } = new X509Certificate(certificate);
  expect(Date.parse(validFrom)).toBeLessThan(now.getTime());
  expect(Math.round((Date.parse(validTo) - now.getTime()) / year)).toBe(10);
  expect(Math.round((renewalOf(certificate).getTime() - now.getTime()) / year)).toBe(5);
});

test("a client that knows the authority connects, one that knows another one does not", async () => {
  const authority = await issueAuthority("a", new Date());
  const other = await issueAuthority("a", new Date());
  const server = await issueServer(authority, { commonName: "db", addresses: ["127.0.0.1"] }, new Date());
  await expect(handshake(server, authority)).resolves.toBe(true);
  await expect(handshake(server, other)).rejects.toThrow(/certificate|signature/);
});

async function handshake({ certificate: cert, key }: KeyPair, { certificate: ca }: KeyPair): Promise<boolean> {
  const server = createServer({ cert, key }).listen(0, "127.0.0.1");
  await once(server, "listening");
  server.on("tlsClientError", () => undefined);
  try {
    const client = connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, ca });
    await once(client, "secureConnect");
    client.destroy();
    return client.authorized;
  } finally {
    server.close();
  }
}
