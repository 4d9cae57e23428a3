import { UserError } from "../../lib/errors";
import { type Route, routesOf } from "./config";
import type { StackState } from "../state";
import { kebab } from "../../lib/text";

/** A machine of the running stack, and what it does. */
export interface Target extends Route {
  readonly roles: readonly string[];
}

/** All machines of a stack, from its state. */
export function allTargets(state: StackState): Target[] {
  const summaries = (state.outputs.machines ?? {}) as Readonly<Record<string, { readonly roles?: readonly string[] }>>;
  return routesOf(state).map((route) => ({ ...route, roles: summaries[route.machine]?.roles ?? [] }));
}

/**
 * The machines that a word names: one machine (`app-1`, or with the stack's name before it) or all of a role (`app`,
 * `load-balancer`).
 *
 * @throws naming the machines and roles that there are
 */
export function targetsOf(state: StackState, stack: string, word: string): Target[] {
  const all = allTargets(state);
  const found = all.filter(({ machine }) => machine === word || `${stack}-${machine}` === word);
  if (found.length > 0) return found;
  const role = all.filter(({ roles }) => roles.some((one) => one === word || kebab(one) === word));
  if (role.length > 0) return role;
  const machines = all.map(({ machine }) => machine).join(", ") || "none";
  const roles = [...new Set(all.flatMap((target) => target.roles.map(kebab)))].join(", ") || "none";
  throw new UserError(
    `there is no machine and no role "${word}" in the stack "${stack}"; its machines: ${machines}; its roles: ${roles}`,
  );
}

/** The one machine that a word names. @throws when it names none, or a role of several */
export function targetOf(state: StackState, stack: string, word: string): Target {
  const [target, ...more] = targetsOf(state, stack, word);
  if (target && more.length === 0) return target;
  throw new UserError(`"${word}" is ${more.length + 1} machines of the stack "${stack}": name one of them`);
}
