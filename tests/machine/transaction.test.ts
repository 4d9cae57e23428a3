import type { ChildProcess } from "node:child_process";
import { readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { outcome, program, request, Root, tinyArchive } from "./onMachine";

jest.setTimeout(120_000);

let root: Root;
beforeEach(async () => {
  root = await Root.make();
});
afterEach(() => root.remove());

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

describe("cut at any moment", () => {
  const old = { "/etc/a": { content: "old a" }, "/etc/b": { content: "old b" }, "/etc/leaves": { content: "old" } };
  const next = { "/etc/a": { content: "new a" }, "/etc/b": { content: "new b" }, "/etc/x/comes": { content: "new" } };

  /** Old or new, all of it, and nothing else lying around. */
  async function expectOldOrNew(before: Snapshot, after: Snapshot) {
    const now = await snapshot(root);
    expect([before, after]).toContainEqual(now);
  }

  async function oldAndNew(): Promise<[Snapshot, Snapshot]> {
    const other = await Root.make();
    try {
      await other.submit(request(old));
      const before = await snapshot(other);
      await other.submit(request(next));
      return [before, await snapshot(other)];
    } finally {
      await other.remove();
    }
  }

  const crashing = (step: number) => [join(__dirname, "crashAt.py"), String(step), program];

  test("before each single change to the file system", async () => {
    const [before, after] = await oldAndNew();
    const start = await Root.make();
    await start.submit(request(old));
    let cuts = 0;
    for (let step = 1; ; step += 1) {
      await root.remove();
      root = await start.copy();
      const asked = request(next);
      await stage(root, asked);
      const { code, errors } = await root.run(["run", asked.id], "", crashing(step));
      expect(errors).toBe("");
      if (code === 0) break;
      cuts += 1;
      // The first recovery is cut as well, somewhere else each time; the second one has to cope.
      await root.run(["recover", "--boot"], "", crashing((step % 7) + 1));
      await root.run(["recover", asked.id]);
      await expectOldOrNew(before, after);
    }
    await start.remove();
    expect(cuts).toBeGreaterThan(25);
    expect(await snapshot(root)).toEqual(after);
  }, 300_000);

  test("by kill -9 at 25 random moments", async () => {
    const [before, after] = await oldAndNew();
    const start = await Root.make();
    await start.submit(request(old));
    let undone = 0;
    for (let round = 0; round < 25; round += 1) {
      await root.remove();
      root = await start.copy();
      const asked = request(next, { checks: [{ name: "takes a while", command: "sleep 0.05", timeout: 5 }] });
      await stage(root, asked);
      const child = root.start(["run", asked.id]);
      const ended = outcome(child);
      await pause(Math.random() * 350);
      child.kill("SIGKILL");
      await ended;
      await root.run(["recover"]);
      await expectOldOrNew(before, after);
      if ((await root.read("/etc/a")) === "old a") undone += 1;
    }
    await start.remove();
    expect(undone).toBeGreaterThan(0);
  });

  test("the next apply repairs what a cut one left, and then does its own work", async () => {
    await root.submit(request(old));
    const asked = request(next);
    await stage(root, asked);
    await root.run(["run", asked.id], "", crashing(25));
    expect(await root.submit(request({ ...old, "/etc/b": { content: "third" } }))).toMatchObject({ result: "applied" });
    expect(await root.read("/etc/a")).toBe("old a");
    expect(await root.read("/etc/b")).toBe("third");
  });

  test("the connection goes: the apply goes on by itself, and its end can be asked for later", async () => {
    const asked = request(next, { checks: [{ name: "takes a while", command: "sleep 0.5", timeout: 5 }] });
    const child = root.start(["submit"], JSON.stringify(asked));
    await until(() => stat(join(root.path, "etc/x/comes")));
    child.kill("SIGKILL");
    const { events } = await root.run(["follow", asked.id]);
    expect(events.at(-1)).toMatchObject({ event: "end", result: "applied" });
    expect(await root.read("/etc/a")).toBe("new a");
  });

  test("Ctrl-C puts the old files back at once", async () => {
    await root.submit(request(old));
    const before = await snapshot(root);
    const asked = request(next, { checks: [{ name: "never", command: "sleep 60; false", timeout: 60 }] });
    const following = outcome(root.start(["submit"], JSON.stringify(asked)));
    await until(() => stat(join(root.path, "etc/x/comes")));
    const started = Date.now();
    await root.run(["abort", asked.id]);
    const { events } = await following;
    expect(events.at(-1)).toMatchObject({ result: "aborted" });
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await snapshot(root)).toEqual(before);
  });

  test("two applies at the same time: the second waits, both happen", async () => {
    const go = join(root.path, "go");
    const check = { name: "until told", command: `until test -e '${go}'; do sleep 0.05; done`, timeout: 20 };
    const first = outcome(root.start(["submit"], JSON.stringify(request(next, { checks: [check] }))));
    await until(() => stat(join(root.path, "etc/x/comes")));
    const second = root.start(["submit"], JSON.stringify(request(old)));
    await said(second, "waiting for another apply");
    const ended = outcome(second);
    await writeFile(go, "");
    expect((await ended).events.at(-1)).toMatchObject({ result: "applied" });
    expect((await first).events.at(-1)).toMatchObject({ result: "applied" });
    expect(await root.read("/etc/a")).toBe("old a");
  });
});

type Snapshot = Record<string, string>;

/** Paths, modes and contents of the managed part of the root. */
async function snapshot(of: Root): Promise<Snapshot> {
  const found: Snapshot = {};
  for (const path of await of.paths()) {
    const status = await stat(join(of.path, path));
    if (path.endsWith("holdfast/lock")) continue;
    found[path] = status.isFile() ? `${status.mode.toString(8)} ${await of.read(path)}` : "folder";
  }
  return found;
}

/** What `submit` leaves for `run`. */
async function stage(of: Root, asked: ReturnType<typeof request>): Promise<void> {
  await of.write(`/var/lib/holdfast/transactions/${asked.id}/request.json`, JSON.stringify(asked), 0o600);
}

async function receive(of: Root, sha256: string, packed: Buffer) {
  const child = of.start(["receive", sha256, "tar.gz"], packed as unknown as string);
  return (await outcome(child)).events.at(-1);
}

/** Waits until a program has said this. @throws what it said instead, when it ends without */
function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (data) => {
      output += String(data);
      if (output.includes(text)) resolve();
    });
    child.on("close", () => {
      reject(new Error(`it ended without "${text}": ${output}`));
    });
  });
}

async function until(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(20);
    }
  }
}
