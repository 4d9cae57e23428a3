import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../release/build/build";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { withRelease } from "../../release/program";
import { sourceOf, testKey } from "../blueprint/source";
import { missingFile } from "../../release/commandFiles";
import { openStore } from "../../release/store/open";
import { app, fill, testFolder } from "../support/folder";

const root = testFolder();
let store: ReturnType<typeof openStore>;
let source: string;
beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  store = openStore({ kind: "folder", path: join(root, "store") });
  source = app(join(root, "shop"), "1.0.0");
});

describe("the same folder", () => {
  test("gives the same checksum, whoever builds it, when and where", async () => {
    const { release } = await build(source, store);
    const copy = join(root, "copy");
    cpSync(source, copy, { recursive: true });
    chmodSync(join(copy, "shop.py"), 0o600);
    utimesSync(join(copy, "shop.py"), 1, 1);
    mkdirSync(join(copy, "__pycache__"));
    const again = await build(copy, openStore({ kind: "folder", path: join(root, "other") }));
    expect(again.release.sha256).toBe(release.sha256);
  });

  test("gives this checksum, with every release of Node and of zlib", async () => {
    const { release } = await build(source, store);
    expect(release.sha256).toBe("5e131adfab8b55861262a21035628982c0b40ba181a00f7d6ccfe9b304f62335");
  });

  test("is told as known when its version is built again", async () => {
    expect((await build(source, store)).isNew).toBe(true);
    expect((await build(source, store)).isNew).toBe(false);
    expect(await store.list()).toHaveLength(1);
  });
});

test("another content under a known version is refused, and changes nothing", async () => {
  await build(source, store);
  const before = readdirSync(join(root, "store"));
  fill(source, { "shop.py": "print('other')\n" });
  await expect(build(source, store)).rejects.toThrow(/shop@1\.0\.0 is in .* already, with another content/);
  expect(readdirSync(join(root, "store"))).toEqual(before);
});

test("everything that is in the way is told at once", async () => {
  fill(source, { "holdfast.yaml": "name: Shop\nversion: 1\nstart: python3 shop.py\n" });
  symlinkSync("/etc/passwd", join(source, "users"));
  symlinkSync("../outside", join(source, "outside"));
  symlinkSync("shop.py", join(source, "inside"));
  execFileSync("mkfifo", [join(source, "pipe")]);
  const refused = (await build(source, store).catch((error: unknown) => error)) as Error;
  expect(refused.message).toContain("holdfast.yaml.name: Shop is not lower-case letters");
  expect(refused.message).toContain("holdfast.yaml.version: 1 is a number, not text");
  expect(refused.message).toContain("users: /etc/passwd is a link that leads out of the release");
  expect(refused.message).toContain("outside: ../outside is a link that leads out of the release");
  expect(refused.message).toContain("pipe: is neither a file, a folder nor a link");
  expect(refused.message).not.toContain("inside");
  expect(await store.list()).toEqual([]);
});

test("a start command whose file is missing is refused", async () => {
  rmSync(join(source, "shop.py"));
  await expect(build(source, store)).rejects.toThrow(
    /holdfast\.yaml\.start: python3 shop\.py names shop\.py, which is not in the release/,
  );
});

describe("what would not run on a machine is told, by the build and by a preview, for a folder and for an archive", () => {
  const start = (command: string) => ({ "holdfast.yaml": `name: shop\nversion: "1.0.0"\nstart: ${command}\n` });
  const venv = (version: string) => ({ ".venv/pyvenv.cfg": `home = /usr/bin\nversion = ${version}\n` });
  const links = (...pairs: (readonly [string, string])[]) =>
    pairs.map(([target, path]) => `mkdir -p $(dirname ${path}); ln -s ${target} ${path}`).join("; ");

  test.each<[string, Record<string, string>, string, RegExp | undefined]>([
    [
      "a virtual environment of Debian's own Python",
      venv("3.13.5"),
      links(["/usr/bin/python3", ".venv/bin/python3"], ["python3", ".venv/bin/python"], ["lib", ".venv/lib64"]),
      undefined,
    ],
    ["one of another version", venv("3.11.2"), "", /pyvenv\.cfg\)?: 3\.11\.2 is of a virtual environment of another/],
    [
      "one of a Python that machines do not have",
      {},
      links(["/usr/local/bin/python3", ".venv/bin/python3"]),
      /leads out/,
    ],
    [
      "a link to files of a home folder",
      {},
      links(["/home/anna/.local/share/uv/python3", "py"]),
      /py\)?: .* leads out/,
    ],
    ["a link to a workspace beside it", {}, links(["../../packages/ui", "node_modules/ui"]), /node_modules\/ui\)?: /],
    ["links within, and into the state", {}, links(["a/b", "c"], ["/var/lib/app/log", "log"]), undefined],
    [
      "a script whose interpreter is elsewhere",
      { ...start(".venv/bin/gunicorn app"), ".venv/bin/gunicorn": "#!/home/anna/.venv/bin/python3\n" },
      "chmod +x .venv/bin/gunicorn",
      /interpreter \/home\/anna/,
    ],
    ["a script of Windows", { ...start("./run"), run: "#!/bin/sh\r\nexec app\r\n" }, "chmod +x run", /CR LF/],
    ["a script that nobody may execute", { ...start("./run"), run: "#!/bin/sh\n" }, "", /cannot be executed/],
    [
      "a program of a Mac",
      start("./run"),
      "printf '\\317\\372\\355\\376' >run; chmod +x run",
      /another system than Linux/,
    ],
    ["a script that is right", { ...start("./run --all"), run: "#!/usr/bin/env bash\n" }, "chmod +x run", undefined],
    ["an open quote", start(`"python3 'shop.py"`), "", /cannot be read by a shell: unexpected EOF/],
  ])("%s", async (_what, files, command, wrong) => {
    fill(source, files);
    execFileSync("sh", ["-euc", command || "true"], { cwd: source });
    execFileSync("tar", ["-czf", join(root, "shop.tar.gz"), "-C", source, "."]);
    const answers = [
      build(source, store).then(() => undefined, String),
      read(source).then(() => undefined, String),
      read(join(root, "shop.tar.gz")).then(() => undefined, String),
    ];
    for (const answer of await Promise.all(answers)) {
      if (wrong) expect(answer).toMatch(wrong);
      else expect(answer).toBeUndefined();
    }
  });

  /** As `pulumi up` and a preview read it. */
  async function read(release: string) {
    process.env.HOLDFAST_CACHE = join(root, "cache");
    const config = {
      "holdfast:location": "nbg1",
      "holdfast:app": { release },
      "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    };
    const settings = { ...sourceOf(JSON.stringify({ config })), folder: root };
    return readSettings(await withRelease(parseSettings(settings)));
  }
});

test("a folder without a manifest is refused with an example of one", async () => {
  rmSync(join(source, "holdfast.yaml"));
  await expect(build(source, store)).rejects.toThrow(/holdfast\.yaml: is not there[\s\S]*Fix: write one, e\.g\./);
});

test.each([
  ["python3 app.py", "app.py"],
  ["python3 -X dev -W error app.py --port 1", "app.py"],
  ["exec ./bin/app", "./bin/app"],
  ["KEY=1 node --require ./hook.js server.js", "server.js"],
  ["java -Xmx1g -jar shop.jar", "shop.jar"],
  ["ruby ./app/main.rb", "./app/main.rb"],
])("%s needs %s", (command, file) => {
  expect(missingFile(command, new Set())).toBe(file);
  expect(missingFile(command, new Set([file.replace(/^\.\//, "")]))).toBeUndefined();
});

test.each([
  "python3 -m http.server",
  "/usr/bin/app",
  "sh -c 'exec app'",
  "java -cp a.jar Main",
  "gunicorn app:app",
  "$APP run",
])("nothing is known of %s, so nothing is said", (command) => {
  expect(missingFile(command, new Set())).toBeUndefined();
});
