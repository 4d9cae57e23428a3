import { addressOrRange, addressRange, date, listOf, section, text, textOrGroup } from "../fields";
import type { z } from "zod";

const keyForm = "a public key in OpenSSH's form, or the path of a .pub file (~ is your home folder)";

const keyText = text(/^\S.*$/, {
  description:
    "A public key in OpenSSH's form, or the path of a .pub file that holds one. Ed25519, ECDSA, and RSA from 3072 bits. Keys on security keys (`sk-…`) open `npx holdfast ssh` and `run` only: their owner needs a second key of another kind for `pulumi up`.",
  why: "machines accept only SSH keys, never passwords",
  example: "ssh-ed25519 AAAA… ana@example.org",
  form: keyForm,
});

const ownerName = text(/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,62}$/u, {
  description:
    "Whose key it is. `npx holdfast who`, the lease and the log of roll-outs say it; `npx holdfast revoke` takes it. One person may have several keys.",
  why: "logs and commands name people by it",
  example: "name: ana",
  form: "up to 63 letters, digits, spaces and . _ @ + -, the first one a letter or digit",
});

const person = section(
  {
    name: ownerName,
    key: keyText,
    from: listOf(
      addressOrRange({
        description: "An address or a range of addresses.",
        why: "machines compare the address of each login with it",
        example: "198.51.100.7",
      }),
      {
        description:
          "The only addresses from which machines accept this key. `allowFrom` has to let them in too. By default all of `allowFrom`.",
        why: "a stolen key is worth less where it opens nothing",
        example: "from: [198.51.100.7]",
      },
      { min: 1, max: 50 },
    ).optional(),
    expires: date({
      description: "The last day, in UTC, on which machines accept this key. By default it never expires.",
      why: "machines refuse the key from the next day on, whatever else happens",
      example: "expires: 2027-06-30",
    }).optional(),
  },
  {
    description: "A key, whose it is, and what limits it.",
    why: "machines accept only SSH keys, never passwords",
    example: "{ name: ana, key: ~/.ssh/id_ed25519.pub }",
  },
);

const about = {
  description: "A key alone, or with the name of its owner and with limits.",
  why: "machines accept only SSH keys, never passwords",
  example: "{ name: ana, key: ~/.ssh/id_ed25519.pub }",
  form: `${keyForm}; or a group`,
};

const key = textOrGroup(keyText, person, about);

const revokedKey = textOrGroup(
  keyText,
  section(
    { name: ownerName.optional(), key: keyText },
    {
      description: "A revoked key, and whose it was.",
      why: about.why,
      example: "{ name: bob, key: ssh-ed25519 AAAA… }",
    },
  ),
  { ...about, description: "A revoked key." },
);

/** Who may look after the machines, and from where. */
export const adminSection = section(
  {
    sshKeys: listOf(
      key,
      {
        description:
          "Public SSH keys of the people who look after the machines, or paths of .pub files. By default the local stack takes the local cloud's own key; other stacks need at least one.",
        why: "machines accept only SSH keys, and nobody could reach them without one",
        example: "sshKeys: [~/.ssh/id_ed25519.pub]",
      },
      { min: 1, max: 50 },
    ).optional(),
    revokedKeys: listOf(
      revokedKey,
      {
        description:
          "Keys that must never come back; `npx holdfast revoke` moves them here. Nothing is changed while one of them stands in `sshKeys` as well.",
        why: "a stale copy of the settings would let a revoked key in again",
        example: "revokedKeys: [ssh-ed25519 AAAA… bob@example.org]",
      },
      { max: 200 },
    ).optional(),
    allowFrom: listOf(
      addressRange({
        description: "A range of addresses.",
        why: "the firewall recognises people by their address",
        example: "198.51.100.7/32",
      }),
      {
        description:
          "Where SSH connections may come from. By default the local stack accepts them from everywhere; other stacks need at least one range.",
        why: "SSH leads to everything, so it is open only to the addresses that you work from",
        example: "allowFrom: [198.51.100.7/32]",
      },
      { min: 1, max: 100 },
    ).optional(),
  },
  {
    description: "Who may look after the machines, and from where.",
    why: "machines are configured over SSH",
    example:
      "holdfast:admin:\n  sshKeys:\n    - ~/.ssh/id_ed25519.pub\n    - { name: bob, key: ssh-ed25519 AAAA… bob@example.org, expires: 2027-06-30 }\n  allowFrom: [198.51.100.7/32]",
  },
);

/** The section as it stands in the file, with defaults. */
export type AdminSettings = z.output<typeof adminSection>;

/** One entry of `sshKeys` or `revokedKeys`. */
export type WrittenKey = z.output<typeof key> | z.output<typeof revokedKey>;
