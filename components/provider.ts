import { Provider } from "@pulumi/hcloud/provider";
import { checkSecondToken, checkTarget, officialEndpoint, type Target } from "../blueprint/target";
import { SettingsError } from "../blueprint/problems";

/** Takes a token's place in previews, which ask nothing of the cloud; as long as a real one. */
const noToken = "no-token-because-a-preview-asks-nothing-of-the-cloud".padEnd(64, "-");

export interface CloudArgs extends Target {
  readonly stack: string;
  readonly preview: boolean;
}

/**
 * The hcloud provider of a stack's machines. Explicit, because a plugin that is attached to does not see the environment of the
 * command that runs.
 *
 * @throws SettingsError when stack, endpoint and token do not belong to the same world.
 */
export function cloud({ stack, endpoint, token, preview }: CloudArgs): Provider {
  const problems = checkTarget(stack, { endpoint, token }, { preview });
  if (problems.length > 0) throw new SettingsError(stack, problems);
  return new Provider("hcloud", { ...endpoints(endpoint), token: token ?? noToken });
}

/** Storage Boxes have an API of their own, in the same place on a local cloud. */
function endpoints(endpoint: string) {
  return { endpoint, ...(endpoint !== officialEndpoint && { endpointHetzner: endpoint }) };
}

export interface SecondCloudArgs {
  readonly stack: string;
  readonly endpoint: string;
  /** Of the second project. */
  readonly token: string;
  /** The setting that has it. */
  readonly setting: string;
  /** Whether the token is a word in place of a secret; then nothing is asked of the cloud. */
  readonly isStandIn: boolean;
  readonly protect: boolean;
}

/**
 * The provider of what is in a second project. Without it that would be looked for in the wrong one, so it is as protected
 * as what it is for.
 *
 * @throws SettingsError when the token is of another world than the stack
 */
export function secondCloud(name: string, args: SecondCloudArgs): Provider {
  const { stack, endpoint, token, setting, isStandIn, protect } = args;
  const problems = isStandIn ? [] : checkSecondToken(stack, token, setting);
  if (problems.length > 0) throw new SettingsError(stack, problems);
  return new Provider(name, { ...endpoints(endpoint), token }, { protect });
}
