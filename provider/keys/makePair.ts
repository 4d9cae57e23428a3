import { utils } from "ssh2";

/** Both halves of an SSH key, in OpenSSH's form. */
export interface Pair {
  readonly public: string;
  readonly private: string;
}

/**
 * A new Ed25519 key. ssh2 drops zeros at the beginning of one, which makes one in some two hundred pairs unreadable for
 * everybody (https://github.com/mscdex/ssh2/issues/1390): such a pair is thrown away.
 */
export function makePair(comment = ""): Pair {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519", { comment });
    if ([pair.public, pair.private].every((half) => !(utils.parseKey(half) instanceof Error))) return pair;
  }
}
