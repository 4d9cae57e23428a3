import {
  allowNames,
  describeResource,
  protectedLosses,
  type ResourceChange,
  withKind,
} from "../../stack/preview/resources";

/** What an update of a stack would destroy although it is protected. */
export interface GateResult {
  /** Named on the command line, so their protection is lifted. */
  readonly allowed: readonly ResourceChange[];
  /** Why the update is refused; empty when it is not. */
  readonly problems: readonly string[];
  /** Names that stood on the command line for nothing. */
  readonly idle: readonly string[];
}

/**
 * Lets an update pass, or says what would be lost: a protected resource is replaced or deleted only when it is named. All
 * that is refused is told at once. A name that several of them have names none: who gives up a password has not given up
 * the backups of the same name.
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

/** All that a word could mean. */
function meantBy(word: string, inDanger: readonly ResourceChange[]): readonly ResourceChange[] {
  return inDanger.filter((change) => word === change.name || word === withKind(change));
}

function namedBy(word: string, inDanger: readonly ResourceChange[]): readonly ResourceChange[] {
  const meant = meantBy(word, inDanger);
  return meant.length === 1 ? meant : [];
}

function ambiguity(word: string, inDanger: readonly ResourceChange[]): readonly string[] {
  const meant = meantBy(word, inDanger);
  return meant.length < 2 ? [] : [`--allow ${word} could mean ${meant.map(withKind).join(" or ")}: write which`];
}

function problem(change: ResourceChange): string {
  const fate = change.operation === "replace" ? "replaced" : "deleted";
  const why = change.properties.length > 0 ? `, because ${change.properties.join(", ")} changes` : "";
  return `the ${describeResource(change)} is protected and would be ${fate}${why}`;
}

/** The message of a refusal, with the words that let the update pass. */
export function refusal(stack: string, changes: readonly ResourceChange[], { problems }: GateResult): string {
  const names = allowNames(protectedLosses(changes));
  return [
    `the update of "${stack}" was refused, and nothing was touched:`,
    ...problems.map((text) => `  - ${text}`),
    "If a setting does this by mistake, change it back. If you mean it, name what may go:",
    `  npx holdfast up --stack ${stack} ${names.map((name) => `--allow ${name}`).join(" ")}`,
  ].join("\n");
}
