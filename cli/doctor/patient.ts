import type { Blueprint } from "../../blueprint/blueprint";
import type { CloudApi } from "../../stack/cloud/api";
import type { StateResource } from "../../stack/state";
import type { Finding } from "./finding";

/** What checks look at. */
export interface Patient {
  readonly stack: string;
  readonly blueprint: Blueprint;
  readonly api: CloudApi;
  /** What Pulumi's state knows; empty for a stack that was never made. */
  readonly resources: readonly StateResource[];
  /** This computer's address as the internet sees it; nothing where it cannot be told. */
  readonly ownAddress: () => Promise<string | undefined>;
}

/** A look at one side of a stack. */
export type Check = (patient: Patient) => Promise<readonly Finding[]>;
