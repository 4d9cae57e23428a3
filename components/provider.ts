import { Provider } from "@pulumi/hcloud/provider";
import { checkTarget, officialEndpoint, type Target } from "../blueprint/target";
import { SettingsError } from "../blueprint/problems";

/** Takes a token's place in previews, which ask nothing of the cloud; as long as a real one. */
const noToken = "no-token-because-a-preview-asks-nothing-of-the-cloud".padEnd(64, "-");

export interface CloudArgs extends Target {
  readonly stack: string;
  readonly preview: boolean;
}

/**
 * The one hcloud provider of a stack. Explicit, because a plugin that is attached to does not see the environment of the
 * command that runs.
 *
 * @throws SettingsError when stack, endpoint and token do not belong to the same world.
 */
export function cloud({ stack, endpoint, token, preview }: CloudArgs): Provider {
  const problems = checkTarget(stack, { endpoint, token }, { preview });
  if (problems.length > 0) throw new SettingsError(stack, problems);
  // Storage Boxes have an API of their own, in the same place on a local cloud.
  const storage = endpoint === officialEndpoint ? {} : { endpointHetzner: endpoint };
  return new Provider("hcloud", { endpoint, ...storage, token: token ?? noToken });
}
