import { lastLines, type RunResult } from "../../lib/run";

/** What `pulumi` said when it failed, with the way out where its own words do not name it. */
export function pulumiFailure(result: RunResult): string {
  const said = lastLines(result);
  if (!said.includes("PULUMI_ACCESS_TOKEN must be set")) return said;
  return "nobody is logged in. `pulumi login` says where states are kept, as does PULUMI_BACKEND_URL: docs/environments.md";
}
