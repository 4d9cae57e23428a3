import type { Problem } from "../problems";
import { keyId } from "../sshKeys";
import type { Draft, Rule } from "./rule";

/** examples/admin.pub: lets the example stacks be previewed on a computer without any key. */
const exampleKeyId = "39f0bb517364";

function exampleKeys({ resolvedAdmin }: Draft): Problem[] {
  const index = resolvedAdmin?.sshKeys.findIndex((key) => keyId(key) === exampleKeyId) ?? -1;
  return index < 0
    ? []
    : [
        {
          setting: `holdfast:admin.sshKeys[${index}]`,
          wrong: "is the example's key",
          why: "nobody has its private key, so nobody could reach or configure the machines",
          fix: "write your own public key, or the path of its .pub file",
        },
      ];
}

/** Machines are never made with it … */
export const exampleKeyIsReplaced: Rule = (draft) => (draft.preview ? [] : exampleKeys(draft));

/** … but a preview only says so. */
export const exampleKeyWillBeRefused: Rule = (draft) => (draft.preview ? exampleKeys(draft) : []);
