import { Secret, UNKNOWN, type ResourceHandler } from "../grpc/types";
import type * as making from "./makePair";

/**
 * `holdfast:keys:KeyPair`: an SSH key with which a machine logs in elsewhere. The private half is a secret in the
 * state of the stack and nowhere else. It never changes, whatever its comment becomes.
 */
export const keyPairHandler: ResourceHandler = {
  acceptsSecrets: true,

  check({ news }) {
    const { comment } = news;
    const isName = comment === UNKNOWN || (typeof comment === "string" && /^[\w.@-]+$/.test(comment));
    const failures = isName ? [] : [{ property: "comment", reason: "is not letters, digits, dots, dashes and @" }];
    return { inputs: news, failures };
  },

  create({ inputs, preview }) {
    const id = String(inputs.comment);
    if (preview) return Promise.resolve({ id, outputs: { ...inputs, publicKey: UNKNOWN, privateKey: UNKNOWN } });
    // Loaded at its first use: most runs make no key.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as in machine/resource/context.ts
    const { makePair } = require("./makePair") as typeof making;
    const pair = makePair(id);
    const outputs = { ...inputs, publicKey: pair.public, privateKey: new Secret(pair.private) };
    return Promise.resolve({ id, outputs });
  },

  update({ olds, news }) {
    return Promise.resolve({ ...news, publicKey: olds.publicKey, privateKey: olds.privateKey });
  },
};
