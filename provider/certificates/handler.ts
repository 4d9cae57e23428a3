import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { Secret, UNKNOWN, type ResourceHandler, type Values } from "../grpc/types";
import type * as issuing from "./issue";

/**
 * `holdfast:certificates:ServerCertificate`: a certificate authority, and a certificate that it issued for one
 * server. Both keys are secrets in the state of the stack and nowhere else. It does not contact machines.
 */
export const serverCertificateHandler: ResourceHandler = {
  acceptsSecrets: true,

  check({ news }) {
    const { commonName, addresses } = news;
    const failures = [];
    if (commonName !== UNKNOWN && (typeof commonName !== "string" || commonName === "")) {
      failures.push({ property: "commonName", reason: "is not a name" });
    }
    if (addresses !== UNKNOWN && (!Array.isArray(addresses) || !addresses.every((one) => isIP(String(one)) > 0))) {
      failures.push({ property: "addresses", reason: "is not a list of IP addresses" });
    }
    return { inputs: news, failures };
  },

  diff({ olds, oldInputs, news }) {
    const changed = ["commonName", "addresses"].filter((key) => !isDeepStrictEqual(oldInputs[key], news[key]));
    const isOld = new Date() > new Date(String(olds.renewal));
    return { changes: changed.length > 0 || isOld, diffs: isOld ? [...changed, "certificate"] : changed };
  },

  async create({ inputs, preview }) {
    const id = String(inputs.commonName);
    if (preview) return { id, outputs: { ...inputs, ...unknown, authority: UNKNOWN, authorityKey: UNKNOWN } };
    const { issueAuthority } = issue();
    const authority = await issueAuthority(`${String(inputs.commonName)}, authority`, new Date());
    return { id, outputs: await withServer(inputs, authority) };
  },

  /** The authority stays, so clients keep trusting it. */
  async update({ olds, news, preview }) {
    const kept = { authority: olds.authority, authorityKey: olds.authorityKey };
    if (preview) return { ...news, ...unknown, ...kept };
    return withServer(news, { certificate: String(olds.authority), key: plain(olds.authorityKey) });
  },
};

const unknown = { certificate: UNKNOWN, key: UNKNOWN, renewal: UNKNOWN };

async function withServer(inputs: Values, authority: issuing.KeyPair): Promise<Values> {
  const { issueServer, renewalOf } = issue();
  const subject = { commonName: String(inputs.commonName), addresses: inputs.addresses as string[] };
  const { certificate, key } = await issueServer(authority, subject, new Date());
  return {
    ...inputs,
    authority: authority.certificate,
    authorityKey: new Secret(authority.key),
    certificate,
    key: new Secret(key),
    renewal: renewalOf(certificate).toISOString(),
  };
}

function plain(value: unknown): string {
  return String(value instanceof Secret ? value.value : value);
}

/** Loaded at its first use: most runs issue no certificate. */
function issue(): typeof issuing {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as in machine/resource/context.ts
  return require("./issue") as typeof issuing;
}
