import { describeProblem, type Problem } from "../../blueprint/problems";
import { resolveStore, type StorePlace } from "../../blueprint/resolve/store";
import { explain } from "../../blueprint/explain";
import { releasesSection } from "../../blueprint/sections/releases";
import type { SettingsSource } from "../../blueprint/settingsSource";
import { openStore } from "../../release/store/open";
import type { ReleaseStore } from "../../release/store/store";
import { UserError } from "../../lib/errors";
import { settingsSource } from "../settingsSource";
import { withStoreKeys } from "../settings";

const setting = "holdfast:releases";

export interface StackStore {
  readonly store: ReleaseStore;
  readonly place: StorePlace;
  /** How many releases of an app stay when the store is pruned. */
  readonly keep: number;
}

/**
 * The store of a stack.
 *
 * @param place another one than the settings say, as `holdfast:releases.store` would have it
 * @throws UserError when the settings of the store cannot be used
 */
export async function stackStore(stack: string, place?: string): Promise<StackStore> {
  const source = await withStoreKeys(inPlace(settingsSource(stack), place));
  const input = JSON.parse(inPlace(source, place).config[setting] ?? "{}") as Record<string, unknown>;
  const result = releasesSection.safeParse(input);
  if (!result.success) throw refusal(explain("holdfast:releases", releasesSection, input, result.error));
  const { value, problems } = resolveStore(result.data, source);
  if (!value) throw refusal(problems);
  return { store: openStore(value), place: value, keep: result.data.keep };
}

/** The same source with the store at that place. */
function inPlace(source: SettingsSource, place: string | undefined): SettingsSource {
  if (place === undefined) return source;
  const written = JSON.parse(source.config[setting] ?? "{}") as Record<string, unknown>;
  return { ...source, config: { ...source.config, [setting]: JSON.stringify({ ...written, store: place }) } };
}

function refusal(problems: readonly Problem[]): UserError {
  return new UserError(["the store cannot be used:", ...problems.map(describeProblem)].join("\n\n"));
}
