import type { ConfigurationInputs } from "../inputs";

/** What the on-machine program is asked for: the inputs with their defaults (onMachine/request.py has the meaning). */
export interface ApplyRequest {
  readonly id: string;
  readonly configuration: string;
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, Required<Omit<FileOf, "validate">> & { readonly validate?: string }>>;
  readonly archives: Readonly<Record<string, { sha256: string; owner: string; group: string }>>;
  readonly units: readonly object[];
  readonly checks: readonly object[];
  /** Seconds. */
  readonly lockTimeout: number;
}

type FileOf = NonNullable<ConfigurationInputs["files"]>[string];

/** Seconds that a `healthy` command or a check may take, where the input does not say it. */
const defaultTimeout = 30;
/** Seconds to wait for another apply on the same machine: longer than one takes with all its packages. */
const lockTimeout = 900;

/** @param configuration names what is managed on the machine, the same in every apply of one resource */
export function toRequest(inputs: ConfigurationInputs, id: string, configuration: string): ApplyRequest {
  return {
    id,
    configuration,
    packages: inputs.packages ?? [],
    files: mapValues(inputs.files, (file) => ({
      content: file.content,
      mode: normalMode(file.mode),
      owner: file.owner ?? "root",
      group: file.group ?? "root",
      ...(file.validate === undefined ? {} : { validate: file.validate }),
    })),
    archives: mapValues(inputs.archives, ({ sha256, owner = "root", group = "root" }) => ({ sha256, owner, group })),
    units: (inputs.units ?? []).map((unit) => ({
      name: unit.name,
      enabled: unit.enabled ?? unit.state !== "stopped",
      state: unit.state ?? "running",
      restartOn: unit.restartOn ?? [],
      reloadOn: unit.reloadOn ?? [],
      ...(unit.healthy === undefined ? {} : { healthy: unit.healthy }),
      timeout: unit.timeout ?? defaultTimeout,
    })),
    checks: (inputs.checks ?? []).map(({ name, command, timeout = defaultTimeout }) => ({ name, command, timeout })),
    lockTimeout,
  };
}

/** Four octal digits, as the machine tells them. */
export function normalMode(mode = "0644"): string {
  return mode.padStart(4, "0");
}

export function mapValues<From, To>(
  record: Readonly<Record<string, From>> | undefined,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, change(value, key)]));
}
