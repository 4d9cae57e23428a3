import { logProgress, seconds, waiting } from "../../lib/terminal/progress";

describe("progress in a log", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it("says what, why, how long of how long, and the detail, at least every ten seconds", async () => {
    const lines: string[] = [];
    const progress = logProgress((line) => lines.push(line));
    const work = progress.step({ title: "Building", why: "once", limit: 60 }, async (say) => {
      say("3 packages");
      await new Promise((resolve) => setTimeout(resolve, 25_000));
    });
    await jest.advanceTimersByTimeAsync(25_000);
    await work;
    expect(lines).toEqual([
      "Building (once)",
      "Building: 10 s of at most 60 s, 3 packages",
      "Building: 20 s of at most 60 s, 3 packages",
      "Building: done after 25 s",
    ]);
  });

  it("passes errors on and stops writing", async () => {
    const lines: string[] = [];
    const progress = logProgress((line) => lines.push(line));
    await expect(progress.step({ title: "Work" }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await jest.advanceTimersByTimeAsync(60_000);
    expect(lines).toEqual(["Work"]);
  });
});

describe("texts", () => {
  it.each([
    [0.44, "0.4 s"],
    [9.99, "10 s"],
    [75.2, "75 s"],
    [185, "3 min 5 s"],
  ])("%d seconds: %s", (value, text) => expect(seconds(value)).toBe(text));

  it("leaves out what is not known", () => expect(waiting({ title: "Work" }, 1, "")).toBe("Work: 1 s"));
});
