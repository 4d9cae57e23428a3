import type { ReleaseStore, StoredRelease } from "../../release/store/store";
import { UserError } from "../../lib/errors";
import { knownRelease, findKept, keptReference, requireKept } from "./kept";
import type { AppMachine } from "./machines";
import { isSame, isStateBehind, type KnownRelease, planRollback, rolledOutSince } from "./plan";
import { judgeSchema, type ReleaseStep, type SchemaVerdict } from "./schema";
import { type RequestedRelease, wasAttempted } from "./requested";

/** Everything that the decision about a rollback needs. */
export interface Known {
  readonly stack: string;
  /** The version that a person asks for. @default the release before */
  readonly version?: string;
  readonly requested: RequestedRelease;
  readonly machines: readonly AppMachine[];
  readonly stored: readonly StoredRelease[];
  readonly store: ReleaseStore;
  /** Whether an update was interrupted. */
  readonly pending: boolean;
}

/** Where a rollback leads to. */
export interface Decision {
  /** `finish`: a rollback that began earlier and did not end. */
  readonly kind: "back" | "finish";
  /** What the settings name now, in words. */
  readonly from: string;
  readonly to: StoredRelease;
  /** What the settings will name. */
  readonly reference: string;
  readonly schema: SchemaVerdict;
  readonly machines: readonly AppMachine[];
  /** Whether the update has to refresh first, because Pulumi's state may be wrong about the machines. */
  readonly refresh: boolean;
}

/** @throws UserError when no rollback is possible, with what to do then */
export function decide(known: Known): Decision {
  const { stack, version, requested, machines, stored, store } = known;
  const rollouts = machines.flatMap((machine) => machine.rollouts);
  const { kind, to } = version === undefined ? before(known) : { kind: "back" as const, to: chosen(version, known) };
  const kept = requireKept(to, stored, store, stack);

  const since = rolledOutSince(to, rollouts);
  const passed = requested.release && !isSame(requested.release, to) ? [...since, requested.release] : since;
  const manifestOf = (release: KnownRelease): ReleaseStep => ({
    label: release.label,
    manifest:
      requested.release && isSame(release, requested.release)
        ? requested.manifest
        : findKept(release, stored)?.manifest,
  });
  return {
    kind,
    from: requested.release?.label ?? requested.written,
    to: kept,
    reference: keptReference(kept),
    schema: judgeSchema({ label: to.label, manifest: kept.manifest }, unique(passed).map(manifestOf)),
    machines,
    refresh: known.pending || isStateBehind(machines),
  };
}

function before({ stack, requested, machines, stored }: Known): { kind: "back" | "finish"; to: KnownRelease } {
  const rollouts = machines.flatMap((machine) => machine.rollouts);
  const attempted = wasAttempted(requested, rollouts, stored);
  const plan = planRollback({ requested: requested.release, attempted, machines, rollouts });
  if (plan.kind !== "nothing") return plan;
  const silent = machines.filter((machine) => machine.silent !== undefined);
  if (rollouts.length === 0 && silent.length > 0) {
    throw new UserError(
      `no app machine of "${stack}" tells what was rolled out before (${silent.map((one) => `${one.name}: ${one.silent ?? ""}`).join("; ")}). ` +
        "Name the release to go back to: `--to VERSION`.",
    );
  }
  throw new UserError(
    `"${stack}" has run nothing before ${requested.release?.label ?? requested.written}, so there is nothing to go back to. ` +
      "`npx holdfast release list` shows what the store has; `--to VERSION` goes there.",
  );
}

/** The release that a person names, of the app in the settings. */
function chosen(version: string, { stack, requested, stored, store }: Known): KnownRelease {
  const name = requested.release?.label.split(" ")[0] ?? stored[0]?.name ?? "";
  const [, ownName = name, ownVersion = version] = /^([a-z][a-z0-9-]*)@(.+)$/.exec(version) ?? [];
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(ownVersion)?.[1];
  const found = stored.find(
    (one) =>
      one.name === ownName &&
      (sha256 === undefined ? one.version === ownVersion && one.copyOf === undefined : one.sha256 === sha256),
  );
  if (found) return knownRelease(found);
  const others = stored.filter((one) => one.name === ownName).map(keptReference);
  throw new UserError(
    `${ownName}@${ownVersion} is not in ${store.place}: ` +
      (others.length > 0
        ? `choose from ${others.slice(0, 10).join(", ")}, or build it (\`npx holdfast release build DIR\`)`
        : "it has no release of this app; build one (`npx holdfast release build DIR`)") +
      `, and call \`rollback --stack ${stack}\` again`,
  );
}

function unique(releases: readonly KnownRelease[]): KnownRelease[] {
  return releases.filter((release, index) => releases.findIndex((other) => isSame(other, release)) === index);
}
