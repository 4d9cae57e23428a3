const { availableParallelism } = require("node:os");

const common = {
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
};

const UNDER_LOAD = "<rootDir>/tests/rehearsal/underLoad/";

/** Fast tests need neither root nor network; rehearsals boot machines, those under load look at what visitors notice. */
module.exports = {
  // Jest's five seconds are too short for a test on a computer that has other things to do.
  testTimeout: 30_000,
  // More than there are cores: many of these tests wait, for programs or for time to pass.
  maxWorkers: availableParallelism() + 1,
  projects: [
    {
      ...common,
      displayName: "fast",
      testMatch: ["<rootDir>/tests/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/rehearsal/"],
    },
    {
      ...common,
      displayName: "rehearsal",
      testMatch: ["<rootDir>/tests/rehearsal/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", UNDER_LOAD],
    },
    { ...common, displayName: "under-load", testMatch: [`${UNDER_LOAD}**/*.test.ts`] },
  ],
};
