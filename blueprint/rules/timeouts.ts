import type { Rule } from "./rule";

/** A repeated request must not wait longer than one that is not. */
export const timeoutsMakeSense: Rule = ({ app }) =>
  !app || app.timeouts.safe <= app.timeouts.unsafe
    ? []
    : [
        {
          setting: "holdfast:app.timeouts.safe",
          value: app.timeouts.safe,
          wrong: `is more than timeouts.unsafe (${app.timeouts.unsafe})`,
          why: "HAProxy gives a safe request to another instance after this time, so it has to be the shorter one",
          fix: `write at most ${app.timeouts.unsafe}, and list slow pages under slowPaths`,
        },
      ];
