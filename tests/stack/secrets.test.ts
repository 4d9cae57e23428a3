import { phasesOf, rotatedSecrets } from "../../blueprint/rotations";
import { describeSecrets, roundsOf } from "../../cli/rotate";
import { secretsOf, stepsToGo } from "../../stack/secrets";
import type { StackState, StateResource } from "../../stack/state";

const password = "random:index/randomPassword:RandomPassword";

function resource(type: string, name: string, more: Partial<StateResource> = {}): StateResource {
  return { type, urn: `urn:pulumi:prod::holdfast::${type}::${name}`, created: "2026-01-01T00:00:00Z", ...more };
}

function state(resources: readonly StateResource[], done: object = {}): StackState {
  return { resources, outputs: { rotations: done }, pending: [], date: "2026-06-01T00:00:00Z" };
}

const at = (secret: string, step: number) =>
  resource("holdfast:keys:Rotation", secret, { outputs: { step, since: "2026-05-01T00:00:00Z" } });

test("a secret is as old as its newest value; nobody knows the age of a token", () => {
  const resources = [
    resource(password, "database"),
    resource(password, "database-1", { created: "2026-03-01T00:00:00Z" }),
    resource(password, "database-10", { created: "2026-04-01T00:00:00Z" }),
    resource(password, "database-9", { created: "2026-03-09T00:00:00Z" }),
    resource("hcloud:index/floatingIp:FloatingIp", "visitors"),
  ];
  expect(secretsOf(state(resources))).toMatchObject([
    { name: "database", since: "2026-04-01T00:00:00Z" },
    { name: "failover-token", before: "2026-06-01T00:00:00Z" },
  ]);
  expect(secretsOf(state([...resources, at("failover-token", 1)], { "failover-token": 1 }))).toMatchObject([
    {},
    { name: "failover-token", since: "2026-05-01T00:00:00Z", unfinished: false },
  ]);
});

test("a state of an earlier Pulumi has no ages: it says before when", () => {
  const old = { ...resource(password, "database"), created: undefined } as StateResource;
  const text = describeSecrets(secretsOf(state([old])), Date.parse("2026-06-02T00:00:00Z") / 1000);
  expect(text).toContain("unknown, before 2026-06-01");
});

test("a rotation that was cut goes on where it was; a whole one begins a new one", () => {
  for (const secret of rotatedSecrets) {
    const all = Array.from({ length: phasesOf[secret] }, (_, index) => index + 1);
    expect(stepsToGo(secret, state([]))).toEqual(all);
    // The first update was cut, and then each later one.
    for (const step of all) {
      const cut = state([at(secret, step)], { [secret]: step - 1 });
      expect(stepsToGo(secret, cut)).toEqual(all.slice(step - 1));
      const whole = state([at(secret, step)], { [secret]: step });
      if (step < all.length) expect(stepsToGo(secret, whole)).toEqual(all.slice(step));
      else expect(stepsToGo(secret, whole)).toEqual(all.map((one) => one + step));
    }
  }
});

test("several go together, each by its own steps", () => {
  expect(roundsOf(["releases", "backup-passphrase", "database"], state([at("database", 1)], { database: 1 }))).toEqual([
    [
      ["releases", 1],
      ["backup-passphrase", 1],
      ["database", 2],
    ],
    [
      ["backup-passphrase", 2],
      ["database", 3],
    ],
    [["backup-passphrase", 3]],
  ]);
});
