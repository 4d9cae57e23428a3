import { UserError } from "../../lib/errors";

/** The part of `pulumi preview --json` that commands read. All secrets in it are `[secret]`. */
export interface Digest {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One step of Pulumi's plan, as `pulumi preview --json` gives it. */
export interface Step {
  /** `create`, `update`, `replace`, `delete`, `same`, and the parts of a replacement. */
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ResourceState;
  readonly newState?: ResourceState;
  /** Top-level properties that differ. */
  readonly diffReasons?: readonly string[] | null;
  /** Top-level properties whose change makes a new resource necessary. */
  readonly replaceReasons?: readonly string[] | null;
  /** By property path, e.g. `files["/etc/motd"].content`. */
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string }>> | null;
}

/** A resource before or after a step. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly id?: string;
  readonly parent?: string;
  /** `URN::ID` of the provider. */
  readonly provider?: string;
  readonly protect?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly additionalSecretOutputs?: readonly string[];
}

export interface Diagnostic {
  readonly urn?: string;
  readonly message?: string;
  readonly severity?: string;
}

/** The text of every secret in a digest. */
export const SECRET_TEXT = "[secret]";

/** @throws UserError when the text is not what `pulumi preview --json` prints */
export function parseDigest(text: string): Digest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`this is not what \`pulumi preview --json\` prints: ${(error as Error).message}`);
  }
  const { steps, diagnostics } = (content ?? {}) as { steps?: unknown; diagnostics?: unknown };
  if (steps !== undefined && steps !== null && !Array.isArray(steps)) {
    throw new UserError("this is not what `pulumi preview --json` prints: `steps` is not a list");
  }
  // A preview that ended early has no steps, and the reason in its diagnostics.
  return { steps: (steps ?? []) as Step[], diagnostics: (diagnostics ?? []) as Diagnostic[] };
}

/** The logical name in a URN, as in the program, e.g. `app-1`. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The resource's own type in a URN without those of its parents, e.g. `hcloud:index/server:Server`. */
export function typeOf(urn: string): string {
  const types = urn.split("::")[2] ?? "";
  return types.slice(types.lastIndexOf("$") + 1);
}

/** e.g. `Server`, `Configuration` */
export function kindOf(urn: string): string {
  return typeOf(urn).split(":").at(-1) ?? "";
}

/** The errors of a preview, in the words of the engine or the program. */
export function errorsOf({ diagnostics }: Digest): string[] {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message = "" }) => message.replace(/^error: /, "").trim())
    .filter((message) => message !== "");
}
