import type { Digest, Step } from "../../../stack/preview/digest";

/** Parts of what `pulumi preview --json` prints, as short as tests need them. */

export const urn = (type: string, name: string, stack = "prod"): string =>
  `urn:pulumi:${stack}::holdfast::holdfast:index:Environment$${type}::${name}`;

export const types = {
  server: "hcloud:index/server:Server",
  floatingIp: "hcloud:index/floatingIp:FloatingIp",
  volume: "hcloud:index/volume:Volume",
  configuration: "holdfast:machine:Configuration",
} as const;

export interface StepOptions {
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
  readonly differs?: readonly string[];
  readonly paths?: readonly string[];
  readonly custom?: boolean;
}

export function step(op: string, type: string, name: string, options: StepOptions = {}): Step {
  const { before, after, protect, differs = [], paths = [], custom = true } = options;
  const state = { urn: urn(type, name), type, custom, id: "17" };
  return {
    op,
    urn: urn(type, name),
    ...(op === "create" ? {} : { oldState: { ...state, protect, inputs: before ?? {} } }),
    ...(op === "delete" ? {} : { newState: { ...state, inputs: after ?? {} } }),
    diffReasons: differs,
    replaceReasons: op === "replace" ? differs : [],
    detailedDiff: Object.fromEntries(paths.map((path) => [path, { kind: "update" }])),
  };
}

export function digest(...steps: Step[]): Digest {
  return { steps, diagnostics: [] };
}
