import { randomBytes as bytes } from "node:crypto";
import type { RandomKind } from "./resource";

/** RandomBytes: a secret key. */
export const randomBytes: RandomKind = {
  settings: { length: null },
  required: ["length"],
  generated: ["base64", "hex"],
  secret: ["base64", "hex"],
  check: ({ length }) => (Number(length) >= 1 ? undefined : `length is ${String(length)}; it has to be at least 1`),
  generate: ({ length }) => ({ id: "none", outputs: spell(bytes(Number(length))) }),
  adopt: (base64) => {
    const value = Buffer.from(base64, "base64");
    return { id: "none", settings: { length: value.length }, outputs: spell(value) };
  },
};

/** RandomId: bytes that are no secret, for unique names; the prefix is in front of every spelling. */
export const randomId: RandomKind = {
  settings: { byteLength: null, prefix: null },
  required: ["byteLength"],
  generated: ["b64Std", "b64Url", "dec", "hex"],
  check: ({ byteLength }) =>
    Number(byteLength) >= 1 ? undefined : `byteLength is ${String(byteLength)}; it has to be at least 1`,
  generate: ({ byteLength, prefix }) => identify(bytes(Number(byteLength)), prefix as string | null),
  adopt: (given) => {
    const comma = given.lastIndexOf(",");
    const prefix = comma < 0 ? null : given.slice(0, comma);
    const value = Buffer.from(given.slice(comma + 1), "base64url");
    const settings = { byteLength: value.length, ...(prefix === null ? {} : { prefix }) };
    return { settings, ...identify(value, prefix) };
  },
};

function identify(value: Buffer, prefix: string | null) {
  const before = prefix ?? "";
  return {
    id: value.toString("base64url"),
    outputs: {
      b64Std: before + value.toString("base64"),
      b64Url: before + value.toString("base64url"),
      dec: before + BigInt(`0x${value.toString("hex")}`).toString(),
      hex: before + value.toString("hex"),
    },
  };
}

function spell(value: Buffer) {
  return { base64: value.toString("base64"), hex: value.toString("hex") };
}
