import type { ConfigurationInputs } from "../inputs";
import { machinePaths } from "../paths";
import { type ListedKey, listedKeys } from "../../ssh/keyText";

/** The keys that a machine accepts by its configuration: those of the stack, so also of its jump hosts. */
export function acceptedKeys({
  files = {},
  connection,
}: Pick<ConfigurationInputs, "files" | "connection">): ListedKey[] {
  const content: unknown = files[`${machinePaths.authorizedKeys}/${connection.user}`]?.content;
  return typeof content === "string" ? listedKeys(content) : [];
}
