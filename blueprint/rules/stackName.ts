import type { Rule } from "./rule";

/** The stack's name is part of every server's name and a label's value; both have limits (RFC 1123, Hetzner's labels). */
export const stackName: Rule = ({ stack }) =>
  /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(stack)
    ? []
    : [
        {
          setting: "the stack's name",
          value: stack,
          wrong: "cannot be part of a server's name",
          why: "servers are called <stack>-app-1, and host names take lower-case letters, digits and - only",
          fix: "choose a name of at most 30 lower-case letters, digits and -, starting with a letter and not ending with -",
        },
      ];
