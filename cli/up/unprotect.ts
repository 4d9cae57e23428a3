import { lastLines } from "../../lib/run";
import { CloudApi, requireToken } from "../../stack/cloud/api";
import { collectionOf } from "../../stack/cloud/collections";
import { UserError } from "../../lib/errors";
import type { ResourceChange } from "../../stack/preview/resources";
import type { Project } from "../../stack/pulumi/project";

/**
 * Lifts both protections of the named resources: in Pulumi's state and in the cloud. The update sets them again on
 * what is left, because the settings still demand it.
 *
 * @throws UserError when the cloud or Pulumi refuses
 */
export async function unprotect(
  project: Pick<Project, "run" | "target">,
  resources: readonly ResourceChange[],
): Promise<void> {
  if (resources.length === 0) return;
  const api = new CloudApi(requireToken(await project.target()));
  for (const { urn, before, kind } of resources) {
    const collection = before && collectionOf(before.type);
    // A resource that is gone has no protection.
    if (collection && before.id && (await api.find(`/${collection.path}/${before.id}`))) {
      await api.post(`/${collection.path}/${before.id}/actions/change_protection`, {
        delete: false,
        ...(kind === "Server" && { rebuild: false }),
      });
    }
    const lifted = await project.run(["state", "unprotect", urn, "--yes"], 60);
    if (lifted.code !== 0) throw new UserError(`pulumi could not unprotect ${urn}: ${lastLines(lifted)}`);
  }
}
