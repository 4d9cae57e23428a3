import type { Problem } from "../blueprint/problems";

/** What is wrong with a release or its store, in the parts that a problem of the settings has. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";

  /** @param thing what it is about, e.g. `guestbook@1.4.0` or a file */
  constructor(
    readonly thing: string,
    private readonly told: Pick<Problem, "wrong" | "why" | "fix">,
  ) {
    super(`${thing} ${told.wrong}\n  Why: ${told.why}\n  Fix: ${told.fix}`);
  }

  /** The same about the setting that names the release. */
  asProblem(written: string): Problem {
    const { wrong, why, fix } = this.told;
    const about = this.thing === written ? "" : `${this.thing} `;
    return { setting: "holdfast:app.release", value: written, wrong: about + wrong, why, fix };
  }
}
