import { setTimeout as pause } from "node:timers/promises";
import { front, Lab } from "./configuration/lab";
import { Stack } from "./configuration/stack";
import { appInputs, state, type Behaviour } from "./rollOut/app";
import type { UnitInput } from "../../provider/machine/inputs";

jest.setTimeout(300_000);

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  lab = await Lab.open("roll-out", { machines: "front" });
  stack = new Stack(lab.folder, lab.keyFile);
  await stack.pulumi("stack", "init", "test");
});
afterAll(() => lab.close());

async function want(version: string, behaviour?: Behaviour, more?: Partial<UnitInput>): Promise<void> {
  stack.write({ front: await appInputs(lab, lab.folder, version, behaviour, more) });
}
const up = () => stack.pulumi("up", "--yes", "--skip-preview");
const tryUp = () => stack.try("up", "--yes", "--skip-preview");
const both = (version: string) => [`${version} in service`, `${version} in service`];
const lease = async () => JSON.parse(await lab.inside(front.id, "holdfast lease show --json")) as { lease: object };

test("a release comes, and the next one after it; a preview says which", async () => {
  await want("1.0");
  await up();
  expect(await state(lab)).toEqual(both("1.0"));
  await want("1.1");
  expect(await stack.pulumi("preview")).toContain(
    "shop 1.0 → 1.1 on front: will restart app@1.service, app@2.service one after the other",
  );
  expect(await up()).toContain("roll-out shop 1.0 → shop 1.1: applied");
  expect(await state(lab)).toEqual(both("1.1"));
  expect(await lab.inside(front.id, "ls /opt/app/releases")).toBe("1.0\n1.1\n");
});

test.each<[Behaviour, RegExp, Partial<UnitInput>]>([
  ["answers 500", /did not become healthy within 4 s: .*returned error: 500.* it listens on port 8001/, {}],
  ["opens another port", /curl: \(7\).*it listens on port 9001/, {}],
  [
    "crashes after 2 s",
    /it crashed with exit status 3, 2\.\d s after its start, after it had been healthy/,
    { healthyFor: 6 },
  ],
  ["has no program", /it crashed with exit status 2, .*3 times/, {}],
  ["eats memory", /(ran out of memory and was killed|was killed by SIGKILL, .*memory is used up)/, {}],
])(
  "a release that %s is refused with the reason, and the old one is back in service",
  async (behaviour, reason, more) => {
    await want("1.2", behaviour, more);
    const { code, output } = await tryUp();
    expect(code).not.toBe(0);
    expect(output).toMatch(reason);
    expect(output).toContain("The old configuration is back");
    if (behaviour === "crashes after 2 s") expect(output).toContain("fatal: out of luck");
    expect(await state(lab)).toEqual(both("1.1"));
  },
);

test("an instance that ignores SIGTERM is said", async () => {
  await want("1.3", "ignores SIGTERM");
  await up();
  await want("1.4");
  expect(await up()).toContain("app@1.service did not end after SIGTERM; systemd killed it");
  expect(await state(lab)).toEqual(both("1.4"));
});

test("the machine knows who rolled out what", async () => {
  const log = await lab.inside(front.id, "tail -n 3 /var/log/holdfast/rollouts.log");
  const last = JSON.parse(log.trim().split("\n").at(-1) ?? "") as object;
  expect(last).toMatchObject({
    machine: "front",
    from: "shop 1.3",
    to: "shop 1.4",
    result: "applied",
    reason: "pulumi up",
  });
});

test("the lease is given back at the end; somebody else's is waited for, and then named", async () => {
  expect(await lease()).toMatchObject({ lease: { held: false, ended: "released" } });
  const take = `echo '{"owner": "bert@ci", "reason": "rollback", "seconds": 300}' | holdfast lease take`;
  await lab.inside(front.id, take);
  await want("1.5");
  stack.environment.HOLDFAST_LEASE_TIMEOUT = "1";
  const { code, output } = await tryUp();
  expect(code).not.toBe(0);
  expect(output).toMatch(/bert@ci has the stack's lease since .* \(rollback\)/);
  expect(await state(lab)).toEqual(both("1.4"));
  delete stack.environment.HOLDFAST_LEASE_TIMEOUT;
  const waiting = up();
  await pause(1_000);
  await lab.inside(front.id, "holdfast lease break");
  await waiting;
  expect(await state(lab)).toEqual(both("1.5"));
});

test("a run that loses its lease in the middle goes back, and can change nothing more", async () => {
  await want("1.6", "good", { beforeStop: "touch /run/draining; sleep 20" });
  const losing = tryUp();
  await lab.until(front.id, "test -e /run/draining");
  await lab.inside(front.id, "holdfast lease break");
  await lab.inside(front.id, `echo '{"owner": "bert@ci", "reason": "rollback", "seconds": 300}' | holdfast lease take`);
  // What the new holder asks of the machine first.
  const asked = {
    id: "newer-than-before",
    configuration: "front@1",
    lease: { generation: Date.now() + 1e6, owner: "bert@ci", reason: "rollback" },
    archives: { "/x": { sha256: "0".repeat(64), owner: "root", group: "root" } },
  };
  await lab.inside(front.id, `echo '${JSON.stringify(asked)}' | holdfast submit`);
  const { code, output } = await losing;
  expect(code).not.toBe(0);
  expect(output).toContain("Somebody else has the stack's lease now: bert@ci");
  expect(output).toContain("The old configuration is back");
  expect(await state(lab)).toEqual(both("1.5"));
});
