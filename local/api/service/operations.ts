import { actionOperations } from "./actions/operations";
import type { Command } from "./actions/delays";
import type { Effects } from "./actions/effects";
import { catalogOperations } from "./catalogOperations";
import { firewallEffects, firewallOperations } from "./firewalls/firewalls";
import { imageEffects, imageOperations } from "./images";
import { floatingIpEffects, floatingIpOperations } from "./ips/floatingIps";
import { primaryIpEffects, primaryIpOperations } from "./ips/primaryIps";
import { networkChangeActions, networkEffects } from "./networks/changeActions";
import { networkOperations } from "./networks/networks";
import type { Operations } from "./operation";
import { placementGroupOperations } from "./placementGroups";
import { attachmentEffects, attachmentOperations } from "./servers/attachments";
import { changeEffects, changeOperations } from "./servers/changeActions";
import { powerEffects, powerOperations } from "./servers/power";
import { removeEffects, removeOperations } from "./servers/remove";
import { serverOperations } from "./servers/servers";
import { sshKeyOperations } from "./sshKeys";
import { storageBoxChangeEffects, storageBoxChanges } from "./storageBoxes/changeActions";
import { boxSnapshotEffects, boxSnapshotOperations } from "./storageBoxes/snapshots";
import { storageBoxEffects, storageBoxOperations } from "./storageBoxes/storageBoxes";
import { subaccountEffects, subaccountOperations } from "./storageBoxes/subaccounts";
import { storageBoxTypeOperations } from "./storageBoxes/typeOperations";
import { unbuiltOperations } from "./unbuilt";
import { attachEffects } from "./volumes/attach";
import { volumeEffects, volumeOperations } from "./volumes/volumes";
import { rrsetEffects, rrsetOperations } from "./zones/rrsets";
import { zoneEffects, zoneOperations } from "./zones/zones";

/** Everything that the local cloud does; other operations of the contract answer 501. */
export const operations: Operations = {
  ...actionOperations,
  ...catalogOperations,
  ...firewallOperations,
  ...floatingIpOperations,
  ...imageOperations,
  ...networkOperations,
  ...networkChangeActions,
  ...placementGroupOperations,
  ...primaryIpOperations,
  ...serverOperations,
  ...powerOperations,
  ...attachmentOperations,
  ...changeOperations,
  ...removeOperations,
  ...sshKeyOperations,
  ...storageBoxTypeOperations,
  ...storageBoxOperations,
  ...storageBoxChanges,
  ...boxSnapshotOperations,
  ...subaccountOperations,
  ...volumeOperations,
  ...zoneOperations,
  ...rrsetOperations,
  ...unbuiltOperations,
};

/** What each command does; that none is missing is the compiler's business. */
export const effects: Readonly<Record<Command, Effects>> = {
  ...firewallEffects,
  ...floatingIpEffects,
  ...imageEffects,
  ...networkEffects,
  ...primaryIpEffects,
  ...powerEffects,
  ...attachmentEffects,
  ...changeEffects,
  ...removeEffects,
  ...attachEffects,
  ...volumeEffects,
  ...storageBoxEffects,
  ...storageBoxChangeEffects,
  ...boxSnapshotEffects,
  ...subaccountEffects,
  ...zoneEffects,
  ...rrsetEffects,
};
