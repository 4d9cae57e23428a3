import {
  allowNames,
  describeResource,
  protectedLosses,
  type ResourceChange,
  withKind,
} from "../../stack/preview/resources";

/** The protected resources that an update would delete or replace. */
export interface GateResult {
  /** Named on the command line: their protection is lifted. */
  readonly allowed: readonly ResourceChange[];
  /** Why the update is refused; empty when it is not. */
  readonly problems: readonly string[];
  /** Names on the command line that match no protected resource. */
  readonly idle: readonly string[];
}

/**
 * Decides whether an update may run: a protected resource is replaced or deleted only if it is named. All refusals
 * are listed at once. A name that fits several resources counts for none of them: permission to lose a password is no
 * permission to lose backups of the same name.
 *
 * @param allow names of resources, e.g. `visitors`, or with their kind, e.g. `StorageBox:backup`
 */
export function gate(changes: readonly ResourceChange[], allow: readonly string[]): GateResult {
  const inDanger = protectedLosses(changes);
  const named = new Set(allow.flatMap((word) => namedBy(word, inDanger)));
  return {
    allowed: inDanger.filter((change) => named.has(change)),
    problems: [
      ...inDanger.filter((change) => !named.has(change)).map(problem),
      ...allow.flatMap((word) => ambiguity(word, inDanger)),
    ],
    idle: allow.filter((word) => meantBy(word, inDanger).length === 0),
  };
}

/** All resources that a word could mean. */
function meantBy(word: string, inDanger: readonly ResourceChange[]): readonly ResourceChange[] {
  return inDanger.filter((change) => word === change.name || word === withKind(change));
}

function namedBy(word: string, inDanger: readonly ResourceChange[]): readonly ResourceChange[] {
  const meant = meantBy(word, inDanger);
  return meant.length === 1 ? meant : [];
}

function ambiguity(word: string, inDanger: readonly ResourceChange[]): readonly string[] {
  const meant = meantBy(word, inDanger);
  return meant.length < 2
    ? []
    : [`--allow ${word} could mean ${meant.map(withKind).join(" or ")}: write which one you mean`];
}

function problem(change: ResourceChange): string {
  const fate = change.operation === "replace" ? "replaced" : "deleted";
  const why = change.properties.length > 0 ? `, because ${change.properties.join(", ")} changes` : "";
  return `the ${describeResource(change)} is protected and would be ${fate}${why}`;
}

/** The message of a refusal, with the command that permits the update. */
export function refusal(stack: string, changes: readonly ResourceChange[], { problems }: GateResult): string {
  const names = allowNames(protectedLosses(changes));
  return [
    `the update of "${stack}" was refused, and nothing was touched:`,
    ...problems.map((text) => `  - ${text}`),
    "If a setting does this by mistake, change it back. If you want this, name what may be replaced or deleted:",
    `  npx holdfast up --stack ${stack} ${names.map((name) => `--allow ${name}`).join(" ")}`,
  ].join("\n");
}
