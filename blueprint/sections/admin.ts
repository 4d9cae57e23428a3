import { addressRange, listOf, section, text } from "../fields";
import type { z } from "zod";

/** Who may look after the machines, and from where. */
export const adminSection = section(
  {
    sshKeys: listOf(
      text(/^\S.*$/, {
        description: "A public key in OpenSSH's form, or the path of a .pub file.",
        why: "machines accept only SSH keys, never passwords",
        example: "ssh-ed25519 AAAA… ana@example.org",
        form: "a public key in OpenSSH's form, or the path of a .pub file (~ is your home folder)",
      }),
      {
        description:
          "Public SSH keys of the people who look after the machines, or paths of .pub files. By default the local stack takes the local cloud's own key; other stacks need at least one.",
        why: "machines accept only SSH keys, and nobody could reach them without one",
        example: "sshKeys: [~/.ssh/id_ed25519.pub]",
      },
      { min: 1, max: 50 },
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
    example: "holdfast:admin: { sshKeys: [~/.ssh/id_ed25519.pub], allowFrom: [198.51.100.7/32] }",
  },
);

/** The section as it stands in the file, with defaults. */
export type AdminSettings = z.output<typeof adminSection>;
