import { execFileSync } from "node:child_process";
import { program } from "./onMachine";

const started = "39f53479d3a045ac8e11786248231fbf";
const exited = "98e322203f7a4ed290d09fe03c09fe15";
const outOfMemory = "fe6faa94e7774663a0da52717891d8ef";

/** Why an instance ended, from entries of systemd's journal as `journalctl -o json` writes them. */
function reason(entries: readonly object[]): string | null {
  const script = "import json, sys, explaining; print(json.dumps(explaining.in_words(json.load(sys.stdin))))";
  const env = { ...process.env, PYTHONPATH: program, PYTHONDONTWRITEBYTECODE: "1" };
  const output = execFileSync("/usr/bin/python3", ["-c", script], { input: JSON.stringify(entries), env });
  return JSON.parse(output.toString()) as string | null;
}

const at = (seconds: number) => ({ __REALTIME_TIMESTAMP: String(1_800_000_000_000_000 + seconds * 1e6) });
const start = (seconds: number) => ({ MESSAGE_ID: started, ...at(seconds) });
const exit = (seconds: number, code: string, status: number) => ({
  MESSAGE_ID: exited,
  EXIT_CODE: code,
  EXIT_STATUS: String(status),
  ...at(seconds),
});

describe("why an instance ended, in plain words", () => {
  test.each([
    [
      "a start command that is missing",
      [start(0), exit(0, "exited", 203)],
      "its start command is missing or cannot be executed (203/EXEC)",
    ],
    [
      "a start command that its shell does not find",
      [start(0), exit(0.1, "exited", 127)],
      "its start command was not found (exit status 127)",
    ],
    ["a crash", [start(0), exit(3.24, "exited", 1)], "it crashed with exit status 1, 3.2 s after its start"],
    [
      "a crash by a signal that a shell tells of",
      [start(0), exit(0.5, "exited", 139)],
      "it crashed with exit status 139 (killed by SIGSEGV), 0.5 s after its start",
    ],
    ["a crash by a signal", [start(0), exit(0.5, "dumped", 11)], "it was killed by SIGSEGV, 0.5 s after its start"],
    [
      "an end that it calls a success",
      [start(0), exit(2, "exited", 0)],
      "it ended by itself, with exit status 0, 2.0 s after its start",
    ],
    [
      "a kill of which nobody says the reason",
      [start(0), exit(4, "killed", 9)],
      "it was killed by SIGKILL, 4.0 s after its start, which is how the kernel ends a process when memory is used up",
    ],
    [
      "no memory left",
      [start(0), { MESSAGE_ID: outOfMemory, ...at(9) }, exit(9, "killed", 9)],
      "it ran out of memory and was killed, 9.0 s after its start",
    ],
    [
      "the last of several crashes",
      [start(0), exit(1, "exited", 1), start(1.2), exit(1.7, "exited", 2)],
      "it crashed with exit status 2, 0.5 s after its start",
    ],
  ])("%s", (_what, entries, words) => {
    expect(reason(entries)).toBe(words);
  });

  test("nothing is made up when the journal tells of no end", () => {
    expect(reason([start(0)])).toBeNull();
  });
});

/** What is said below the last words of an instance, for what its unit may write in. */
function hint(journal: string, unit: Record<string, string>): string | null {
  const script = "import json, sys, explaining; print(json.dumps(explaining.where_it_writes(*json.load(sys.stdin))))";
  const env = { ...process.env, PYTHONPATH: program, PYTHONDONTWRITEBYTECODE: "1" };
  const output = execFileSync("/usr/bin/python3", ["-c", script], { input: JSON.stringify([journal, unit]), env });
  return JSON.parse(output.toString()) as string | null;
}

const confined = { ProtectSystem: "strict", StateDirectory: "app", CacheDirectory: "app" };

test.each([
  "OSError: [Errno 30] Read-only file system: 'Seaside.changes'",
  "Error: EROFS: read-only file system, mkdir '/opt/app/release/.next/cache'",
  "java.nio.file.FileSystemException: log: Read-only file system",
  "Permission denied @ rb_sysopen - log/production.log (Errno::EACCES)",
])("an instance that says %j is told where it can write", (words) => {
  expect(hint(`starting\n${words}\n`, confined)).toContain(
    "It can write in $STATE_DIRECTORY (/var/lib/app), $CACHE_DIRECTORY (/var/cache/app), /tmp",
  );
});

test("nothing is said of it to others", () => {
  expect(hint("KeyError: 'PORT'", confined)).toBeNull();
  expect(hint("Read-only file system", { ProtectSystem: "no" })).toBeNull();
});
