import { type GoTool, obtainGoTool } from "./goTool";
import { ACTIONLINT_VERSION } from "./versions";

const actionlint: GoTool = {
  folder: "actionlint",
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  version: ACTIONLINT_VERSION,
  purpose: "to check the workflows",
  limit: 300,
};

/** Path of the program that checks GitHub's workflows, or a short reason why it is missing. */
export function obtainActionlint(
  options: Parameters<typeof obtainGoTool>[1] = {},
): Promise<string | { readonly missing: string }> {
  return obtainGoTool(actionlint, options);
}
