import type { Rule } from ".";

/** Variables that every instance gets from the stack. */
export const givenVariables = ["PORT", "INSTANCE", "MACHINE", "RELEASE", "STATE_DIRECTORY"] as const;

/** Nobody sets what the stack sets, and values fit on one line of an environment file. */
export const environmentNames: Rule = ({ app }) =>
  Object.entries(app?.environment ?? {}).flatMap(([name, value]) => {
    const setting = `holdfast:app.environment.${name}`;
    if ((givenVariables as readonly string[]).includes(name)) {
      return [
        {
          setting,
          wrong: "is set by the stack",
          why: "each instance gets its own value of it",
          fix: `remove it; ${givenVariables.join(", ")} are always there`,
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
