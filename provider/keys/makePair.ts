import { utils } from "ssh2";

/** Both halves of an SSH key, in OpenSSH's form. */
export interface Pair {
  readonly public: string;
  readonly private: string;
}

/**
 * A new Ed25519 key. ssh2 drops leading zeros, so that one in about two hundred pairs is unreadable
 * (https://github.com/mscdex/ssh2/issues/1390). Such a pair is thrown away.
 */
export function makePair(comment = ""): Pair {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519", { comment });
    if ([pair.public, pair.private].every((half) => !(utils.parseKey(half) instanceof Error))) return pair;
  }
}
