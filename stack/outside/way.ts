import type { RepositoryKey } from "../../roles/database/backup/key";
import { CloudApi, requireToken } from "../cloud/api";
import { readStatus } from "../local/status";
import { localCloudOf } from "../localCloud";
import { Project } from "../pulumi/project";
import type { LookOptions } from "./look";

/** How a stack's backup storage is reached from this computer. */
export async function outsideOf(stack: string, key: RepositoryKey): Promise<Omit<LookOptions, "now">> {
  const project = await Project.open(stack);
  const resources = (await project.state())?.resources ?? [];
  const id = resources.find(({ type }) => type === "hcloud:index/storageBox:StorageBox")?.id;
  const boxAddress = await addressOfBox(stack, key.storage.host);
  return {
    key,
    ...(boxAddress !== undefined && { boxAddress }),
    ...(id && { box: { id, api: new CloudApi(requireToken(await project.target())) } }),
  };
}

/** Names of a local cloud's boxes are known to its machines only, and may be somebody else's in the world outside. */
export async function addressOfBox(stack: string, host: string): Promise<string | undefined> {
  const cloud = localCloudOf(stack);
  if (!cloud) return undefined;
  const { storageBoxes } = await readStatus(cloud.name);
  return storageBoxes.find(({ login }) => login.endsWith(`@${host}`))?.addresses[0];
}
