import { line, outcomeOfJest, sum } from "./outcome";

const report = {
  numPassedTests: 10,
  numFailedTests: 0,
  numPendingTests: 2,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

describe("counting tests", () => {
  it("adds parts up and tells skipped tests apart from passed ones", () => {
    const outcomes = [outcomeOfJest(report), { passed: 5, failed: 1, skipped: 0 }];
    expect(sum(outcomes)).toEqual({ passed: 15, failed: 1, skipped: 2 });
    expect(line(sum(outcomes))).toBe("15 passed, 1 failed");
  });

  it("counts a file that does not even start as a failure", () => {
    expect(line(outcomeOfJest({ ...report, numRuntimeErrorTestSuites: 1 }))).toBe("10 passed, 1 failed");
  });
});
