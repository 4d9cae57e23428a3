import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { type Answer, decode, encode } from "dns-packet";

/** What a name has: its records by their types, or a code (RCODE) in place of an answer. */
export type Zone = Readonly<Record<string, Partial<Record<string, readonly unknown[]>> | number>>;

/** A name server on loopback; it answers what stands in its zone, and that there is no such name to all else. */
export async function nameServer(zone: Zone): Promise<{ address: string; asked: string[]; close: () => void }> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (message, { address, port }) => {
    const { id, questions = [] } = decode(message);
    const [{ name, type } = { name: "", type: "A" as const }] = questions;
    asked.push(`${type} ${name}`);
    const known = zone[name.toLowerCase()];
    if (known === -1) return; // as if the question was lost
    const records = typeof known === "object" ? (known[type] ?? []) : [];
    const answers = records.map((data) => ({ type, name, ttl: 5, data }) as unknown as Answer);
    const code = typeof known === "number" ? known : known ? 0 : 3;
    const answer = { type: "response" as const, id, flags: 1024 | code, questions, answers };
    socket.send(encode(answer), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, asked, close: () => socket.close() };
}
