import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { commandLine, summary } from "../../cli/run";

test("several words arrive on the machine as they were typed, whatever is in them", () => {
  const word = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(word, { minLength: 2, maxLength: 4 }), (words) => {
      const line = commandLine(["printf", "%s\\0", ...words]);
      const said = execFileSync("sh", ["-c", line], { encoding: "utf8" });
      expect(said).toBe(words.map((one) => `${one}\0`).join(""));
    }),
    { numRuns: 25 },
  );
});

test("one word is a line for the machine's shell", () => {
  expect(execFileSync("sh", ["-c", commandLine(["echo a | tr a b"])], { encoding: "utf8" })).toBe("b\n");
});

test("the summary says how it went on each machine, and tells a command's failure from a way that is none", () => {
  const text = summary([
    { machine: "app-1", code: 0, duration: 0.42 },
    { machine: "app-2", code: 7, duration: 1.25 },
    { machine: "app-10", code: 255, duration: 3 },
  ]);
  expect(text).toBe(
    [
      "",
      "MACHINE  RESULT       TIME",
      "app-1    done         0.4 s",
      "app-2    exit code 7  1.3 s",
      "app-10   not reached  3.0 s",
      "1 of 3 machines done",
    ].join("\n"),
  );
});
