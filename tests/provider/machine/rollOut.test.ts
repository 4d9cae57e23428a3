import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machinePaths } from "../../../provider/machine/paths";
import { freshSystemd } from "./fakeSystemd";
import { ownerOf, receive, freshRoot, tinyArchive } from "./onMachine";

jest.setTimeout(60_000);

const root = freshRoot();
const systemd = freshSystemd(root);

const version = () => root.read("/etc/version");

describe("a roll-out over the instances of a machine", () => {
  beforeEach(async () => {
    expect(await root.submit(systemd.rollOut("one", 2))).toMatchObject({ result: "applied" });
  });

  test("starts new instances without draining what never ran", () => {
    expect(systemd.log()).toEqual(["start app@1.service one", "in 1", "start app@2.service one", "in 2"]);
  });

  test("takes each out, stops it, starts it, puts it back, and only then goes on to the next", async () => {
    systemd.log();
    const end = await root.submit(systemd.rollOut("two", 2));
    expect(end).toMatchObject({ result: "applied", units: { "app@1.service": "restart", "app@2.service": "restart" } });
    expect(systemd.log()).toEqual([
      "out 1",
      "stop app@1.service",
      "start app@1.service two",
      "in 1",
      "out 2",
      "stop app@2.service",
      "start app@2.service two",
      "in 2",
    ]);
  });

  test("that is never healthy touches one instance, and puts the old version back on it", async () => {
    systemd.log();
    const end = await root.submit(systemd.rollOut("bad two", 2));
    expect(end).toMatchObject({ result: "failed" });
    expect(end.error).toMatch(/app@1.service: it did not become healthy within 0 s: .*The old configuration is back/);
    expect(systemd.log()).toEqual([
      "out 1",
      "stop app@1.service",
      "start app@1.service bad two",
      // It was not put back into service meanwhile.
      "stop app@1.service",
      "start app@1.service one",
      "in 1",
    ]);
    expect(systemd.serving()).toEqual({ 1: "one", 2: "one" });
    expect(await version()).toBe("one");
  });

  test("reads the old rules of the packet filter before instances come back, which need them", async () => {
    const filter = {
      name: "filter.service",
      enabled: true,
      state: "running",
      restartOn: [],
      reloadOn: ["/etc/version"],
    };
    // Load balancers come to an instance while the filter has the rules of its version.
    const rules = 'f="$FAKE_SYSTEMD/log"; grep -q "reload filter.service one" "$f" || { echo nobody comes; exit 1; }';
    const withFilter = (version: string, more: Record<string, object> = {}) => {
      const made = systemd.rollOut(version, 1, more);
      return { ...made, units: [filter, ...made.units] };
    };
    expect(await root.submit(withFilter("one"))).toMatchObject({ result: "applied" });
    expect(await root.submit(withFilter("one", { 1: { afterHealthy: rules } }))).toMatchObject({ result: "applied" });
    systemd.log();
    const end = await root.submit(withFilter("bad two"));
    expect(systemd.log()).toEqual(
      expect.arrayContaining(["reload filter.service bad two", "reload filter.service one", "start app@1.service one"]),
    );
    expect(end.error).toMatch(/The old configuration is back/);
  });

  test("says what the way back met under its own words", async () => {
    systemd.log();
    // The old hooks fail from now on.
    expect(await root.submit(systemd.rollOut("one", 2, { 1: { afterHealthy: "echo deaf; exit 1" } }))).toMatchObject({
      result: "applied",
    });
    const bad = { 1: { afterHealthy: "echo refused; exit 1" } };
    const end = await root.submit(systemd.rollOut("two", 2, bad));
    expect(end.error).toMatch(/which puts it into service, ended with 1\. The old files are back, but not everything/);
    expect(end.error).not.toContain("\n");
    expect(end.details).toMatch(/refused[^]*On the way back, app@1\.service: [^\n]*\ndeaf/);
  });

  test("goes back instance by instance when a later one fails", async () => {
    const never = { healthy: '! grep -q two "$FAKE_SYSTEMD/app@2.service.active"' };
    systemd.log();
    expect(await root.submit(systemd.rollOut("two", 2, { 2: never }))).toMatchObject({ result: "failed" });
    const back = systemd.log().slice(7);
    expect(back).toEqual([
      "stop app@2.service",
      "start app@2.service one",
      "in 2",
      "out 1",
      "stop app@1.service",
      "start app@1.service one",
      "in 1",
    ]);
  });

  test("stops nothing when an instance cannot be taken out of service, and puts it back in", async () => {
    systemd.log();
    const stuck = { beforeStop: `echo 'out 1' >>"$FAKE_SYSTEMD/log"; echo sessions are left; exit 3` };
    const end = await root.submit(systemd.rollOut("two", 2, { 1: stuck }));
    expect(end.error).toContain("which takes it out of service, ended with 3; it was not stopped");
    expect(end.details).toContain("sessions are left");
    expect(systemd.log()).toEqual(["out 1", "in 1"]);
    expect(systemd.serving()).toEqual({ 1: "one", 2: "one" });
  });

  test("fails when a healthy instance cannot be put into service", async () => {
    const unseen = { afterHealthy: 'grep -q one "$FAKE_SYSTEMD/app@1.service.active"; touch "$FAKE_SYSTEMD/ready.1"' };
    const failing = { afterHealthy: "echo lb-2 does not see it; exit 1" };
    const end = await root.submit(systemd.rollOut("two", 2, { 1: { ...unseen, ...failing } }));
    expect(end.error).toContain("it is healthy, but");
    expect(end.details).toContain("lb-2 does not see it");
    expect(systemd.serving()).toEqual({ 1: "one", 2: "one" });
  });

  test("fails when an instance crashes while it has to stay healthy", async () => {
    const restarts = join(systemd.folder, "app@1.service.restarts");
    const crashesLater = {
      healthyFor: 60,
      healthy: `test -e "$FAKE_SYSTEMD/asked" && grep -q two "$FAKE_SYSTEMD/app@1.service.active" && echo 1 >'${restarts}'; touch "$FAKE_SYSTEMD/asked"`,
    };
    const started = Date.now();
    const end = await root.submit(systemd.rollOut("two", 2, { 1: crashesLater }));
    expect(end.error).toContain("after it had been healthy");
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(systemd.serving()).toEqual({ 1: "one", 2: "one" });
  });

  test("waits until `healthy` has held for long enough", async () => {
    const started = Date.now();
    expect(await root.submit(systemd.rollOut("two", 1, { 1: { healthyFor: 0.8 } }))).toMatchObject({
      result: "applied",
    });
    expect(Date.now() - started).toBeGreaterThan(800);
  });

  test("drains an instance that leaves, with the command that it came with", async () => {
    systemd.log();
    expect(await root.submit(systemd.rollOut("one", 1))).toMatchObject({ result: "applied" });
    expect(systemd.log()).toEqual(["out 2", "stop app@2.service"]);
  });

  test("does not drain what does not run", async () => {
    systemd.pullThePlug();
    systemd.log();
    await root.submit(systemd.rollOut("two", 1));
    expect(systemd.log()).not.toContain("out 1");
  });
});

describe("the log of roll-outs", () => {
  const log = machinePaths.rolloutLog;
  const labelled = async (label: string, name: string, more: object = {}) => {
    const { sha256, owner, group } = await archive(name);
    const archives = { "/opt/app/release": { sha256, owner, group, keep: 5, label } };
    const lease = { generation: 7, owner: "anna@laptop", reason: "pulumi up" };
    return systemd.rollOut(name, 1, {}, { archives, lease, machine: "app-1", ...more });
  };
  const lines = async () =>
    (await readFile(join(root.path, log), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);

  async function archive(name: string) {
    const { packed, sha256 } = tinyArchive("main.py", name);
    await receive(root, sha256, packed);
    return { sha256, ...ownerOf() };
  }

  test("tells who rolled what out, from what, and how it ended", async () => {
    await root.submit(await labelled("guestbook 1.3.0", "one"));
    expect(await root.submit(await labelled("guestbook 1.4.0", "bad two"))).toMatchObject({ result: "failed" });
    const common = { machine: "app-1", owner: "anna@laptop", generation: 7, archive: "/opt/app/release" };
    expect(await lines()).toMatchObject([
      { ...common, from: null, to: "guestbook 1.3.0", result: "applied", error: "", reason: "pulumi up" },
      {
        ...common,
        from: "guestbook 1.3.0",
        to: "guestbook 1.4.0",
        sha256: (await archive("bad two")).sha256,
        result: "failed",
      },
    ]);
    expect((await lines())[1]).toMatchObject({ error: expect.stringContaining("did not become healthy") as string });
  });

  test("says nothing of an apply that rolls nothing out", async () => {
    await root.submit(await labelled("guestbook 1.3.0", "one"));
    await root.submit(
      await labelled("guestbook 1.3.0", "one", { checks: [{ name: "c", command: "true", timeout: 1 }] }),
    );
    expect(await lines()).toHaveLength(1);
  });

  test("does not grow for ever", async () => {
    await root.submit(await labelled("guestbook 1.3.0", "one"));
    const [line = ""] = (await readFile(join(root.path, log), "utf8")).split("\n");
    await writeFile(join(root.path, log), `${line}\n`.repeat(Math.ceil((1 << 20) / line.length)));
    await root.submit(await labelled("guestbook 1.4.0", "two"));
    const text = await readFile(join(root.path, log), "utf8");
    expect(text.length).toBeLessThan(600_000);
    expect(text.trim().split("\n").at(-1)).toContain('"to": "guestbook 1.4.0"');
  });
});
