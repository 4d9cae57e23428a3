/* eslint-disable @typescript-eslint/no-require-imports -- `import()` of TypeScript without a build step needs another
   ending under Jest than under tsx; require means the same in both. */
import type * as applying from "../apply/apply";
import type * as leasing from "../lease/leases";
import type * as failures from "../../ssh/failures";
import type * as reading from "./read";

let loaded: ReturnType<typeof load> | undefined;

/**
 * What needs SSH, loaded at its first use: ssh2 costs more time than the rest of the plugin's code together, and a
 * preview has no use for it.
 */
export function overSsh() {
  return (loaded ??= load());
}

/** A run is over. One that contacted no machine holds no lease. */
export async function finishOverSsh(): Promise<void> {
  await loaded?.leases.end();
}

function load() {
  return {
    ...(require("../apply/apply") as typeof applying),
    ...(require("../lease/leases") as typeof leasing),
    ...(require("./read") as typeof reading),
    ...(require("../../ssh/failures") as typeof failures),
  };
}
