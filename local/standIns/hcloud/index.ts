import type { Call, ProviderDefinition } from "../../../provider/grpc/types";
import { PLUGINS } from "../../../toolchain/versions";
import { HINT } from "../hint";
import { HcloudClient } from "./client";
import { toHandler } from "./handler";
import type { Resource } from "./resource";
import { firewall } from "./resources/firewall";
import { floatingIp } from "./resources/floatingIp";
import { network } from "./resources/network";
import { networkSubnet } from "./resources/networkSubnet";
import { placementGroup } from "./resources/placementGroup";
import { server } from "./resources/server";
import { sshKey } from "./resources/sshKey";
import { storageBox } from "./resources/storageBox";
import { storageBoxSubaccount } from "./resources/storageBoxSubaccount";
import { volume } from "./resources/volume";
import { volumeAttachment } from "./resources/volumeAttachment";
import { zone } from "./resources/zone";
import { zoneRrset } from "./resources/zoneRrset";
import { Instances } from "./instances";
import { checkSettings, isLoopback, readSettings } from "./settings";

const resources: Readonly<Record<string, Resource>> = {
  "hcloud:index/firewall:Firewall": firewall,
  "hcloud:index/floatingIp:FloatingIp": floatingIp,
  "hcloud:index/network:Network": network,
  "hcloud:index/networkSubnet:NetworkSubnet": networkSubnet,
  "hcloud:index/placementGroup:PlacementGroup": placementGroup,
  "hcloud:index/server:Server": server,
  "hcloud:index/sshKey:SshKey": sshKey,
  "hcloud:index/storageBox:StorageBox": storageBox,
  "hcloud:index/storageBoxSubaccount:StorageBoxSubaccount": storageBoxSubaccount,
  "hcloud:index/volume:Volume": volume,
  "hcloud:index/volumeAttachment:VolumeAttachment": volumeAttachment,
  "hcloud:index/zone:Zone": zone,
  "hcloud:index/zoneRrset:ZoneRrset": zoneRrset,
};

/** What tests change about the stand-in. */
export interface HcloudOptions {
  /** Milliseconds that one second of waiting takes; tests compress time. @default 1000 */
  readonly second?: number;
}

/**
 * Stand-in for the official hcloud plugin, of the version that the npm package @pulumi/hcloud has. It works on a local
 * cloud only; stacks elsewhere can be previewed with it, and nothing more.
 */
export function hcloudStandIn(options: HcloudOptions = {}): ProviderDefinition {
  const instances = new Instances();

  const connect = (call: Call, resource?: Resource): HcloudClient => {
    const settings = instances.of(call.connection);
    if (!settings.isLocal) {
      throw new Error(
        `${call.type}: this is the stand-in for the hcloud plugin, which never calls ${settings.endpoint}. ` +
          "Stacks outside the local cloud need the official one: run `pulumi plugin install resource hcloud`, " +
          "and leave PULUMI_DEBUG_PROVIDERS unset.",
      );
    }
    if (call.type.includes("storageBox") && !isLoopback(settings.storageEndpoint)) {
      throw new Error(
        `${call.type}: Storage Boxes have an endpoint of their own, ${settings.storageEndpoint}, which is not on this ` +
          "computer. Set hcloud:endpointHetzner to what hcloud:endpoint says.",
      );
    }
    const longestPoll = resource?.group === "framework" && settings.pollInterval === undefined ? 10_000 : undefined;
    return new HcloudClient({ ...settings, second: options.second }, call.signal, longestPoll);
  };

  return {
    name: "hcloud",
    version: PLUGINS.hcloud,
    hint: HINT,
    checkConfig: checkSettings,
    configure: (inputs, connection) => {
      instances.configure(connection, readSettings(inputs));
    },
    resources: Object.fromEntries(
      Object.entries(resources).map(([type, resource]) => [type, toHandler(resource, connect)]),
    ),
  };
}
