import type { Values } from "../../../../provider/grpc/types";

/**
 * Where a Storage Box's subaccount or snapshot is found: its id is unique only within the box, which the state knows
 * and an import has to say (`<box id>/<id>`).
 *
 * @throws when an import does not say it
 */
export function partOfBox(
  kind: "subaccounts" | "snapshots",
  id: string,
  prior: Values,
): { path: string; boxId: number } {
  const [, box, part] = /^(?:(\d+)\/)?(\d+)$/.exec(id) ?? [];
  const boxId = box || String((prior.storageBoxId as number | undefined) ?? "");
  if (!part || !boxId) throw new Error(`${JSON.stringify(id)} cannot be imported: <storage box id>/<id> is expected.`);
  return { path: `/storage_boxes/${boxId}/${kind}/${part}`, boxId: Number(boxId) };
}
