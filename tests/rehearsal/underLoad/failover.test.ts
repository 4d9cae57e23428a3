import { FailoverLab } from "./failover/lab";
import { UNDER_WAY } from "./underWay";

const lab = new FailoverLab();
const [first, second] = lab.balancers as [(typeof lab.balancers)[0], (typeof lab.balancers)[0]];

beforeAll(() => lab.build(), 60_000);
afterAll(() => lab.remove(), 30_000);

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** Waits until exactly one is master and the API agrees with it; returns that one and the other. */
async function settled(limit: number) {
  const until = Date.now() + limit * 1000;
  for (;;) {
    const states = await Promise.all(lab.balancers.map((balancer) => lab.state(balancer)));
    const masters = lab.balancers.filter((_, index) => states[index]?.master);
    const [active] = masters;
    if (active && masters.length === 1 && lab.moves.at(-1) === active.serverId)
      return { active, standby: active === first ? second : first, states };
    if (Date.now() > until) {
      const said = lab.balancers.map(({ output }) => output).join("\n---\n");
      throw new Error(`no single owner within ${limit} s: ${JSON.stringify(states)}, moves ${lab.moves}\n${said}`);
    }
    await seconds(0.1);
  }
}

test("of two that start together, exactly one owns the floating IP", async () => {
  await Promise.all(lab.balancers.map((balancer) => lab.start(balancer)));
  await settled(20);
  expect(new Set(lab.moves).size).toBe(1);
}, 120_000);

test("the active machine is killed: visitors wait for less than a second", async () => {
  const { active, standby } = await settled(10);
  const result = await lab.visit({ rate: 200, duration: 5, timeout: 2 }, async () => {
    await seconds(2);
    await lab.kill(active);
  });
  expect(lab.moves.at(-1)).toBe(standby.serverId);
  expect(result.longestGap).toBeLessThanOrEqual(1);
  await lab.start(active);
}, 60_000);

// Whichever machine stands by: the one of higher priority must not come back with a claim either.
test.each([1, 2])(
  "the standby's private network is cut and healed: the floating IP stays (%i)",
  async () => {
    let { active, standby, states } = await settled(20);
    for (; !states.every((state) => state?.fit); { active, standby, states } = await settled(20)) await seconds(0.2);
    const moves = lab.moves.length;
    const result = await lab.visit({ rate: 100, duration: 9 }, async () => {
      await seconds(1.5);
      await lab.cut(standby, "everything");
      await seconds(3);
      await lab.heal();
    });
    await settled(10);
    expect(lab.moves).toHaveLength(moves);
    expect(result).toMatchObject({ failed: 0 });
    // Change sides for the second round.
    await lab.kill(active);
    await settled(10);
    await lab.start(active);
  },
  90_000,
);

test("only VRRP is cut and healed: one owner afterwards, the API agrees, and nothing went to and fro meanwhile", async () => {
  const { standby } = await settled(20);
  const moves = lab.moves.length;
  await lab.cut(standby, "vrrp");
  await seconds(5);
  await lab.heal();
  await seconds(1);
  await settled(3);
  expect(lab.moves.length - moves).toBeLessThanOrEqual(2);
}, 60_000);

test("both are killed and come back: exactly one owner", async () => {
  await Promise.all(lab.balancers.map((balancer) => lab.kill(balancer)));
  await Promise.all(lab.balancers.map((balancer) => lab.start(balancer)));
  await seconds(1);
  await settled(30);
}, 60_000);

describe("holdfast-failover", () => {
  /** Both machines take part, and the API has confirmed where the address is. */
  async function bothFit() {
    for (;;) {
      const now = await settled(20);
      if (now.states.every((state) => state?.fit) && now.states.some((state) => state?.held)) return now;
      await seconds(0.2);
    }
  }
  const load = { rate: 200, timeout: 2 };

  test("hands over in order: nobody waits for an answer", async () => {
    const { active, standby } = await bothFit();
    const seen = await lab.visit({ ...load, duration: 6 }, async () => {
      await seconds(1.5);
      expect(await lab.handOver(active)).toEqual({ code: 0, said: "the other load balancer has the floating IP" });
    });
    expect(seen.failed).toBeLessThanOrEqual(UNDER_WAY);
    expect(lab.moves.at(-1)).toBe(standby.serverId);
  }, 60_000);

  test("on the standby it says that it is not the one, and nothing changes", async () => {
    const { standby } = await bothFit();
    const moves = lab.moves.length;
    expect(await lab.handOver(standby)).toEqual({
      code: 3,
      said: "this machine is not the active load balancer: run this on the other one",
    });
    expect(lab.moves).toHaveLength(moves);
  }, 60_000);

  test("with a peer that is not fit it is refused, and nothing changes", async () => {
    const { active, standby } = await bothFit();
    const moves = lab.moves.length;
    await lab.inside(standby, "kill -STOP $(cat /run/haproxy.pid) $(pidof haproxy)");
    try {
      while ((await lab.state(standby))?.fit !== false) await seconds(0.1);
      const seen = await lab.visit({ ...load, duration: 4 }, async () => {
        await seconds(1.5);
        for (const argument of [undefined, "out"] as const) {
          expect(await lab.handOver(active, argument)).toEqual({
            code: 1,
            said: "no other load balancer is fit to take over, so visitors would get no answer",
          });
        }
      });
      expect(seen).toMatchObject({ failed: 0 });
    } finally {
      await lab.inside(standby, "kill -CONT $(pidof haproxy)");
    }
    expect(lab.moves).toHaveLength(moves);
    expect(lab.isOut(active)).toBe(false);
    expect(await lab.state(active)).toMatchObject({ master: true, fit: true });
  }, 60_000);

  test("killed half-way, it leaves the machine in the election", async () => {
    const { active, standby } = await bothFit();
    // The peer's keeper does not know that nothing will take over there.
    await lab.inside(standby, "kill -STOP $(pidof keepalived)");
    try {
      const handingOver = lab.handOver(active, "out");
      while ((await lab.state(active))?.fit !== false) await seconds(0.05);
      await lab.inside(active, "kill -KILL $(pgrep -f ^python3.*holdfast-failover)");
      expect((await handingOver).code).not.toBe(0);
      while ((await lab.state(active))?.fit !== true) await seconds(0.05);
      expect(lab.isOut(active)).toBe(false);
    } finally {
      await lab.inside(standby, "kill -CONT $(pidof keepalived)");
    }
  }, 60_000);

  test("out keeps a machine out over its boots, in takes it back", async () => {
    const { active, standby } = await bothFit();
    const seen = await lab.visit({ ...load, duration: 8 }, async () => {
      await seconds(1.5);
      expect((await lab.handOver(active, "out")).code).toBe(0);
      await lab.kill(active);
      await lab.start(active);
    });
    expect(seen.failed).toBeLessThanOrEqual(UNDER_WAY);
    while ((await lab.state(active)) === undefined) await seconds(0.1);
    await seconds(3);
    expect(await lab.state(active)).toMatchObject({ master: false, fit: false });
    expect((await lab.handOver(standby)).code).toBe(1);
    expect(await lab.handOver(active, "in")).toEqual({ code: 0, said: "this machine takes part in the election" });
    await bothFit();
    expect((await lab.handOver(standby)).code).toBe(0);
    expect(lab.moves.at(-1)).toBe(active.serverId);
  }, 60_000);
});
