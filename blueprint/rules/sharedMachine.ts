import type { Rule } from "./rule";

/** A role without a machine of its own is on the app machine, so there has to be exactly one app machine. */
export const sharedMachine: Rule = ({ app, loadBalancer, database }) =>
  Object.entries({ loadBalancer, database }).flatMap(([name, section]) =>
    section?.machines !== 0 || !app || app.machines === 1
      ? []
      : [
          {
            setting: `holdfast:${name}.machines`,
            value: 0,
            wrong: `is not possible with ${app.machines} app machines`,
            why: "without a machine of its own, it is on the app machine, and there has to be exactly one",
            fix: "write machines: 1 here, or holdfast:app.machines: 1",
          },
        ],
  );
