import { createHash } from "node:crypto";
import type { Cloud } from "./cloud";
import { checkedName } from "./common";
import { ApiError, invalidField } from "./errors";
import { checkedLabels, type Labels } from "./labels";
import { call, type Operations, type View } from "./operation";
import { namedResource, namedView } from "./resource";
import type { SshKeyRow } from "./rows";

interface CreateBody {
  readonly name: string;
  readonly public_key: string;
  readonly labels?: Labels;
}

/** Public keys. A server keeps the keys that it was created with. */
export const sshKeyOperations: Operations = {
  ...namedResource("ssh_keys", { view: (_cloud, key) => view(key), remove: () => undefined }),
  "POST /ssh_keys": call((cloud, body: CreateBody) => ({ ssh_key: view(create(cloud, body)) })),
};

function create(cloud: Cloud, body: CreateBody): SshKeyRow {
  const name = checkedName(cloud, "ssh_keys", body.name);
  const fingerprint = fingerprintOf(body.public_key);
  if (cloud.store.find("ssh_keys", "fingerprint", fingerprint).length > 0) {
    throw new ApiError("uniqueness_error", "SSH key not unique: the project has this key under another name", {
      fields: [{ name: "public_key" }],
    });
  }
  return cloud.store.put("ssh_keys", {
    id: cloud.store.newId(),
    name,
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    publicKey: body.public_key,
    fingerprint,
  });
}

/**
 * The MD5 fingerprint of a key in OpenSSH's form, e.g. `b7:2f:30:…`.
 *
 * @throws invalid_input when it is no such key: the blob begins with the length and name of its own type (RFC 4253 §6.6)
 */
export function fingerprintOf(publicKey: string): string {
  const [type, encoded] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(encoded ?? "", "base64");
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  if (length === 0 || blob.subarray(4, 4 + length).toString("latin1") !== type || blob.length <= 4 + length) {
    throw invalidField("public_key", "is not a public key in OpenSSH's form");
  }
  const digest = createHash("md5").update(blob).digest("hex");
  return (digest.match(/../g) ?? []).join(":");
}

function view(key: SshKeyRow): View {
  return { ...namedView(key), public_key: key.publicKey, fingerprint: key.fingerprint };
}
