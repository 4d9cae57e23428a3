import type { StorageAccount, StorageBoxSpec } from "../../../driver";
import { locationOf } from "../catalog";
import { firstIpv6 } from "../machineSpec";
import type { Rows } from "../rows";
import type { StorageBoxRow, SubaccountRow } from "./rows";
import { storageBoxTypeOf } from "./types";

/** The name under which an account's box is found, as at Hetzner. */
export function hostNameOf(username: string): string {
  return `${username}.your-storagebox.de`;
}

/** The Storage Box that a row has to be. */
export function storageBoxSpec(store: Rows, box: StorageBoxRow): StorageBoxSpec {
  const subaccounts = store.find("storage_box_subaccounts", "box", box.id);
  const accounts = [mainAccount(box), ...subaccounts.map(subaccount)];
  return {
    id: box.id,
    name: box.username,
    hostNames: accounts.map(({ name }) => hostNameOf(name)),
    size: storageBoxTypeOf(box.type).size * 1024,
    location: locationOf(box.location).name,
    publicIpv4: { address: box.ipv4 },
    publicIpv6: { network: box.ipv6, address: firstIpv6(box.ipv6) },
    // One server answers for all accounts. It is open when one of them is, which is more than Hetzner allows.
    reachableExternally: [box, ...subaccounts].some(({ access }) => access.reachable_externally),
    idleTimeout: box.idleTimeout,
    accounts,
  };
}

function mainAccount({ username, passwordHash, access, sshKeys }: StorageBoxRow): StorageAccount {
  return { name: username, passwordHash, home: "", readOnly: false, enabled: access.ssh_enabled, sshKeys };
}

function subaccount({ username, passwordHash, access, homeDirectory }: SubaccountRow): StorageAccount {
  return {
    name: username,
    passwordHash,
    home: homeDirectory,
    readOnly: access.readonly,
    enabled: access.ssh_enabled,
    sshKeys: [],
  };
}
