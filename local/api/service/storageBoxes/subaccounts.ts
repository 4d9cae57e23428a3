import type { Command } from "../actions/delays";
import type { Effects } from "../actions/effects";
import { found, type Cloud } from "../cloud";
import { ApiError, invalidField, notFound } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, list, type Operation, type Operations, type View } from "../operation";
import { started } from "../resource";
import { followStore } from "./changeActions";
import { hashedPassword } from "./password";
import type { StorageBoxRow, SubaccountAccess, SubaccountRow } from "./rows";
import { storageBoxTypeOf } from "./types";
import { boxRef, subaccountView } from "./view";

const closed: SubaccountAccess = {
  reachable_externally: false,
  readonly: false,
  samba_enabled: false,
  ssh_enabled: false,
  webdav_enabled: false,
};

interface CreateBody {
  readonly name?: string;
  readonly home_directory: string;
  readonly password: string;
  readonly description?: string;
  readonly labels?: Labels;
  readonly access_settings?: Partial<SubaccountAccess>;
}

type Params = Readonly<Record<string, string>>;

/** @throws not_found, also for an account of another box */
function accountOf(cloud: Cloud, { id, subaccount_id: accountId }: Params): [StorageBoxRow, SubaccountRow] {
  const box = found(cloud, "storage_boxes", id);
  const account = found(cloud, "storage_box_subaccounts", accountId);
  if (account.storageBox !== box.id) throw notFound("subaccount", accountId);
  return [box, account];
}

function change<Body>(command: Command, changed: (account: SubaccountRow, body: Body) => Partial<SubaccountRow>) {
  return call((cloud, body: Body, params) => {
    const [box, account] = accountOf(cloud, params);
    cloud.actions.assertIdle(boxRef(box));
    cloud.store.put("storage_box_subaccounts", { ...account, ...changed(account, body) });
    return started(cloud, command, [boxRef(box)]);
  });
}

const all = "/storage_boxes/{id}/subaccounts";
const one = `${all}/{subaccount_id}`;

/** Accounts of a box, each with its own folder. */
export const subaccountOperations: Operations = {
  [`GET ${all}`]: list("subaccounts", (cloud, { params }) => {
    const box = found(cloud, "storage_boxes", params.id);
    return cloud.store.find("storage_box_subaccounts", "box", box.id).map(subaccountView);
  }),
  [`GET ${one}`]: call((cloud, _body, params) => ({ subaccount: subaccountView(accountOf(cloud, params)[1]) })),
  [`POST ${all}`]: call(create),
  [`PUT ${one}`]: call((cloud, body: { name?: string; description?: string; labels?: Labels }, params) => {
    const [, account] = accountOf(cloud, params);
    const { name = account.name, description = account.description } = body;
    const labels = body.labels === undefined ? account.labels : checkedLabels(body.labels);
    const row = cloud.store.put("storage_box_subaccounts", { ...account, name, description, labels });
    return { subaccount: subaccountView(row) };
  }),
  [`DELETE ${one}`]: call((cloud, _body, params) => {
    const [box, account] = accountOf(cloud, params);
    cloud.actions.assertIdle(boxRef(box));
    cloud.store.remove("storage_box_subaccounts", account.id);
    return started(cloud, "delete_subaccount", [boxRef(box)]);
  }),
  [`POST ${one}/actions/change_home_directory`]: change(
    "change_home_directory",
    (_account, body: { home_directory: string }) => ({ homeDirectory: checkedHome(body.home_directory) }),
  ),
  [`POST ${one}/actions/reset_subaccount_password`]: change(
    "reset_subaccount_password",
    (_account, body: { password: string }) => ({ passwordHash: hashedPassword(body.password) }),
  ),
  [`POST ${one}/actions/update_access_settings`]: change(
    "update_access_settings",
    ({ access }, body: Partial<SubaccountAccess>) => ({ access: { ...access, ...body } }),
  ),
} satisfies Record<string, Operation>;

function create(cloud: Cloud, body: CreateBody, { id }: Params): View {
  const box = found(cloud, "storage_boxes", id);
  cloud.actions.assertIdle(boxRef(box));
  const others = cloud.store.find("storage_box_subaccounts", "box", box.id);
  const limit = storageBoxTypeOf(box.type).subaccounts;
  if (others.length >= limit) {
    throw new ApiError("resource_limit_exceeded", `storage box ${box.name} has ${String(limit)} subaccounts already`);
  }
  const username = freeUsername(box, others);
  const account = cloud.store.put("storage_box_subaccounts", {
    id: cloud.store.newId(),
    storageBox: box.id,
    name: body.name ?? username,
    description: body.description ?? "",
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    username,
    passwordHash: hashedPassword(body.password),
    homeDirectory: checkedHome(body.home_directory),
    access: { ...closed, ...body.access_settings },
  });
  return { subaccount: subaccountView(account), ...started(cloud, "create_subaccount", [boxRef(box)]) };
}

function freeUsername(box: StorageBoxRow, others: readonly SubaccountRow[]): string {
  const taken = new Set(others.map(({ username }) => username));
  for (let number = 1; ; number++) {
    const username = `${box.username}-sub${String(number)}`;
    if (!taken.has(username)) return username;
  }
}

/** Without slashes around it. @throws invalid_input for a path that leads out of the box */
function checkedHome(home: string): string {
  const parts = home.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..")) throw invalidField("home_directory", "has to be a folder in the box");
  return parts.join("/");
}

/** What the actions of accounts do once their time is over. */
export const subaccountEffects = {
  create_subaccount: followStore,
  delete_subaccount: followStore,
  change_home_directory: followStore,
  reset_subaccount_password: followStore,
} satisfies Partial<Record<Command, Effects>>;
