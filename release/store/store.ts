import { z } from "zod";
import { type Manifest, manifestSchema } from "../../blueprint/manifest";
import { nearest } from "../../blueprint/nearest";
import type { ReleaseReference } from "../../blueprint/releaseReference";
import { ReleaseError } from "../errors";
import type { StoreBackend } from "./backend";

/** What the store knows about one release, without fetching it. */
export interface StoredRelease {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its tar, in hexadecimal: its identity, on machines as well. */
  readonly sha256: string;
  /** Bytes of the compressed archive. */
  readonly size: number;
  /** When it was put into the store, e.g. `2026-11-24T10:00:00.000Z`. */
  readonly built: string;
  /** Who did it, e.g. `anna@laptop`. */
  readonly builtBy: string;
  /** What was rolled out without being built: then it is not found by its version, only by its content. */
  readonly copyOf?: string;
  readonly manifest: Manifest;
}

const storedRelease = z.object({
  name: z.string(),
  version: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number(),
  built: z.string(),
  builtBy: z.string(),
  copyOf: z.string().optional(),
  manifest: manifestSchema,
});

/**
 * Releases by name. Each has an archive and an entry that describes it. The entry is written last and removed first, so
 * an entry always has its archive.
 */
export class ReleaseStore {
  constructor(private readonly backend: StoreBackend) {}

  /** For messages, e.g. `the folder ./releases`. */
  get place(): string {
    return this.backend.place;
  }

  /** All releases, the newest first. */
  async list(): Promise<StoredRelease[]> {
    const keys = (await this.backend.list()).filter((key) => key.endsWith(entryEnding));
    const entries = await Promise.all(keys.map((key) => this.read(key)));
    return entries
      .filter((entry) => entry !== undefined)
      .sort((a, b) => (a.built === b.built ? 0 : a.built < b.built ? 1 : -1));
  }

  /** The release that a reference names, or nothing. */
  async find(reference: StoredReference): Promise<StoredRelease | undefined> {
    if (reference.kind === "version") return this.read(versionKey(reference) + entryEnding);
    const copy = await this.read(contentKey(reference) + entryEnding);
    return copy ?? (await this.list()).find(({ sha256 }) => sha256 === reference.sha256);
  }

  /** @throws ReleaseError when there is none, which names the nearest ones */
  async require(reference: StoredReference): Promise<StoredRelease> {
    const found = await this.find(reference);
    if (found) return found;
    const wanted = reference.kind === "version" ? reference.version : reference.sha256;
    throw new ReleaseError(`${reference.name}@${wanted}`, {
      wrong: `is not in ${this.place}`,
      why: "machines get what the store has",
      fix: await this.suggestion(reference),
    });
  }

  /**
   * Puts a release and its archive into the store; one that is there already with the same content is left alone.
   *
   * @returns whether it is new
   * @throws ReleaseError when its version is taken by another content
   */
  async put(release: StoredRelease, archive: string): Promise<boolean> {
    const key = release.copyOf === undefined ? versionKey(release) : contentKey(release);
    const there = await this.read(key + entryEnding);
    if (there && there.sha256 === release.sha256) return false;
    if (there) throw this.taken(release, there);
    await this.backend.write(archiveKey(release), { file: archive });
    const entry = { text: `${JSON.stringify(release, null, 2)}\n` };
    if (await this.backend.writeNew(key + entryEnding, entry)) return true;
    // Somebody was faster.
    const faster = await this.read(key + entryEnding);
    if (faster && faster.sha256 === release.sha256) return false;
    await this.backend.remove(archiveKey(release));
    throw this.taken(release, faster ?? release);
  }

  /** Brings the archive of a release to a file of this computer. @throws ReleaseError when the store lost it */
  async fetch(release: StoredRelease, to: string): Promise<void> {
    if (await this.backend.fetch(archiveKey(release), to)) return;
    throw new ReleaseError(`${release.name}@${release.version}`, {
      wrong: `has an entry but no archive in ${this.place}`,
      why: "somebody removed the archive",
      fix: `run \`npx holdfast release build\` for it again, or remove ${versionKey(release)}${entryEnding} there`,
    });
  }

  async remove(release: StoredRelease): Promise<void> {
    const key = release.copyOf === undefined ? versionKey(release) : contentKey(release);
    await this.backend.remove(key + entryEnding);
    const others = (await this.list()).filter(({ sha256 }) => sha256 === release.sha256);
    if (others.length === 0) await this.backend.remove(archiveKey(release));
  }

  private async read(key: string): Promise<StoredRelease | undefined> {
    const text = await this.backend.readText(key);
    if (text === undefined) return undefined;
    const { data } = storedRelease.safeParse(parseJson(text));
    if (data) return data;
    throw new ReleaseError(`${key} in ${this.place}`, {
      wrong: "is not a valid entry",
      why: "it describes the archive beside it",
      fix: "remove it there and build that release again",
    });
  }

  private taken(release: StoredRelease, there: StoredRelease): ReleaseError {
    return new ReleaseError(`${release.name}@${release.version}`, {
      wrong: `is in ${this.place} already, with another content (built ${there.built.slice(0, 16)} by ${there.builtBy})`,
      why: "one version must mean the same release everywhere, or a rollback could bring back another one",
      fix: "give this one a new version in its holdfast.yaml",
    });
  }

  private async suggestion({ name, ...reference }: StoredReference): Promise<string> {
    const built = (await this.list()).filter(({ copyOf }) => copyOf === undefined);
    const versions = built.filter((entry) => entry.name === name).map(({ version }) => version);
    if (versions.length === 0) {
      const names = [...new Set(built.map((entry) => entry.name))];
      const there = names.length > 0 ? `; there are releases of ${names.join(", ")}` : "; the store is empty";
      return `build it with \`npx holdfast release build DIR\`, or correct the name${there}`;
    }
    const near = reference.kind === "version" ? nearest(reference.version, versions) : undefined;
    const hint = near === undefined ? "" : `did you mean ${name}@${near}? `;
    const shown = versions.slice(0, 10).join(", ") + (versions.length > 10 ? ", …" : "");
    return `${hint}build it with \`npx holdfast release build DIR\`, or choose from ${shown}`;
  }
}

export type StoredReference = Extract<ReleaseReference, { kind: "version" | "content" }>;

const entryEnding = ".json";

function versionKey({ name, version }: { name: string; version: string }): string {
  return `${name}@${version}`;
}

/** No version is that long, so the two cannot meet. */
function contentKey({ name, sha256 }: { name: string; sha256: string }): string {
  return `${name}@sha256-${sha256}`;
}

/** By content: two who build one version differently at the same time do not overwrite each other's archive. */
function archiveKey({ name, version, sha256 }: { name: string; version: string; sha256: string }): string {
  return `${name}@${version}-${sha256.slice(0, 12)}.tar.gz`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
