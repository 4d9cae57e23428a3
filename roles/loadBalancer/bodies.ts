import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../blueprint/settings";
import { milliseconds } from "./timings";

/** Where HAProxy finds what watches bodies while they pass. */
export const bodiesPath = "/etc/haproxy/bodies.lua";

/** The filter that holds bodies to their size and rate. */
export function bodiesProgram(): string {
  return readFileSync(join(__dirname, "bodies.lua"), "utf8");
}

/** Bytes in a KiB and in a MiB. */
const [kibibyte, mebibyte] = [1_024, 1_048_576];

type Limited = Pick<Settings, "loadBalancer">;

/** Bytes that the body of a request may have. */
export function bodyBytes({ loadBalancer }: Limited): number {
  return loadBalancer.limits.bodySize * mebibyte;
}

/** Bytes of a body that HAProxy has before an instance hears of the request; of a smaller body, all. */
export const firstBytes = 8 * kibibyte;

/** Seconds until they have to be there: a body at the lowest rate that pauses as long as it may. */
export function firstBytesTimeout({ loadBalancer }: Limited): number {
  const { bodyRate, bodyPause } = loadBalancer.limits;
  return bodyPause + firstBytes / (bodyRate * kibibyte);
}

/**
 * Bytes of a head from which HAProxy's buffer may be full before the first bytes of the body are there, in many small
 * pieces. It waits for no more of them then.
 */
const largeHead = 4 * kibibyte;

/**
 * Rules of the frontend. They hold a request back until its body flows, so that one that hangs takes no place at an
 * instance, and tell whether its end has come: `unfinished`, also as `txn.unfinished` for the filter.
 */
export function waitForBody(settings: Limited & Pick<Settings, "https">): string[] {
  return [
    "    # A body that hangs takes no place at an instance: small ones come whole, of larger ones the beginning.",
    `    http-request wait-for-body time ${milliseconds(firstBytesTimeout(settings))} at-least ${firstBytes}`,
    "    acl streamed req.hdr(transfer-encoding) -m found",
    ...(settings.https
      ? [
          "    # HTTP/2 does not say that a body is streamed: it has no length, and some of it is there by now.",
          "    http-request set-var(txn.streamed) bool(true) if { fc_http_major 2 } !{ req.hdr(content-length) -m found } { req.body_len gt 0 }",
          "    acl streamed var(txn.streamed) -m bool",
        ]
      : []),
    "    http-request set-var(txn.read) req.body_len",
    "    acl announced_more req.body_size,sub(txn.read) gt 0",
    ...(settings.https ? ["    acl announced_more req.hdr_val(content-length),sub(txn.read) gt 0"] : []),
    "    # Nothing tells the end of a streamed body, but HAProxy would have waited for more.",
    `    acl buffered req.body_len ge ${firstBytes}`,
    `    acl buffered req.hdrs,length ge ${largeHead}`,
    "    http-request set-var(txn.unfinished) bool(true) if announced_more or streamed buffered",
    "    acl unfinished var(txn.unfinished) -m bool",
    "    # What is seen of it in bodies.lua comes with its bytes; this is for one that stops.",
    `    http-request set-timeout client ${milliseconds(settings.loadBalancer.limits.bodyPause)} if unfinished`,
  ];
}

/** The filter of a backend whose requests may have bodies that are not whole. */
export function watchBodies(settings: Limited): string {
  const { bodyRate, bodyPause } = settings.loadBalancer.limits;
  return `    filter lua.bodies ${bodyBytes(settings)} ${bodyRate * kibibyte} ${bodyPause}`;
}
