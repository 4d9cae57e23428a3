import { setTimeout as pause } from "node:timers/promises";
import { identity } from "../../../provider/machine/lease/identity";
import { Leases } from "../../../provider/machine/lease/leases";
import { leaseLost, leaseTaken } from "../../../provider/machine/lease/messages";
import { goesWithoutLease, leaseWait } from "../../../provider/machine/lease/settings";
import type { Lease, LeaseOptions } from "../../../provider/machine/lease/lease";
import type { LeaseRecord } from "../../../provider/machine/lease/ask";
import type { LeaseInput } from "../../../provider/machine/inputs";
import { freshRoot } from "./onMachine";

jest.setTimeout(60_000);

describe("the lease on the machine that keeps it", () => {
  const root = freshRoot();

  const ask = async (action: string, body: object = {}) => {
    const { events } = await root.run(["lease", action, "--json"], JSON.stringify(body));
    return events.at(-1);
  };
  const take = (owner: string, seconds = 60) => ask("take", { owner, reason: "pulumi up", seconds });

  test("is one person's at a time, and says whose, why and for how long", async () => {
    const anna = await take("anna");
    expect(anna).toMatchObject({ result: "taken", lease: { owner: "anna", held: true } });
    expect(await take("bert")).toMatchObject({ result: "held", lease: { owner: "anna", reason: "pulumi up" } });
    expect(anna?.lease?.left).toBeGreaterThan(30);
    await ask("release", { generation: anna?.lease?.generation });
    const bert = await take("bert");
    expect(bert).toMatchObject({ result: "taken", lease: { owner: "bert" } });
    expect(bert?.lease?.generation).toBeGreaterThan(anna?.lease?.generation ?? Infinity);
  });

  test("of two who ask in the same moment one gets it", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => take(`runner ${String(index)}`)));
    expect(answers.map((answer) => answer?.result).sort()).toEqual([...Array<string>(5).fill("held"), "taken"]);
  });

  test("runs out when nobody renews it, and goes on when somebody does", async () => {
    const { lease } = (await take("anna", 0.4)) ?? {};
    await pause(500);
    // Nobody wanted it meanwhile.
    expect(await ask("renew", { generation: lease?.generation, seconds: 0.4 })).toMatchObject({ result: "renewed" });
    await pause(500);
    expect(await take("bert")).toMatchObject({ result: "taken" });
    expect(await ask("renew", { generation: lease?.generation, seconds: 60 })).toMatchObject({
      result: "lost",
      lease: { owner: "bert" },
    });
    expect(await ask("release", { generation: lease?.generation })).toMatchObject({ result: "lost" });
    expect(await take("carl")).toMatchObject({ result: "held", lease: { owner: "bert" } });
  });

  test("that a person breaks is not renewed, and free for the next", async () => {
    const { lease } = (await take("anna")) ?? {};
    expect(await ask("break")).toMatchObject({ result: "broken", lease: { owner: "anna", held: false } });
    expect(await ask("renew", { generation: lease?.generation, seconds: 60 })).toMatchObject({ result: "lost" });
    expect(await take("bert")).toMatchObject({ result: "taken" });
  });

  test("grows its generation on a machine made anew, by its clock", async () => {
    const before = (await take("anna"))?.lease?.generation ?? Infinity;
    await root.renew();
    expect((await take("bert"))?.lease?.generation).toBeGreaterThan(before);
  });

  test("is shown to people in a sentence", async () => {
    const shown = async () => {
      let text = "";
      const child = root.start(["lease", "show"]);
      child.stdout?.on("data", (data) => (text += String(data)));
      await new Promise((resolve) => child.on("close", resolve));
      return text;
    };
    expect(await shown()).toBe("The lease was never taken.\n");
    await take("anna");
    expect(await shown()).toMatch(
      /^Held by anna \(pulumi up, generation \d+\), since .*; ends in \d+ s unless it is renewed\.\n$/,
    );
  });
});

describe("the leases of a run", () => {
  const where = { host: "10.0.1.11", user: "holdfast", serverId: "1" };
  const options: LeaseOptions = { pinned: {}, signal: new AbortController().signal, tell: () => undefined };

  /** A lease that tells what happens to it. */
  function fake(log: string[], generation = 1) {
    return () => {
      log.push("take");
      return Promise.resolve({
        generation,
        owner: "anna",
        reason: "test",
        hostKeys: {},
        confirm: () => Promise.resolve(),
        addRoute: ({ host }: LeaseInput) => Promise.resolve(log.push(`by ${host}`)),
        release: () => {
          log.push("release");
          return Promise.resolve();
        },
      } as unknown as Lease);
    };
  }

  test("are taken once, by the first apply that needs one, and given back when the run is over", async () => {
    const log: string[] = [];
    const leases = new Leases(fake(log));
    await leases.during(undefined, options, (held) => Promise.resolve(expect(held).toBeUndefined()));
    await Promise.all(
      [1, 2, 3].map((one) => leases.during(where, options, () => Promise.resolve(log.push(`apply ${String(one)}`)))),
    );
    await leases.end();
    expect(log.filter((line) => !line.startsWith("by "))).toEqual(["take", "apply 1", "apply 2", "apply 3", "release"]);
  });

  test("are one where an update knows two ways to the machine that keeps it: the old one and the new one", async () => {
    const log: string[] = [];
    const leases = new Leases(fake(log));
    const newWay = { host: "203.0.113.7", user: "holdfast", serverId: "1" };
    const another = { ...where, serverId: "2" };
    for (const way of [newWay, where, another]) await leases.during(way, options, () => Promise.resolve());
    expect(log).toEqual(["take", "by 203.0.113.7", "by 10.0.1.11", "take", "by 10.0.1.11"]);
  });

  test("are kept while an interrupted apply is on its way back", async () => {
    const log: string[] = [];
    const leases = new Leases(fake(log));
    let finish: () => void = () => undefined;
    const work = leases.during(where, options, () => new Promise<void>((resolve) => (finish = resolve)));
    await pause(0);
    await leases.end();
    expect(log).not.toContain("release");
    finish();
    await work;
    await pause(0);
    expect(log.at(-1)).toBe("release");
  });

  test("that could not be had can be tried again", async () => {
    let tries = 0;
    const leases = new Leases(() => Promise.reject(new Error(`refused ${String((tries += 1))}`)));
    const attempt = () => leases.during(where, options, () => Promise.resolve());
    await expect(attempt()).rejects.toThrow("refused 1");
    await expect(attempt()).rejects.toThrow("refused 2");
  });
});

describe("what people read and set", () => {
  const record: LeaseRecord = {
    generation: 7,
    owner: "anna@laptop",
    reason: "pulumi up",
    since: "2026-11-24T10:00:00Z",
    expires: "2026-11-24T10:01:30Z",
    held: true,
    left: 30,
    ended: "",
  };

  test("a refusal says whose the lease is, since when, and how it ends", () => {
    expect(leaseTaken(record, 600).message).toMatch(
      /^anna@laptop has the stack's lease since 2026-11-24T10:00:00Z \(pulumi up\)/,
    );
    expect(leaseLost(record).message).toContain("anna@laptop has it since");
    expect(leaseLost({ ...record, held: false, ended: "broken" }).message).toContain("somebody broke it");
    expect(leaseLost(null).message).toContain("no longer has it");
  });

  test("owner and reason come from the environment, in one line", () => {
    expect(identity(undefined, { HOLDFAST_OWNER: "ci\nrun 7", HOLDFAST_REASON: "" })).toEqual({
      owner: "ci run 7",
      reason: "pulumi up",
    });
    expect(identity(undefined, {}).owner).toMatch(/^.+@.+$/);
    expect(identity("restore", {}).reason).toBe("restore");
    expect(identity("restore", { HOLDFAST_REASON: "the disk is full" }).reason).toBe("the disk is full");
  });

  test("settings that mean nothing are named", () => {
    expect(leaseWait({})).toBe(600);
    expect(leaseWait({ HOLDFAST_LEASE_TIMEOUT: "5" })).toBe(5);
    expect(() => leaseWait({ HOLDFAST_LEASE_TIMEOUT: "soon" })).toThrow("HOLDFAST_LEASE_TIMEOUT=soon");
    expect(goesWithoutLease({ HOLDFAST_LEASE: "none" })).toBe(true);
    expect(() => goesWithoutLease({ HOLDFAST_LEASE: "off" })).toThrow("HOLDFAST_LEASE=off");
  });
});
