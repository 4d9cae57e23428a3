/** The Pulumi release that this project is tested with; it is installed where Pulumi is missing. */
export const PULUMI_VERSION = "3.259.0";

/** A CLI on the PATH has to be at least as new as the SDK in package.json, whose protocol it speaks. */
export const PULUMI_MINIMUM = "3.245.0";

/** The plugins that the program needs, in the versions of the SDK packages in package.json. */
export const PLUGINS = { hcloud: "1.41.0", random: "4.21.2" } as const;

/** What judges the workflows; the same as in toolchain/actionlint/go.mod. */
export const ACTIONLINT_VERSION = "1.7.12";

/** Whether version `a` is `b` or newer; both like `3.259.0`, a leading `v` and a suffix such as `-dev` do not count. */
export function isAtLeast(a: string, b: string): boolean {
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return version
    .replace(/^v|[-+].*$/g, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10) || 0);
}
