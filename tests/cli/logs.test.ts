import fc from "fast-check";
import { journalLine } from "../../cli/logs";
import { type Entry, SortingBuffer, WholeMessages } from "../../cli/logs/entries";
import { prefixer } from "../../lib/terminal/colour";

const readEntry = (machine: string, line: string) => [...new WholeMessages(machine).read(line)][0];

describe("what a machine is asked for", () => {
  it("is what its roles say, the last hundred lines of it", () => {
    const line = journalLine({ roles: ["app"] }, { lines: "100" });
    expect(line).toContain("--lines=100 --unit='app@*' --unit=app-migrate");
    expect(line).not.toContain("haproxy");
    expect(line).not.toContain("--follow");
  });

  it("is what the person asks for, and no word of it is read by the machine's shell", () => {
    const line = journalLine(
      { roles: ["app"] },
      { lines: "100", since: "1 hour ago; reboot", unit: ["ssh"], follow: true },
    );
    expect(line).toContain("--follow --since='1 hour ago; reboot' --unit=ssh");
    expect(line).not.toContain("app@");
  });
});

describe("a line of journalctl's JSON", () => {
  it("is an entry", () => {
    const line =
      '{"__REALTIME_TIMESTAMP":"1700000000123456","MESSAGE":"ready","SYSLOG_IDENTIFIER":"app-1","PRIORITY":"6"}';
    const expected = { machine: "app-1", at: 1700000000123456n, source: "app-1", priority: 6, message: "ready" };
    expect(readEntry("app-1", line)).toEqual(expected);
  });

  it("may hold bytes that are no text, or too much of it", () => {
    const entry = (message: string) => readEntry("app-1", `{"__REALTIME_TIMESTAMP":"1","MESSAGE":${message}}`)?.message;
    expect(entry("[104,105]")).toBe("hi");
    expect(entry("null")).toBe("(too long to show)");
  });

  it("is left out when it is none", () => {
    expect(readEntry("app-1", "-- No entries --")).toBeUndefined();
    expect(readEntry("app-1", "{}")).toBeUndefined();
  });
});

test("entries that come late by less than the wait are shown in order of time, and none is lost", () => {
  const entry = (at: number): Entry => ({ machine: "m", at: BigInt(at) * 1000n, source: "", priority: 6, message: "" });
  const arrivals = fc.array(fc.record({ at: fc.nat(10_000), late: fc.nat(499) }), { maxLength: 40 });
  fc.assert(
    fc.property(arrivals, (list) => {
      const shown: bigint[] = [];
      const settling = new SortingBuffer(({ at }) => shown.push(at), 500);
      const inArrival = [...list].sort((a, b) => a.at + a.late - b.at - b.late);
      for (const { at, late } of inArrival) settling.add(entry(at), at + late);
      settling.releaseAll();
      expect(shown).toHaveLength(list.length);
      expect(shown).toEqual([...shown].sort((a, b) => Number(a - b)));
    }),
  );
});

test("names stand before the lines, all as wide, and in colour only where there is colour", () => {
  expect(prefixer(["app-1", "app-10"], false)("app-1", "ready")).toBe("app-1   ready");
  expect(prefixer(["app-1", "app-10"], true)("app-10", "ready")).toBe("\u001b[33mapp-10\u001b[0m  ready");
});

describe("messages that the journal has in parts", () => {
  const line = (at: number, message: unknown, more: object = {}) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: String(at),
      MESSAGE: message,
      SYSLOG_IDENTIFIER: "app-1",
      _STREAM_ID: "a",
      ...more,
    });
  const read = (...lines: readonly string[]) => {
    const whole = new WholeMessages("app-1");
    return [...lines.flatMap((one) => [...whole.read(one)]), ...whole.rest()];
  };
  const cut = { _LINE_BREAK: "line-max" };

  test("a line that is longer than journald's limit is one message, whatever was cut and whoever wrote meanwhile", () => {
    const euro = [...Buffer.from("€")];
    const entries = read(
      line(1, [65, ...euro.slice(0, 1)], cut),
      line(2, "another stream", { _STREAM_ID: "b" }),
      line(3, [...euro.slice(1), 66], cut),
      line(4, "end"),
      line(5, "next"),
    );
    expect(entries.map(({ at, message }) => [Number(at), message])).toEqual([
      [2, "another stream"],
      [1, "A€Bend"],
      [5, "next"],
    ]);
  });

  test("one whose end never came is shown all the same", () => {
    expect(read(line(1, "begun", cut)).map(({ message }) => message)).toEqual(["begun"]);
  });

  test("the lines of a stack trace stay together between those of other machines", () => {
    const trace = read(
      line(10, "Exception: no"),
      line(20, "\tat Shop.main"),
      line(30, "\tat java.base"),
      line(40, "ready"),
    );
    const other = [...new WholeMessages("app-2").read(line(25, "hello"))];
    const shown = [...trace, ...other].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    expect(shown.map(({ message }) => message)).toEqual([
      "Exception: no",
      "\tat Shop.main",
      "\tat java.base",
      "hello",
      "ready",
    ]);
  });

  test("colours go, and nothing else reaches the terminal", () => {
    const seen = read(line(1, "\u001b[1;31merror\u001b[0m \u001b[2J \u001b]0;title\u0007"));
    expect(seen[0]?.message).toBe("error \\x1b[2J \\x1b]0;title\\x07");
  });
});
