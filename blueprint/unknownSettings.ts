import { didYouMean, nearest } from "./nearest";
import type { Problem } from "./problems";
import { sectionNames } from "./sections";

/** The project's name, which Pulumi puts before its settings. */
export const namespace = "holdfast";

/** What the official plugin of Hetzner Cloud can be told (`@pulumi/hcloud`, config/vars). */
const hcloudNames = ["token", "endpoint", "endpointHetzner", "pollFunction", "pollInterval"];

const why = "a misspelt setting that is silently ignored does more harm than one that stops";

/** Keys of a stack's configuration that nobody reads, though somebody must have meant something by them. */
export function unknownSettings(keys: readonly string[]): Problem[] {
  return keys.flatMap((key) => {
    const [space = "", ...rest] = key.split(":");
    const name = rest.join(":");
    if (space === namespace) return unknownIn(space, name, sectionNames);
    if (space === "hcloud") return unknownIn(space, name, hcloudNames);
    // Other plugins' settings are theirs; a name that is nearly ours is not one of them.
    return nearest(space, [namespace]) === undefined
      ? []
      : [{ setting: key, wrong: "belongs to nobody", why, fix: `write ${namespace}:${name}` }];
  });
}

function unknownIn(space: string, name: string, known: readonly string[]): Problem[] {
  if (known.includes(name)) return [];
  const all = known.map((one) => `${space}:${one}`).join(", ");
  return [
    { setting: `${space}:${name}`, wrong: "is not a setting", why, fix: `${didYouMean(name, known)}known: ${all}` },
  ];
}
