import { type Digest, kindOf, nameOf, type ResourceState, type Step } from "./digest";

/** What happens to one resource that is billed, kept or talked to: components and providers are left out. */
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
  /** Whether Pulumi's state says that it must not go. */
  readonly protected: boolean;
  readonly before?: ResourceState;
  readonly after?: ResourceState;
}

/** What can happen to a resource, in the order in which it is told. */
export const operations = ["create", "update", "replace", "delete"] as const;
export type Operation = (typeof operations)[number];

/** All changes of a preview, in its order. A replacement is one change, whatever steps it takes. */
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
  // What the bridge notes for itself is nobody's setting.
  return [...new Set(reasons ?? [])].filter((name) => !name.startsWith("__")).sort();
}

/** What is refused unless it is named: protected things that would be replaced or deleted. */
export function protectedLosses(changes: readonly ResourceChange[]): readonly ResourceChange[] {
  return changes.filter((change) => change.protected && ["replace", "delete"].includes(change.operation));
}

/** How `--allow` names each of them: by its name where nothing else that would go has the same, else with its kind. */
export function allowNames(inDanger: readonly ResourceChange[]): readonly string[] {
  return inDanger.map((change) => {
    const { name } = change;
    return inDanger.filter((one) => one.name === name).length > 1 ? withKind(change) : name;
  });
}

/** e.g. `StorageBox:backup`: no two resources of a stack have the same. */
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

/** e.g. `machine app-1`, `floating IP visitors`; kinds without a word of their own keep Pulumi's. */
export function describeResource({ kind, name }: Pick<ResourceChange, "kind" | "name">): string {
  return `${words[kind] ?? kind} ${name}`;
}
