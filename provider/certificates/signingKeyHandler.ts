import { Secret, UNKNOWN, type ResourceHandler } from "../grpc/types";
import type * as making from "./makeSigningKey";

/**
 * `holdfast:certificates:SigningKey`: a key (P-256) that certificates are ordered with or made for. The private half is a
 * secret in the state of the stack. It never changes; `pulumi up --replace URN` makes another one.
 */
export const signingKeyHandler: ResourceHandler = {
  acceptsSecrets: true,

  check({ news }) {
    const { purpose } = news;
    const isName = purpose === UNKNOWN || (typeof purpose === "string" && /^[\w.@-]+$/.test(purpose));
    const failures = isName ? [] : [{ property: "purpose", reason: "is not letters, digits, dots, dashes and @" }];
    return { inputs: news, failures };
  },

  create({ inputs, preview }) {
    const id = String(inputs.purpose);
    if (preview) return Promise.resolve({ id, outputs: { ...inputs, key: UNKNOWN, thumbprint: UNKNOWN } });
    // Loaded at its first use: most runs make no key.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as in machine/resource/context.ts
    const { makeSigningKey } = require("./makeSigningKey") as typeof making;
    const { key, thumbprint } = makeSigningKey();
    return Promise.resolve({ id, outputs: { ...inputs, key: new Secret(key), thumbprint } });
  },

  update({ olds, news }) {
    return Promise.resolve({ ...news, key: olds.key, thumbprint: olds.thumbprint });
  },
};
