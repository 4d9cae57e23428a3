import type { Row } from "../store/table";
import type { Cloud } from "./cloud";
import type { Rows, Tables } from "./rows";

/**
 * Tables whose rows are only reached through another row, or which the cloud fills by itself. They are in the project of
 * that row.
 */
const dependent: readonly (keyof Tables)[] = ["storage_box_subaccounts", "storage_box_snapshots", "zone_rrsets"];

/**
 * A cloud as the token of one project sees it: what another project has is not there, and what is made belongs to this
 * one.
 *
 * @param project undefined: the first one
 */
export function inProject(cloud: Cloud, project: string | undefined): Cloud {
  const all = cloud.allProjects;
  const isOurs = (table: keyof Tables, row: Row) => dependent.includes(table) || row.project === project;
  const store: Rows = {
    get: (table, id) => {
      const row = all.get(table, id);
      return row && isOurs(table, row) ? row : undefined;
    },
    all: (table) => all.all(table).filter((row) => isOurs(table, row)),
    find: (table, index, key) => all.find(table, index, key).filter((row) => isOurs(table, row)),
    put: (table, row) => all.put(table, project === undefined || dependent.includes(table) ? row : { ...row, project }),
    remove: (table, id) => all.remove(table, id),
    newId: () => all.newId(),
    afterCommit: (then) => all.afterCommit(then),
    transaction: (work) => all.transaction(work),
    close: () => all.close(),
  };
  // Not a copy: the cloud's actions are known only after it was made.
  return Object.create(cloud, { store: { value: store } }) as Cloud;
}
