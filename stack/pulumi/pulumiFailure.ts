import { lastLines, type RunResult } from "../../lib/run";

/** What `pulumi` said when it failed, with the way out where its own words do not name it. */
export function pulumiFailure(result: RunResult): string {
  const said = lastLines(result);
  if (!said.includes("PULUMI_ACCESS_TOKEN must be set")) return said;
  return "Pulumi is not logged in. `pulumi login` or PULUMI_BACKEND_URL says where states are kept: docs/environments.md";
}
