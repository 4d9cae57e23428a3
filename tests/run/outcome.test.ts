import { line, outcomeOfJest, sum } from "./outcome";

const report = {
  numPassedTests: 10,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [
    { assertionResults: [{ fullName: "a bucket takes a release", status: "pending" }] },
    { assertionResults: [{ fullName: "a sum is right", status: "passed" }] },
  ],
};

describe("counting tests", () => {
  it("adds parts up and names the tests that were skipped", () => {
    const outcomes = [outcomeOfJest(report), { passed: 5, failed: 1, skipped: ["workflows"] }];
    expect(sum(outcomes)).toEqual({ passed: 15, failed: 1, skipped: ["a bucket takes a release", "workflows"] });
    expect(line(sum(outcomes))).toBe("15 passed, 1 failed");
  });

  it("counts a file that does not even start as a failure", () => {
    expect(line(outcomeOfJest({ ...report, numRuntimeErrorTestSuites: 1 }))).toBe("10 passed, 1 failed");
  });
});
