import type { Problem } from "../problems";
import type { SettingsSource } from "../settingsSource";

const setting = "holdfast:failoverToken";
const command = `\`pulumi config set --secret ${setting}\``;

/**
 * The API token that load balancers move the floating IP with. A preview can do without; so can a stack in a cloud
 * that has one token for everybody.
 */
export function resolveFailoverToken(
  token: string | undefined,
  { loadBalancers }: { loadBalancers: number },
  { preview, isSecret, cloud }: Pick<SettingsSource, "preview" | "isSecret" | "cloud">,
): { value?: string; problems: readonly Problem[] } {
  if (token !== undefined && !isSecret(setting)) {
    return {
      problems: [
        {
          setting,
          wrong: "is written in plain text",
          why: "anybody who reads this file could delete everything in the project",
          fix: `revoke that token at Hetzner, make a new one, and give it with ${command}`,
        },
      ],
    };
  }
  if (token === undefined && loadBalancers > 0 && !preview && !cloud.hasOneToken) {
    return {
      problems: [
        {
          setting,
          wrong: "is missing",
          why: "load balancers move the floating IP through Hetzner's API, which needs a token",
          fix: `make a read-write token in this environment's own project, for the load balancers alone, and set it with ${command}`,
        },
      ],
    };
  }
  return { value: token, problems: [] };
}
