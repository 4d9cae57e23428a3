import { createHash } from "node:crypto";
import type { Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";

/** All pages of a collection. */
export async function listAll<T>(api: Api, collection: string, query = ""): Promise<T[]> {
  const all: T[] = [];
  for (let page: number | null = 1; page !== null;) {
    const path = `/${collection}?page=${String(page)}&per_page=50${query}`;
    const answer: Record<string, T[]> & { meta?: unknown } = await api.get(path);
    all.push(...answer[collection]);
    const meta = answer.meta as { pagination?: { next_page: number | null } } | undefined;
    page = meta?.pagination?.next_page ?? null;
  }
  return all;
}

/** The one object that `id` or `name` means. @throws when there is none, or neither or both are given */
export async function findOne<T>(api: Api, collection: string, key: string, { id, name }: Values): Promise<T> {
  if ((id === undefined) === (name === undefined)) throw new Error("Exactly one of id and name is needed.");
  if (id !== undefined) return (await api.get<Record<string, T>>(`/${collection}/${String(id as number)}`))[key];
  const listed = await api.get<Record<string, T[]>>(`/${collection}?name=${encodeURIComponent(String(name))}`);
  const found = listed[collection].at(0);
  if (found === undefined) throw new Error(`There is no ${key} of the name ${JSON.stringify(name)}.`);
  return found;
}

/** An id for a list: the same as long as its members are. */
export function idOfList(ids: readonly unknown[]): string {
  return createHash("sha1").update(ids.join("-")).digest("hex");
}
