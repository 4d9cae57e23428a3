import { isAbsolute, join } from "node:path";
import type { ParsedSettings } from "../parseSettings";
import type { Problem } from "../problems";
import { isSafeAddress } from "../releaseReference";
import type { ReleasesSettings } from "../sections/releases";
import { backupStorageStore } from "../storageAccess";
import { resolveSftp, type SftpPlace } from "./sftpStore";

/** Name and password, or the two keys of a bucket. */
export interface StoreKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Where a stack's releases are kept, resolved. The keys are secrets. */
export type StorePlace =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "web"; readonly url: string; readonly keys?: StoreKeys }
  | {
      readonly kind: "bucket";
      readonly endpoint: string;
      readonly region: string;
      readonly bucket: string;
      /** Part of every key, with a slash at its end; empty for none. */
      readonly prefix: string;
      readonly keys?: StoreKeys;
    }
  | SftpPlace
  /** The stack's own backup storage, while its login is not known yet. */
  | { readonly kind: "backupStorage" };

const setting = "holdfast:releases";

/** Finds the place that `holdfast:releases` names, and checks it as a whole. */
export function resolveStore(
  releases: ReleasesSettings,
  { source: { folder, isSecret }, storageAccess }: ParsedSettings,
): { value?: StorePlace; problems: readonly Problem[] } {
  const { store, endpoint, region, accessKey, secretKey, hostKey } = releases;
  if ((accessKey ?? secretKey) !== undefined && !isSecret(setting)) return refuse(plainKeys);
  const keys = accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined;
  if (store === backupStorageStore) {
    return storageAccess ? resolveSftp(storageAccess) : { value: { kind: "backupStorage" }, problems: [] };
  }
  if (/^sftp:/i.test(store)) return resolveSftp({ store, secretKey, hostKey });
  if (store.startsWith("s3://")) {
    const [bucket = "", ...folders] = store.slice("s3://".length).split("/").filter(Boolean);
    if (endpoint === undefined) return refuse(noEndpoint(store));
    if (!isSafeAddress(endpoint)) return refuse(notSafe("endpoint", endpoint));
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return refuse(noBucket(store));
    const prefix = folders.map((part) => `${part}/`).join("");
    return {
      value: { kind: "bucket", endpoint: endpoint.replace(/\/$/, ""), region, bucket, prefix, keys },
      problems: [],
    };
  }
  if (/^[a-z0-9]+:\/\//i.test(store)) {
    if (!isSafeAddress(store)) return refuse(notSafe("store", store));
    return { value: { kind: "web", url: store.replace(/\/*$/, "/"), keys }, problems: [] };
  }
  return { value: { kind: "folder", path: isAbsolute(store) ? store : join(folder, store) }, problems: [] };
}

function refuse(problem: Problem): { problems: readonly Problem[] } {
  return { problems: [problem] };
}

const plainKeys: Problem = {
  setting,
  wrong: "has its keys in plain text",
  why: "anybody who reads this file could put a release of their own into the store",
  fix: "revoke these keys, make new ones, and give them with `pulumi config set --secret --path holdfast:releases.accessKey` (and .secretKey)",
};

function noEndpoint(store: string): Problem {
  return {
    setting: `${setting}.store`,
    value: store,
    wrong: "names a bucket but no server",
    why: "a bucket's name alone does not say where it is",
    fix: "add the server, e.g. `endpoint: https://nbg1.your-objectstorage.com`",
  };
}

function noBucket(store: string): Problem {
  return {
    setting: `${setting}.store`,
    value: store,
    wrong: "has no valid bucket name",
    why: "S3 allows lower-case letters, digits, dots and dashes, 3 to 63 of them",
    fix: "write e.g. `store: s3://releases`",
  };
}

function notSafe(key: string, value: string): Problem {
  return {
    setting: `${setting}.${key}`,
    value,
    wrong: "is not an https address",
    why: "anybody on the network path could read the releases and the keys",
    fix: "use https",
  };
}
