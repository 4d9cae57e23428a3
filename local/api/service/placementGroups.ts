import type { Cloud } from "./cloud";
import { checkedName } from "./common";
import { ApiError } from "./errors";
import { checkedLabels, type Labels } from "./labels";
import { call, type Operations, type View } from "./operation";
import { namedResource, namedView } from "./resource";
import type { PlacementGroupRow } from "./rows";

/** Servers of a spread group at most, and groups of a project. */
const serverLimit = 10;
const groupLimit = 50;

interface CreateBody {
  readonly name: string;
  readonly type: "spread";
  readonly labels?: Labels;
}

/** Placement groups: at most ten servers each, none of them on the same host. */
export const placementGroupOperations: Operations = {
  ...namedResource("placement_groups", {
    view: placementGroupView,
    remove: (cloud, group) => {
      for (const server of cloud.store.find("servers", "placementGroup", group.id)) {
        cloud.store.put("servers", { ...server, placementGroup: null });
      }
    },
  }),
  "POST /placement_groups": call((cloud, body: CreateBody) => ({
    placement_group: placementGroupView(cloud, create(cloud, body)),
    action: null,
  })),
};

function create(cloud: Cloud, body: CreateBody): PlacementGroupRow {
  if (cloud.store.all("placement_groups").length >= groupLimit) {
    throw new ApiError("resource_limit_exceeded", `a project has at most ${String(groupLimit)} placement groups`);
  }
  return cloud.store.put("placement_groups", {
    id: cloud.store.newId(),
    name: checkedName(cloud, "placement_groups", body.name),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    type: body.type,
  });
}

/** @throws placement_error when the group is full: ten hosts is what Hetzner spreads over */
export function assertRoomInGroup(cloud: Cloud, group: PlacementGroupRow): void {
  if (cloud.store.find("servers", "placementGroup", group.id).length >= serverLimit) {
    throw new ApiError("placement_error", `placement group ${group.name} has ${String(serverLimit)} servers already`);
  }
}

/** A placement group as the API shows it. */
export function placementGroupView(cloud: Cloud, group: PlacementGroupRow): View {
  return {
    ...namedView(group),
    type: group.type,
    servers: cloud.store.find("servers", "placementGroup", group.id).map((server) => server.id),
  };
}
