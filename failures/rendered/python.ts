/**
 * A constant of one of the small programs on the machines, e.g. `HAPROXY_GRACE_SECONDS = 0.3`.
 *
 * @throws when there is none of that name
 */
export function readConstant(python: string, name: string): number {
  const found = new RegExp(`^${name} = ([\\d.]+)$`, "m").exec(python)?.[1];
  if (found === undefined) throw new Error(`the program has no ${name}, which the failure report computes with`);
  return Number(found);
}
