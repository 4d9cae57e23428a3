import { resourceOf, type Effects } from "./actions/effects";
import { systemImages } from "./catalog";
import { found, type Cloud } from "./cloud";
import { assertNotProtected, serverRef } from "./common";
import { ApiError, invalidField, notBuilt, notFound } from "./errors";
import { checkedLabels, type Labels } from "./labels";
import { call, callWithoutAnswer, list, type Operations, type View } from "./operation";
import { changedProtection, started } from "./resource";
import type { ImageRow } from "./rows";
import { anyImageView, imageView, systemImageView } from "./views";

interface CreateBody {
  readonly type?: "snapshot" | "backup";
  readonly description?: string;
  readonly labels?: Labels;
}

/** System images, and snapshots where there are no machines behind the API. */
export const imageOperations: Operations = {
  "GET /images": list("images", (cloud, { query }) => {
    const withDeprecated = query.include_deprecated?.at(0) === "true";
    const system = systemImages.filter((image) => withDeprecated || !image.deprecated).map(systemImageView);
    return [...system, ...cloud.store.all("images").map(imageView)];
  }),
  "GET /images/{id}": call((cloud, _body, { id }) => {
    const image = anyImageView(cloud.store, Number(id));
    if (image === null) throw notFound("image", id);
    return { image };
  }),
  "PUT /images/{id}": call((cloud, body: { description?: string; labels?: Labels; type?: "snapshot" }, { id }) => {
    const image = own(cloud, id);
    const updated = cloud.store.put("images", {
      ...image,
      description: body.description ?? image.description,
      labels: body.labels === undefined ? image.labels : checkedLabels(body.labels),
      ...(body.type !== undefined && { type: body.type, boundTo: null }),
    });
    return { image: imageView(updated) };
  }),
  "DELETE /images/{id}": callWithoutAnswer((cloud, id) => {
    const image = own(cloud, id);
    cloud.actions.assertIdle({ type: "image", id: image.id });
    assertNotProtected(`image ${String(image.id)}`, image.protection);
    cloud.store.remove("images", image.id);
  }),
  "POST /images/{id}/actions/change_protection": call((cloud, body: { delete?: boolean }, { id }) => {
    const image = own(cloud, id);
    cloud.store.put("images", { ...image, protection: changedProtection(image.protection, body) });
    return started(cloud, "change_protection", [{ type: "image", id: image.id }]);
  }),
  "POST /servers/{id}/actions/create_image": call(create),
};

/** A snapshot or backup of the project. @throws for system images, which are Hetzner's */
function own(cloud: Cloud, id: string): ImageRow {
  if (systemImages.some((image) => String(image.id) === id)) {
    throw new ApiError("forbidden", `image ${id} is a system image and cannot be changed`);
  }
  return found(cloud, "images", id);
}

function create(cloud: Cloud, body: CreateBody, params: Readonly<Record<string, string>>): View {
  const server = found(cloud, "servers", params.id);
  // Where servers are machines, a snapshot that does not hold the machine's disk would be a lie.
  if (cloud.provisioner.real) throw notBuilt("snapshots of machines");
  cloud.actions.assertIdle(serverRef(server.id));
  const type = body.type ?? "snapshot";
  if (type === "backup" && server.backupWindow === null) {
    throw invalidField("type", `server ${server.name} has no backups enabled`);
  }
  const image = cloud.store.put("images", {
    id: cloud.store.newId(),
    type,
    description: body.description ?? "",
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    status: "creating",
    createdFrom: { id: server.id, name: server.name },
    boundTo: type === "backup" ? server.id : null,
    base: cloud.store.get("images", server.image)?.base ?? server.image,
    diskSize: server.disk,
    protection: { delete: false },
  });
  const resources = [serverRef(server.id), { type: "image", id: image.id } as const];
  return { image: imageView(image), ...started(cloud, "create_image", resources) };
}

/** What the actions of images do once their time is over. */
export const imageEffects = {
  create_image: {
    success: (cloud, action) => {
      const image = found(cloud, "images", resourceOf(action, "image"));
      cloud.store.put("images", { ...image, status: "available" });
    },
    failure: (cloud, action) => {
      cloud.store.remove("images", resourceOf(action, "image"));
    },
  },
} satisfies Record<string, Effects>;
