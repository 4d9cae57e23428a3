import { type Blueprint, coresOf, type MachinePlan } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import type { Https } from "../../blueprint/resolve/https";
import { certificatePaths, served } from "./certificateKeeper/certificateKeeper";
import { aclOf } from "./sources";
import { milliseconds } from "./timings";

/** New TLS connections per second and core: about half of what a core can do, so that open connections go on. */
const handshakesPerCore = 500;

/** Mozilla's intermediate profile, guideline 5.8, without DHE (https://ssl-config.mozilla.org). */
const ciphersOf = (key: "ECDSA" | "RSA") =>
  ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].map((cipher) => `ECDHE-${key}-${cipher}`);
const suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const curves = ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"];

/** Lines of the section `global`. */
export function tlsGlobals({ certificates }: Https, machine: MachinePlan): string[] {
  // Ours have keys of elliptic curves alone.
  const ciphers = [...ciphersOf("ECDSA"), ...(Object.keys(certificates).length > 0 ? ciphersOf("RSA") : [])];
  return [
    `    ssl-default-bind-ciphers ${ciphers.join(":")}`,
    `    ssl-default-bind-ciphersuites ${suites.join(":")}`,
    `    ssl-default-bind-curves ${curves.join(":")}`,
    "    # Ticket keys are each process's own: another load balancer could not read its tickets.",
    "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    `    maxsslrate ${handshakesPerCore * coresOf(machine)}`,
    "    # Frames of HTTP/2 that no browser sends, until the connection is closed. By default they never are.",
    "    tune.h2.fe.glitches-threshold 1000",
  ];
}

/** Where visitors come in by https. Without a certificate for the address, who names no host of ours gets none. */
export function tlsBinds({ address }: Https, { settings }: Blueprint): string[] {
  const options = `ssl crt-list ${served.list} alpn h2,http/1.1${address ? "" : " strict-sni"}`;
  return [
    `    bind 0.0.0.0:${ports.https} ${options}`,
    `    bind [::]:${ports.https} v6only ${options}`,
    `    timeout client-hs ${milliseconds(settings.loadBalancer.limits.headerTimeout)}`,
  ];
}

/**
 * Rules before all others: an authority's question is answered on every load balancer alike, and is worth nothing to
 * whoever has no key of the account.
 */
export function challengeRules({ behind }: Https): string[] {
  // A proxy may bring by https what it was asked by http.
  const when = behind ? "challenge" : "challenge !{ ssl_fc }";
  return [
    "    # Whichever load balancer an authority asks, the answer is the same, and needs no file of the order.",
    "    acl challenge path_reg ^/\\.well-known/acme-challenge/[A-Za-z0-9_-]{16,256}$",
    `    http-request return status 200 content-type text/plain lf-file ${certificatePaths.challenge} if ${when}`,
  ];
}

/**
 * Rules of the frontend: http is for hosts that have no certificate yet, and for health checks, which are not redirected;
 * one host may stand for another one.
 */
export function httpsRules({ hosts, redirects, hsts }: Https, healthPath: string): string[] {
  const host = "req.hdr(host),host_only,lower,rtrim(.)";
  return [
    "    acl by_https var(txn.https) -m bool",
    `    acl has_certificate ${host} -m str -f ${served.ready}`,
    ...(hsts > 0
      ? [
          ...aclOf(`https_host ${host} -m str`, hosts),
          "    http-request set-var(txn.hsts) bool(true) if by_https https_host has_certificate",
          `    http-after-response set-header Strict-Transport-Security max-age=${hsts} if { var(txn.hsts) -m bool }`,
        ]
      : []),
    // Behind something that ended TLS, a redirect would lead to itself for ever: by_https is the visitor's way, not the proxy's.
    `    http-request redirect location https://%[${host}]%[pathq] code 308 if has_certificate !by_https !{ path ${healthPath} }`,
    ...Object.entries(redirects).map(
      ([from, to]) =>
        `    http-request redirect location https://${to}%[pathq] code 308 if by_https { ${host} -m str ${from} }`,
    ),
  ];
}
