import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { AUTHORITATIVE_ANSWER, decode, streamEncode, type DecodedPacket } from "dns-packet";
import type { RecordSet, ZoneSpec } from "../driver";
import { answersOf, type Find, findIn } from "./zoneAnswers";

/** What a name leads to; it has one of them at least. */
export interface NamedAddresses {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** Seconds that an answer may be kept: names come and go with `pulumi up`. */
const TTL = 5;

/** DNS's code for "there is no such name": said at once, because a local cloud has no way to ask anybody else. */
const NO_SUCH_NAME = 3;

/**
 * The name service of machines, for DNS over TCP, which is what relays carry. It knows the cloud's own names and its zones, and
 * says of all other names that they do not exist.
 *
 * @param known these come before those of zones
 */
export function nameService(
  known: () => ReadonlyMap<string, NamedAddresses>,
  zones: () => readonly ZoneSpec[] = () => [],
): Server {
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.end()); // relays leave half-closed connections open
    readMessages(socket, (message) => {
      socket.write(streamEncode({ ...answer(decode(message), finder(known(), zones())), type: "response" }));
    });
  });
}

/** Names that a person gave addresses. @param file JSON, as `holdfast local name` writes it */
export function givenNames(file: string): Map<string, NamedAddresses> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, NamedAddresses>));
  } catch {
    return new Map(); // nobody gave any
  }
}

/** Each message comes after its length, in two bytes. */
function readMessages(socket: Socket, onMessage: (message: Buffer) => void): void {
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    try {
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        onMessage(received.subarray(2, end));
        received = received.subarray(end);
      }
    } catch {
      socket.destroy(); // no DNS
    }
  });
}

function finder(known: ReadonlyMap<string, NamedAddresses>, zones: readonly ZoneSpec[]): Find {
  const inZones = findIn(zones);
  return (name) => {
    const given = known.get(name);
    return given ? { origin: name, sets: setsOf(given) } : inZones(name);
  };
}

function setsOf({ ipv4, ipv6 }: NamedAddresses): RecordSet[] {
  return [
    ...(ipv4 ? [{ name: "@", type: "A", ttl: TTL, values: [ipv4] }] : []),
    ...(ipv6 ? [{ name: "@", type: "AAAA", ttl: TTL, values: [ipv6] }] : []),
  ];
}

function answer({ id, questions = [] }: DecodedPacket, find: Find) {
  const [question] = questions;
  const answers = question && answersOf(question.name, question.type, find);
  return {
    id,
    flags: AUTHORITATIVE_ANSWER | (answers ? 0 : NO_SUCH_NAME),
    questions,
    answers: answers ?? [],
  };
}
