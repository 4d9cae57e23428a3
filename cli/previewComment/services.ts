import { isAboutUnits } from "../../provider/machine/resource/describeChange";
import { type Digest, typeOf } from "../../stack/preview/digest";
import type { ResourceChange } from "../../stack/preview/resources";

/**
 * What happens to the services of each machine, e.g. `app-1 will restart app@1.service`: the provider's own messages.
 */
export function serviceChanges({ diagnostics }: Digest): readonly string[] {
  return diagnostics
    .filter(({ urn = "" }) => typeOf(urn) === "holdfast:machine:Configuration")
    .filter(({ severity }) => severity === "info")
    .map(({ message = "" }) => message.replace(/^info: /, "").trim())
    .filter(isAboutUnits);
}

/**
 * Changed releases and other archives, e.g. `app-1, app-2: guestbook 1.3.0 → 1.4.0`. Machines with the same change
 * share one line.
 *
 * @param lookedUp whether the checksums are those of real releases
 */
export function archiveChanges(changes: readonly ResourceChange[], { lookedUp = true } = {}): readonly string[] {
  const labelOf = lookedUp ? labelWithChecksum : ({ label = "" }: Archive) => label;
  const machines = new Map<string, string[]>();
  for (const { name, before, after } of changes.filter(
    ({ kind, operation }) => operation === "update" && kind === "Configuration",
  )) {
    const [olds, news] = [before, after].map(
      (state) => (state?.inputs?.archives ?? {}) as Readonly<Record<string, Archive>>,
    );
    for (const [path, archive] of Object.entries(news ?? {})) {
      const old = olds?.[path];
      if (old?.sha256 === archive.sha256) continue;
      const text = old ? `${labelOf(old)} → ${labelOf(archive)}` : `${labelOf(archive)} (new)`;
      machines.set(text, [...(machines.get(text) ?? []), name]);
    }
  }
  return [...machines].map(([text, names]) => `${names.join(", ")}: ${text}`);
}

interface Archive {
  readonly sha256: string;
  readonly label?: string;
}

/** The checksum tells two builds of one version apart. */
function labelWithChecksum({ label, sha256 }: Archive): string {
  return label ? `${label} (${sha256.slice(0, 8)})` : sha256.slice(0, 12);
}
