import type { Rule } from "./rule";

/** Variables that every instance gets from the stack. */
const givenVariables = ["PORT", "INSTANCE", "MACHINE", "RELEASE", "STATE_DIRECTORY"] as const;

/** Only stacks with a database set these: others may use the names for a database of their own. */
const databaseVariables = ["DATABASE_URL", "DATABASE_DIRECT_URL"] as const;

/** Settings do not set variables that the stack sets, and each value fits on one line of an environment file. */
export const environmentNames: Rule = ({ app, database }) => {
  const given: readonly string[] = database ? [...givenVariables, ...databaseVariables] : givenVariables;
  return Object.entries(app?.environment ?? {}).flatMap(([name, value]) => {
    const setting = `holdfast:app.environment.${name}`;
    if (given.includes(name)) {
      return [
        {
          setting,
          wrong: "is set by the stack",
          why: "each instance gets its own value for it",
          fix: `remove it; ${given.join(", ")} are always there`,
        },
      ];
    }

    return /[\u0000-\u001f]/.test(value)
      ? [
          {
            setting,
            wrong: "has line breaks or control characters",
            why: "systemd reads one variable from one line",
            fix: "encode it, e.g. in base64, and let the app decode it",
          },
        ]
      : [];
  });
};
