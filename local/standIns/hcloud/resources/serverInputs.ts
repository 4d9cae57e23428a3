import type { Labels } from "../objects";
import type { NetworkEntry } from "./serverNetworks";
import type { PublicNet } from "./serverPublicNets";

/** What a program says about a server. */
export interface ServerInputs {
  readonly name: string;
  readonly serverType: string;
  readonly image?: string;
  readonly location?: string;
  readonly datacenter?: string;
  readonly sshKeys?: readonly string[];
  readonly userData?: string;
  readonly labels?: Labels;
  readonly backups?: boolean;
  readonly keepDisk?: boolean;
  readonly iso?: string;
  readonly rescue?: string;
  readonly firewallIds?: readonly number[];
  readonly networks?: readonly NetworkEntry[];
  readonly publicNets?: readonly PublicNet[];
  readonly placementGroupId?: number;
  readonly deleteProtection?: boolean;
  readonly rebuildProtection?: boolean;
}
