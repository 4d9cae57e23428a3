import type { Problem } from "../problems";
import type { Draft } from "../settings";

/** A rule looks at settings that are right by themselves and says what does not fit together. */
export type Rule = (draft: Draft) => readonly Problem[];
