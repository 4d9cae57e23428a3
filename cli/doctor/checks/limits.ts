import { type Check, note, ok } from "../check";

/**
 * How many servers an `up` will create. The API does not name the limits of an account, so a person has to compare.
 * Beyond a limit the API answers `resource_limit_exceeded`.
 */
export const limits: Check = async ({ api, blueprint }) => {
  const servers = await api.list("servers");
  const missing = blueprint.machines.filter(({ serverName }) => !servers.some(({ name }) => name === serverName));
  if (missing.length === 0) return [ok("no more servers are needed")];
  return [
    note(
      `${missing.length} more servers beside ${servers.length} in the project: the API does not tell the account's limits, ` +
        "https://console.hetzner.com (Limits) does",
    ),
  ];
};
