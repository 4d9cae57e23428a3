import type { Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";
import type { ApiImage } from "../objects";
import { idOfList, listAll } from "./lists";

/** By exactly one of id, name and selector. */
export async function getImage(api: Api, args: Values): Promise<Values> {
  const chosen = ["id", "name", "withSelector", "selector"].filter((name) => args[name] !== undefined);
  if (chosen.length !== 1) throw new Error("Exactly one of id, name and withSelector is needed.");
  return { ...args, ...toResult(await findImage(api, args)) };
}

/** By selector, status and architecture; the newest first where that is asked for. */
export async function getImages(api: Api, args: Values): Promise<Values> {
  const query = [
    ...values("architecture", args.withArchitectures),
    ...values("include_deprecated", args.includeDeprecated === true ? true : undefined),
    ...values("label_selector", args.withSelector),
    ...values("sort", args.mostRecent === true ? "created:desc" : undefined),
    ...values("status", args.withStatuses),
  ];
  const images = await listAll<ApiImage>(api, "images", query.map((part) => `&${part}`).join(""));
  return { ...args, id: idOfList(images.map(({ id }) => id)), images: images.map(toResult) };
}

async function findImage(api: Api, args: Values): Promise<ApiImage> {
  if (args.id !== undefined) return (await api.get<{ image: ApiImage }>(`/images/${String(args.id as number)}`)).image;
  const selector = args.withSelector ?? args.selector;
  const query = [
    ...values("architecture", args.withArchitecture ?? "x86"),
    ...values("include_deprecated", args.includeDeprecated === true ? true : undefined),
    ...values("label_selector", selector),
    ...values("name", args.name),
    ...values("sort", args.mostRecent === true ? "created:desc" : undefined),
    ...values("status", args.withStatuses),
  ];
  const { images } = await api.get<{ images: ApiImage[] }>(`/images?${query.join("&")}`);
  if (images.length === 0) throw new Error(`There is no image for ${query.join(" and ")}.`);
  if (images.length > 1 && args.mostRecent !== true) {
    throw new Error(`${String(images.length)} images match ${query.join(" and ")}; say more, or set mostRecent.`);
  }
  return images[0];
}

/** Query parts for one value, several or none. */
function values(name: string, given: unknown): string[] {
  if (given === undefined || given === null) return [];
  return (Array.isArray(given) ? given : [given]).map((value) => `${name}=${encodeURIComponent(String(value))}`);
}

function toResult(image: ApiImage): Values {
  return {
    id: image.id,
    name: image.name ?? "",
    type: image.type,
    description: image.description,
    created: image.created,
    osFlavor: image.os_flavor,
    osVersion: image.os_version ?? "",
    architecture: image.architecture,
    rapidDeploy: image.rapid_deploy ?? false,
    labels: image.labels,
    deprecated: image.deprecated ?? undefined,
  };
}
