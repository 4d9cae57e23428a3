import { domainToASCII } from "node:url";
import type { Values } from "../../../../provider/grpc/types";

/** Characters in one part of a TXT record. */
const longestPart = 255;

/** A domain in the form that DNS knows, e.g. `bücher.example` → `xn--bcher-kva.example`. */
export function idna({ domain }: Values): Promise<Values> {
  const result = domainToASCII(String(domain));
  if (result === "") throw new Error(`${JSON.stringify(domain)} is no domain name.`);
  return Promise.resolve({ domain, result });
}

/** A text as the value of a TXT record: in quotes, long ones in several parts. */
export function txtRecord({ record }: Values): Promise<Values> {
  const text = String(record).replace(/["\\]/g, "\\$&");
  const parts = text.match(new RegExp(`.{1,${String(longestPart)}}`, "gs")) ?? [""];
  return Promise.resolve({ record, result: parts.map((part) => `"${part}"`).join(" ") });
}
