import { didYouMean, nearest } from "./nearest";
import type { Problem } from "./problems";
import { sectionNames } from "./sections";

/** The project's name, which Pulumi puts before its settings. */
export const namespace = "holdfast";

/** What the official plugin of Hetzner Cloud can be told (`@pulumi/hcloud`, config/vars). */
const hcloudNames = ["token", "endpoint", "endpointHetzner", "pollFunction", "pollInterval"];

const why = "a misspelt setting that is silently ignored does more harm than one that stops";

/** Keys of a stack's configuration that no program reads: most likely misspelt ones. */
export function unknownSettings(keys: readonly string[]): Problem[] {
  return keys.flatMap((key) => {
    const [space = "", ...rest] = key.split(":");
    const name = rest.join(":");
    if (space === namespace) return unknownIn(space, name, sectionNames);
    if (space === "hcloud") return unknownIn(space, name, hcloudNames);
    // Settings of other plugins are not checked, but a namespace that is nearly ours is a slip.
    return nearest(space, [namespace]) === undefined
      ? []
      : [{ setting: key, wrong: "belongs to no known plugin", why, fix: `write ${namespace}:${name}` }];
  });
}

function unknownIn(space: string, name: string, known: readonly string[]): Problem[] {
  if (known.includes(name)) return [];
  const all = known.map((one) => `${space}:${one}`).join(", ");
  return [
    { setting: `${space}:${name}`, wrong: "is not a setting", why, fix: `${didYouMean(name, known)}known: ${all}` },
  ];
}
