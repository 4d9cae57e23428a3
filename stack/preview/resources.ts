import { type Digest, kindOf, nameOf, type ResourceState, type Step } from "./digest";

/** What happens to one resource. Components and providers are left out. */
export interface ResourceChange {
  readonly operation: Operation;
  /** e.g. `Server` */
  readonly kind: string;
  /** e.g. `app-1` */
  readonly name: string;
  readonly urn: string;
  /** Top-level properties that differ; of a replacement, those that make it necessary. */
  readonly properties: readonly string[];
  /** Paths of all properties that differ, e.g. `files["/etc/motd"].content`. */
  readonly paths: readonly string[];
  /** Whether the state protects it. */
  readonly protected: boolean;
  readonly before?: ResourceState;
  readonly after?: ResourceState;
}

/** What can happen to a resource, in the order of comments. */
export const operations = ["create", "update", "replace", "delete"] as const;
export type Operation = (typeof operations)[number];

/** All changes of a preview, in its order. A replacement is one change, although it has several steps. */
export function resourceChanges({ steps }: Digest): readonly ResourceChange[] {
  return steps.flatMap((step) => {
    const operation = operations.find((one) => one === step.op);
    const state = step.newState ?? step.oldState;
    if (!operation || !state?.custom || state.type.startsWith("pulumi:")) return [];
    return [
      {
        operation,
        kind: kindOf(step.urn),
        name: nameOf(step.urn),
        urn: step.urn,
        properties: propertiesOf(step, operation),
        paths: Object.keys(step.detailedDiff ?? {}),
        protected: step.oldState?.protect ?? false,
        before: step.oldState,
        after: step.newState,
      },
    ];
  });
}

function propertiesOf({ diffReasons, replaceReasons }: Step, operation: Operation): readonly string[] {
  const reasons = operation === "replace" ? replaceReasons : operation === "update" ? diffReasons : [];
  // Properties of the plugin's own bookkeeping are no settings.
  return [...new Set(reasons ?? [])].filter((name) => !name.startsWith("__")).sort();
}

/** Protected resources that would be replaced or deleted: refused unless they are named. */
export function protectedLosses(changes: readonly ResourceChange[]): readonly ResourceChange[] {
  return changes.filter((change) => change.protected && ["replace", "delete"].includes(change.operation));
}

/** The words for `--allow`: the name, with the kind before it if several of these resources share the name. */
export function allowNames(inDanger: readonly ResourceChange[]): readonly string[] {
  return inDanger.map((change) => {
    const { name } = change;
    return inDanger.filter((one) => one.name === name).length > 1 ? withKind(change) : name;
  });
}

/** e.g. `StorageBox:backup`: unique in a stack. */
export function withKind({ kind, name }: Pick<ResourceChange, "kind" | "name">): string {
  return `${kind}:${name}`;
}

const words: Readonly<Record<string, string>> = {
  Server: "machine",
  Configuration: "configuration of",
  FloatingIp: "floating IP",
  Volume: "volume",
  VolumeAttachment: "attachment of volume",
  Network: "private network",
  NetworkSubnet: "subnet",
  Firewall: "firewall",
  PlacementGroup: "placement group",
  SshKey: "SSH key",
  StorageBox: "backup storage",
  StorageBoxSubaccount: "account in the backup storage",
  RandomPassword: "password",
  KeyPair: "key pair",
};

/** e.g. `machine app-1`, `floating IP visitors`; unnamed kinds keep Pulumi's word. */
export function describeResource({ kind, name }: Pick<ResourceChange, "kind" | "name">): string {
  return `${words[kind] ?? kind} ${name}`;
}
