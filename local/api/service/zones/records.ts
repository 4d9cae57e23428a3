import { isIPv4, isIPv6 } from "node:net";
import { invalidField } from "../errors";
import { isHostName } from "./names";
import type { RecordRow } from "./rows";

const isNumber = (text: string | undefined, most: number) => /^\d+$/.test(text ?? "") && Number(text) <= most;

/** Strings in quotes, each with what a name server can carry in one. */
function isText(value: string): boolean {
  const parts = value.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return parts.length > 0 && parts.join(" ") === value && parts.every((part) => part.length - 2 <= 255);
}

/** By type: what a value has to be, and whether it is. Types that are not here only have to have one. */
const forms: Readonly<Record<string, readonly [form: string, fits: (value: string) => boolean]>> = {
  A: ["an IPv4 address", isIPv4],
  AAAA: ["an IPv6 address", isIPv6],
  CNAME: ["a host name", isHostName],
  NS: ["a host name", isHostName],
  PTR: ["a host name", isHostName],
  MX: [
    "a preference and a host name",
    (value) => {
      const [preference, host = "", ...more] = value.split(" ");
      return more.length === 0 && isNumber(preference, 65_535) && isHostName(host);
    },
  ],
  SRV: [
    "priority, weight, port and a host name",
    (value) => {
      const [target = "", ...numbers] = value.split(" ").reverse();
      return numbers.length === 3 && numbers.every((one) => isNumber(one, 65_535)) && isHostName(target);
    },
  ],
  CAA: [
    'flags, a tag and a value in quotes, such as 0 issue "letsencrypt.org"',
    (value) => /^\d{1,3} [a-z0-9]+ "[^"]*"$/.test(value),
  ],
  TXT: ["strings in quotes of up to 255 characters each", isText],
};

/** The records of a request, as they are kept. @throws invalid_input */
export function checkedRecords(type: string, records: readonly RecordRow[]): RecordRow[] {
  if (records.length === 0) throw invalidField("records", "must not be empty");
  if (new Set(records.map(({ value }) => value)).size < records.length) {
    throw invalidField("records", "must only contain distinct values");
  }
  if (type === "CNAME" && records.length > 1) throw invalidField("records", "a CNAME has one record");
  const [form, fits] = forms[type] ?? ["a value", (value: string) => value !== ""];
  for (const [index, { value }] of records.entries()) {
    if (!fits(value)) throw invalidField(`records.${String(index)}.value`, `"${value}" is not ${form}`);
  }
  return records.map(({ value, comment }) => ({ value, ...(comment !== undefined && { comment }) }));
}
