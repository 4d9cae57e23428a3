import type { Values } from "../../../../provider/grpc/types";
import type { Api } from "../client";
import type { Labels } from "../objects";
import { listAll } from "./lists";

interface ApiSshKey {
  readonly id: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly public_key: string;
  readonly labels: Labels;
}

/** All of them, or those that a label selector means. */
export async function getSshKeys(api: Api, args: Values): Promise<Values> {
  const selector = args.withSelector;
  const query = typeof selector === "string" ? `&label_selector=${encodeURIComponent(selector)}` : "";
  const keys = await listAll<ApiSshKey>(api, "ssh_keys", query);
  return {
    ...args,
    id: keys.map(({ id }) => String(id)).join("-"),
    sshKeys: keys.map(({ id, name, fingerprint, public_key: publicKey, labels }) => ({
      id,
      name,
      fingerprint,
      publicKey,
      labels,
    })),
  };
}
