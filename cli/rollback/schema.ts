import type { Manifest } from "../../blueprint/manifest";

/** A release between the current and the target one. Its manifest is unknown if the store does not have it. */
export interface ReleaseStep {
  readonly label: string;
  readonly manifest?: Pick<Manifest, "migrate" | "schema">;
}

/** What a rollback means for the database, whose schema stays as it is. */
export type SchemaVerdict =
  /** No migration ran in between, or the older release says that it lives with what it left. */
  { readonly fits: true; readonly because: string } | { readonly fits: false; readonly because: string };

/**
 * Whether a release can work with the schema that later releases may have left, by what the manifests say. If they
 * say nothing, a person has to decide.
 *
 * @param passed the releases that were rolled out, or tried, after the target
 */
export function judgeSchema(target: ReleaseStep, passed: readonly ReleaseStep[]): SchemaVerdict {
  const unknown = passed.filter(({ manifest }) => manifest === undefined);
  if (unknown.length > 0) {
    return {
      fits: false,
      because: `it is not known whether ${names(unknown)} changed the schema: the store no longer has it`,
    };
  }
  const migrating = passed.filter(({ manifest }) => manifest?.migrate !== undefined);
  if (migrating.length === 0) return { fits: true, because: "no migration ran in between" };

  const own = target.manifest?.schema;
  const numbers = migrating.map(({ manifest }) => manifest?.schema?.number);
  const newest = Math.max(...numbers.map((number) => number ?? Infinity));
  if (own === undefined || newest === Infinity) {
    const silent = own === undefined ? [target] : migrating.filter(({ manifest }) => manifest?.schema === undefined);
    return {
      fits: false,
      because: `${names(migrating)} may have migrated the database, and the holdfast.yaml of ${names(silent)} has no \`schema\``,
    };
  }
  if (newest <= own.number) return { fits: true, because: `all these releases have schema ${own.number}` };
  const livesWith = own.livesWith ?? own.number;
  return newest <= livesWith
    ? {
        fits: true,
        because: `${target.label} says that it works with schemas up to ${livesWith}, and this is ${newest}`,
      }
    : {
        fits: false,
        because: `${names(migrating)} took the database to schema ${newest}, and ${target.label} knows schemas up to ${livesWith}`,
      };
}

function names(releases: readonly ReleaseStep[]): string {
  return releases.map(({ label }) => label).join(", ");
}
