import { phasesOf, type RotatedSecret, rotatedSecrets, type Steps, turnOf } from "../blueprint/rotations";
import type { StackState, StateResource } from "./state";

/** One secret of a stack. */
export interface StackSecret {
  readonly name: RotatedSecret;
  readonly what: string;
  /** Where it is, beside the state. */
  readonly place: string;
  /** ISO 8601: when its value was made. Absent where nothing recorded it. */
  readonly since?: string;
  /** ISO 8601, where `since` is absent: it is older than this. */
  readonly before?: string;
  /** Whether a rotation of it was begun and not finished. */
  readonly unfinished: boolean;
}

const keyPair = "holdfast:keys:KeyPair";
const rotation = "holdfast:keys:Rotation";
const password = "random:index/randomPassword:RandomPassword";

/** What each secret is, where it is, and the resource whose newest value it has. */
const known: Readonly<
  Record<
    RotatedSecret,
    { readonly what: string; readonly place: string; readonly type: string; readonly resource: string }
  >
> = {
  database: {
    what: "the instances' password to PostgreSQL",
    place: "app machines, database machine",
    type: password,
    resource: "database",
  },
  ca: {
    what: "certificate authority of the database, and its certificate",
    place: "state; the certificate's key on the database machine",
    type: "holdfast:certificates:ServerCertificate",
    resource: "database",
  },
  storage: {
    what: "key to the backup storage, and its password",
    place: "database machine, `holdfast backup key`",
    type: keyPair,
    resource: "backup",
  },
  releases: {
    what: "password of the store of releases on the backup storage",
    place: "state, pipelines",
    type: password,
    resource: "releases",
  },
  "backup-passphrase": {
    what: "passphrase of the backups",
    place: "database machine, `holdfast backup key`",
    type: password,
    resource: "repository",
  },
  "failover-token": {
    what: "API token of the load balancers",
    place: "load balancers, settings",
    type: rotation,
    resource: "failover-token",
  },
};

/** How far rotations have come: steps that were begun, and those that an update has finished. */
export function stepsOf({ resources, outputs }: StackState): { readonly begun: Steps; readonly done: Steps } {
  const begun = rotatedSecrets.flatMap((secret) => {
    const step = resources.find((one) => one.type === rotation && nameOf(one) === secret)?.outputs?.step;
    return step === undefined ? [] : [[secret, Number(step)] as const];
  });
  return { begun: Object.fromEntries(begun), done: (outputs.rotations ?? {}) as Steps };
}

/**
 * The steps that are left of a rotation: those of the one that was begun and not finished, else of a new one. Each of them
 * is an update.
 */
export function stepsToGo(secret: RotatedSecret, state: StackState): readonly number[] {
  const { begun, done } = stepsOf(state);
  const now = begun[secret] ?? 0;
  const next = isUnfinished(secret, begun, done) && now !== (done[secret] ?? 0) ? now : now + 1;
  const last = Math.ceil(next / phasesOf[secret]) * phasesOf[secret];
  return Array.from({ length: last - next + 1 }, (_, index) => next + index);
}

function isUnfinished(secret: RotatedSecret, begun: Steps, done: Steps): boolean {
  return turnOf(secret, begun).phase !== 0 || (begun[secret] ?? 0) !== (done[secret] ?? 0);
}

/** The secrets that a stack has, with their age. */
export function secretsOf(state: StackState): readonly StackSecret[] {
  const { begun, done } = stepsOf(state);
  return rotatedSecrets.flatMap((name) => {
    const { what, place, type, resource } = known[name];
    const versions = state.resources
      .filter((one) => one.type === type && new RegExp(`^${resource}(-\\d+)?$`).test(nameOf(one)))
      .sort((a, b) => numberOf(b) - numberOf(a));
    const [newest] = versions;
    const isThere = newest !== undefined || (name === "failover-token" && hasKeeper(state));
    if (!isThere) return [];
    const recorded = name === "failover-token" ? newest?.outputs?.since : newest?.created;
    const age = typeof recorded === "string" ? { since: recorded } : { before: state.date };
    return [{ name, what, place, ...age, unfinished: isUnfinished(name, begun, done) }];
  });
}

/** Whether load balancers have a token: the floating IP is theirs. */
function hasKeeper({ resources }: StackState): boolean {
  return resources.some(({ type }) => type === "hcloud:index/floatingIp:FloatingIp");
}

function nameOf({ urn }: StateResource): string {
  return urn.split("::").at(-1) ?? "";
}

/** The first value has no number. */
function numberOf(resource: StateResource): number {
  return Number(/-(\d+)$/.exec(nameOf(resource))?.[1] ?? 0);
}
