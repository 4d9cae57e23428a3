import type { Https } from "../../blueprint/resolve/https";
import { aclOf, type Behind, byProxyProtocol } from "./sources";

/** Proxies that a visitor's request may have come through, one after the other, where each adds an address to a list. */
const mostProxies = 4;

/** Rules of the frontend before all others: `in_front` is true for whoever may say who a visitor is. */
export function inFrontOfAll(behind: Behind): string[] {
  if (!behind) return [];
  return [
    "    # What stands in front of this stack. From nobody else it counts what is said about visitors.",
    ...aclOf("in_front src", behind.from),
    ...(byProxyProtocol(behind) ? ["    tcp-request connection expect-proxy layer4 if in_front"] : []),
  ];
}

/**
 * Rules of the frontend: `txn.https` says whether the visitor came by https, and `src` becomes the visitor's address. Of
 * an exempt source it stays that source's; `txn.visitor` has the last address that this one names.
 *
 * @param https undefined: the stack serves http alone
 */
export function whoAsks(https: Https | undefined): string[] {
  const said = (scheme: string) => `{ req.hdr(x-forwarded-proto,-1) -m str -i ${scheme} }`;
  return [
    "    # How the visitor came here: by what this load balancer sees, or what stands in front of it says.",
    ...(https ? ["    http-request set-var(txn.https) bool(true) if { ssl_fc }"] : []),
    `    http-request set-var(txn.https) bool(true) if exempt ${said("https")}`,
    `    http-request set-var(txn.visitor) req.hdr_ip(x-forwarded-for,-1) if exempt { req.hdr_ip(x-forwarded-for,-1) -m found }${https?.behind ? " !in_front" : ""}`,
    ...(https?.behind ? visitorBehind(https.behind, said) : []),
  ];
}

function visitorBehind(behind: NonNullable<Behind>, said: (scheme: string) => string): string[] {
  if (byProxyProtocol(behind)) {
    // A visitor of something that only passes bytes on could write any header. The port that was asked for is in PROXY's.
    return ["    http-request set-var(txn.https) bool(true) if { fc_rcvd_proxy } { dst_port 443 }"];
  }
  const addresses = behind.client.toLowerCase() === "x-forwarded-for" ? mostProxies : 1;
  return [
    `    http-request set-var(txn.https) bool(true) if in_front ${said("https")}`,
    `    http-request unset-var(txn.https) if in_front ${said("http")}`,
    "    http-request set-var(txn.in_front) bool(true) if in_front",
    "    # From here on `src` is the visitor, and `in_front` is true only where nobody said who that is.",
    ...Array.from(
      { length: addresses },
      (_, index) =>
        `    http-request set-src req.hdr_ip(${behind.client},-${index + 1}) if in_front { req.hdr_ip(${behind.client},-${index + 1}) -m found }`,
    ),
  ];
}
