import { readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { receive, request, freshRoot, snapshot, tinyArchive } from "./onMachine";

jest.setTimeout(120_000);

const root = freshRoot();

describe("an apply", () => {
  test("writes files with their mode and makes their folders", async () => {
    const end = await root.submit(request({ "/etc/web/a.cfg": { content: "é = 1\n", mode: "0640" } }));
    expect(end).toMatchObject({ result: "applied", changed: ["/etc/web/a.cfg"] });
    expect(await root.read("/etc/web/a.cfg")).toBe("é = 1\n");
    expect((await stat(join(root.path, "etc/web/a.cfg"))).mode & 0o7777).toBe(0o640);
  });

  test("writes nothing at all when nothing differs", async () => {
    await root.submit(request({ "/etc/a": { content: "1" } }));
    const before = await snapshot(root);
    expect(await root.submit(request({ "/etc/a": { content: "1" } }))).toMatchObject({ result: "unchanged" });
    expect(await snapshot(root)).toEqual(before);
  });

  test("puts right what was changed by hand: content, mode, a link in the place of a file", async () => {
    const files = { "/etc/a": { content: "1" }, "/etc/b": { content: "2" }, "/etc/c": { content: "3" } };
    await root.submit(request(files));
    await root.write("/etc/a", "by hand");
    await root.write("/etc/b", "2", 0o666);
    const linked = join(root.path, "etc/c");
    await rm(linked);
    await symlink("/etc/passwd", linked);
    expect(await root.submit(request(files))).toMatchObject({ changed: ["/etc/a", "/etc/b", "/etc/c"] });
    expect(await root.read("/etc/a")).toBe("1");
    expect(await root.read("/etc/c")).toBe("3");
  });

  test("removes what left the list, and nothing else", async () => {
    await root.write("/etc/theirs", "not ours");
    await root.submit(request({ "/etc/a": { content: "1" }, "/etc/b": { content: "2" } }));
    await root.submit(request({ "/etc/b": { content: "2" } }));
    expect(await root.paths()).not.toContain("etc/a");
    expect(await root.read("/etc/theirs")).toBe("not ours");
  });

  test("removes the folder of a program of ours that is gone, with what Python compiled in it", async () => {
    const program = "/usr/local/lib/holdfast/old";
    await root.submit(request({ [`${program}/main.py`]: { content: "1" }, "/etc/old/a": { content: "1" } }));
    await root.write(`${program}/__pycache__/main.pyc`, "compiled");
    await root.submit(request({ "/etc/b": { content: "2" } }));
    expect((await root.paths()).filter((path) => path.startsWith("usr/local/lib/holdfast/"))).toEqual([]);
    expect(await root.paths()).toContain("etc/old");
  });

  test("keeps the list of each configuration apart", async () => {
    await root.submit(request({ "/etc/a": { content: "1" } }));
    await root.submit(request({ "/etc/b": { content: "2" } }, { configuration: "other" }));
    expect(await root.read("/etc/a")).toBe("1");
  });

  test("leaves no secret behind in its own folders", async () => {
    await root.submit(request({ "/etc/secret": { content: "hunter2-hunter2", mode: "0600" } }));
    const folder = join(root.path, "var/lib/holdfast/transactions");
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain("hunter2");
    }
  });
});

describe("a refusal leaves everything as it was", () => {
  test("a validator says no: its words reach the person", async () => {
    await root.submit(request({ "/etc/a": { content: "good\n" } }));
    const validate = "grep -q good %s || { echo 'line 1: no good'; exit 1; }";
    const end = await root.submit(request({ "/etc/a": { content: "bad\n", validate }, "/etc/new": { content: "x" } }));
    expect(end).toMatchObject({ result: "failed", details: "/etc/a: line 1: no good" });
    expect(end.error).toContain("Refused by its validator: /etc/a");
    expect(await root.read("/etc/a")).toBe("good\n");
    expect(await root.paths()).not.toContain("etc/new");
  });

  test("a check fails after the swap: the old files come back, new ones go", async () => {
    await root.submit(request({ "/etc/a": { content: "old" }, "/etc/gone": { content: "old" } }));
    const before = await snapshot(root);
    const end = await root.submit(
      request(
        { "/etc/a": { content: "new" }, "/etc/deep/er/b": { content: "new" } },
        { checks: [{ name: "it answers", command: "echo out of order; exit 3", timeout: 0 }] },
      ),
    );
    expect(end).toMatchObject({ result: "failed", details: "out of order" });
    expect(end.error).toContain('Check "it answers" did not succeed');
    expect(end.error).toContain("The old configuration is back");
    expect(await snapshot(root)).toEqual(before);
  });

  test("owners that do not exist are all named", async () => {
    const files = { "/etc/a": { content: "1", owner: "nobody-such" }, "/etc/b": { content: "1", owner: "nor-this" } };
    const end = await root.submit(request(files));
    expect(end.details).toContain("there is no user nobody-such");
    expect(end.details).toContain("there is no user nor-this");
    expect(await root.paths()).not.toContain("etc/a");
  });

  test("a folder in the place of a file", async () => {
    await root.write("/etc/a/inside", "precious");
    expect(await root.submit(request({ "/etc/a": { content: "1" } }))).toMatchObject({ result: "failed" });
    expect(await root.read("/etc/a/inside")).toBe("precious");
  });
});

describe("archives", () => {
  const archives = (sha256: string) => {
    const { owner, group } = request({ "/x": { content: "" } }).files["/x"] as { owner: string; group: string };
    return { archives: { "/opt/app": { sha256, owner, group } } };
  };

  test("are asked for once, checked, unpacked and linked", async () => {
    const { packed, sha256 } = tinyArchive("main.py", "print(1)\n");
    expect(await root.submit(request({}, archives(sha256)))).toMatchObject({
      result: "archivesMissing",
      missing: [sha256],
    });
    const received = await receive(root, sha256, packed);
    expect(received).toMatchObject({ result: "received" });
    expect(await root.submit(request({}, archives(sha256)))).toMatchObject({
      event: "end",
      result: "applied",
      changed: ["/opt/app"],
    });
    expect(await root.read("/opt/app/main.py")).toBe("print(1)\n");
    expect(await root.submit(request({}, archives(sha256)))).toMatchObject({ result: "unchanged" });
  });

  test("are refused when they arrive damaged", async () => {
    const { packed } = tinyArchive("main.py", "print(1)\n");
    const end = await receive(root, "0".repeat(64), packed);
    expect(end).toMatchObject({ result: "failed" });
    expect(end?.error).toContain("expected 000000");
  });

  test("never take the place of a folder that somebody else made", async () => {
    const { packed, sha256 } = tinyArchive("main.py", "print(1)\n");
    await root.write("/opt/app/precious", "data");
    await receive(root, sha256, packed);
    expect(await root.submit(request({}, archives(sha256)))).toMatchObject({ result: "failed" });
    expect(await root.read("/opt/app/precious")).toBe("data");
  });
});
