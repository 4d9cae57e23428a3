import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../release/build/build";
import { missingFile } from "../../release/build/startFile";
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
