import { found, type Cloud } from "./cloud";
import { timestamp } from "./clock";
import { checkedName, checkedUpdate } from "./common";
import { ApiError } from "./errors";
import { checkedLabels, type Labels } from "./labels";
import { call, callWithoutAnswer, list, type Operations, type View } from "./operation";
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
  "GET /placement_groups": list("placement_groups", (cloud) =>
    cloud.store.all("placement_groups").map((row) => placementGroupView(cloud, row)),
  ),
  "GET /placement_groups/{id}": call((cloud, _body, { id }) => ({
    placement_group: placementGroupView(cloud, found(cloud, "placement_groups", id)),
  })),
  "POST /placement_groups": call((cloud, body: CreateBody) => ({
    placement_group: placementGroupView(cloud, create(cloud, body)),
    action: null,
  })),
  "PUT /placement_groups/{id}": call((cloud, body: { name?: string; labels?: Labels }, { id }) => {
    const group = found(cloud, "placement_groups", id);
    const update = checkedUpdate(cloud, "placement_groups", group, body);
    return {
      placement_group: placementGroupView(cloud, cloud.store.put("placement_groups", { ...group, ...update })),
    };
  }),
  "DELETE /placement_groups/{id}": callWithoutAnswer((cloud, id) => {
    const group = found(cloud, "placement_groups", id);
    for (const server of cloud.store.find("servers", "placementGroup", group.id)) {
      cloud.store.put("servers", { ...server, placementGroup: null });
    }
    cloud.store.remove("placement_groups", group.id);
  }),
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
    id: group.id,
    name: group.name,
    labels: group.labels,
    created: timestamp(group.created),
    type: group.type,
    servers: cloud.store.find("servers", "placementGroup", group.id).map((server) => server.id),
  };
}
