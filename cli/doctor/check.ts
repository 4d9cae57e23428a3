import type { Blueprint } from "../../blueprint/blueprint";
import type { S3Keys } from "../../blueprint/resolve/backup";
import type { CloudApi } from "../../stack/cloud/api";
import type { LookUp } from "./dns";
import type { StateResource } from "../../stack/state";

/** What checks read. */
export interface CheckContext {
  readonly stack: string;
  readonly blueprint: Blueprint;
  readonly api: CloudApi;
  /** The same cloud with the load balancers' token; undefined where they have none. */
  readonly failover?: CloudApi;
  /** Keys of the bucket in holdfast:backup.s3. */
  readonly bucketKeys?: S3Keys;
  /** What Pulumi's state knows; empty for a stack that was never made. */
  readonly resources: readonly StateResource[];
  /** What DNS says. */
  readonly lookUp: LookUp;
  /** This computer's public address; undefined if it cannot be found out. */
  readonly ownAddress: () => Promise<string | undefined>;
}

/** Checks one side of a stack. */
export type Check = (context: CheckContext) => Promise<readonly Finding[]>;

/** What a check found. */
export interface Finding {
  /** `problem`: `pulumi up` would fail, or do harm. `note`: worth knowing. */
  readonly level: "ok" | "note" | "problem";
  /** e.g. `server type cx23 is not sold in nbg1` */
  readonly what: string;
  /** What to do about it, as an instruction. */
  readonly fix?: string;
  /** No other check works until this is corrected. */
  readonly fatal?: true;
}

/** Something that is as it should be. */
export function ok(what: string): Finding {
  return { level: "ok", what };
}

/** Something worth knowing that is no problem. */
export function note(what: string, fix?: string): Finding {
  return { level: "note", what, ...(fix !== undefined && { fix }) };
}

/** A cause for which `pulumi up` would fail or do harm, and how to correct it. */
export function problem(what: string, fix: string): Finding {
  return { level: "problem", what, fix };
}
