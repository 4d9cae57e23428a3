import { messageOf } from "../../../lib/errors";
import { fourDigitMode } from "../apply/request";
import type { HostKeys } from "../../ssh/hostKeys";
import type { Call, Values } from "../../grpc/types";
import { inspectMachine, type Found, type FoundFile, type FoundUnit } from "../apply/inspect";
import type { ConfigurationInputs, UnitInput } from "../inputs";
import { fieldsOf, withSameSecrecy, plainInputs } from "./values";

/**
 * The inputs as they are on the machine. If the machine does not answer, its state is kept, so that a refresh of the
 * others continues.
 */
export async function readMachine(id: string, inputs: Values, outputs: Values, call: Call) {
  const plain = plainInputs(inputs);
  try {
    const found = await inspectMachine(plain, (outputs.hostKeys ?? {}) as HostKeys, call.signal);
    const actual = toActualInputs(inputs, plain, found);
    return { id, inputs: actual, outputs: { ...outputs, ...actual } };
  } catch (error) {
    call.signal.throwIfAborted();
    const reason = messageOf(error);
    call.log(`${plain.machine} did not answer, so its recorded state is kept: ${reason}`, {
      level: "warning",
    });
    return { id, inputs, outputs };
  }
}

/** The recorded inputs, with differences on the machine in their place. */
export function toActualInputs(inputs: Values, plain: ConfigurationInputs, found: Found): Values {
  const actual: Values = { ...inputs };
  if (plain.packages && found.missingPackages.length > 0) {
    actual.packages = plain.packages.filter((name) => !found.missingPackages.includes(name));
  }
  if (plain.files) actual.files = actualFiles(inputs.files, plain, found.files);
  if (plain.archives) {
    const recorded = fieldsOf(inputs.archives);
    actual.archives = Object.fromEntries(
      Object.entries(recorded).flatMap(([path, archive]) => {
        const look = found.archives[path];
        if (!look) return [];
        const [, sha256 = "0".repeat(64)] = /archives\/([0-9a-f]{64})-/.exec(look.target ?? "") ?? [];
        return [[path, { ...fieldsOf(archive), sha256 }]];
      }),
    );
  }
  if (plain.units) {
    actual.units = plain.units.map((unit) => actualUnit(unit, found.units[unit.name] ?? {}));
  }
  return actual;
}

function actualFiles(recorded: unknown, plain: ConfigurationInputs, found: Found["files"]): unknown {
  const files = Object.entries(fieldsOf(recorded)).flatMap(([path, file]) => {
    const look = found[path];
    const wanted = plain.files?.[path];
    if (!look || !wanted) return [];
    return [[path, withSameSecrecy(file, actualFile(fieldsOf(file), wanted, look))] as const];
  });
  return withSameSecrecy(recorded, Object.fromEntries(files));
}

/** Fields that agree stay as they were written, so that `0644` and `644` are no difference. */
function actualFile(
  recorded: Values,
  wanted: { mode?: string; owner?: string; group?: string },
  look: FoundFile,
): Values {
  const file: Values = { ...recorded };
  if (look.content !== undefined) file.content = withSameSecrecy(recorded.content, look.content);
  if (look.kind === "file" && look.mode !== fourDigitMode(wanted.mode)) file.mode = look.mode;
  if (look.owner !== (wanted.owner ?? "root")) file.owner = look.owner;
  if (look.group !== (wanted.group ?? "root")) file.group = look.group;
  return file;
}

function actualUnit(unit: UnitInput, look: FoundUnit): Values {
  const actual: Values = { ...unit };
  const active = ["active", "reloading", "activating", "refreshing"].includes(look.ActiveState ?? "");
  const state = unit.state ?? "running";
  if (state === "running" && !active) actual.state = "stopped";
  if (state === "stopped" && active) actual.state = "running";
  const enabled = (look.UnitFileState ?? "").startsWith("enabled");
  const byName = /^(enabled|disabled|masked)/.test(look.UnitFileState ?? "");
  if (byName && enabled !== (unit.enabled ?? state !== "stopped")) actual.enabled = enabled;
  return actual;
}
