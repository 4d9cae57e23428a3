import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { manifestSchema } from "../../../blueprint/manifest";
import { contentProblems } from "../../../release/contents";
import { contentsOfFolder } from "../../../release/folder";
import { commandFile } from "../../../roles/app/command";
import { fill, testFolder } from "../../support/folder";

// Commands as people write them, judged by what runs: the very file that machines get, and a real shell.

const root = testFolder();
const release = fill(join(root, "release"), {
  "holdfast.yaml": "",
  "say.sh": 'echo "$0 $1 ${GREETING:-}"; exit ${2:-0}\n',
  "bin/say": '#!/bin/sh\necho "bin $1 ${GREETING:-}"\n',
  "sub/here.sh": 'echo "in ${PWD##*/}"\n',
  "settings.sh": "GREETING=sourced\nexport GREETING\n",
});
chmodSync(join(release, "bin/say"), 0o755);

function written(command: string, before?: readonly string[]): string {
  const file = join(root, "command");
  const { content, mode = "", validate = "" } = commandFile("start", command, before);
  writeFileSync(file, content);
  chmodSync(file, parseInt(mode, 8));
  execFileSync("sh", ["-c", validate.replace("%s", file)]);
  return file;
}

function outcome(command: string, before?: readonly string[]) {
  const { stdout, status } = spawnSync(written(command, before), { cwd: release, encoding: "utf8" });
  return { said: stdout.trim(), status };
}

/** What `release build` and a preview say about it. */
async function refused(command: string): Promise<string[]> {
  const parsed = manifestSchema.safeParse({ name: "shop", version: "1", start: command });
  if (!parsed.success) return parsed.error.issues.map(({ message }) => message);
  return (await contentProblems(await contentsOfFolder(release), parsed.data)).map(({ wrong }) => wrong);
}

test.each([
  ["GREETING=hi bash say.sh a", "say.sh a hi", 0],
  ["exec bash say.sh a 3", "say.sh a", 3],
  ["GREETING=hi exec bash say.sh a", "say.sh a hi", 0],
  ["exec ./bin/say a", "bin a", 0],
  ["true && bash say.sh b", "say.sh b", 0],
  ["bash say.sh a && bash say.sh b 4", "say.sh a \nsay.sh b", 4],
  ["bash say.sh a 5 && bash say.sh b", "say.sh a", 5],
  ["bash say.sh a 5; bash say.sh b", "say.sh a \nsay.sh b", 0],
  ["bash say.sh a 5 || bash say.sh b 6", "say.sh a \nsay.sh b", 6],
  ["cd sub && bash here.sh", "in sub", 0],
  ["cd sub; exec bash here.sh", "in sub", 0],
  ["(cd sub && bash here.sh)", "in sub", 0],
  ["source settings.sh && bash say.sh a", "say.sh a sourced", 0],
  ["export GREETING='two words'; bash say.sh \"$GREETING\"", "say.sh two words two words", 0],
  ["bash say.sh 'a  b' # the shop", "say.sh a  b", 0],
  ["bash say.sh a | tr a-z A-Z", "SAY.SH A", 0],
  ["bash say.sh a 7 | cat", "say.sh a", 0],
  ["set -o pipefail; bash say.sh a 7 | cat", "say.sh a", 7],
  ["bash say.sh a 3>&1 1>&2 2>&3", "", 0],
  ["{ bash say.sh a; bash say.sh b 8; }", "say.sh a \nsay.sh b", 8],
  ["sh -c 'exec bash say.sh a 9'", "say.sh a", 9],
  ["if true; then bash say.sh a; fi", "say.sh a", 0],
  ["bash say.sh $(echo a) & wait $!", "say.sh a", 0],
  ["printf '%s\\n' \"100%\" \\$HOME", "100%\n$HOME", 0],
  ["nobody-has-this", "", 127],
  ["bash say.sh a\n", "say.sh a", 0],
])("%j runs as it is written, and the build takes it", async (command, said, status) => {
  expect(await refused(command)).toEqual([]);
  const seen = outcome(command);
  expect({ ...seen, said: seen.said.replace(/ +$/gm, (blanks) => (said.includes(" \n") ? blanks : "")) }).toEqual({
    said: said.trim(),
    status,
  });
});

test("lines before it hold for the whole command", () => {
  expect(outcome("bash say.sh a && bash say.sh b", ['export GREETING="hi"'])).toEqual({
    said: "say.sh a hi\nsay.sh b hi",
    status: 0,
  });
});

test.each([
  ["python3 app.py &", "an app in the background"],
  ["# python3 app.py", "a comment"],
  ["bash say.sh a\nbash say.sh b", "two lines"],
  ["bash 'say.sh", "an open quote"],
  ["bash say.sh a &&", "an unfinished list"],
  ["cd sub && bash say.sh", "a file that is not where cd leads"],
  ["bash gone.sh && bash say.sh", "a missing file"],
  ["./say.sh", "a file that cannot be executed"],
])("%j is refused: %s", async (command) => {
  expect(await refused(command)).toHaveLength(1);
});

const app = `
import os, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as file: file.write("asked\\n")
    time.sleep(0.4)
    with open(sys.argv[1], "a") as file: file.write("ended\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
open(sys.argv[1], "w").close()
while True: time.sleep(1)
`;
const run = "exec python3 app.py"; // what a shell that is left alone hands over to

/**
 * What systemd does with KillMode=mixed: ExecStop=, SIGTERM for the main process, and a kill for everything that is left
 * when that has ended.
 */
async function stopped(command: string, files: Record<string, string> = { "app.py": app }): Promise<string> {
  fill(release, { ...files, "wrap.sh": `python3 app.py "$1"\necho done\n`, "trap.sh": trapping });
  const seen = join(root, "seen");
  const main = spawn(written(command.replaceAll("LOG", seen)), { cwd: release, stdio: "ignore", detached: true });
  const ended = new Promise<void>((resolve) => main.once("exit", () => resolve()));
  for (let look = 0; look < 200 && !existsSync(seen); look += 1) await pause(25);
  await pause(50);
  const env = { ...process.env, MAINPID: String(main.pid) };
  const stop = spawn("/usr/bin/python3", ["-I", join(__dirname, "../../../roles/app/stop.py")], { env });
  await new Promise((resolve) => stop.once("exit", resolve));
  main.kill("SIGTERM");
  await ended;
  try {
    process.kill(-(main.pid ?? 0), "SIGKILL");
  } catch {
    // nobody is left
  }
  const told = readFileSync(seen, "utf8");
  execFileSync("rm", [seen]);
  return told;
}

test("a filter behind the app gets its last words", async () => {
  const kept = join(root, "kept");
  fill(release, { "app.py": app.replace("time.sleep(0.4)", 'print("last words", flush=True); time.sleep(0.4)') });
  await stopped(`python3 app.py LOG | tee ${kept}`, {});
  expect(readFileSync(kept, "utf8")).toBe("last words\n");
}, 20_000);

const trapping = `trap 'kill -TERM $app' TERM\npython3 app.py "$1" & app=$!\nwait $app\nwait $app\n`;

test.each([
  `${run} LOG`,
  "python3 app.py LOG",
  "true && python3 app.py LOG",
  "python3 app.py LOG 2>&1",
  "python3 app.py LOG | cat",
  "python3 app.py LOG 2>&1 | tee /dev/null | cat",
  "sleep 60 | python3 app.py LOG",
  "cat say.sh | python3 app.py LOG",
  "(cd / && cd - >/dev/null && python3 app.py LOG)",
  "python3 app.py LOG; echo done",
  "bash wrap.sh LOG",
  "bash wrap.sh LOG && echo done",
  "sh -c 'python3 app.py LOG; true'",
  "bash trap.sh LOG",
  "sleep 60 & python3 app.py LOG",
])(
  "the app of %j hears SIGTERM once, and has the time that it takes",
  async (command) => {
    expect(await stopped(command)).toBe("asked\nended\n");
  },
  20_000,
);
