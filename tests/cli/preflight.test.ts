import { checkStack, unmetRequirements, refuse } from "../../cli/local/up/preflight";

const computer = { platform: "linux" as const, root: true, apt: true };

describe("before anything is installed", () => {
  it("has nothing against a Debian machine with root", () => {
    expect(unmetRequirements(computer)).toEqual([]);
    expect(() => refuse([])).not.toThrow();
  });

  it("says all reasons at once, with what to do and what works all the same", () => {
    const reasons = unmetRequirements({ ...computer, root: false, apt: false });
    expect(reasons).toHaveLength(2);
    expect(() => refuse(reasons)).toThrow(/with sudo\n[^]*Debian machine\n[^]*`make preview`/);
  });

  it("does not ask for root where that would not help", () => {
    expect(unmetRequirements({ ...computer, platform: "darwin", root: false })).toEqual([
      expect.stringMatching(/^this is darwin, and machines need Linux/),
    ]);
  });

  it("accepts names of local stacks only, and those that have settings", () => {
    expect(() => checkStack("local")).not.toThrow();
    expect(() => checkStack("prod")).toThrow(/HOLDFAST_LOCAL is "prod"/);
    expect(() => checkStack("local-nobody")).toThrow(/copy Pulumi.local.yaml to Pulumi.local-nobody.yaml/);
  });
});
