import type * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../provider/machine/configuration";
import type { ConfigureArgs, Machine } from "./machine";

/**
 * Configures machines one after the other, the first one after `after`. When one fails, those behind it are not touched: a
 * bad change reaches one machine, not all.
 */
export function configureInTurn(machines: readonly Machine[], { after = [], ...args }: ConfigureArgs): Configuration[] {
  const done: Configuration[] = [];
  for (const machine of machines) {
    const before: readonly pulumi.Resource[] = done.length > 0 ? done.slice(-1) : after;
    done.push(machine.configure({ ...args, after: before }));
  }
  return done;
}
