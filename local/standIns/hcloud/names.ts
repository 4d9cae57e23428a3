import { createHash } from "node:crypto";
import type { Autonaming, Values } from "../../../provider/grpc/types";

/** Characters, name and suffix together. */
const longestName = 255;

/**
 * The name of a resource whose program gives none: the one that it has, what the stack's naming settings say, or the
 * logical name and seven digits that follow from the seed alone, so that a preview and its `up` agree.
 *
 * @returns `undefined` when the stack's settings forbid automatic names
 * @throws when the logical name leaves no room for the suffix
 */
export function automaticName(
  logicalName: string,
  request: { olds?: Values; randomSeed: Uint8Array; autonaming?: Autonaming },
): string | undefined {
  const { olds, randomSeed, autonaming } = request;
  if (typeof olds?.name === "string" && olds.name !== "") return olds.name;
  if (autonaming?.mode === "disable") return undefined;
  if (autonaming?.proposedName) return autonaming.proposedName;
  const suffix = createHash("sha256").update(randomSeed).digest("hex").slice(0, 7);
  const name = `${logicalName}-${suffix}`;
  if (name.length > longestName) {
    throw new Error(`The automatic name ${name} has ${String(name.length)} characters; at most 255 are possible.`);
  }
  return name;
}
