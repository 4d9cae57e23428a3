import type { HcloudClient } from "../client";
import { findByName, isId } from "../common";
import type { ApiImage } from "../objects";
import type { Context } from "../resource";

interface ApiServerType {
  readonly name: string;
  readonly architecture: string;
  readonly deprecation?: { readonly announced: string; readonly unavailable_after: string } | null;
}

/** Days after the announcement during which a deprecated image can still be used. */
const daysOfGrace = 90;

/** Id of a key that the program names by id or name. */
export async function findSshKey(api: HcloudClient, idOrName: string): Promise<number> {
  const key = isId(idOrName)
    ? (await api.find<{ ssh_key: { id: number } }>(`/ssh_keys/${idOrName}`))?.ssh_key
    : await findByName<{ id: number }>(api, "/ssh_keys?", idOrName);
  if (!key) throw new Error(`There is no SSH key ${JSON.stringify(idOrName)}.`);
  return key.id;
}

/** What a program names by id or name. Types that go out of sale soon are warned about. */
export async function findServerType({ api, log }: Context, idOrName: string): Promise<ApiServerType> {
  const type = isId(idOrName)
    ? (await api.find<{ server_type: ApiServerType }>(`/server_types/${idOrName}`))?.server_type
    : await findByName<ApiServerType>(api, "/server_types?", idOrName);
  if (!type) throw new Error(`There is no server type ${JSON.stringify(idOrName)}.`);
  if (type.deprecation) {
    const { unavailable_after: end } = type.deprecation;
    log(`Server type ${type.name} is deprecated and cannot be ordered after ${end}.`, { level: "warning" });
  }
  return type;
}

/** Id of an image for this architecture; one that is deprecated for too long is refused. */
export async function findImage(
  { api, log }: Context,
  idOrName: string | undefined,
  architecture: string,
): Promise<number> {
  if (!idOrName) throw new Error("image is missing: a new server needs one, e.g. debian-13.");
  const image = isId(idOrName)
    ? (await api.find<{ image: ApiImage }>(`/images/${idOrName}`))?.image
    : await findByName<ApiImage>(api, `/images?architecture=${architecture}&include_deprecated=true&`, idOrName);
  if (!image) throw new Error(`There is no image ${JSON.stringify(idOrName)} for ${architecture}.`);
  if (image.deprecated) {
    const days = (Date.now() - Date.parse(image.deprecated)) / 86_400_000;
    if (days > daysOfGrace)
      throw new Error(`Image ${idOrName} is deprecated since ${image.deprecated} and gone by now.`);
    log(`Image ${idOrName} is deprecated since ${image.deprecated} and will be gone soon.`, { level: "warning" });
  }
  return image.id;
}
