import { randomBytes, randomUUID } from "node:crypto";
import type { RandomKind } from "./resource";

function uuid(generate: () => string): RandomKind {
  return {
    settings: {},
    generated: ["result"],
    generate: () => {
      const result = generate();
      return { id: result, outputs: { result } };
    },
    adopt: (result) => {
      if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(result)) throw new Error(`${result} is not a UUID.`);
      return { id: result, settings: {}, outputs: { result } };
    },
  };
}

/** RandomUuid and RandomUuid4. */
export const randomUuid = uuid(randomUUID);

/** RandomUuid7 (RFC 9562): the time in milliseconds, then random bits, so that later ones sort later. */
export const randomUuid7 = uuid(() => {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
});
