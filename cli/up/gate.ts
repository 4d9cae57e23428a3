import { describeResource, endangered, type ResourceChange } from "../previewComment/resources";

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
 * that is refused is told at once.
 *
 * @param allow names of resources, e.g. `visitors`
 */
export function gate(changes: readonly ResourceChange[], allow: readonly string[]): GateResult {
  const inDanger = endangered(changes);
  const isNamed = ({ name }: ResourceChange) => allow.includes(name);
  return {
    allowed: inDanger.filter(isNamed),
    problems: inDanger.filter((change) => !isNamed(change)).map(problem),
    idle: allow.filter((name) => !inDanger.some((change) => change.name === name)),
  };
}

function problem(change: ResourceChange): string {
  const fate = change.operation === "replace" ? "replaced" : "deleted";
  const why = change.properties.length > 0 ? `, because ${change.properties.join(", ")} changes` : "";
  return `the ${describeResource(change)} is protected and would be ${fate}${why}`;
}

/** The message of a refusal, with the words that let the update pass. */
export function refusal(stack: string, changes: readonly ResourceChange[], { problems }: GateResult): string {
  const names = [...new Set(endangered(changes).map(({ name }) => name))];
  return [
    `the update of "${stack}" was refused, and nothing was touched:`,
    ...problems.map((text) => `  - ${text}`),
    "If a setting does this by mistake, put it back. If it is meant, name what may go:",
    `  npx holdfast up --stack ${stack} ${names.map((name) => `--allow ${name}`).join(" ")}`,
  ].join("\n");
}
