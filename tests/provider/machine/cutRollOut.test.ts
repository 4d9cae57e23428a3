import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FakeSystemd } from "./fakeSystemd";
import { crashing, forEachStep, outcome, Root, stage, until } from "./onMachine";

jest.setTimeout(240_000);

const instances = 2;

let start: Root;
beforeAll(async () => {
  start = await Root.make();
  const systemd = FakeSystemd.on(start);
  expect(await start.submit(systemd.rollOut("one", instances))).toMatchObject({ result: "applied" });
  systemd.log();
});
afterAll(() => start.remove());

async function withCopy<T>(work: (root: Root, systemd: FakeSystemd) => Promise<T>): Promise<T> {
  const root = await start.copy();
  try {
    return await work(root, FakeSystemd.on(root));
  } finally {
    await root.remove();
  }
}

/** One version everywhere, every instance in service, and nothing left to do. */
async function expectWhole(root: Root, systemd: FakeSystemd): Promise<string> {
  const version = await root.read("/etc/version");
  expect(["one", "two"]).toContain(version);
  expect(systemd.serving()).toEqual({ 1: version, 2: version });
  expect((await root.run(["recover"])).errors).toBe("");
  return version;
}

/** How many instances were out of service at the same time, at most. */
function mostOut(systemd: FakeSystemd): number {
  const out = new Set<string>();
  let most = 0;
  for (const line of systemd.log()) {
    const [word = "", number = ""] = line.split(" ");
    if (word === "out") out.add(number);
    if (word === "in") out.delete(number);
    most = Math.max(most, out.size);
  }
  return most;
}

test("kill -9 before each step of a roll-out, and of its way back: one version everywhere, nobody left drained", async () => {
  const cuts = await forEachStep((step) =>
    withCopy(async (root, systemd) => {
      const asked = systemd.rollOut("two", instances);
      await stage(root, asked);
      const { code } = await root.run(["run", asked.id], "", crashing(step));
      // The first recovery is cut as well, somewhere else each time; the second one has to cope.
      if (code !== 0) await root.run(["recover", asked.id], "", crashing((step % 17) + 1));
      await root.run(["recover", asked.id]);
      await expectWhole(root, systemd);
      expect(mostOut(systemd)).toBeLessThanOrEqual(1);
      return code !== 0;
    }),
  );
  expect(cuts).toBeGreaterThan(30);
});

test("a power cut before each step: after the boot one version everywhere, and all back in service", async () => {
  const seen = new Set<string>();
  await forEachStep((step) =>
    withCopy(async (root, systemd) => {
      const asked = systemd.rollOut("two", instances);
      await stage(root, asked);
      const { code } = await root.run(["run", asked.id], "", crashing(step));
      systemd.pullThePlug();
      await root.run(["recover", "--boot"]);
      systemd.boot(await root.read("/etc/version"));
      await root.run(["return"]);
      seen.add(await expectWhole(root, systemd));
      return code !== 0;
    }),
  );
  expect([...seen].sort()).toEqual(["one", "two"]);
});

test("an abort while an instance is being drained puts it back without having stopped it", () =>
  withCopy(async (root, systemd) => {
    const slow = { beforeStop: `echo 'out 1' >>"$FAKE_SYSTEMD/log"; rm -f "$FAKE_SYSTEMD/ready.1"; sleep 30` };
    const asked = systemd.rollOut("two", instances, { 1: slow });
    const following = outcome(root.start(["submit"], JSON.stringify(asked)));
    await until(async () => expect(await readFile(join(systemd.folder, "log"), "utf8")).toContain("out 1"));
    await root.run(["abort", asked.id]);
    expect((await following).events.at(-1)).toMatchObject({ result: "aborted" });
    expect(systemd.log()).toEqual(["out 1", "in 1"]);
    await expectWhole(root, systemd);
  }));
