import { type Problem, show } from "./problems";
import { isLoopback } from "./target";

/** What `app.release` may name. */
export type ReleaseReference =
  /** Relative ones start from the folder of Pulumi.yaml. */
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "file"; readonly path: string }
  /** A file on a web server, and the SHA-256 of that file. */
  | { readonly kind: "address"; readonly url: string; readonly sha256: string }
  /** Built and kept in the store: `guestbook@1.4.0`. */
  | { readonly kind: "version"; readonly name: string; readonly version: string }
  /** Kept by its content: `guestbook@sha256:…`, the SHA-256 of its tar. */
  | { readonly kind: "content"; readonly name: string; readonly sha256: string };

/** A release is a tar, compressed in one of these ways. */
const archiveEndings = [".tar.gz", ".tgz", ".tar.zst", ".tar"] as const;

const setting = "holdfast:app.release";
const why = "the machines run this release, so its name must be unambiguous";

/** Understands what stands in `app.release`. */
export function parseReference(written: string): { value?: ReleaseReference; problems: readonly Problem[] } {
  const refuse = (wrong: string, reason: string, fix: string) => ({
    problems: [{ setting, value: written, wrong, why: reason, fix }],
  });
  if (/^[a-z]+:\/\//i.test(written)) return parseAddress(written, refuse);
  const stored = /^([a-z][a-z0-9-]{0,30})@(?:sha256:(.*)|([A-Za-z0-9][A-Za-z0-9._+-]{0,62}))$/.exec(written);
  if (!stored) {
    const kind = archiveEndings.some((ending) => written.endsWith(ending)) ? "file" : "folder";
    return { value: { kind, path: written }, problems: [] };
  }
  const [, name = "", sha256, version] = stored;
  if (version !== undefined) return { value: { kind: "version", name, version }, problems: [] };
  if (isSha256(sha256)) return { value: { kind: "content", name, sha256 }, problems: [] };
  return refuse("does not end with a SHA-256", why, "write all of its 64 hexadecimal digits, or name a version");
}

/** How the reference is written into settings. */
export function referenceText(reference: ReleaseReference): string {
  switch (reference.kind) {
    case "address":
      return `${reference.url}#sha256=${reference.sha256}`;
    case "version":
      return `${reference.name}@${reference.version}`;
    case "content":
      return `${reference.name}@sha256:${reference.sha256}`;
    default:
      return reference.path;
  }
}

function parseAddress(written: string, refuse: (wrong: string, why: string, fix: string) => { problems: Problem[] }) {
  if (!URL.canParse(written))
    return refuse("is not an address", why, "write e.g. `https://…/guestbook.tar.gz#sha256=…`");
  const { protocol, pathname, hash } = new URL(written);
  if (!isSafeAddress(written)) {
    return refuse(
      `is fetched over ${protocol.slice(0, -1)}, which anybody on the network path can read and change`,
      "a release often holds things that are not public",
      "use https",
    );
  }
  if (!archiveEndings.some((ending) => pathname.endsWith(ending))) {
    return refuse(
      `does not end with ${archiveEndings.join(", ")}`,
      "the ending tells how it is packed",
      "name a packed file",
    );
  }
  const sha256 = /^#sha256=(.*)$/.exec(hash)?.[1]?.toLowerCase();
  if (!isSha256(sha256)) {
    return refuse(
      sha256 === undefined ? "has no SHA-256" : `has no SHA-256 but ${show(sha256)}`,
      "what lies at an address can change, and a machine must run what you tested",
      "add the file's SHA-256 (`sha256sum FILE`), 64 hexadecimal digits: `https://…/guestbook.tar.gz#sha256=…`",
    );
  }
  return { value: { kind: "address" as const, url: written.slice(0, -hash.length), sha256 }, problems: [] };
}

/** https, or this computer's own loopback, on which nobody listens in. */
export function isSafeAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(url) === true);
}

function isSha256(text: string | undefined): text is string {
  return /^[0-9a-f]{64}$/.test(text ?? "");
}
