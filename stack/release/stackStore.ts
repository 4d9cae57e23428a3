import { type ParsedSettings, parseSettings, withSection, writtenGroup } from "../../blueprint/parseSettings";
import { describeProblem, type Problem } from "../../blueprint/problems";
import { resolveStore, type StorePlace } from "../../blueprint/resolve/store";
import { openStore } from "../../release/store/open";
import type { ReleaseStore } from "../../release/store/store";
import { UserError } from "../../lib/errors";
import { readSettingsFile } from "../settingsFile";
import { withStoreKeys } from "../readStackSettings";

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
  const written = parseSettings(readSettingsFile(stack));
  const parsed = await withStoreKeys(place === undefined ? written : withStore(written, place));
  const { releases } = parsed.sections;
  if (!releases) throw refusal(parsed.problems.releases ?? []);
  const { value, problems } = resolveStore(releases, parsed);
  if (!value) throw refusal(problems);
  return { store: openStore(value), place: value, keep: releases.keep };
}

function withStore(parsed: ParsedSettings, store: string): ParsedSettings {
  return withSection(parsed, "releases", { ...writtenGroup(parsed.source, "releases"), store });
}

function refusal(problems: readonly Problem[]): UserError {
  return new UserError(["the store cannot be used:", ...problems.map(describeProblem)].join("\n\n"));
}
