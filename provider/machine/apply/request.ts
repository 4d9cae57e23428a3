import { isZstd } from "../archives/source";
import type { ConfigurationInputs } from "../inputs";

/** The request to the on-machine program: the inputs with their defaults (onMachine/request.py). */
export interface ApplyRequest {
  readonly id: string;
  readonly configuration: string;
  /** For the machine's roll-out log. */
  readonly machine: string;
  /** Absent where no lease is needed. */
  readonly lease?: LeaseClaim;
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, Required<Omit<FileOf, "validate">> & { readonly validate?: string }>>;
  readonly archives: Readonly<
    Record<string, Required<Omit<ArchiveOf, "source" | "label" | "time">> & Pick<ArchiveOf, "label" | "time">>
  >;
  readonly units: readonly object[];
  readonly checks: readonly object[];
  /** Seconds. */
  readonly lockTimeout: number;
}

type FileOf = NonNullable<ConfigurationInputs["files"]>[string];
type ArchiveOf = NonNullable<ConfigurationInputs["archives"]>[string];

/** The lease under which a machine is changed. A machine that has seen a higher generation refuses. */
export interface LeaseClaim {
  /** 0: knowingly without a lease. */
  readonly generation: number;
  readonly owner: string;
  readonly reason: string;
}

/** Seconds that a `healthy` command or a check may take, where the input does not say it. */
const defaultTimeout = 30;
/** Seconds to wait for another apply on the same machine: longer than one with all its packages takes. */
const lockTimeout = 900;

/** Unpacked archives of a path that stay on a machine by default: the present and the previous one. */
const defaultKeep = 2;

/** @param configuration names what is managed on the machine, the same in every apply of one resource */
export function toRequest(
  inputs: ConfigurationInputs,
  id: string,
  configuration: string,
  lease?: LeaseClaim,
): ApplyRequest {
  return {
    id,
    configuration,
    machine: inputs.machine,
    ...(lease && { lease: { generation: lease.generation, owner: lease.owner, reason: lease.reason } }),
    packages: packagesOf(inputs),
    files: mapValues(inputs.files, (file) => ({
      content: file.content,
      mode: fourDigitMode(file.mode),
      owner: file.owner ?? "root",
      group: file.group ?? "root",
      ...(file.validate === undefined ? {} : { validate: file.validate }),
    })),
    archives: mapValues(
      inputs.archives,
      ({ sha256, owner = "root", group = "root", label, keep = defaultKeep, time }) => ({
        sha256,
        owner,
        group,
        keep,
        ...(label === undefined ? {} : { label }),
        ...(time === undefined ? {} : { time }),
      }),
    ),
    units: (inputs.units ?? []).map((unit) => ({
      name: unit.name,
      enabled: unit.enabled ?? unit.state !== "stopped",
      state: unit.state ?? "running",
      restartOn: unit.restartOn ?? [],
      reloadOn: unit.reloadOn ?? [],
      ...(unit.healthy === undefined ? {} : { healthy: unit.healthy }),
      ...(unit.beforeStop === undefined ? {} : { beforeStop: unit.beforeStop }),
      ...(unit.afterHealthy === undefined ? {} : { afterHealthy: unit.afterHealthy }),
      timeout: unit.timeout ?? defaultTimeout,
      healthyFor: unit.healthyFor ?? 0,
    })),
    checks: (inputs.checks ?? []).map(({ name, command, timeout = defaultTimeout }) => ({ name, command, timeout })),
    lockTimeout,
  };
}

/** Packages, with zstd if the machine has to unpack such an archive. */
function packagesOf({ packages = [], archives }: ConfigurationInputs): readonly string[] {
  const needsZstd = Object.values(archives ?? {}).some(({ source }) => isZstd(source));
  return needsZstd && !packages.includes("zstd") ? [...packages, "zstd"] : packages;
}

/** Four octal digits, like the answers of machines. */
export function fourDigitMode(mode = "0644"): string {
  return mode.padStart(4, "0");
}

/** An absent record stays absent. */
export function mapValues<From, To>(
  record: Readonly<Record<string, From>> | undefined,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, change(value, key)]));
}
