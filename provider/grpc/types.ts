/**
 * A Pulumi resource provider as plain handlers over plain values. The gRPC side (server.ts) knows the protocol and
 * unwraps and re-wraps secrets and unknowns; handlers never see a protobuf.
 */
export interface ProviderDefinition {
  /** The package, e.g. `hcloud`: first part of its resource types. */
  readonly name: string;
  readonly version: string;
  /** Checks the provider's own inputs (`new hcloud.Provider(…)` or the stack's `hcloud:*` settings). */
  checkConfig?(inputs: Values): CheckResult | Promise<CheckResult>;
  /**
   * Called for each provider instance; throws when it cannot work with these inputs. `connection` is the same in
   * every call that belongs to the instance: in attach mode many instances share the process.
   */
  configure?(inputs: Values, connection: string): void | Promise<void>;
  /**
   * A run is over, or was interrupted: releases what the provider holds for it. The engine ends the process some
   * seconds later, so this has to be short.
   */
  finish?(): Promise<void>;
  /** By type token, e.g. `hcloud:index/server:Server`. */
  readonly resources: Readonly<Record<string, ResourceHandler>>;
  /** For the error about a type or function that is not there: what a person can do about it, as a sentence. */
  readonly hint?: string;
}

/**
 * Plain values. Two kinds of leaf stand for something else: `UNKNOWN` (a value not known in a preview) and, inside
 * handlers with `acceptsSecrets`, `Secret`.
 */
export type Values = Record<string, unknown>;

/** The engine's marker for a value that is not known in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that Pulumi keeps encrypted; handlers with `acceptsSecrets` get and give these at any depth. */
export class Secret {
  constructor(readonly value: unknown) {}
  /** Never the value: secrets do not get into logs by accident. */
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
}

/** Inputs as they are kept, and what is wrong with them. */
export interface CheckResult {
  readonly inputs: Values;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

/** What differs, and what has to happen for it. */
export interface DiffResult {
  /** Absent: the engine compares inputs itself, property by property. */
  readonly changes?: boolean;
  /** Properties that make a replacement necessary. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** Top-level properties that changed. */
  readonly diffs?: readonly string[];
  /** Property path → kind, for the preview. */
  readonly detailed?: Readonly<
    Record<string, "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace">
  >;
  readonly stables?: readonly string[];
}

/** What every call knows about the resource and the run. */
export interface Call {
  readonly urn: string;
  /** Logical name and type, taken from the URN. */
  readonly name: string;
  readonly type: string;
  /** See `ProviderDefinition.configure`. */
  readonly connection: string;
  /** Aborted when the user presses Ctrl-C (the engine's Cancel) and when the resource's timeout is over. */
  readonly signal: AbortSignal;
  /** Shows a line under the resource in the terminal; `status: true` shows it only while the resource is worked on. */
  log(message: string, options?: { level?: "debug" | "info" | "warning" | "error"; status?: boolean }): void;
}

/** What the stack's `pulumi:autonaming` settings say about a resource without a name. */
export interface Autonaming {
  readonly mode: "propose" | "enforce" | "disable";
  /** Empty for `disable`. */
  readonly proposedName: string;
}

/** One kind of resource. Handlers see plain values; gRPC, protobufs and secrets' wrapping stay outside. */
export interface ResourceHandler {
  /** Gets and gives `Secret`s at any depth. @default false: secrets are unwrapped, outputs that share a name with a secret input become secret again */
  readonly acceptsSecrets?: boolean;
  /** Whether the ids that previews return are final. @default false: the engine does not get them */
  readonly knowsIdInPreview?: boolean;
  check?(
    request: { news: Values; olds?: Values; randomSeed: Uint8Array; autonaming?: Autonaming },
    call: Call,
  ): CheckResult | Promise<CheckResult>;
  /** `olds` are the old outputs. @default the engine compares, nothing replaces */
  diff?(
    request: { id: string; olds: Values; oldInputs: Values; news: Values; ignoreChanges: readonly string[] },
    call: Call,
  ): DiffResult | Promise<DiffResult>;
  create(
    request: { inputs: Values; preview: boolean; timeout: number },
    call: Call,
  ): Promise<{ id: string; outputs: Values }>;
  /** `undefined`: the thing is gone. For an import `inputs` and `outputs` are empty. */
  read?(
    request: { id: string; inputs: Values; outputs: Values },
    call: Call,
  ): Promise<{ id: string; inputs: Values; outputs: Values } | undefined>;
  update?(
    request: {
      id: string;
      olds: Values;
      oldInputs: Values;
      news: Values;
      preview: boolean;
      timeout: number;
      ignoreChanges: readonly string[];
    },
    call: Call,
  ): Promise<Values>;
  delete?(request: { id: string; inputs: Values; outputs: Values; timeout: number }, call: Call): Promise<void>;
}

/** The resource exists, but not as requested: it stays in the state with these outputs, and the next `up` updates it. */
export class PartialFailure extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Values,
    readonly reasons: readonly string[] = [message],
  ) {
    super(message);
  }
}
