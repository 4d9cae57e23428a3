import type { Command } from "./actions/delays";
import type { NewAction } from "./actions/actions";
import { actionView } from "./actions/view";
import { found, typeOf, type ActionTable, type Cloud } from "./cloud";
import { checkedUpdate, type NamedTable, type NamedUpdate } from "./common";
import { timestamp } from "./clock";
import { call, callWithoutAnswer, list, type Operation, type Operations, type View } from "./operation";
import type { Named, ResourceRef, Tables } from "./rows";

/** What is special about one kind of named resource. */
interface Special<K extends NamedTable, Body> {
  readonly view: (cloud: Cloud, row: Tables[K]) => View;
  /** What an update changes beside name and labels; throws when it may not happen. */
  readonly update?: (row: Tables[K], body: Body, cloud: Cloud) => Partial<Tables[K]>;
  /** Throws when the resource may not be deleted, and ends what refers to it. @default no such operation */
  readonly remove?: (cloud: Cloud, row: Tables[K]) => void;
}

/** List, read, update and delete, as they are for every kind with names and labels. */
export function namedResource<K extends NamedTable, Body = object>(
  table: K,
  { view, update, remove }: Special<K, Body>,
): Operations {
  const answer = (cloud: Cloud, row: Tables[K]) => ({ [typeOf[table]]: view(cloud, row) });
  const operations: Record<string, Operation> = {
    [`GET /${table}`]: list(table, (cloud) => cloud.store.all(table).map((row) => view(cloud, row))),
    [`GET /${table}/{id}`]: call((cloud, _body, { id }) => answer(cloud, found(cloud, table, id))),
    [`PUT /${table}/{id}`]: call((cloud, body: Body & NamedUpdate, { id }) => {
      const row = found(cloud, table, id);
      const more = update?.(row, body, cloud);
      return answer(cloud, cloud.store.put(table, { ...row, ...checkedUpdate(cloud, table, row, body), ...more }));
    }),
  };
  if (remove === undefined) return operations;
  const deletion = callWithoutAnswer((cloud, id) => {
    const row = found(cloud, table, id);
    remove(cloud, row);
    cloud.store.remove(table, row.id);
  });
  return { ...operations, [`DELETE /${table}/{id}`]: deletion };
}

/** An action on an idle resource: what `changed` gives is written at once, then the action starts. */
export function change<K extends ActionTable, Body = unknown>(
  table: K,
  command: Command,
  changed: (row: Tables[K], body: Body, cloud: Cloud) => Partial<Tables[K]>,
  more: View = {},
): Operation {
  return call((cloud, body: Body, { id }) => {
    const row = found(cloud, table, id);
    const resource = { type: typeOf[table], id: row.id };
    cloud.actions.assertIdle(resource);
    cloud.store.put(table, { ...row, ...changed(row, body, cloud) });
    return { ...started(cloud, command, [resource]), ...more };
  });
}

/** @param check throws when this protection cannot be set */
export function changeProtection<K extends Exclude<ActionTable, "firewalls">>(
  table: K,
  check: (row: Tables[K], protection: Tables[K]["protection"]) => void = () => undefined,
): Operations {
  const operation = change(table, "change_protection", (row, body: Partial<Tables[K]["protection"]>) => {
    const protection = changedProtection(row.protection, body);
    check(row, protection);
    return { protection } as unknown as Partial<Tables[K]>;
  });
  return { [`POST /${table}/{id}/actions/change_protection`]: operation };
}

/** Clients leave out the values that do not change. */
export function changedProtection<P extends { readonly delete: boolean }>(current: P, body: Partial<P>): P {
  return { ...current, ...Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) };
}

/** Starts an action and answers with it. */
export function started(
  cloud: Cloud,
  command: Command,
  resources: readonly ResourceRef[],
  options?: NewAction,
): { readonly action: View } {
  return { action: actionView(cloud, cloud.actions.create(command, resources, options)) };
}

/** The part of a view that all named resources share. */
export function namedView({ id, name, labels, created }: Named): View {
  return { id, name, labels, created: timestamp(created) };
}
