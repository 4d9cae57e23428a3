import { createHash } from "node:crypto";
import { found, type Cloud } from "./cloud";
import { timestamp } from "./clock";
import { checkedName, checkedUpdate } from "./common";
import { ApiError, invalidField } from "./errors";
import { checkedLabels, type Labels } from "./labels";
import { call, callWithoutAnswer, list, type Operations, type View } from "./operation";
import type { SshKeyRow } from "./rows";

interface CreateBody {
  readonly name: string;
  readonly public_key: string;
  readonly labels?: Labels;
}

/** Public keys. What a server got of them at its creation stays there. */
export const sshKeyOperations: Operations = {
  "GET /ssh_keys": list("ssh_keys", (cloud) => cloud.store.all("ssh_keys").map(view)),
  "GET /ssh_keys/{id}": call((cloud, _body, { id }) => ({ ssh_key: view(found(cloud, "ssh_keys", id)) })),
  "POST /ssh_keys": call((cloud, body: CreateBody) => ({ ssh_key: view(create(cloud, body)) })),
  "PUT /ssh_keys/{id}": call((cloud, body: { name?: string; labels?: Labels }, { id }) => {
    const key = found(cloud, "ssh_keys", id);
    const update = checkedUpdate(cloud, "ssh_keys", key, body);
    return { ssh_key: view(cloud.store.put("ssh_keys", { ...key, ...update })) };
  }),
  "DELETE /ssh_keys/{id}": callWithoutAnswer((cloud, id) => {
    cloud.store.remove("ssh_keys", found(cloud, "ssh_keys", id).id);
  }),
};

function create(cloud: Cloud, body: CreateBody): SshKeyRow {
  const name = checkedName(cloud, "ssh_keys", body.name);
  const fingerprint = fingerprintOf(body.public_key);
  if (cloud.store.find("ssh_keys", "fingerprint", fingerprint).length > 0) {
    throw new ApiError("uniqueness_error", "SSH key not unique: the same key is there under another name", {
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
    throw invalidField("public_key", "is no public key in OpenSSH's form");
  }
  const digest = createHash("md5").update(blob).digest("hex");
  return (digest.match(/../g) ?? []).join(":");
}

function view(key: SshKeyRow): View {
  return {
    id: key.id,
    name: key.name,
    labels: key.labels,
    created: timestamp(key.created),
    public_key: key.publicKey,
    fingerprint: key.fingerprint,
  };
}
