/** One stack file that cannot be used. All that it does not say is in order. */
export interface BadSettings {
  /** What is wrong, in the words of somebody who made the mistake. */
  readonly mistake: string;
  /** Settings without `holdfast:` before them; undefined: the file does not have it. Keys with a colon are taken as they are. */
  readonly written: Readonly<Record<string, unknown>>;
  /** @default prod */
  readonly stack?: string;
  /** Whether this is a run that would change something. @default a preview */
  readonly update?: boolean;
  /**
   * Each problem that has to be said, and there may be no other: words of its first line, and behind ` | ` words of the
   * reason or of the fix.
   */
  readonly says: readonly string[];
}

/** A release to which more settings are added. */
export const app = (more: object) => ({ release: "./examples/guestbook", ...more });

export const someKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEA3EWj7wTrDIGUMG9jCnq+CpYzdksM/Sm1Ds2FxS6k5 somebody@example.org";

export const admin = (more: object) => ({ sshKeys: [someKey], allowFrom: ["198.51.100.0/24"], ...more });

/** The whole configuration of the stack file, by Pulumi's keys. */
export function configurationOf({ written }: BadSettings): Record<string, unknown> {
  const settings = { location: "nbg1", app: app({}), admin: admin({}), ...written };
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key.includes(":") ? key : `holdfast:${key}`, value]),
  );
}

/** The same as the text of a file: JSON is YAML. */
export function stackFile(bad: BadSettings): string {
  return JSON.stringify({ config: configurationOf(bad) }, undefined, 2);
}

/** What has to be there of each thing that is said, in one line of output or in several. */
export function wordsOf({ says }: BadSettings): readonly (readonly string[])[] {
  return says.map((said) => said.split(" | "));
}
