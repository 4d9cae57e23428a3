import { availableParallelism } from "node:os";
import type { Config } from "jest";

const common = {
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
};

const WHOLE_STACK = "<rootDir>/tests/rehearsal/wholeStack.test.ts";
const UNDER_LOAD = "<rootDir>/tests/rehearsal/underLoad/";

/**
 * Fast tests need neither root nor network. Rehearsals boot machines; that of the whole stack is part of `make test`. Those
 * under load look at what visitors notice.
 */
const config: Config = {
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
    { ...common, displayName: "whole-stack", testMatch: [WHOLE_STACK] },
    {
      ...common,
      displayName: "rehearsal",
      testMatch: ["<rootDir>/tests/rehearsal/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", WHOLE_STACK, UNDER_LOAD],
    },
    { ...common, displayName: "under-load", testMatch: [`${UNDER_LOAD}**/*.test.ts`] },
  ],
};

export default config;
