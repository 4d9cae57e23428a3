import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { Metadata } from "@grpc/grpc-js";
import { formatEntry } from "../../cli/logs";
import { WholeMessages } from "../../cli/logs/entries";
import { report } from "../../lib/errors";
import { linesOf, parsePrintable, printable } from "../../lib/printable";
import { toServiceError } from "../../provider/grpc/errors";
import { startLines } from "../../stack/ssh/lines";

const readEntry = (machine: string, line: string) => [...new WholeMessages(machine).read(line)][0];

/** Sets the clipboard, clears the screen, hides text, rings, turns text around and fakes a line. */
const hostile = "a\u001b]52;c;ZXZpbA==\u0007\u001b[2J\b\r\0\u007f\u009b31m\u202e\u2066\u200f\u2028faked\u2029z";
const dangerous = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const seen = "a\\x1b]52;c;ZXZpbA==\\x07\\x1b[2J\\x08\\x0d\\x00\\x7f\\x9b31m\\u202e\\u2066\\u200f\\u2028faked\\u2029z";

test("what a terminal would obey becomes visible, and text, newlines and tabs stay", () => {
  expect(printable(hostile)).toBe(seen);
  expect(printable("größer\t日本 🙂\n\\x1b")).toBe("größer\t日本 🙂\n\\x1b");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !dangerous.test(printable(text))));
});

test("texts in a machine's JSON are printable, names of fields too", () => {
  expect(parsePrintable(JSON.stringify({ [hostile]: [{ a: hostile, n: 1, no: null }] }))).toEqual({
    [seen]: [{ a: seen, n: 1, no: null }],
  });
});

test("an entry of an app's log hides nothing, fakes no other entry, and is never lost", async () => {
  const entry = { __REALTIME_TIMESTAMP: "1", MESSAGE: `${hostile}\n1970 app-2 fine`, SYSLOG_IDENTIFIER: "app\n\u001b" };
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from([Buffer.from(`${JSON.stringify(entry)}\n`)]))) lines.push(line);
  const read = readEntry("app-1", lines[0] ?? "");
  expect(read && formatEntry(read)).toBe(`1970-01-01 00:00:00.000  app \\x1b  ${seen}\n    1970 app-2 fine`);
  const bytes = JSON.stringify({ __REALTIME_TIMESTAMP: "1", MESSAGE: [...Buffer.from(hostile)] });
  expect(readEntry("app-1", bytes)?.message).toBe(seen);
});

test("errors of machines are printable where Pulumi and where a command shows them", () => {
  expect(toServiceError(new Error(hostile))).toMatchObject({
    details: seen,
    metadata: expect.any(Metadata) as unknown,
  });
  const written: string[] = [];
  report(new Error(hostile), (line) => written.push(line));
  expect(written).toEqual([`holdfast: ${seen}`]);
});

test("a real program's lines: errors are printable, output is whole, with line ends of both kinds", async () => {
  const errors: string[] = [];
  const { lines, ended } = startLines(
    "printf",
    ["%s\\r\\n%s\\nend", hostile.replaceAll("\0", ""), "ü"],
    () => undefined,
  );
  const got: string[] = [];
  for await (const line of lines) got.push(line);
  expect(got).toEqual([hostile.replaceAll("\0", ""), "ü", "end"]);
  expect(await ended).toBe(0);
  const failing = startLines("sh", ["-c", "printf 'x\\033[2J\\n' >&2"], (line) => errors.push(line));
  await failing.ended;
  expect((await failing.lines.next()).done).toBe(true);
  expect(errors).toEqual(["x\\x1b[2J"]);
});

test("a job that is followed shows its output printable, and gives its exit code", () => {
  const script = `
    const { runInForeground } = require("./lib/terminal/foreground");
    const { printable } = require("./lib/printable");
    runInForeground("sh", ["-c", "printf 'a\\\\033[2J\\\\nb'; printf '\\\\233\\\\007' >&2; exit 7"], { shown: printable })
      .then((code) => console.log("code", code));`;
  const file = join(tmpdir(), `holdfast-printable-${process.pid}.txt`);
  writeFileSync(file, "");
  const out = execFileSync("sh", ["-c", 'exec npx ts-node -T -e "$1" 2>"$2"', "sh", script, file], {
    encoding: "utf8",
  });
  expect(out).toBe("a\\x1b[2J\nb\ncode 7\n");
  expect(readFileSync(file, "utf8")).toBe("\ufffd\\x07\n");
});
